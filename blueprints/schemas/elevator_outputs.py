"""Elevators, plans and inspections as the API shows them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, pre_dump

from blueprints.filters import called
from blueprints.schemas.base import Out
from registry.queries.elevator_values import COLUMNS, PARAMETERS, values
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import STATUSES

INTEGERS = ("use_unit_id", "owner_unit_id", "design_life_years", "fence_m")
DECIMALS = ("lat", "lon")
DAYS = (*(name for name in COLUMNS if name.endswith("_on")), "in_use_since", "extended_until")


def _typed(name: str) -> fields.Field[Any]:
    parameter = PARAMETERS.get(name)
    kind = parameter.type if parameter else "text"
    if name in DAYS:
        return fields.Date(allow_none=True)
    if name in DECIMALS:
        return fields.Float(allow_none=True)
    if name in INTEGERS or kind == "integer":
        return fields.Integer(allow_none=True)
    if kind == "decimal":
        return fields.Decimal(as_string=True, allow_none=True)
    return fields.String(allow_none=True)


class UnitNameOut(Out):
    """A unit, as far as others need to know it."""

    id = fields.Integer()
    name = fields.String()
    credit_code = fields.String(allow_none=True)


class _ElevatorOut(Out):
    """An elevator: `code` is its label code; product data that its kind does not have are null."""

    code = fields.String()
    kind_name = fields.String()
    status = fields.String()
    status_name = fields.String()
    use_unit = fields.Nested(UnitNameOut, allow_none=True)
    owner_unit = fields.Nested(UnitNameOut, allow_none=True)
    source = fields.String(allow_none=True)
    foreign_no = fields.String(allow_none=True)
    version = fields.Integer()

    @pre_dump
    def flat(self, row: Any, **_more: Any) -> dict[str, Any]:
        """The columns and the product data under one roof."""
        return elevator(row)


def elevator(row: Any) -> dict[str, Any]:
    """An elevator as a flat record; units that were not loaded are left to their numbers."""
    loaded = row.__dict__
    return {
        **values(row),
        "code": row.label_code,
        "kind_name": called(ELEVATOR_KINDS.get(row.kind)),
        "status": row.status,
        "status_name": called(STATUSES.get(row.status)),
        "use_unit": loaded.get("use_unit"),
        "owner_unit": loaded.get("owner_unit"),
        "source": row.source,
        "foreign_no": row.foreign_no,
        "version": row.version,
    }


ElevatorOut = type(
    "ElevatorOut", (_ElevatorOut,), {name: _typed(name) for name in dict.fromkeys((*COLUMNS, *PARAMETERS))}
)


class DutyOut(Out):
    """The next inspection or self-test: months as YYYY-MM; `state` later, open, due or overdue."""

    year = fields.Integer()
    kind = fields.String()
    due = fields.String()
    opens = fields.String()
    state = fields.String()
    missed = fields.List(fields.Integer())


class InspectionStateOut(Out):
    """Where an elevator stands in its inspections."""

    valid_until = fields.Date(allow_none=True)
    in_date = fields.Boolean()
    duty = fields.Nested(DutyOut, allow_none=True)


class ContractTermsOut(Out):
    """The terms of a maintenance contract."""

    since = fields.Date()
    until = fields.Date(allow_none=True)
    number = fields.String()
    mode = fields.String()
    onsite_days = fields.Integer(allow_none=True)


class ContractOut(ContractTermsOut):
    """A maintenance contract with its company."""

    company = fields.Nested(UnitNameOut)


class PeriodOut(Out):
    """A status and the days it holds: `since <= day < until`."""

    status = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    reason = fields.String()
    document = fields.String()


class UseOut(Out):
    """Which unit used an elevator, and when: `since <= day < until`."""

    unit = fields.Nested(UnitNameOut)
    since = fields.Date()
    until = fields.Date(allow_none=True)


class ElevatorDetailOut(ElevatorOut):  # type: ignore[misc, valid-type]
    """An elevator with what is known around it."""

    inspection = fields.Nested(InspectionStateOut)
    contract = fields.Nested(ContractOut, allow_none=True)
    insured_until = fields.Date(allow_none=True)
    plate_verified_on = fields.Date(allow_none=True)
    statuses = fields.List(fields.Nested(PeriodOut))
    uses = fields.List(fields.Nested(UseOut))
    missing_in_records = fields.List(fields.String())
    moves = fields.List(fields.String())

    @pre_dump
    def flat(self, row: Any, **_more: Any) -> dict[str, Any]:
        """From `queries.elevators.Detail`."""
        return {
            **elevator(row.elevator),
            "inspection": row.inspection,
            "contract": row.contract,
            "insured_until": row.insured_until,
            "plate_verified_on": row.enrolment.plate_verified_on if row.enrolment else None,
            "statuses": row.elevator.statuses,
            "uses": row.record.uses,
            "missing_in_records": [gap.name for gap in row.record.gaps],
            "moves": [move.verb.replace("_", "-") for move in row.moves],
        }


class ItemOut(Out):
    """A maintenance item."""

    code = fields.String()
    cycle = fields.String()
    name = fields.String()
    requirement = fields.String()
    judge = fields.String()
    limits = fields.String()


class SeasonDueOut(Out):
    """A season-bound item and its days; `state` later, open or overdue."""

    season = fields.String(attribute="season.id")
    item = fields.String(attribute="item.code")
    name = fields.Function(lambda found: found.item.name)
    opens = fields.Date()
    due = fields.Date()
    state = fields.String()


class ConditionOut(Out):
    """A condition of on-demand maintenance; `failed_on`: since when it is not met."""

    key = fields.String()
    name = fields.Function(called)
    met = fields.Boolean()
    failed_on = fields.Date(allow_none=True)
    basis = fields.String()


class OnDemandOut(Out):
    """How an on-demand contract stands: the agreed interval, and since when the fixed one holds again."""

    days = fields.Integer()
    fell_back_on = fields.Date(allow_none=True)
    conditions = fields.List(fields.Nested(ConditionOut))


class ElevatorPlanOut(Out):
    """What maintenance is due: days by cycle. `needs_items`: the maker's items are not on file."""

    code = fields.String()
    on = fields.Date()
    maintained = fields.Boolean()
    company = fields.String(allow_none=True)
    taken_over = fields.Date()
    last = fields.Dict(fields.String(), fields.Date())
    due = fields.Dict(fields.String(), fields.Date(), attribute="plan.due")
    overdue = fields.List(fields.String(), attribute="plan.overdue")
    soon = fields.List(fields.String(), attribute="plan.soon")
    next_cycle = fields.String(attribute="plan.next_cycle")
    needs_items = fields.Boolean(attribute="plan.needs_items")
    work_type = fields.String(attribute="plan.work_type")
    seasons = fields.List(fields.Nested(SeasonDueOut), attribute="plan.seasons")
    on_demand = fields.Nested(OnDemandOut, attribute="plan.on_demand", allow_none=True)
    items = fields.List(fields.Nested(ItemOut), attribute="plan.items")


class RescueOut(Out):
    """The enrolment at 96366."""

    code = fields.String()
    since = fields.Date()
    plate_verified_on = fields.Date(allow_none=True)
