"""Elevators for pages, lists and programs: found by any code, listed with filters, shown with all around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, codes, policy, settings
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    Area,
    Contract,
    Elevator,
    Hazard,
    Inspection,
    LabelCode,
    PartTest,
    Policy,
    PolicyItem,
    RescueEnrolment,
    SelfCheck,
    Unit,
    Visit,
)
from registry.queries import areas, elevator_gaps, elevator_inspections
from registry.queries.elevator_values import values
from registry.queries.paging import Page, paginate
from registry.rules.inspection_standing import PASSED
from registry.rules.lifecycle import STATUSES, Move, moves_from

RESOLVED = ("active", "replaced")
LAST_VISITS = 10
UNITS = (joinedload(Elevator.use_unit), joinedload(Elevator.owner_unit))


@dataclass(frozen=True)
class Line:
    """One elevator of a list, with its maintenance company and the end of its inspection."""

    elevator: Elevator
    company: str | None
    inspected_until: date | None
    in_date: bool
    area: areas.AreaName | None


@dataclass(frozen=True)
class Detail:
    """An elevator with all that its page shows; what the caller may not see is empty."""

    elevator: Elevator
    area: areas.AreaName | None
    division: areas.AreaName | None
    contract: Contract | None
    inspections: Sequence[Inspection]
    inspection: elevator_inspections.State
    part_tests: Mapping[str, PartTest]
    self_checks: Sequence[SelfCheck]
    insured_until: date | None
    enrolment: RescueEnrolment | None
    visits: Sequence[Visit]
    hazards: Sequence[Hazard]
    moves: tuple[Move, ...]
    record: elevator_gaps.Papers
    grouped_code: str
    label_path: str


def by_code(actor: Actor, text: str, options: tuple[Any, ...] = UNITS) -> Elevator:
    """The elevator that carries this label code: typed or scanned, with or without mac, groups, lower case.

    Raises:
        Missing: no such code, or the elevator is not for this caller to see.
    """
    code = codes.split(text).code
    if not code:
        raise Missing(T("没有找到这台电梯，请核对编号"))
    carried = select(LabelCode.elevator_id).where(LabelCode.code == code, LabelCode.status.in_(RESOLVED))
    return policy.get(actor, Elevator, or_(Elevator.label_code == code, Elevator.id.in_(carried)), options=options)


def found(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    """The elevators that match `q`, `area`, `status`, `kind`, `unit` (id of use or owner unit), `gaps` of `filters`."""
    statement = policy.scope(actor, Elevator)
    for name in ("status", "kind"):
        if filters.get(name):
            statement = statement.where(getattr(Elevator, name) == filters[name])
    if filters.get("area"):
        statement = statement.where(*_inside(filters["area"]))
    if filters.get("unit"):
        unit = filters["unit"]
        statement = statement.where(or_(Elevator.use_unit_id == unit, Elevator.owner_unit_id == unit))
    if filters.get("gaps"):
        statement = statement.where(elevator_gaps.CONDITIONS[filters["gaps"]]())
    if filters.get("q"):
        statement = statement.where(_matching(filters["q"]))
    return statement


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """A page of elevators, by the order in which they were put on file."""
    return paginate(found(actor, filters).options(*UNITS), Elevator.id, limit, cursor)


def lines(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """A page of `Line`."""
    rows = page(actor, filters, limit, cursor)
    ids = [row.id for row in rows.items]
    today = clock.today()
    companies, until, names = _companies(ids, today), _inspected_until(ids), areas.names()
    return Page(
        [
            Line(
                row,
                companies.get(row.id),
                until.get(row.id),
                (until.get(row.id) or date.min) >= today,
                names.get(row.area_code),
            )
            for row in rows.items
        ],
        rows.next,
    )


def count(actor: Actor, filters: Mapping[str, Any]) -> int:
    """How many match."""
    return db.session.scalar(select(func.count()).select_from(found(actor, filters).subquery())) or 0


def detail(actor: Actor, text: str) -> Detail:
    """Everything the page of one elevator shows.

    Raises:
        Missing: as `by_code`.
    """
    elevator = by_code(actor, text, (*UNITS, selectinload(Elevator.statuses)))
    today = clock.today()
    rows = elevator_inspections.of(elevator.id)
    names = areas.names()
    return Detail(
        elevator=elevator,
        area=names.get(elevator.area_code),
        division=names.get(elevator.division_code or ""),
        contract=_contract(elevator.id, today),
        inspections=elevator_inspections.visible_to(actor, rows),
        inspection=elevator_inspections.state(elevator, rows, today),
        part_tests=elevator_inspections.part_tests(actor, elevator.id),
        self_checks=elevator_inspections.self_checks(actor, elevator.id),
        insured_until=_insured_until(elevator.id, today),
        enrolment=_enrolment(elevator.id),
        visits=_visits(actor, elevator.id),
        hazards=_hazards(actor, elevator.id),
        moves=moves_from(elevator.status, today) if elevator.status in STATUSES else (),
        record=elevator_gaps.papers_of(actor, elevator, today),
        grouped_code=codes.grouped(elevator.label_code),
        label_path=label_path(elevator.label_code),
    )


def current_contract(elevator_id: int) -> Contract | None:
    """The contract that runs today."""
    return _contract(elevator_id, clock.today())


def label_path(code: str) -> str:
    """The address on this site that the label's symbol leads to."""
    return f"/q/{code}.{codes.mac(code, settings.current().label_keys)}"


