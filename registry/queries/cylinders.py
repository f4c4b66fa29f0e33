"""Cylinders as pages, lists and the interface see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, codes, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import among, db
from registry.messages import T
from registry.models import Capacity, Cylinder, CylinderInspection, Filling, LabelCode, Unit
from registry.queries.cylinder_terms import chosen
from registry.queries.cylinder_values import MARKS, dates_from
from registry.queries.paging import Page, paginate
from registry.rules.cylinder_lifecycle import LIVE, STATUSES, Move, move_by_hand, moves_from
from registry.rules.cylinders import Dates, Term, interval, service_life
from registry.settings import current

Key = tuple[str, str, date]
SOON_DAYS = 30


UNLABELLED = re.compile(r"id-([0-9]{1,15})")


def by_code(actor: Actor, text: str) -> Cylinder:
    """The visible cylinder of a label code: bare, grouped, with its mac, or the whole QR address; also of a
    replaced or voided code, and of a foreign code bound to it. With `owner`, `statuses` and `inspections`.

    Raises:
        Missing: no such code, or not for this caller to see.
    """
    return policy.get(
        actor,
        Cylinder,
        Cylinder.id == id_of(text),
        options=(joinedload(Cylinder.owner), selectinload(Cylinder.statuses), selectinload(Cylinder.inspections)),
    )


def id_of(text: str) -> int:
    """The id of the cylinder that carries or carried a code; 0 when there is none or the mac is false.

    `id-<number>` is the handle of a cylinder that never got a code.
    """
    if (unlabelled := UNLABELLED.fullmatch(text.strip())) is not None:
        return int(unlabelled[1])
    scanned = codes.split(text)
    if codes.verify(scanned, current().label_keys) == "bad_mac":
        return 0
    code = scanned.code or text.strip()
    labelled = select(LabelCode.cylinder_id).where(LabelCode.code.in_({code, text.strip()}))
    found = db.session.scalars(labelled.where(LabelCode.cylinder_id.is_not(None))).first()
    if found is None:
        found = db.session.scalars(select(Cylinder.id).where(Cylinder.label_code == code)).first()
    return found or 0


def listing(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """One page of cylinders with their owners.

    `filters`: `q` (label code, or the beginning of a serial, register or own number, or a plate), `owner_id`,
    `medium`, `kind`, `status`, `area` (code) and `due`: `overdue`, or `soon` for the next 30 days.
    """
    statement = policy.scope(actor, Cylinder).options(joinedload(Cylinder.owner))
    for name in ("owner_id", "medium", "kind", "status"):
        if filters.get(name) not in (None, ""):
            statement = statement.where(getattr(Cylinder, name) == filters[name])
    if filters.get("area"):
        statement = statement.where(Cylinder.area_code == filters["area"])
    if filters.get("due"):
        statement = statement.where(_due(filters["due"], clock.today()))
    if filters.get("q"):
        statement = statement.where(_matches(str(filters["q"])))
    return paginate(statement, Cylinder.id, limit, cursor, newest=True)


def _matches(text: str) -> ColumnElement[bool]:
    known = id_of(text)
    if known:
        return Cylinder.id == known
    beginning = text.strip().upper()
    columns = (Cylinder.serial_no, Cylinder.register_no, Cylinder.inner_no, Cylinder.vehicle_plate)
    return or_(*(column.startswith(beginning, autoescape=True) for column in columns))


def _due(which: str, on: date) -> ColumnElement[bool]:
    """Overdue: past the inspection or the service life; soon: within the next 30 days."""
    in_use = Cylinder.status.in_([status.id for status in STATUSES.values() if status.counts_in_use])
    overdue = or_(Cylinder.next_inspection_on < on, Cylinder.service_end_on < on)
    if which == "overdue":
        return and_(in_use, overdue)
    near = or_(
        Cylinder.next_inspection_on <= on + timedelta(days=SOON_DAYS),
        Cylinder.service_end_on <= on + timedelta(days=SOON_DAYS),
    )
    return and_(in_use, near, Cylinder.next_inspection_on >= on, Cylinder.service_end_on >= on)


def stations(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the filling stations this caller may choose an owner from: a station only itself."""
    statement = (
        policy.scope(actor, Unit, Unit.id, Unit.name)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "filling")
        .order_by(Unit.name)
        .limit(1000)
    )
    if actor.role not in OFFICE_ROLES | {"inspection_body", "insurer"}:
        statement = statement.where(Unit.id == actor.unit_id)
    elif actor.areas:
        statement = statement.where(Unit.area_code.in_(actor.areas))
    return [(unit_id, name) for unit_id, name in db.session.execute(statement)]


