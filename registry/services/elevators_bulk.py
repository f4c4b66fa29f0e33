"""Many elevators at once: what an import or a seed puts on file, in batches through Core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, insert, or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.messages import T
from registry.models import AreaLeft, Contract, Elevator, ElevatorStatus, ElevatorUse, Inspection, RescueEnrolment
from registry.queries import areas, elevator_checks
from registry.queries.elevator_imports import present_values
from registry.queries.elevator_rows import (
    NOT_NULL,
    Written,
    dated_rows,
    elevator_row,
    first_enrolment,
    inspection_values,
)
from registry.queries.elevator_values import COLUMNS, DETAILS, IDENTIFIERS, stored
from registry.services import maintenance_state
from registry.services.labels import fresh_codes

Row = Mapping[str, Any]
Trail = dict[str, list[tuple[int, dict[str, Any]]]]

CHUNK = 500


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its position in the call, the column, and why."""

    index: int
    column: str
    reason: T


@dataclass(slots=True)
class Counts:
    """What came of a call."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


def bulk_register(actor: Actor, rows: Sequence[Row]) -> Counts:
    """Put elevators on file or bring known ones up to date, in one transaction.

    Each row is a dict of values that were validated before:
    - names of `elevator_values.COLUMNS` and product data of the kind; `source` and `foreign_no` of another register;
    - `status` (any of the lifecycle; in_use for new rows unless given) and `status_since`;
    - `inspection_kind` (periodic_inspection), `inspection_done_on`, `inspection_valid_until`, `inspection_conclusion`
      (pass), `inspection_report_no`: one record, kept when done_on or valid_until is given;
    - `company_id`, `contract_since`, `contract_number`: the running maintenance contract;
    - `rescue_since`, `plate_verified_on`: with `rescue_code`, the enrolment at 96366.
    `kind`, `address` and `area_code` are needed for new rows. A name that is absent leaves what is on file; None
    empties it.

    A row is known by (source, foreign_no), else by its device code. Known rows that differ are corrected, equal ones
    are left alone: the same rows again change nothing. Refused are rows whose elevator the caller may not see, whose
    area is not in its charge, or whose identifiers are on another elevator.
    """
    policy.require(actor, "elevator.import")
    counts = Counts()
    trail: Trail = defaultdict(list)
    with transaction() as session:
        divisions = areas.divisions()
        for start in range(0, len(rows), CHUNK):
            fresh = _sorted_out(actor, session, rows[start : start + CHUNK], start, counts, trail)
            session.flush()
            _insert(session, fresh, divisions, trail)
        for act, entries in trail.items():
            audit.record_many(actor, act, "elevator", entries)
        maintenance_state.fill_in(session)
    return counts


def _sorted_out(
    actor: Actor, session: Session, rows: Sequence[Row], start: int, counts: Counts, trail: Trail
) -> list[Row]:
    """Count and correct what is known, count what is refused; the new rows of a chunk."""
    known = _known(session, rows)
    visible = _visible(actor, session, known.values())
    present = present_values([row for row in known.values() if row.id in visible])
    holders = _holders(session, rows)
    fresh: list[Row] = []
    for position, row in enumerate(rows):
        elevator = _match(known, row)
        refusal = _refusal(actor, row, elevator, visible, holders)
        if refusal:
            counts.refused.append(RefusedRow(start + position, *refusal))
        elif elevator is None:
            fresh.append(row)
            counts.new += 1
        elif _apply_changes(session, elevator, row, present[elevator.id], trail):
            counts.changed += 1
        else:
            counts.unchanged += 1
    return fresh


def _key(row: Row) -> tuple[str, str, str] | None:
    source, number = row.get("source"), row.get("foreign_no")
    return ("foreign", source, number) if source and number else None


def _device(row: Row) -> tuple[str, str] | None:
    return ("device", row["device_code"]) if row.get("device_code") else None


def _known(session: Session, rows: Sequence[Row]) -> dict[Any, Elevator]:
    """Elevators on file by both keys."""
    numbers = [row["foreign_no"] for row in rows if _key(row)]
    devices = [row["device_code"] for row in rows if _device(row)]
    sources = {row["source"] for row in rows if _key(row)}
    if not numbers and not devices:
        return {}
    statement = select(Elevator).where(
        or_(
            Elevator.source.in_(sources) & Elevator.foreign_no.in_(numbers),
            Elevator.device_code.in_(devices),
        )
    )
    found: dict[Any, Elevator] = {}
    for elevator in session.scalars(statement):
        if elevator.source and elevator.foreign_no:
            found["foreign", elevator.source, elevator.foreign_no] = elevator
        if elevator.device_code and elevator.status not in elevator_checks.FREED_BY["device_code"]:
            found["device", elevator.device_code] = elevator
    return found


def _match(known: Mapping[Any, Elevator], row: Row) -> Elevator | None:
    """The elevator a row speaks of. Two numbers of one register are two elevators, whatever their device codes."""
    if (found := known.get(_key(row))) is not None:
        return found
    same = known.get(_device(row))
    if same is not None and _key(row) and same.foreign_no and same.source == row["source"]:
        return None
    return same


def _visible(actor: Actor, session: Session, elevators: Iterable[Elevator]) -> set[int]:
    ids = {elevator.id for elevator in elevators}
    if actor.sees_city or not ids:
        return ids
    return set(session.scalars(policy.scope(actor, Elevator, Elevator.id).where(Elevator.id.in_(ids))))


def _holders(session: Session, rows: Sequence[Row]) -> dict[tuple[str, str], int]:
    """Which elevator carries an identifier: (name, value) -> id; 0 for a row of this chunk."""
    found: dict[tuple[str, str], int] = {}
    for name in IDENTIFIERS:
        wanted = {row[name] for row in rows if row.get(name)}
        if not wanted:
            continue
        column = getattr(Elevator, name)
        freed = elevator_checks.FREED_BY.get(name, ())
        statement = select(column, Elevator.id).where(column.in_(wanted), Elevator.status.not_in(freed))
        found.update({(name, value): number for value, number in session.execute(statement)})
    return found


def _refusal(
    actor: Actor, row: Row, elevator: Elevator | None, visible: set[int], holders: dict[tuple[str, str], int]
) -> tuple[str, T] | None:
    if elevator is not None and elevator.id not in visible:
        return "", T("已登记在别的辖区，不能由您更改")
    if actor.areas and row.get("area_code") and not {row["area_code"], row.get("division_code")} & set(actor.areas):
        return "area_code", T("不在您的辖区内，请由市局或当地县区局办理")
    key = ("row", repr(_key(row) or _device(row) or id(row)))
    if key in holders:
        return "", T("与本批前面的一行是同一台电梯")
    own = elevator.id if elevator is not None else 0
    given = [(name, row[name]) for name in IDENTIFIERS if row.get(name)]
    for name, value in given:
        holder = holders.get((name, value))
        if holder is not None and (holder != own or own == 0):
            return name, elevator_checks.TAKEN[name]
    holders.update(dict.fromkeys([*given, key], own))
    return None


def _insert(session: Session, rows: Sequence[Row], divisions: Mapping[str, str | None], trail: Trail) -> None:
    if not rows:
        return
    fresh = zip(rows, fresh_codes(len(rows)), strict=True)
    prepared = [elevator_row(row, code, divisions) for row, code in fresh]
    table: Table = Elevator.__table__  # type: ignore[assignment]
    session.execute(insert(table), prepared)
    codes = [row["label_code"] for row in prepared]
    found = session.execute(select(table.c.label_code, table.c.id).where(table.c.label_code.in_(codes)))
    ids = dict(found.all())
    written = [Written(ids[new["label_code"]], new, row) for new, row in zip(prepared, rows, strict=True)]
    for child, values in dated_rows(written, clock.today()):
        session.execute(insert(child), values)
    names = ("label_code", "kind", "area_code", "source")
    trail["elevator.registered"] += [(item.id, {name: item.values[name] for name in names}) for item in written]


def _apply_changes(session: Session, elevator: Elevator, row: Row, present: Row, trail: Trail) -> bool:
    """Bring an elevator on file up to date with a row, noting what was done; whether anything was different."""
    changes = _changed_values(elevator, row, present)
    _changed_use(session, elevator, changes)
    if changes.get("area_code", [None])[0]:
        session.add(AreaLeft(elevator_id=elevator.id, area_code=changes["area_code"][0], left_on=clock.today()))
    if _inspected_again(session, elevator, row, present):
        name = "inspection_valid_until"
        changes[name] = [present[name], row.get(name)]
    changes |= _changed_contract(session, elevator, row, present)
    changes |= _changed_enrolment(session, elevator, row, present)
    if changes:
        elevator.version += 1
        source = row.get("source") or elevator.source or ""
        trail["elevator.corrected"].append((elevator.id, {"changes": changes, "source": source}))
    status = row.get("status")
    if not status or status == present["status"]:
        return bool(changes)
    since = row.get("status_since") or clock.today()
    _replace_open(session, ElevatorStatus(elevator_id=elevator.id, status=status, since=since))
    elevator.status = status
    trail["elevator.status_changed"].append((elevator.id, {"from": present["status"], "to": status, "since": since}))
    return True


def _changed_values(elevator: Elevator, row: Row, present: Row) -> dict[str, list[Any]]:
    """Set what differs of columns and details; what was and what is."""
    own = (*COLUMNS, "source", "foreign_no")
    given = {name: row[name] for name in (*own, *DETAILS) if name in row}
    given.update({name: given[name] or "" for name in NOT_NULL if name in given})
    changed = {name: value for name, value in given.items() if value != present[name]}
    # The code of the area follows from the area unless the row states both.
    if "division_code" in changed and not changed["division_code"]:
        del changed["division_code"]
    details = dict(elevator.details or {})
    for name, value in changed.items():
        if name in DETAILS:
            details[name] = stored(name, value)
        else:
            setattr(elevator, name, value)
    if DETAILS & changed.keys():
        elevator.details = {name: value for name, value in details.items() if value is not None} or None
    return {name: [present[name], value] for name, value in sorted(changed.items())}


def _changed_use(session: Session, elevator: Elevator, changes: Mapping[str, Any]) -> None:
    """A list that names another use unit begins its period today: lists do not say since when."""
    if "use_unit_id" not in changes:
        return
    if elevator.use_unit_id is not None:
        period = ElevatorUse(elevator_id=elevator.id, unit_id=elevator.use_unit_id, since=clock.today(), document="")
        _replace_open(session, period)
        return
    for row in session.scalars(
        select(ElevatorUse).where(ElevatorUse.elevator_id == elevator.id, ElevatorUse.until.is_(None))
    ):
        row.until = max(clock.today(), row.since)


def _inspected_again(session: Session, elevator: Elevator, row: Row, present: Row) -> bool:
    """Record the inspection of a row unless it is on record; one of the same kind and day is brought up to date."""
    stated = inspection_values(elevator.id, row)
    compared = ("kind", "done_on", "valid_until", "conclusion")
    if stated is None or all(stated[name] == present[f"inspection_{name}"] for name in compared):
        return False
    anchor = "done_on" if stated["done_on"] else "valid_until"
    same = session.scalars(
        select(Inspection).where(
            Inspection.elevator_id == elevator.id,
            Inspection.kind == stated["kind"],
            getattr(Inspection, anchor) == stated[anchor],
        )
    ).first()
    if same is None:
        session.add(Inspection(**stated))
        return True
    return bool(audit.changes(same, {name: stated[name] for name in ("valid_until", "conclusion")}))


def _changed_contract(session: Session, elevator: Elevator, row: Row, present: Row) -> dict[str, list[Any]]:
    company = row.get("company_id")
    if not company or company == present["company_id"]:
        return {}
    since, number = row.get("contract_since") or clock.today(), row.get("contract_number") or ""
    _replace_open(session, Contract(elevator_id=elevator.id, company_id=company, since=since, number=number))
    return {"company_id": [present["company_id"], company]}


def _changed_enrolment(session: Session, elevator: Elevator, row: Row, present: Row) -> dict[str, list[Any]]:
    item = Written(elevator.id, {}, {**row, "rescue_code": row.get("rescue_code") or elevator.rescue_code})
    stated = first_enrolment(item, clock.today())
    if stated is None or (
        stated["code"] == present["rescue_code"] and stated["plate_verified_on"] == present["plate_verified_on"]
    ):
        return {}
    _replace_open(session, RescueEnrolment(**stated))
    return {"plate_verified_on": [present["plate_verified_on"], stated["plate_verified_on"]]}


def _replace_open(session: Session, period: Any) -> None:
    """End the open periods of the elevator in the table of `period` the day it begins, and add it."""
    model = type(period)
    for row in session.scalars(select(model).where(model.elevator_id == period.elevator_id, model.until.is_(None))):
        row.until = max(period.since, row.since)
    session.add(period)
