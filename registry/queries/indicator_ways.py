"""Who can raise an indicator, and which rows that are not counted today can be won soon: unit and ways, as conditions.

Ways look at what is on file today: a past day cannot be won any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, select

from registry.messages import T
from registry.models import (
    Contract,
    Cylinder,
    Elevator,
    Filling,
    Hazard,
    Inspection,
    LabelBinding,
    MaintenanceState,
    Policy,
    PolicyItem,
    RescueEnrolment,
    Visit,
)
from registry.queries.periods import holds
from registry.rules.dates import end_of_month

Where = ColumnElement[bool]

LAPSED_DAYS = 60  # so long the insurer that knows the equipment is the one to ask
EXPIRED_DAYS = 30


@dataclass(frozen=True)
class Way:
    """How a row that is not counted can be won; `where(on, parameters)` is a condition on the indicator's rows."""

    key: str
    name: T
    where: Callable[[date, Any], Where]


def maintenance_company(on: date) -> Any:
    """The company under contract on a day; None where there is none."""
    return (
        select(Contract.company_id)
        .where(
            Contract.elevator_id == Elevator.id,
            holds(Contract, on),
        )
        .order_by(Contract.since.desc(), Contract.id.desc())
        .limit(1)
        .correlate(Elevator)
        .scalar_subquery()
    )


def filling_station(_on: date) -> Any:
    """The station that filled."""
    return Filling.station_id


def hazard_unit(_on: date) -> Any:
    """The unit that has the hazard."""
    return Hazard.unit_id


def _unconfirmed(on: date, parameters: Any) -> Where:
    # A finding that holds or blocks stays after the confirmation: such a visit would still not count.
    since = on - timedelta(days=int(parameters["paperless.window_days"]))
    findings = cast(Visit.findings, String)
    return Elevator.id.in_(
        select(Visit.elevator_id).where(
            Visit.done_on > since,
            Visit.done_on <= on,
            Visit.confirmed_at.is_(None),
            Visit.declined_reason.is_(None),
            Visit.invalid_from.is_(None),
            findings.not_like('%"severity":_"hold"%'),
            findings.not_like('%"severity":_"block"%'),
        )
    )


def _due_this_month(on: date, _parameters: Any) -> Where:
    return Elevator.id.in_(
        select(MaintenanceState.elevator_id)
        .join(Contract, Contract.id == MaintenanceState.contract_id)
        .where(
            MaintenanceState.due_on <= end_of_month(on.year, on.month),
            holds(Contract, on),
        )
    )


def _under_contract(on: date, _parameters: Any) -> Where:
    return Elevator.id.in_(select(Contract.elevator_id).where(holds(Contract, on)))


def _lapsed(column: Any, target: Any) -> Callable[[date, Any], Where]:
    def where(on: date, _parameters: Any) -> Where:
        return target.in_(  # type: ignore[no-any-return]
            select(column)
            .join(Policy, Policy.id == PolicyItem.policy_id)
            .where(column.is_not(None), Policy.ends_on < on, Policy.ends_on >= on - timedelta(days=LAPSED_DAYS))
        )

    return where


def _begins_this_month(column: Any, target: Any) -> Callable[[date, Any], Where]:
    def where(on: date, _parameters: Any) -> Where:
        return target.in_(  # type: ignore[no-any-return]
            select(column)
            .join(Policy, Policy.id == PolicyItem.policy_id)
            .where(
                column.is_not(None),
                Policy.starts_on > on,
                Policy.starts_on <= end_of_month(on.year, on.month),
                Policy.cancelled_on.is_(None),
            )
        )

    return where


def _plate_not_seen(on: date, _parameters: Any) -> Where:
    return Elevator.id.in_(
        select(RescueEnrolment.elevator_id).where(
            holds(RescueEnrolment, on),
            RescueEnrolment.plate_verified_on.is_(None),
        )
    )


def _just_expired(on: date, _parameters: Any) -> Where:
    """It passed its last inspection, which ran out less than a month ago."""
    later = Inspection.__table__.alias("later")
    return Elevator.id.in_(
        select(Inspection.elevator_id).where(
            Inspection.conclusion != "fail",
            Inspection.valid_until < on,
            Inspection.valid_until >= on - timedelta(days=EXPIRED_DAYS),
            ~select(later.c.id)
            .where(later.c.elevator_id == Inspection.elevator_id, later.c.done_on > Inspection.done_on)
            .exists(),
        )
    )


def _half_bound(_on: date, _parameters: Any) -> Where:
    return Cylinder.id.in_(
        select(LabelBinding.cylinder_id).where(LabelBinding.state == "waiting", LabelBinding.cylinder_id.is_not(None))
    )


UNCONFIRMED = Way("unconfirmed", T("只差使用单位确认"), _unconfirmed)
DUE_THIS_MONTH = Way("due_this_month", T("本月按计划应维保"), _due_this_month)
UNDER_CONTRACT = Way("under_contract", T("有维保合同，到场维保一次即可"), _under_contract)
POLICY_BEGINS = Way("policy_begins", T("保单本月起生效"), _begins_this_month(PolicyItem.elevator_id, Elevator.id))
POLICY_LAPSED = Way("policy_lapsed", T("原保单到期不满60天，可续保"), _lapsed(PolicyItem.elevator_id, Elevator.id))
CYLINDERS_LAPSED = Way(
    "cylinders_lapsed", T("原保单到期不满60天，可续保"), _lapsed(PolicyItem.cylinder_id, Cylinder.id)
)
PLATE_NOT_SEEN = Way("plate_not_seen", T("已有识别码，只差核验标牌"), _plate_not_seen)
JUST_EXPIRED = Way("just_expired", T("检验到期不满30天，可约检"), _just_expired)
BINDING_WAITS = Way("binding_waits", T("已贴码，只差第二人确认"), _half_bound)
