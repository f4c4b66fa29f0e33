"""The codes of the 96366 platform and their plates: who has none, whose plate nobody saw, what hangs wrongly (§6.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from registry import clock, codes, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import among, db
from registry.models import Contract, Elevator, PlateCheck, RescueCodeRange, RescueEnrolment, Unit
from registry.queries import areas, elevators
from registry.queries.indicator_definitions import elevators_with_a_car, enrolled
from registry.queries.paging import Page, paginate
from registry.queries.periods import holds
from registry.rules import identifiers
from registry.rules.rescue_codes import Range
from registry.settings import current

RESCUE_NUMBER = "96366"
MOST_PLATES = 5_000


@dataclass(frozen=True)
class Line:
    """An elevator with its enrolment, the latest look at its plate, and who maintains it."""

    elevator: Elevator
    area: areas.AreaName | None
    enrolment: RescueEnrolment | None
    check: PlateCheck | None
    company: str
    phone: str
    doubled: bool

    @property
    def state(self) -> str:
        """none, doubled, wrong (another code or none hangs there), unverified or verified."""
        if self.enrolment is None:
            return "none"
        if self.doubled:
            return "doubled"
        if self.enrolment.plate_verified_on:
            return "verified"
        return "wrong" if self.check is not None and not self.check.matches else "unverified"


@dataclass(frozen=True)
class Reading:
    """A number beside the code on file: incomplete, none (no code on file), matches or differs, and whose it is."""

    state: str
    other: Elevator | None = None


@dataclass(frozen=True)
class Stock:
    """The numbers of an area: how many its range has, how many were ever used, how many elevators wait for one."""

    code: str
    area: areas.AreaName
    range: Range | None
    used: int
    waiting: int


@dataclass(frozen=True)
class Plate:
    """What stands on a plate."""

    code: str
    address: str
    name: str
    inner_no: str
    company: str
    phone: str
    use_unit: str
    label_code: str
    url: str


def _open_enrolment() -> ColumnElement[bool]:
    return exists().where(RescueEnrolment.elevator_id == Elevator.id, RescueEnrolment.until.is_(None))


def _doubled() -> ColumnElement[bool]:
    """Its code is another's too, on file or on a plate that somebody read."""
    mine, other = aliased(RescueEnrolment), aliased(RescueEnrolment)
    on_file = exists().where(
        mine.elevator_id == Elevator.id,
        mine.until.is_(None),
        other.code == mine.code,
        other.until.is_(None),
        other.elevator_id != Elevator.id,
    )
    elsewhere = exists().where(
        PlateCheck.code_seen == Elevator.rescue_code,
        PlateCheck.elevator_id != Elevator.id,
        PlateCheck.id.in_(_latest_checks()),
    )
    return or_(on_file, elsewhere)


def _latest_checks() -> Select[Any]:
    return select(func.max(PlateCheck.id)).group_by(PlateCheck.elevator_id)


def _wrong_plate() -> ColumnElement[bool]:
    return exists().where(
        PlateCheck.elevator_id == Elevator.id, PlateCheck.matches.is_(False), PlateCheck.id.in_(_latest_checks())
    )


# gap -> the condition on elevators that belong on the platform
GAPS: Mapping[str, Callable[[date], ColumnElement[bool]]] = {
    "none": lambda on: ~_open_enrolment(),
    "unverified": lambda on: and_(_open_enrolment(), ~enrolled(on, {})),
    "wrong": lambda on: _wrong_plate(),
    "doubled": lambda on: _doubled(),
}