def form_values(elevator: Elevator) -> dict[str, Any]:
    """The values of an elevator as its form shows them, units by name; `by_code` has loaded what it needs."""
    return {
        **values(elevator),
        "use_unit": elevator.use_unit.name if elevator.use_unit else None,
        "owner_unit": elevator.owner_unit.name if elevator.owner_unit else None,
        "version": elevator.version,
    }


def _inside(code: str) -> list[ColumnElement[bool]]:
    """Elevators in the charge of an area or lying in it; the city has them all (elevators.md §9.3)."""
    area = db.session.get(Area, code)
    if area is not None and area.parent_code is None:
        return []
    return [or_(Elevator.area_code == code, Elevator.division_code == code)]


def _matching(text: str) -> ColumnElement[bool]:
    """Any code exactly; unit, address and name by a part."""
    plain = text.strip()
    same = plain.upper().replace("（", "(").replace("）", ")").replace(" ", "")
    code = codes.split(text).code
    labelled = select(LabelCode.elevator_id).where(LabelCode.code == code, LabelCode.elevator_id.is_not(None))
    named = select(Unit.id).where(or_(Unit.name.contains(plain, autoescape=True), Unit.credit_code == same))
    exact = ("use_cert_no", "device_code", "register_code", "rescue_code", "foreign_no")
    return or_(
        *(getattr(Elevator, name) == same for name in exact),
        *(getattr(Elevator, name) == plain for name in ("factory_no", "inner_no")),
        Elevator.label_code == code,
        Elevator.id.in_(labelled),
        Elevator.address.contains(plain, autoescape=True),
        Elevator.name.contains(plain, autoescape=True),
        Elevator.use_unit_id.in_(named),
    )


def _running(today: date) -> tuple[ColumnElement[bool], ...]:
    return Contract.since <= today, or_(Contract.until.is_(None), Contract.until > today)


def _companies(ids: Iterable[int], today: date) -> dict[int, str]:
    statement = (
        select(Contract.elevator_id, Unit.name)
        .join(Unit, Unit.id == Contract.company_id)
        .where(Contract.elevator_id.in_(list(ids)), *_running(today))
        .order_by(Contract.since)
    )
    return dict(db.session.execute(statement).all())


def _inspected_until(ids: Iterable[int]) -> dict[int, date]:
    statement = (
        select(Inspection.elevator_id, func.max(Inspection.valid_until))
        .where(
            Inspection.elevator_id.in_(list(ids)),
            Inspection.conclusion.in_(PASSED),
            Inspection.replaced_on.is_(None),
            Inspection.valid_until.is_not(None),
        )
        .group_by(Inspection.elevator_id)
    )
    return {number: day for number, day in db.session.execute(statement) if day}


def _contract(elevator_id: int, today: date) -> Contract | None:
    return db.session.scalars(
        select(Contract)
        .where(Contract.elevator_id == elevator_id, *_running(today))
        .order_by(Contract.since.desc())
        .options(joinedload(Contract.company))
    ).first()


def _insured_until(elevator_id: int, today: date) -> date | None:
    """The last day of the longest policy that covers the elevator today."""
    return db.session.scalar(
        select(func.max(Policy.ends_on))
        .join(PolicyItem, PolicyItem.policy_id == Policy.id)
        .where(
            PolicyItem.elevator_id == elevator_id,
            PolicyItem.since <= today,
            or_(PolicyItem.until.is_(None), PolicyItem.until > today),
            Policy.starts_on <= today,
            Policy.ends_on >= today,
            or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > today),
        )
    )


def _enrolment(elevator_id: int) -> RescueEnrolment | None:
    return db.session.scalars(
        select(RescueEnrolment)
        .where(RescueEnrolment.elevator_id == elevator_id, RescueEnrolment.until.is_(None))
        .order_by(RescueEnrolment.since.desc())
    ).first()


def _visits(actor: Actor, elevator_id: int) -> Sequence[Visit]:
    return db.session.scalars(
        policy.scope(actor, Visit)
        .where(Visit.elevator_id == elevator_id)
        .order_by(Visit.done_on.desc(), Visit.id.desc())
        .options(joinedload(Visit.company))
        .limit(LAST_VISITS)
    ).all()


def _hazards(actor: Actor, elevator_id: int) -> Sequence[Hazard]:
    return db.session.scalars(
        policy.scope(actor, Hazard)
        .where(Hazard.elevator_id == elevator_id, Hazard.closed_on.is_(None))
        .order_by(Hazard.id.desc())
        .limit(20)
    ).all()
