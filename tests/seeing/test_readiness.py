"""/readyz tells whoever watches what is wrong, and strangers only whether; the page of the operator holds no secret."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from blueprints.web import health
from registry import clock, schema
from registry import settings as settings_of
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Forbidden
from registry.models import Beat, LabelCode, NoticeDelivery, TrailEntry
from registry.queries import operation_page, readiness
from registry.services import beats, seals
from seeds import cast
from tests.conftest import POSTGRES


@pytest.fixture(autouse=True)
def fresh():
    health.KEPT.until = 0.0
    yield
    health.KEPT.until = 0.0


def asked(client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    assert (answer.json["status"] == "ok") is (answer.status_code == 200)
    return answer.status_code, {name: check["state"] for name, check in answer.json["checks"].items()}


def choose(monkeypatch, **changes) -> None:
    chosen = dataclasses.replace(settings_of.current(), **changes)
    monkeypatch.setattr(settings_of, "_current", [chosen])


def test_all_is_well_and_a_missing_worker_is_a_warning(client) -> None:
    status, checks = asked(client)
    assert status == 200
    assert checks.pop("workers") == "warn"
    assert set(checks) >= {"schema", "write", "time", "label_keys", "files", "room"}
    assert set(checks.values()) == {"ok"}
    beats.beat("host:1", beats.WORKER)
    health.KEPT.until = 0.0
    assert asked(client)[1]["workers"] == "ok"


def test_a_stranger_learns_whether_and_nothing_else(client, monkeypatch) -> None:
    far = {"REMOTE_ADDR": "10.0.0.9"}
    assert client.get("/readyz", environ_base=far).json == {"status": "ok"}
    monkeypatch.setattr(schema, "state", lambda: ("0001", "0002"))
    health.KEPT.until = 0.0
    answer = client.get("/readyz", environ_base=far)
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})
    assert asked(client)[1]["schema"] == "fail"


def test_a_database_that_is_away(client, monkeypatch) -> None:
    def away():
        raise OperationalError("", None, Exception("gone"))

    monkeypatch.setattr(schema, "state", away)
    assert asked(client) == (503, {"database": "fail", "files": "ok", "room": "ok"})


def test_a_database_that_cannot_be_written(client) -> None:
    sqlite = db.engine.dialect.name == "sqlite"
    if sqlite:
        db.session.execute(text("PRAGMA query_only = ON"))
        db.session.rollback()

        def read_only(connection, _record, _proxy) -> None:
            connection.execute("PRAGMA query_only = ON")

        event.listen(db.engine, "checkout", read_only)
    else:
        db.session.get_bind().exec_driver_sql("SET TRANSACTION READ ONLY")
    try:
        status, checks = asked(client)
    finally:
        if sqlite:
            event.remove(db.engine, "checkout", read_only)
    assert (status, checks["write"]) == (503, "fail")


def test_files_that_cannot_be_kept(client, monkeypatch, tmp_path) -> None:
    there = tmp_path / "a file"
    there.write_text("in the way")
    choose(monkeypatch, files_dir=Path(there))
    status, checks = asked(client)
    assert (status, checks["files"]) == (503, "fail")


def test_a_disk_that_is_nearly_full_is_a_warning(client, monkeypatch) -> None:
    for free, state in ((readiness.ROOM - 1, "warn"), (readiness.ROOM + 1, "ok")):
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr(readiness.shutil, "disk_usage", lambda _path, usage=usage: usage)
        health.KEPT.until = 0.0
        status, checks = asked(client)
        assert (status, checks["room"]) == (200, state)


def test_a_worker_that_was_not_seen_for_minutes_is_a_warning(client) -> None:
    beats.beat("host:1", beats.WORKER)
    with transaction() as session:
        session.query(Beat).update({"seen_at": clock.now() - timedelta(minutes=4)})
    status, checks = asked(client)
    assert (status, checks["workers"]) == (200, "warn")


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no clock of its own")
@pytest.mark.parametrize(("wrong", "status", "state"), [(1, 200, "ok"), (10, 200, "warn"), (90, 503, "fail")])
def test_a_clock_that_is_not_the_databases(client, monkeypatch, wrong, status, state) -> None:
    right = clock.now
    monkeypatch.setattr(clock, "now", lambda: right() + timedelta(seconds=wrong))
    found, checks = asked(client)
    assert (found, checks["clock"]) == (status, state)


def test_a_clock_that_went_back(client) -> None:
    with transaction() as session:
        ahead = clock.now() + timedelta(minutes=5)
        session.add(TrailEntry(at=ahead, act="x", subject="x", role="system", data={}))
    status, checks = asked(client)
    assert (status, checks["time"]) == (503, "fail")


def test_labels_whose_key_is_gone(client, monkeypatch) -> None:
    with transaction() as session:
        version = readiness.codes.new_code(version="1")
        session.add(LabelCode(code=version, status="unused", issued_on=clock.today()))
    choose(monkeypatch, label_keys={"2": b"x" * 40}, label_key_version="2")
    status, checks = asked(client)
    assert (status, checks["label_keys"]) == (503, "fail")


def test_something_is_written_once_in_a_while(client, monkeypatch) -> None:
    written = []
    monkeypatch.setattr(beats, "probe", lambda name: written.append(name) or "")
    asked(client)
    asked(client)
    assert len(written) == 1


def test_the_page_of_the_operator(browser_of, monkeypatch) -> None:
    beats.beat("host:1", beats.WORKER)
    beats.beat("night:visits", beats.NIGHT, "ValueError")
    beats.beat("backup", "backup")
    seals.seal(SYSTEM)
    choose(
        monkeypatch,
        smtp_password="hunter2-hunter2",
        database_url="postgresql+psycopg://registry:s3cret@db/registry",
        metrics_token="t" * 20,
    )
    with transaction() as session:
        person, actor = cast.person("section"), cast.actor("section")
        now = clock.now()
        session.add(
            NoticeDelivery(
                person_id=person.id, unit_id=actor.unit_id, channel="email", key="digest:x", state="failed",
                reason="refused_by_server", made_at=now, next_at=now,
            )
        )  # fmt: skip
    page = browser_of("admin").get("/operation/")
    assert page.status_code == 200
    for told in ("host:1", "night:visits", "ValueError", "refused_by_server", "backup", "registry:***@db"):
        assert told in page.text
    for secret in ("hunter2", "s3cret", "t" * 20, settings_of.current().secret_key.decode()):
        assert secret not in page.text


def test_who_may_see_it(actor, browser_of) -> None:
    assert browser_of("section").get("/operation/").status_code == 403
    with pytest.raises(Forbidden):
        operation_page.show(actor("filling"))


def test_a_worker_that_fell_silent_is_marked(actor) -> None:
    beats.beat("host:1", beats.WORKER)
    beats.beat("host:2", beats.WORKER)
    with transaction() as session:
        session.query(Beat).filter_by(name="host:2").update({"seen_at": clock.now() - timedelta(minutes=4)})
    it = operation_page.show(actor("admin"))
    assert [beat.name for beat in it.workers if beat.id in it.alive] == ["host:1"]