def found(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    """Elevators in use that belong on the platform: `area`, `gap` (of `GAPS`), `q` (as in the list of elevators)."""
    policy.require(actor, "rescue.read_codes")
    statement = elevators.found(actor, {"area": filters.get("area"), "q": filters.get("q")})
    statement = statement.where(elevators_with_a_car(on))
    if filters.get("gap"):
        statement = statement.where(GAPS[filters["gap"]](on))
    return statement


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """A page of `Line`."""
    statement = found(actor, filters, clock.today()).options(joinedload(Elevator.use_unit))
    rows = paginate(statement, Elevator.id, limit, cursor)
    return Page(lines(rows.items), rows.next)


def lines(rows: Sequence[Elevator]) -> list[Line]:
    """What a list shows of elevators the caller may see."""
    ids, names = [row.id for row in rows], areas.names()
    enrolments: dict[int, RescueEnrolment] = {}
    for each in db.session.scalars(
        select(RescueEnrolment)
        .where(RescueEnrolment.elevator_id.in_(ids), RescueEnrolment.until.is_(None))
        .order_by(RescueEnrolment.since, RescueEnrolment.id)
    ):
        enrolments[each.elevator_id] = each
    checks = {
        each.elevator_id: each
        for each in db.session.scalars(
            select(PlateCheck).where(PlateCheck.elevator_id.in_(ids)).order_by(PlateCheck.id)
        )
    }
    doubled = set(db.session.scalars(select(Elevator.id).where(Elevator.id.in_(ids), _doubled())))
    companies = _companies(ids)
    return [
        Line(
            row,
            names.get(row.area_code),
            enrolments.get(row.id),
            checks.get(row.id),
            *companies.get(row.id, ("", "")),
            row.id in doubled,
        )
        for row in rows
    ]


def reading(actor: Actor, line: Line, typed: str) -> Reading:
    """What a number that is being copied from the plate in the car of `line` says, before anything is recorded; no
    policy of its own: whoever sees the elevator may compare, and another elevator is named to who may see that too.
    """
    try:
        code = identifiers.rescue_code(typed)
    except ValueError:
        return Reading("incomplete")
    if line.enrolment is None:
        return Reading("none")
    if code == line.enrolment.code:
        return Reading("matches")
    other = db.session.scalars(policy.scope(actor, Elevator).where(Elevator.rescue_code == code)).first()
    return Reading("differs", other)


def plates_seen(ids: Sequence[int]) -> dict[int, str]:
    """What is known of the plates of elevators on the platform that the caller may see: verified, wrong (another code
    or none hung there at the latest look) or unverified."""
    enrolments = db.session.execute(
        select(RescueEnrolment.elevator_id, RescueEnrolment.plate_verified_on)
        .where(among(RescueEnrolment.elevator_id, ids), RescueEnrolment.until.is_(None))
        .order_by(RescueEnrolment.since, RescueEnrolment.id)
    )
    wrong = set(
        db.session.scalars(
            select(PlateCheck.elevator_id).where(
                among(PlateCheck.elevator_id, ids), PlateCheck.matches.is_(False), PlateCheck.id.in_(_latest_checks())
            )
        )
    )
    return {key: "verified" if day else "wrong" if key in wrong else "unverified" for key, day in enrolments}


def counts(actor: Actor, area: str | None = None) -> dict[str, int]:
    """How many belong on the platform (`all`), and how many have each gap."""
    on = clock.today()
    found_ = {"all": _count(found(actor, {"area": area}, on))}
    for gap in GAPS:
        found_[gap] = _count(found(actor, {"area": area, "gap": gap}, on))
    return found_


def count_wrong(actor: Actor, on: date) -> int:
    """How many of the caller's elevators carry another plate than their own, or none, as somebody saw last."""
    return _count(found(actor, {"gap": "wrong"}, on))


def _count(statement: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(statement.with_only_columns(Elevator.id).subquery())) or 0


def stocks(actor: Actor) -> list[Stock]:
    """The numbers of each area that is in the caller's charge, for offices."""
    policy.require(actor, "rescue.read_codes")
    if actor.role not in OFFICE_ROLES:
        return []
    ranges = {row.area_code: row for row in db.session.scalars(policy.scope(actor, RescueCodeRange))}
    asked = (
        policy.scope(actor, Elevator, Elevator.area_code, func.count())
        .where(elevators_with_a_car(clock.today()), GAPS["none"](clock.today()))
        .group_by(Elevator.area_code)
    )
    waiting = {row[0]: row[1] for row in db.session.execute(asked)}
    found_ = []
    for code, name in areas.choices(actor):
        row = ranges.get(code)
        used = len(used_codes(row.first, row.last, clock.today(), 0)) if row else 0
        found_.append(Stock(code, name, Range(row.first, row.last) if row else None, used, waiting.get(code, 0)))
    return found_


def without_code(actor: Actor, area_code: str) -> Select[Any]:
    """Elevators in use in the charge of an area that belong on the platform and have no code, by address."""
    on = clock.today()
    return (
        policy.scope(actor, Elevator)
        .where(Elevator.area_code == area_code, elevators_with_a_car(on), GAPS["none"](on))
        .order_by(Elevator.address, Elevator.name, Elevator.id)
    )


def used_codes(first: str, last: str, on: date, rest_days: int) -> set[str]:
    """Numbers of a range that are on an elevator, or were within `rest_days` (0: ever), or hang in a car."""
    inside = and_(func.length(RescueEnrolment.code) == len(first), RescueEnrolment.code.between(first, last))
    statement = select(RescueEnrolment.code).where(inside)
    if rest_days:
        rested = on - timedelta(days=rest_days)
        statement = statement.where(or_(RescueEnrolment.until.is_(None), RescueEnrolment.until > rested))
    used = set(db.session.scalars(statement))
    on_rows = and_(func.length(Elevator.rescue_code) == len(first), Elevator.rescue_code.between(first, last))
    used |= {code for code in db.session.scalars(select(Elevator.rescue_code).where(on_rows)) if code}
    hanging = select(PlateCheck.code_seen).where(
        PlateCheck.id.in_(_latest_checks()),
        func.length(PlateCheck.code_seen) == len(first),
        PlateCheck.code_seen.between(first, last),
    )
    return used | {code for code in db.session.scalars(hanging) if code}


def plates(actor: Actor, filters: Mapping[str, Any]) -> list[Plate]:
    """What stands on the plates of the elevators of a list that have a code, by code, at most 5,000."""
    statement = found(actor, filters, clock.today()).where(Elevator.rescue_code.is_not(None))
    rows = db.session.scalars(
        statement.options(joinedload(Elevator.use_unit)).order_by(Elevator.rescue_code).limit(MOST_PLATES)
    ).all()
    config, companies = current(), _companies([row.id for row in rows])
    made = []
    for row in rows:
        company, phone = companies.get(row.id, ("", ""))
        url = codes.qr_url(config.base_url, row.label_code, config.label_keys)
        unit = row.use_unit.name if row.use_unit else ""
        made.append(
            Plate(
                row.rescue_code or "",
                row.address,
                row.name,
                row.inner_no or "",
                company,
                phone,
                unit,
                row.label_code,
                url,
            )
        )
    return made


def _companies(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    statement = (
        select(Contract.elevator_id, Unit.name, Unit.phone)
        .join(Unit, Unit.id == Contract.company_id)
        .where(Contract.elevator_id.in_(ids), holds(Contract, clock.today()))
        .order_by(Contract.since)
    )
    return {elevator_id: (name, phone) for elevator_id, name, phone in db.session.execute(statement)}
