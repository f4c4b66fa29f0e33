"""What notices are about: the table, the units that a row concerns, and what the row is called."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.db import Base, among, db
from registry.models import (
    AccessRequest,
    Accident,
    Area,
    Call,
    CallDispatch,
    CampaignSelfCheck,
    Certificate,
    Contract,
    CylinderAnomaly,
    CylinderReport,
    CylinderTransfer,
    Directive,
    Elevator,
    EnforcementCase,
    FaultReport,
    FollowUp,
    Hazard,
    IndicatorAlert,
    InspectionBatch,
    Membership,
    Person,
    Policy,
    PolicyShare,
    Registration,
    Sealing,
    StopOrder,
    SupervisionCheck,
    Unit,
    Visit,
    VisitAnomaly,
)
from registry.queries.accounts import current
from registry.rules import indicator_book
from registry.rules.notices import without_personal

MOST_OF_A_LABEL = 120


@dataclass(frozen=True)
class Subject:
    """A table that notices are about. `units` are its columns that name units with people to be told, `more` finds
    further pairs of (id of a row, unit); `label` says what a row is called. `is_reader`: the row is the person who is
    told, and nobody else is."""

    model: type[Base]
    units: tuple[str, ...]
    label: Callable[[Any], str]
    more: Callable[[Collection[int]], Any] | None = None
    is_reader: bool = False


def _no(row: Any) -> str:
    return str(row.no)


def _numbered(row: Any) -> str:
    return f"#{row.id}"


def _alert(row: Any) -> str:
    definition = indicator_book.definitions().get(row.key)
    name = definition.zh if definition else f"{row.period_end:%Y-%m}"
    area = db.session.get(Area, row.area_code)
    return f"{name}（{area.name}）" if area else name


def _dispatched(ids: Collection[int]) -> Any:
    return select(CallDispatch.call_id, CallDispatch.unit_id).where(
        among(CallDispatch.call_id, list(ids)), CallDispatch.unit_id.is_not(None)
    )


def _maintained(column: Any) -> Callable[[Collection[int]], Any]:
    """The companies with a contract for the elevator of a row; who of them sees it is for the policy to say."""

    def find(ids: Collection[int]) -> Any:
        return (
            select(column.class_.id, Contract.company_id)
            .join(Contract, Contract.elevator_id == column)
            .where(among(column.class_.id, list(ids)))
        )

    return find


def _shared(ids: Collection[int]) -> Any:
    return select(PolicyShare.policy_id, PolicyShare.insurer_id).where(among(PolicyShare.policy_id, list(ids)))


def _contract_users(ids: Collection[int]) -> Any:
    return (
        select(Contract.id, Elevator.use_unit_id)
        .join(Elevator, Elevator.id == Contract.elevator_id)
        .where(among(Contract.id, list(ids)), Elevator.use_unit_id.is_not(None))
    )


def _certificate(row: Any) -> str:
    person = db.session.get(Person, row.person_id)
    return f"{row.item} {person.name}" if person else str(row.item)


def _holders(ids: Collection[int]) -> Any:
    now = clock.now()
    return (
        select(Certificate.id, Membership.unit_id)
        .join(Person, Person.id == Certificate.person_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(among(Certificate.id, list(ids)), *current(now))
    )


def _visited(ids: Collection[int]) -> Any:
    """The use units of the elevators that were visited."""
    return (
        select(Visit.id, Elevator.use_unit_id)
        .join(Elevator, Elevator.id == Visit.elevator_id)
        .where(among(Visit.id, list(ids)), Elevator.use_unit_id.is_not(None))
    )


SUBJECTS: dict[str, Subject] = {
    "access_request": Subject(AccessRequest, (), _numbered),
    "accident": Subject(Accident, ("unit_id", "company_id"), _no),
    "call": Subject(Call, (), _no, _dispatched),
    "campaign_self_check": Subject(CampaignSelfCheck, ("unit_id",), _numbered),
    "certificate": Subject(Certificate, (), _certificate, _holders),
    "contract": Subject(Contract, ("company_id",), lambda row: row.number or f"#{row.id}", _contract_users),
    "cylinder_anomaly": Subject(CylinderAnomaly, ("station_id",), lambda row: f"{row.code} #{row.id}"),
    "cylinder_report": Subject(CylinderReport, ("station_id",), _no),
    "cylinder_transfer": Subject(CylinderTransfer, ("giver_id", "receiver_id"), _no),
    "directive": Subject(Directive, ("unit_id",), lambda row: row.number),
    "elevator": Subject(
        Elevator,
        ("use_unit_id", "owner_unit_id"),
        lambda row: f"{row.address} {row.inner_no or row.name}".strip(),
        _maintained(Elevator.id),
    ),
    "enforcement_case": Subject(EnforcementCase, ("unit_id",), _no),
    "fault_report": Subject(FaultReport, ("company_id", "use_unit_id"), _no),
    "follow_up": Subject(FollowUp, ("unit_id", "office_id"), _numbered),
    "hazard": Subject(Hazard, ("unit_id",), lambda row: f"{row.no} {row.title}", _maintained(Hazard.elevator_id)),
    "indicator_alert": Subject(IndicatorAlert, (), _alert),
    "inspection_batch": Subject(InspectionBatch, ("station_id", "body_id"), _no),
    "person": Subject(Person, (), lambda row: row.login or f"#{row.id}", is_reader=True),
    "policy": Subject(Policy, ("holder_id", "insurer_id"), lambda row: row.policy_no, _shared),
    "registration": Subject(Registration, ("unit_id", "new_unit_id"), _no),
    "sealing": Subject(Sealing, ("unit_id",), _no),
    "station": Subject(Unit, ("id",), lambda row: str(row.name)),
    "stop_order": Subject(StopOrder, ("station_id",), lambda row: row.document),
    "supervision_check": Subject(SupervisionCheck, ("unit_id",), _no),
    "visit": Subject(Visit, ("company_id",), lambda row: f"{row.done_on.isoformat()} #{row.id}", _visited),
    "visit_anomaly": Subject(VisitAnomaly, ("company_id",), lambda row: f"{row.code} #{row.id}"),
}


def found(subject: str, ids: Collection[int]) -> dict[int, Any]:
    """The rows of a subject, by id."""
    model: Any = SUBJECTS[subject].model
    return {row.id: row for row in db.session.scalars(select(model).where(among(model.id, list(ids))))}


def label(subject: str, row: Any) -> str:
    """What a row is called in a title: short, without telephone and identity numbers."""
    return without_personal(SUBJECTS[subject].label(row))[:MOST_OF_A_LABEL]


def units(subject: str, rows: dict[int, Any], side: str = "") -> dict[int, set[int]]:
    """Unit -> ids of the rows that concern it; with `side` only the unit of that column."""
    about = SUBJECTS[subject]
    pairs = [(id_, getattr(row, name)) for id_, row in rows.items() for name in ((side,) if side else about.units)]
    if about.more is not None and not side and rows:
        pairs += [(id_, unit) for id_, unit in db.session.execute(about.more(rows.keys()))]
    concerned: dict[int, set[int]] = {}
    for id_, unit in pairs:
        if unit is not None:
            concerned.setdefault(unit, set()).add(id_)
    return concerned
