"""The migrated schema is the models' schema, and what may only grow refuses anything else."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry import audit, clock, partitions
from registry.db import Base, db, transaction
from registry.models import Cylinder, CylinderEvent, Hazard, HazardStep
from registry.schema import state
from seeds import cast


def test_migrations_make_the_schema_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True, "include_object": partitions.made_here}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    found, wanted = state()
    assert found == wanted


@pytest.mark.parametrize("table", ["trail_entry", "hazard_step", "cylinder_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_trail_refuses_changes(app: Flask, table: str, statement: str) -> None:
    with transaction():
        audit.record(cast.actor("section"), "person.signed_in", cast.person("section"), door="test")
    _fill(table)
    with pytest.raises(DBAPIError, match="can only grow"), transaction() as session:
        session.execute(text(statement.format(table)))


def _fill(table: str) -> None:
    """SQLite fires its triggers for each row, so there has to be one."""
    if table == "trail_entry":
        return
    today, now = clock.today(), clock.now()
    with transaction() as session:
        if table == "hazard_step":
            unit = cast.unit("property")
            hazard = Hazard(
                no="T-1",
                title="t",
                description="d",
                source="self_report",
                state="DRAFT",
                level="major",
                clauses=[],
                found_on=today,
                unit_id=unit.id,
                area_code="341302",
                state_since=today,
            )
            session.add(hazard)
            session.flush()
            session.add(
                HazardStep(
                    hazard_id=hazard.id,
                    round=1,
                    verb="report",
                    source="",
                    target="DRAFT",
                    at=now,
                    done_on=today,
                    role="section_city",
                    data={},
                )
            )
        else:
            cylinder = Cylinder(
                kind="lpg_steel",
                medium="lpg",
                status="draft",
                maker="m",
                maker_code="M",
                serial_no="1",
                made_on=today.replace(day=1),
                owner_id=cast.unit("station").id,
                area_code="341302",
            )
            session.add(cylinder)
            session.flush()
            session.add(CylinderEvent(cylinder_id=cylinder.id, kind="register", at=now, received_at=now))


def test_an_undeclared_key_of_the_trail_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="does not declare"), transaction():
        audit.record(cast.actor("section"), "person.signed_in", cast.person("section"), colour="red")


def test_sqlite_is_opened_as_promised(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite only")
    with db.engine.connect() as connection:
        values = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "foreign_keys": 1}


@pytest.mark.parametrize(
    "table",
    [
        "seal",
        "fault_report_step",
        "cylinder_report_step",
        "registration_step",
        "renewal_step",
        "directive_step",
        "sealing_step",
        "case_step",
        "call_step",
        "guarded_event_step",
    ],
)
def test_seals_and_steps_have_their_triggers(app: Flask, table: str) -> None:
    where = {
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass) AND NOT tgisinternal",
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name",
    }[db.engine.dialect.name]
    assert db.session.scalar(text(where), {"name": table}) >= 1
