"""What 0004 makes of an older register: the periods of use that the verbs would have kept."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, select

from registry.db import db, transaction
from registry.models import ElevatorUse
from registry.services import elevators
from seeds import cast
from tests import elevators_factory as make

SCRIPT = Path(__file__).resolve().parents[2] / "migrations/versions/0004_use_periods.py"


def run() -> None:
    spec = importlib.util.spec_from_file_location("use_periods", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    with transaction() as session, Operations.context(MigrationContext.configure(session.connection())):
        script.upgrade()


def periods() -> list[tuple[int, int, date, date | None, str]]:
    rows = db.session.scalars(
        select(ElevatorUse).order_by(ElevatorUse.elevator_id, ElevatorUse.since, ElevatorUse.until)
    )
    return [(row.elevator_id, row.unit_id, row.since, row.until, row.document) for row in rows]


def test_periods_are_rebuilt_from_the_register_and_the_trail(actor) -> None:
    office = actor("section")
    plain = make.in_use(office, 1)
    handed = make.in_use(office, 2)
    without = make.register(office, 3, use_unit_id=None)
    for name, day in (("property2", date(2023, 5, 1)), ("property", date(2025, 2, 1))):
        change = {"use_unit_id": cast.unit(name).id, "since": day, "document": f"变更{day.year}"}
        elevators.transfer(office, handed.id, change)
    kept = periods()
    assert len([row for row in kept if row[0] == handed.id]) == 3
    assert [row[2:4] for row in kept if row[0] == plain.id] == [(date(2020, 4, 1), None)]
    assert not [row for row in kept if row[0] == without.id]
    with transaction() as session:
        session.execute(delete(ElevatorUse))
    run()
    db.session.expire_all()
    assert periods() == kept
    run()
    assert periods() == kept