def owners(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of every filling station, for writing a cylinder over to one."""
    statement = (
        policy.scope(actor, Unit, Unit.id, Unit.name)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "filling")
        .order_by(Unit.name)
        .limit(1000)
    )
    return [(unit_id, name) for unit_id, name in db.session.execute(statement)]


def values_of(cylinder: Cylinder) -> dict[str, Any]:
    """What a registration states, as it stands."""
    return {name: getattr(cylinder, name) for name in MARKS}


def dates_of(cylinder: Cylinder, on: date) -> Dates:
    """Interval, next inspection, service end and final end of a cylinder by the rules in force on a day."""
    return dates_from(values_of(cylinder), on, chosen(on))


@dataclass(frozen=True)
class Explained:
    """Where a cylinder's dates come from: both terms with years and clause."""

    dates: Dates
    interval: Term
    life: Term
    stated_earlier: bool


def explained(cylinder: Cylinder, on: date) -> Explained:
    """The dates of a cylinder with the terms of the law they were counted from."""
    computed = dates_of(cylinder, on)
    stated = cylinder.stated_next_inspection_on
    return Explained(
        computed,
        interval(cylinder.kind, cylinder.medium, cylinder.environment, cylinder.high_purity, on),
        service_life(cylinder.kind, cylinder.made_on, cylinder.medium, cylinder.taxi, on),
        bool(stated and computed.next_inspection and stated < computed.next_inspection),
    )


def due_state(day: date | None, on: date) -> str:
    """`unknown`, `overdue` (the day has passed), `soon` (30 days or less) or `later`."""
    if day is None:
        return "unknown"
    if day < on:
        return "overdue"
    return "soon" if (day - on).days <= SOON_DAYS else "later"


def is_overdue(cylinder: Cylinder, on: date) -> bool:
    """Whether a cylinder that is in use is past its inspection or its service life; derived, never stored."""
    days = (cylinder.next_inspection_on, cylinder.service_end_on)
    return STATUSES[cylinder.status].counts_in_use and any(due_state(day, on) == "overdue" for day in days)


def moves_of(actor: Actor, cylinder: Cylinder) -> list[Move]:
    """The changes of status this caller may make now."""
    if not policy.may(actor, "cylinder.change_status"):
        return []
    is_office = actor.role in OFFICE_ROLES
    moves = moves_from(cylinder.status, clock.today())
    return [move for move in moves if move_by_hand(cylinder.status, move.verb, is_office)]


def is_transferable(actor: Actor, cylinder: Cylinder) -> bool:
    """Whether this caller may write the cylinder over to another owner now."""
    return policy.may(actor, "cylinder.transfer") and STATUSES[cylinder.status].transferable


def last_fillings(actor: Actor, cylinder: Cylinder, limit: int = 10) -> Sequence[Filling]:
    """The latest fills this caller may see, with the station that filled."""
    if not policy.may(actor, "filling.read"):
        return ()
    return db.session.scalars(
        policy.scope(actor, Filling)
        .where(Filling.cylinder_id == cylinder.id)
        .options(joinedload(Filling.station))
        .order_by(Filling.ended_at.desc())
        .limit(limit)
    ).all()


def labels_of(cylinder: Cylinder) -> Sequence[LabelCode]:
    """Every code the cylinder carries or carried, newest first."""
    return db.session.scalars(
        select(LabelCode).where(LabelCode.cylinder_id == cylinder.id).order_by(LabelCode.id.desc()).limit(50)
    ).all()


def body_names(inspections: Iterable[CylinderInspection]) -> dict[int, str]:
    """Names of the inspection bodies by unit id."""
    ids = {row.body_id for row in inspections if row.body_id is not None}
    found = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))) if ids else ()
    return dict(iter(found))


@dataclass(frozen=True)
class Existing:
    """A cylinder on file. `visible`: whether it is the asker's to see and change."""

    id: int
    visible: bool
    owner_id: int
    status: str
    version: int
    values: dict[str, Any]


def existing(actor: Actor, keys: Iterable[Key]) -> dict[Key, Existing]:
    """What is on file under (maker_code, serial_no, made_on), whoever owns it: for dry runs and bulk registration.

    Rows of others are there with `visible` False, so that a number that is taken can be told; show no more of them.
    """
    wanted = set(keys)
    numbers = sorted({serial for _maker, serial, _made in wanted})
    columns = [getattr(Cylinder, name) for name in MARKS]
    found: dict[Key, Existing] = {}
    for start in range(0, len(numbers), 5000):
        statement = select(
            Cylinder.id,
            policy.visible(actor, Cylinder).label("visible"),
            Cylinder.owner_id,
            Cylinder.status,
            Cylinder.version,
            *columns,
        ).where(among(Cylinder.serial_no, numbers[start : start + 5000]))
        for row_id, visible, owner_id, status, version, *values in db.session.execute(statement):
            marks = dict(zip(MARKS, values, strict=True))
            key = (marks["maker_code"], marks["serial_no"], marks["made_on"])
            if key in wanted:
                found[key] = Existing(row_id, bool(visible), owner_id, status, version, marks)
    return found


def taken_register_numbers(numbers: Iterable[str]) -> dict[str, int]:
    """Register numbers that a live registration holds -> the id of its cylinder."""
    wanted = sorted(set(numbers))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 5000):
        statement = select(Cylinder.register_no, Cylinder.id).where(
            among(Cylinder.register_no, wanted[start : start + 5000]), Cylinder.status.in_(LIVE)
        )
        found.update({number: row_id for number, row_id in db.session.execute(statement) if number})
    return found


def station_problem(unit: Unit) -> T | None:
    """Why a unit cannot own registered cylinders; its capacities must be loaded. None when it can."""
    if not any(capacity.capacity == "filling" for capacity in unit.capacities):
        return T("该单位没有充装资格，不能作为气瓶产权单位")
    return None
