"""Months of the big tables on PostgreSQL: made ahead, taken off, read only where a statement needs them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from blueprints import job_runner
from registry import clock, partitions
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Forbidden
from registry.models import CylinderAnomaly, CylinderEvent, Parameter, Scan, TrailEntry
from registry.partitions import TABLES, month_after
from registry.queries import holds
from registry.queries import partitions as queries
from registry.services import cylinder_anomaly_finding, filling, scans
from registry.services import partitions as service
from seeds import cast
from tests import filling_factory as make
from tests.conftest import POSTGRES

SCAN, EVENT, TRAIL = TABLES
only_postgres = pytest.mark.skipif(not POSTGRES, reason="SQLite keeps every table whole")
THIS_MONTH = clock.today().replace(day=1)


def names(table: partitions.Table) -> list[str]:
    return [part.name for part in queries.parts(table) if part.attached]


def scanned(at: Any, **values: Any) -> Scan:
    """A scan as it would have been kept at a moment."""
    with transaction() as session:
        row = Scan(
            at=at, received_at=at, purpose="fill", text="x", verdict="allow", legacy_code="00", findings=[],
            unit_id=cast.unit("station").id, **values,
        )  # fmt: skip
        session.add(row)
    return row


def lies_in(table: partitions.Table, number: int) -> str:
    """The part that holds a row."""
    statement = text(f"SELECT CAST(tableoid AS regclass) || '' FROM {table.name} WHERE id = :id")
    return str(db.session.scalar(statement, {"id": number}))


def choose(key: str, months: int) -> None:
    with transaction() as session:
        session.add(Parameter(key=key, value=str(months), since=date(2020, 1, 1), basis="", certainty="G"))


@pytest.mark.skipif(POSTGRES, reason="of SQLite")
def test_sqlite_has_no_months(app) -> None:
    for table in TABLES:
        assert queries.parts(table) == []
    assert (service.ensure(SYSTEM), service.detach(SYSTEM), service.divide(SYSTEM, date(2026, 1, 1))) == ([], [], [])
    assert not queries.anything_missing()


def test_only_the_system_keeps_them(app) -> None:
    for verb in (service.ensure, service.detach, lambda actor: service.divide(actor, date(2026, 1, 1))):
        with pytest.raises(Forbidden):
            verb(cast.actor("admin"))


@only_postgres
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_months_are_made_ahead(app, table) -> None:
    assert queries.missing(table, clock.today()) == []
    later = month_after(THIS_MONTH, 5)
    made = [name for name in service.ensure(SYSTEM, later) if name.startswith(f"{table.name}_2")]
    not_yet = partitions.months(month_after(THIS_MONTH, 4), month_after(later, 3))
    wanted = [partitions.part_name(table, month) for month in not_yet]
    assert made == wanted
    assert set(wanted) <= set(names(table))
    assert service.ensure(SYSTEM, later) == []
    entries = db.session.scalars(select(TrailEntry.data).where(TrailEntry.act == "partition.made")).all()
    assert {entry["part"] for entry in entries} >= set(made)


@only_postgres
def test_the_worker_makes_and_takes_off(app, monkeypatch) -> None:
    choose("partition.scan_months", 2)
    monkeypatch.setattr(service, "_looked_at", float("-inf"))
    monkeypatch.setattr(clock, "today", lambda: month_after(THIS_MONTH, 6))
    assert queries.anything_missing()
    job_runner.run_regular((service.keep_when_due,))
    assert not queries.anything_missing()
    assert names(SCAN)[0] == partitions.part_name(SCAN, month_after(THIS_MONTH, 4))
    assert f"cylinder_event_before_{THIS_MONTH:%Y_%m}" in names(EVENT)  # nothing was said of events: all stay


@only_postgres
def test_what_came_too_early_is_moved_into_its_month(app) -> None:
    month = month_after(THIS_MONTH, 8)
    early = scanned(clock.start_of(month) + timedelta(hours=3))
    with transaction() as session:
        event = CylinderEvent(
            cylinder_id=make.cylinder().id, kind="collect", at=early.at, received_at=clock.now(), ref=str(uuid4())
        )
        session.add(event)
    assert (lies_in(SCAN, early.id), lies_in(EVENT, event.id)) == ("scan_rest", "cylinder_event_rest")
    service.ensure(SYSTEM, month)
    assert lies_in(SCAN, early.id) == f"scan_{month:%Y_%m}"
    assert lies_in(EVENT, event.id) == f"cylinder_event_{month:%Y_%m}"


@only_postgres
@pytest.mark.parametrize("table", [EVENT, TRAIL], ids=lambda table: table.name)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_part_is_a_way_round_what_can_only_grow(app, table, statement) -> None:
    later = month_after(THIS_MONTH, 4)
    service.ensure(SYSTEM, later)
    for part in names(table):
        with pytest.raises(DBAPIError, match="can only grow"), transaction() as session:
            session.execute(text(statement.format(part)))


@only_postgres
def test_a_ref_is_unique_in_whatever_month(app) -> None:
    row, ref = make.cylinder(), str(uuid4())

    def event(at: Any) -> CylinderEvent:
        return CylinderEvent(cylinder_id=row.id, kind="collect", at=at, received_at=clock.now(), ref=ref)

    with transaction() as session:
        session.add(event(clock.now()))
    for at in (clock.now(), clock.now() - timedelta(days=70), clock.now() + timedelta(days=70)):
        with pytest.raises(IntegrityError, match=r"uq_cylinder_event_ref|ref_key"), transaction() as session:
            session.add(event(at))


@only_postgres
def test_months_are_taken_off_and_kept_as_tables(app) -> None:
    service.divide(SYSTEM, month_after(THIS_MONTH, -4))
    days = [clock.start_of(month_after(THIS_MONTH, -back)) + timedelta(days=1) for back in (4, 3, 2, 1)]
    old = [scanned(day).id for day in days]
    choose("partition.scan_months", 2)
    taken = service.detach(SYSTEM)
    first = month_after(THIS_MONTH, -4)
    assert taken == [f"scan_{first:%Y_%m}", f"scan_{month_after(first):%Y_%m}", f"scan_before_{first:%Y_%m}"]
    assert old[2:] == db.session.scalars(select(Scan.id).order_by(Scan.id)).all()
    kept = {part.name: part for part in queries.parts(SCAN)}
    assert not any(kept[name].attached for name in taken)
    assert db.session.scalar(text(f"SELECT id FROM {taken[0]}")) == old[0]
    entries = db.session.scalars(select(TrailEntry.data).where(TrailEntry.act == "partition.detached")).all()
    assert [entry["part"] for entry in entries] == taken
    assert service.detach(SYSTEM) == []


@only_postgres
def test_a_month_that_an_anomaly_points_into_stays(app) -> None:
    month = month_after(THIS_MONTH, -3)
    service.divide(SYSTEM, month)
    seen = scanned(clock.start_of(month) + timedelta(days=1))
    found = _anomaly(seen)
    choose("partition.scan_months", 1)
    service.detach(SYSTEM)
    assert lies_in(SCAN, seen.id) == f"scan_{month:%Y_%m}"
    with transaction() as session:
        session.delete(found)
    assert service.detach(SYSTEM) == [f"scan_{month:%Y_%m}"]


def _anomaly(seen: Scan, **values: Any) -> CylinderAnomaly:
    given = {"scan_id": seen.id, "scan_at": seen.at, **values}
    with transaction() as session:
        row = CylinderAnomaly(
            code="C2", key="travel", subject="cylinder 1", mark="x", station_id=cast.unit("station").id, evidence={},
            score=1, state="found", found_at=clock.now(), found_on=clock.today(), **given,
        )  # fmt: skip
        session.add(row)
    return row


@only_postgres
def test_an_anomaly_names_a_scan_that_is_there(app) -> None:
    seen = scanned(clock.now())
    with pytest.raises(IntegrityError):
        _anomaly(seen, scan_id=seen.id + 1)
    with pytest.raises(IntegrityError):
        _anomaly(seen, scan_at=seen.at + timedelta(seconds=1))
    _anomaly(seen)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(f"DELETE FROM scan WHERE id = {seen.id}"))


def test_an_anomaly_keeps_when_its_scan_was(app) -> None:
    row = make.cylinder(custody="at_user", last_filled_at=clock.now() - timedelta(days=20))
    asked = {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"}
    scans.scan(cast.actor("filler"), asked)
    found = db.session.scalars(select(CylinderAnomaly).where(CylinderAnomaly.cylinder_id == row.id)).first()
    assert found is not None
    assert found.scan_at == db.session.scalar(select(Scan.at).where(Scan.id == found.scan_id))


@only_postgres
def test_the_past_is_divided_with_what_points_into_it(app) -> None:
    months = [month_after(THIS_MONTH, -back) for back in (3, 2, 1)]
    rows = [scanned(clock.start_of(month) + timedelta(days=2)) for month in months]
    older = scanned(clock.start_of(months[0]) - timedelta(seconds=1))
    _anomaly(rows[1])
    assert lies_in(SCAN, rows[0].id) == f"scan_before_{THIS_MONTH:%Y_%m}"
    made = service.divide(SYSTEM, months[0])
    assert set(made) >= {f"{table.name}_{month:%Y_%m}" for table in TABLES for month in months}
    assert [lies_in(SCAN, row.id) for row in rows] == [f"scan_{month:%Y_%m}" for month in months]
    assert lies_in(SCAN, older.id) == f"scan_before_{months[0]:%Y_%m}"
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 4
    with pytest.raises(IntegrityError):
        _anomaly(rows[0], scan_id=rows[1].id + 1_000)


# ------------------------------------------------------------------ what a statement reads


@contextmanager
def plans() -> Iterator[list[Any]]:
    """The plans of everything that is asked meanwhile, as the server ran it."""
    found: list[Any] = []
    raw: Any = db.session.connection().connection.driver_connection
    db.session.rollback()  # what is set in a savepoint goes with it
    raw.execute("LOAD 'auto_explain'")
    for setting in ("auto_explain.log_min_duration = 0", "auto_explain.log_format = json", "client_min_messages = log"):
        raw.execute(f"SET {setting}")

    def told(message: Any) -> None:
        said = message.message_primary or ""
        if "plan:" in said:
            found.append(json.loads(said.partition("plan:\n")[2]))

    raw.add_notice_handler(told)
    try:
        yield found
    finally:
        db.session.rollback()
        raw.remove_notice_handler(told)
        raw.execute("SET client_min_messages = notice")
        raw.execute("SET auto_explain.log_min_duration = -1")


def parts_read(found: list[Any]) -> set[str]:
    """The parts that plans read; of what was only written to, nothing."""
    read = set()

    def walk(node: dict[str, Any]) -> None:
        if "Relation Name" in node and node["Node Type"] != "ModifyTable":
            read.add(node["Relation Name"])
        for child in node.get("Plans", ()):
            walk(child)

    for plan in found:
        walk(plan["Plan"])
    pattern = re.compile("|".join(table.name for table in TABLES))
    return {name for name in read if pattern.match(name)}


def since(table: partitions.Table, moment: Any) -> set[str]:
    """The parts that may hold something since a moment."""
    first = clock.day_of(moment).replace(day=1)
    held = {part.name for part in queries.parts(table) if part.month is not None and part.month >= first}
    return held | {table.rest}


@pytest.fixture
def divided(app) -> Any:
    """Two years in months."""
    service.divide(SYSTEM, month_after(THIS_MONTH, -24))
    assert len(names(SCAN)) >= 24 + 4 + 2
    return app


def reads(action: Callable[[], Any]) -> set[str]:
    with plans() as found:
        action()
    assert found, "the server told nothing"
    return parts_read(found)


@only_postgres
def test_the_gun_reads_the_months_of_the_last_day(divided) -> None:
    rows = [make.cylinder() for _ in range(12)]

    def work() -> None:
        for row in rows:  # often enough for the plans that the server keeps
            scans.scan(cast.actor("filler"), {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"})
            filling.record(cast.actor("filler"), make.fill(row))

    read = reads(work)
    assert f"scan_{THIS_MONTH:%Y_%m}" in read
    assert read <= since(SCAN, clock.now() - timedelta(days=2))


@only_postgres
def test_the_page_of_holds_reads_the_months_of_the_last_day(divided) -> None:
    read = reads(lambda: holds.waiting(cast.actor("section"), clock.now()))
    assert read
    assert read <= since(SCAN, clock.now() - holds.WAITED)


@only_postgres
def test_the_trail_since_a_day_reads_its_months(divided, browser_of) -> None:
    day = clock.today() - timedelta(days=3)
    page = browser_of("section")
    assert page.get("/trail").status_code == 200
    read = reads(lambda: page.get("/trail", query_string={"first": day.isoformat()}))
    assert f"trail_entry_{THIS_MONTH:%Y_%m}" in read
    assert read <= since(TRAIL, clock.start_of(day))


@only_postgres
def test_the_night_reads_the_months_it_looks_at(divided) -> None:
    filling.record(cast.actor("filler"), make.fill(make.cylinder()))
    today = clock.today()
    read = reads(lambda: cylinder_anomaly_finding.examine_night(SYSTEM, today))
    assert f"scan_{THIS_MONTH:%Y_%m}" in read
    back = clock.start_of(today - timedelta(days=70))
    assert read <= since(SCAN, back) | since(EVENT, back)
