"""/stations/{id}/snapshot, /rules/filling-table and /offline-disagreements, and a program that works by them."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.models import Alliance, Cylinder, OfflineDisagreement
from registry.queries import snapshots
from registry.services import cylinder_inspections, cylinders, filling, labels, offline
from seeds import cast
from tests import filling_factory as make
from tests.rules.test_offline_judge import example


def fetch(client: Any, station: str = "station", since: str | None = None) -> bytes:
    query = {"since": since} if since else {}
    answer = client.get(f"/stations/{cast.unit(station).id}/snapshot", **query)
    assert answer.status_code == 200, answer.json
    return bytes(answer.data)


def taken(text: bytes, station: str = "station") -> Any:
    """The list in the hands of the worked example: checked, put together."""
    found = example().Snapshot(snapshots.key_of(cast.unit(station).id))
    found.take(text)
    return found


def later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> datetime:
    now = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def test_the_whole_list_is_signed_and_compressed(api_of) -> None:
    row, other = make.cylinder(), make.cylinder("station2")
    client = api_of("filler")
    path = f"/api/v1/stations/{cast.unit('station').id}/snapshot"
    answer = client.client.get(path, headers={**client.headers, "Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(answer.data)
    body, end = text[: text[:-1].rfind(b"\n") + 1], json.loads(text.splitlines()[-1])
    key = snapshots.key_of(cast.unit("station").id)
    assert end["signature"] == hmac.new(key, body, hashlib.sha256).hexdigest()
    found = taken(text)
    assert row.label_code in found.rows
    assert other.label_code not in found.rows
    assert (found.head["full"], found.head["since"]) == (True, None)
    issued, until = (datetime.fromisoformat(found.head[name]) for name in ("issued_at", "valid_until"))
    assert until - issued == timedelta(hours=24)
    assert {"login", "certified_until"} == set(found.head["station"]["staff"][0])


@pytest.mark.parametrize(
    ("login", "station", "status"),
    [
        ("filler", "station", 200),
        ("checker", "station", 200),
        ("filling", "station", 200),
        ("filling2", "station", 404),
        ("filler", "station2", 404),
        ("section", "station", 403),
        ("county", "station", 403),
        ("tech1", "station", 403),
    ],
)
def test_whose_list_it_is(api_of, login, station, status) -> None:
    assert api_of(login).get(f"/stations/{cast.unit(station).id}/snapshot").status_code == status


def test_bad_and_missing(api_of, client) -> None:
    path = f"/stations/{cast.unit('station').id}/snapshot"
    assert api_of("filler").get(path, since="yesterday").status_code == 422
    assert api_of("filler").get("/stations/999999/snapshot").status_code == 404
    assert client.get(f"/api/v1{path}").status_code == 401


def test_a_list_that_was_touched_is_not_taken(api_of) -> None:
    make.cylinder()
    module, text = example(), fetch(api_of("filler"))
    key = snapshots.key_of(cast.unit("station").id)
    for broken in (
        text.replace(b'"in_use"', b'"in_uze"'),
        text[: len(text) // 2],
        b"",
        text.replace(b'"full":true', b'"full":false'),
    ):
        with pytest.raises(module.Wrong):
            module.Snapshot(key).take(broken)
    with pytest.raises(module.Wrong):
        module.Snapshot(b"another key").take(text)


CHANGES = {
    "registered": lambda row: make.cylinder(serial_no="NEW-1"),
    "inspected": lambda row: cylinder_inspections.record(
        cast.actor("section"), row.label_code, {"done_on": clock.today(), "passed": True, "report_no": "R1"}
    ),
    "suspended": lambda row: cylinders.change_status(
        cast.actor("section"), row.label_code, "suspend", {"reason": "瓶阀更换"}
    ),
    "label voided": lambda row: labels.replace(cast.actor("section"), row.label_code, "损坏"),
    "filled": lambda row: filling.record(cast.actor("filler"), make.fill(row)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_is_told_and_nothing_else(api_of, monkeypatch, what) -> None:
    row, still = make.cylinder(), make.cylinder()
    later(monkeypatch, hours=1)  # what was written shortly before a list is told twice
    client = api_of("filler")
    found = taken(fetch(client))
    later(monkeypatch, hours=1)
    row = CHANGES[what](row) if what == "registered" else (CHANGES[what](row), row)[1]
    changes = fetch(client, since=found.head["version"])
    told = [line[0] for line in map(json.loads, changes.splitlines()) if isinstance(line, list)]
    codes = {code for (code,) in db.session.execute(select(Cylinder.label_code).where(Cylinder.id == row.id))}
    assert told
    assert codes - {None} <= set(told)
    assert still.label_code not in told
    found.take(changes)
    assert found.rows == taken(fetch(client)).rows


def test_a_cylinder_written_over_goes(api_of, monkeypatch) -> None:
    row = make.cylinder()
    client = api_of("filler")
    found = taken(fetch(client))
    later(monkeypatch, hours=1)
    given = {"owner_id": cast.unit("station2").id, "document": "过户协议1号", "since": clock.today()}
    cylinders.transfer(cast.actor("section"), row.label_code, given)
    found.take(fetch(client, since=found.head["version"]))
    assert row.label_code not in found.rows
    assert row.label_code in taken(fetch(api_of("filling2"), "station2"), "station2").rows


def test_an_alliance_makes_the_list_whole_again(api_of, monkeypatch) -> None:
    allied = make.cylinder("station2")
    client = api_of("filler")
    found = taken(fetch(client))
    assert allied.label_code not in found.rows
    with transaction() as session:
        pair = {"member_a_id": cast.unit("station2").id, "member_b_id": cast.unit("station").id}
        session.add(Alliance(**pair, media=["lpg"], document="批1", since=clock.today()))
    found.take(fetch(client, since=found.head["version"]))
    assert found.head["full"]
    answer = found.judge(make.signed(allied.label_code), "1", "lpg", clock.now())
    assert (answer.verdict, answer.code) == ("warn", "09")


def test_the_rules_as_data(api_of, client) -> None:
    table = api_of("filler").get("/rules/filling-table").json
    assert {row["rule"] for row in table["rules"]} >= {"R01", "R08", "R39", "R40"}
    assert table["edition"] == taken(fetch(api_of("filler"))).head["rules"]["edition"]
    assert client.get("/api/v1/rules/filling-table").status_code == 401


def test_a_day_without_a_network(api_of, monkeypatch) -> None:
    """Fetch, verify, judge, queue two fills, come back, send: one arrives, one is a disagreement, none is lost."""
    good, stopped, overdue = (
        make.cylinder(),
        make.cylinder(),
        make.cylinder(next_inspection_on=clock.today() - timedelta(1)),
    )
    client = api_of("filler")
    found = taken(fetch(client))
    cylinders.change_status(cast.actor("section"), stopped.label_code, "suspend", {"reason": "投诉"})
    later(monkeypatch, hours=3)
    queue = []
    for row in (good, stopped, overdue):
        text = make.signed(row.label_code)
        answer = found.judge(text, "1", "lpg", clock.now())
        if row is overdue:
            assert (answer.verdict, answer.code) == ("block", "04")
            continue
        assert (answer.verdict, answer.stop_g) == ("allow", 31400)
        fill = make.fill(row, minutes_ago=1, offline=True, snapshot_hours=3)
        checked = {**fill, "checked_at": fill["started_at"]}
        assert found.judge(text, "1", "lpg", fill["ended_at"], checked).allowed
        found.filled(row.label_code, fill["ended_at"])
        queue.append(make.sent(fill))
    assert found.judge(make.signed(good.label_code), "1", "lpg", clock.now()).findings[0]["rule"] == "R27"
    later(monkeypatch, hours=2)
    for _time in range(2):  # the first answers were lost; the clock at sending is another
        later(monkeypatch, minutes=5)
        answers = [client.post("/fillings", {**fill, "device_now": clock.now().isoformat()}) for fill in queue]
        assert [answer.status_code for answer in answers] == [201 if not _time else 200, 422]
    (row,) = client.get("/offline-disagreements").json["items"]
    assert (row["state"], row["rules"], row["code"]) == ("open", ["R07"], stopped.label_code)
    assert row["ref"] == queue[1]["ref"]
    assert db.session.scalars(select(OfflineDisagreement.cylinder_id)).all() == [stopped.id]


def disagreement() -> OfflineDisagreement:
    row = make.cylinder(status="suspended")
    with pytest.raises(filling.Refused):
        filling.record(cast.actor("filler"), make.fill(row, offline=True, ref=str(uuid.uuid4())))
    return db.session.scalars(select(OfflineDisagreement)).one()


@pytest.mark.parametrize(
    ("login", "body", "status"),
    [
        ("checker", {"action": "emptied"}, 200),
        ("section", {"action": "quarantined"}, 200),
        ("filling", {"action": "other"}, 422),
        ("filling", {"action": "sold"}, 422),
        ("filling", {}, 422),
        ("filler", {"action": "emptied"}, 403),
        ("filling2", {"action": "emptied"}, 404),
        ("tech1", {"action": "emptied"}, 403),
    ],
)
def test_who_says_what_was_done(api_of, login, body, status) -> None:
    row = disagreement()
    answer = api_of(login).post(f"/offline-disagreements/{row.id}/handle", body)
    assert answer.status_code == status, answer.json
    assert (answer.json.get("state") == "handled") == (status == 200)
    if status == 200:
        again = api_of(login).post(f"/offline-disagreements/{row.id}/handle", body)
        assert again.status_code == 409


def test_a_clue_is_opened_once(api_of) -> None:
    row = disagreement()
    path = f"/offline-disagreements/{row.id}/clue"
    assert api_of("filling").post(path).status_code == 403
    answer = api_of("section").post(path)
    assert answer.status_code == 200
    assert answer.json["hazard"]
    assert api_of("section").post(path).status_code == 409


def test_only_a_fill_without_a_network_disagrees(actor) -> None:
    row = make.cylinder(status="suspended")
    with pytest.raises(filling.Refused):
        filling.record(actor("filler"), make.fill(row))
    assert db.session.scalars(select(OfflineDisagreement)).all() == []


def test_a_fresh_key_ends_the_one_before(actor) -> None:
    station = cast.unit("station").id
    before = snapshots.key_of(station)
    made = offline.make_key(actor("filling"))
    assert bytes.fromhex(made) == snapshots.key_of(station) != before
    assert snapshots.key_of(station, "browser") != snapshots.key_of(station)
