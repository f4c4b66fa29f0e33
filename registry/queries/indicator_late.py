"""What came in after a past day that is about it: how many records, where they carry the moment at which they came.

A past day is answered from the records there are now. Whoever reads it has to know whether they were there then; what
was reported stands in the frozen figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import (
    Cylinder,
    Elevator,
    Filling,
    IndicatorSnapshot,
    Inspection,
    LabelBinding,
    PlateCheck,
    Policy,
    PolicyItem,
    TrailEntry,
    Visit,
)
from registry.queries import indicator_figures, indicators, parameters, then
from registry.queries.indicator_definitions import FILLING_WINDOW_DAYS, MAINTENANCE_DAYS, STATION_AREA
from registry.queries.indicators import Figure
from registry.settings import current

Late = Callable[[date, datetime], tuple[Any, Any, tuple[Any, ...]]]
"""(day, the moment at which it was over) -> what is counted, the table it is joined to and seen through, conditions."""


@dataclass(frozen=True)
class Standing:
    """A figure of a day with what was frozen for it; `recorded_after`: how many records of that day came in later, None
    where the records do not say when they came."""

    figure: Figure
    frozen: IndicatorSnapshot | None
    recorded_after: int | None

    @property
    def differs(self) -> bool:
        """Whether the records say something else than what was frozen."""
        return self.frozen is not None and indicator_figures.differs(self.frozen, self.figure)


def standing(actor: Actor, key: str, on: date, area: str | None = None) -> Standing:
    """One figure of a day, what is frozen for it, and how much came in after it.

    Raises:
        Missing: no such indicator, or no such area for the caller.
    """
    figure = indicators.in_area(actor, key, on, area)
    frozen = indicator_figures.frozen(actor, [on], key, figure.area).get((on, key, figure.area))
    return Standing(figure, frozen, recorded_after(actor, key, on, area))


def recorded_after(actor: Actor, key: str, on: date, area: str | None = None) -> int | None:
    """How many records about a day that is over came in after it; None for today and where nothing says so."""
    policy.require(actor, "indicator.read")
    if on >= clock.today() or key not in LATE:
        return None
    identity, model, where = LATE[key](on, clock.start_of(on + timedelta(days=1)))
    statement = select(func.count(identity.distinct())).where(policy.visible(actor, model), *where)
    if area and area != current().city_code:
        statement = statement.where(_AREAS[model](on) == area)
    return int(db.session.scalar(statement) or 0)


def _visits(window: Callable[[date], date]) -> Late:
    def late(on: date, over: datetime) -> tuple[Any, Any, tuple[Any, ...]]:
        came = Visit.done_on > window(on), Visit.done_on <= on, Visit.received_at >= over
        return Visit.id, Elevator, (Elevator.id == Visit.elevator_id, *came)

    return late


def _inspections(on: date, over: datetime) -> tuple[Any, Any, tuple[Any, ...]]:
    came = Inspection.done_on <= on, Inspection.recorded_at >= over
    return Inspection.id, Elevator, (Elevator.id == Inspection.elevator_id, *came)


def _plates(on: date, over: datetime) -> tuple[Any, Any, tuple[Any, ...]]:
    came = PlateCheck.seen_on <= on, PlateCheck.recorded_at >= over
    return PlateCheck.id, Elevator, (Elevator.id == PlateCheck.elevator_id, *came)


def _policies(model: Any, column: Any) -> Late:
    """Policies of the day that were put on file, changed or cancelled after it."""

    def late(on: date, over: datetime) -> tuple[Any, Any, tuple[Any, ...]]:
        acts = ("policy.recorded", "policy.items_added", "policy.endorsed", "policy.cancelled")
        told = select(TrailEntry.subject_id).where(
            TrailEntry.at >= over, TrailEntry.subject == "policy", TrailEntry.act.in_(acts)
        )
        holds = Policy.starts_on <= on, Policy.ends_on >= on, PolicyItem.since <= on
        still = or_(PolicyItem.until.is_(None), PolicyItem.until > on)
        joined = PolicyItem.policy_id == Policy.id, column == model.id
        return Policy.id, model, (*joined, *holds, still, Policy.id.in_(told))

    return late


def _bindings(on: date, over: datetime) -> tuple[Any, Any, tuple[Any, ...]]:
    came = LabelBinding.at < over, LabelBinding.received_at >= over
    return LabelBinding.id, Cylinder, (Cylinder.id == LabelBinding.cylinder_id, *came)


def _fills(on: date, over: datetime) -> tuple[Any, Any, tuple[Any, ...]]:
    came = Filling.filled_on > on - timedelta(days=FILLING_WINDOW_DAYS), Filling.filled_on <= on
    return Filling.id, Filling, (*came, Filling.received_at >= over)


def _window(on: date) -> date:
    key = indicators.PARAMETERS[0]
    return on - timedelta(days=int(parameters.values((key,), on)[key]))


_AREAS: dict[Any, Callable[[date], Any]] = {
    Elevator: then.elevator_area,
    Cylinder: then.cylinder_area,
    Filling: lambda _on: STATION_AREA,
}
LATE: dict[str, Late] = {
    "paperless_maintenance": _visits(_window),
    "maintenance_on_time": _visits(lambda on: on - timedelta(days=MAINTENANCE_DAYS + 1)),
    "inspection_in_date": _inspections,
    "rescue_platform": _plates,
    "liability_insurance": _policies(Elevator, PolicyItem.elevator_id),
    "cylinder_insurance": _policies(Cylinder, PolicyItem.cylinder_id),
    "cylinder_traceability": _bindings,
    "sunshine_filling": _fills,
}
