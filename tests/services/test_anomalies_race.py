"""Two people decide at once, each on a connection of his own, on either database: one wins, the others are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, make_url, select, text

from blueprints.app import create_app
from registry import clock
from registry import settings as settings_of
from registry.db import db
from registry.errors import Conflict
from registry.models import AnomalyStep, Visit, VisitAnomaly
from registry.services import anomalies, visits
from seeds import cast
from tests import anomalies_factory
from tests import visits_factory as make
from tests.conftest import POSTGRES, POSTGRES_URL, copy_database, copy_on_postgres


@contextmanager
def copied(url: str, folder: Path) -> Iterator[str]:
    """A database of its own with what the cast left, thrown away afterwards."""
    if not POSTGRES:
        source = Path(url.removeprefix("sqlite:///"))
        copy_database(source.with_suffix(".template"), folder / "own.sqlite3")
        yield f"sqlite:///{folder / 'own.sqlite3'}"
        return
    name = make_url(url).database
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        copy_on_postgres(connection, name or "", f"{name}_own")
    yield make_url(url).set(database=f"{name}_own").render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}_own WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def separate(built_app: Flask, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application over a database of its own, so that every thread has a connection and commits for real."""
    with built_app.app_context():
        db.session.remove()
        db.engine.dispose()
    before = settings_of.current()
    with copied(database_url, tmp_path) as url:
        app = create_app(replace(before, database_url=url))
        monkeypatch.setattr(clock, "now", lambda: make.NOW)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
    settings_of.configure(before)


def at_once(app: Flask, *verbs: Callable[[], object]) -> Counter[str]:
    """Run the verbs in threads that start together; how many came through and how many were told."""
    outcomes: list[str] = []
    gate = threading.Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                verb()
                outcomes.append("done")
            except Conflict:
                outcomes.append("conflict")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def test_one_confirms_one_dismisses(separate):
    row = anomalies_factory.explained(anomalies_factory.too_short())
    number, county, county2 = row.id, cast.actor("county"), cast.actor("county2")
    db.session.remove()
    found = at_once(
        separate,
        lambda: anomalies.move(county, number, "confirm", {"reason": "x"}),
        lambda: anomalies.move(county2, number, "dismiss", {"reason": "x"}),
        lambda: anomalies.move(county, number, "confirm", {"reason": "x"}),
        lambda: anomalies.move(county2, number, "dismiss", {"reason": "x"}),
    )
    assert found == {"done": 1, "conflict": 3}
    row = db.session.get_one(VisitAnomaly, number)
    assert row.state in ("confirmed", "dismissed")
    assert db.session.scalar(select(func.count()).where(AnomalyStep.anomaly_id == number)) == 3
    visit = db.session.get_one(Visit, row.visit_id)
    assert (visit.invalid_from is not None) is (row.state == "confirmed")


def test_the_use_unit_confirms_and_declines_at_once(separate):
    visit, _ = visits.record(cast.actor("tech1"), make.visit(make.elevator().label_code))
    number, manager = visit.id, cast.actor("property")
    db.session.remove()
    found = at_once(
        separate,
        lambda: visits.confirm(manager, number, {}),
        lambda: visits.decline(manager, number, "没有人来过"),
        lambda: visits.confirm(manager, number, {}),
        lambda: visits.decline(manager, number, "没有人来过"),
    )
    assert found == {"done": 1, "conflict": 3}
    visit = db.session.get_one(Visit, number)
    assert (visit.confirmed_at is None) is (visit.declined_reason is not None)


def test_the_record_and_the_second_worker_s_join_arrive_at_once(separate):
    """Neither phone misses the other's: the visit is joined whichever transaction ends first."""
    from registry.models import VisitJoin
    from registry.services import visit_joins

    first, second = cast.actor("tech1"), cast.actor("tech2")
    for turn in range(3):
        code = make.elevator().label_code
        body = make.visit(code, workers=["tech1", "tech2"])
        join = {"ref": body["ref"], "elevator": code, "at": make.START}
        db.session.remove()
        found = at_once(
            separate,
            lambda body=body: visits.record(first, body),
            lambda join=join: visit_joins.join(second, join),
        )
        assert found == {"done": 2}
        assert db.session.scalars(select(VisitJoin).where(VisitJoin.visit_id.is_(None))).all() == [], turn
        db.session.remove()
