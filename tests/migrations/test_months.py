"""A filled register on PostgreSQL comes into months: nothing is lost, everything is held as before."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import upgrade
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import IntegrityError

from blueprints.app import create_app
from registry import clock, settings
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import CylinderAnomaly, CylinderEvent, Scan, TrailEntry
from registry.queries import partitions as queries
from registry.services import partitions
from tests.conftest import POSTGRES, POSTGRES_URL

pytestmark = pytest.mark.skipif(not POSTGRES, reason="SQLite keeps its tables")
BEFORE = "0036"
ROWS = 300
FILL = f"""
    INSERT INTO scan (at, received_at, purpose, text, cylinder_id, unit_id, verdict, legacy_code, findings)
    SELECT now() - n * interval '1 day', now(), 'fill', 'x', 1, 1, 'allow', '00', '[]'
    FROM generate_series(1, {ROWS}) n;
    INSERT INTO cylinder_event (cylinder_id, ref, kind, at, received_at)
    SELECT 1, 'r' || n, 'collect', now() - n * interval '1 day', now() FROM generate_series(1, {ROWS}) n;
    INSERT INTO trail_entry (at, act, subject, role, request_id, data)
    SELECT now() - n * interval '1 day', 'x', 'x', 'x', '', '{{}}' FROM generate_series(1, {ROWS}) n;
"""


TYPES = {"integer": 0, "bigint": 0, "boolean": False, "date": "2024-01-01", "jsonb": "{}",
         "timestamp with time zone": "2024-01-01 08:00+08"}  # fmt: skip
NEEDED = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_name = %(table)s AND is_nullable = 'NO' AND column_default IS NULL
"""


def put(connection: Connection, table: str, **given: Any) -> None:
    """One row; what it must have and is not given is anything of its type."""
    for name, kind in connection.exec_driver_sql(NEEDED, {"table": table}):
        given.setdefault(name, TYPES.get(kind, "x"))
    places = ", ".join(f"%({name})s" for name in given)
    connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({places})", given)


def fill(connection: Connection) -> None:
    put(connection, "area", code="341302")
    put(connection, "unit", id=1, area_code="341302")
    put(connection, "cylinder", id=1, owner_id=1, area_code="341302")
    for statement in FILL.split(";\n"):
        connection.exec_driver_sql(statement)
    put(connection, "cylinder_anomaly", station_id=1, scan_id=10, other_scan_id=200)


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A filled database of the revision before the months."""
    before, name = settings.current(), f"registry_months_{time.time_ns()}"
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    monkeypatch.setenv("REGISTRY_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", admin.url.set(database=name).render_as_string(hide_password=False))
    app = create_app(settings.load())
    with app.app_context():
        upgrade(revision=BEFORE)
        with db.engine.begin() as connection:
            fill(connection)
        yield app
        db.session.remove()
        db.engine.dispose()
    settings.configure(before)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_a_filled_register_comes_into_months(older) -> None:
    upgrade()
    db.session.remove()
    for model in (Scan, CylinderEvent, TrailEntry):
        ids = db.session.scalars(select(model.id).order_by(model.id)).all()
        assert ids == list(range(1, ROWS + 1)), model
    found = db.session.scalars(select(CylinderAnomaly)).one()
    for number, at in ((found.scan_id, found.scan_at), (found.other_scan_id, found.other_scan_at)):
        assert at == db.session.scalar(select(Scan.at).where(Scan.id == number))
    now = clock.now()
    with transaction() as session:
        made = CylinderEvent(cylinder_id=1, ref="new", kind="collect", at=now, received_at=now)
        session.add(made)
    assert made.id == ROWS + 1  # numbers go on
    for ref in ("r250", "new"):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(CylinderEvent(cylinder_id=1, ref=ref, kind="collect", at=now, received_at=now))
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(CylinderEvent(cylinder_id=2, kind="collect", at=now, received_at=now))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("DELETE FROM scan WHERE id = 200"))


def test_its_past_is_divided(older) -> None:
    upgrade()
    since = clock.today().replace(day=1) - timedelta(days=150)
    made = partitions.divide(SYSTEM, since)
    assert len(made) >= 3 * 5
    for table in queries.TABLES:
        for part in queries.parts(table):
            if part.month is None:
                continue
            low, high = db.session.execute(text(f"SELECT min(at), max(at) FROM {part.name}")).one()
            for at in (low, high):
                assert at is None or clock.day_of(at).replace(day=1) == part.month
    for model in (Scan, CylinderEvent, TrailEntry):
        assert set(range(1, ROWS + 1)) <= set(db.session.scalars(select(model.id))), model


def test_indexes_are_taken_over(older) -> None:
    """The past answers by an index as before, and the months have the same."""
    upgrade()
    with db.engine.connect() as connection:
        for table in queries.TABLES:
            whole = connection.execute(
                text("SELECT count(*) FROM pg_index WHERE indrelid = CAST(:name AS regclass)"), {"name": table.name}
            ).scalar_one()
            for part in queries.parts(table):
                own = connection.execute(
                    text("SELECT count(*) FROM pg_index WHERE indrelid = CAST(:name AS regclass)"), {"name": part.name}
                ).scalar_one()
                assert own == whole + len(table.own), part.name
