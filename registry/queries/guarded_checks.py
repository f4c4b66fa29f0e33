"""What stands against an event before it begins: each guarded device against the registers (重大活动保障检查).

A check is red until it is mended there, or the office accepts it with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from registry import clock
from registry.db import among, db
from registry.messages import T
from registry.models import Capacity, Elevator, GuardedAcceptance, GuardedDevice, GuardedEvent, Hazard, StationRisk
from registry.queries import parameters, risk_facts
from registry.queries.indicator_definitions import INDICATORS
from registry.queries.indicators import PARAMETERS, left_out
from registry.queries.periods import holds
from registry.replays import digest
from registry.rules import guarded_events as rules
from registry.rules import hazards, risk
from registry.rules.guarded_events import Check
from registry.rules.lifecycle import STATUSES

# check -> the indicator that says for any day whether it holds, and if not why.
INDICATOR_OF = {
    "inspection": "inspection_in_date",
    "maintenance": "maintenance_on_time",
    "insurance": "liability_insurance",
    "rescue": "rescue_platform",
}
RED = "red"
RED_RISK = T("风险等级为红色")
# What changes from day to day without anything having happened.
PASSING = frozenset({"days"})
Reasons = Mapping[int, T]


@dataclass(frozen=True)
class Finding:
    """A check that does not hold: why, and what tells it from another reason (`mark`). `hazards`: numbers to open.
    `acceptance`: the office lets this very reason stand."""

    check: Check
    reason: T
    mark: str
    hazards: tuple[str, ...] = ()
    acceptance: GuardedAcceptance | None = None

    @property
    def red(self) -> bool:
        return self.acceptance is None


@dataclass(frozen=True)
class Judged:
    """A device with what was found; `asked` all that is checked of it. One that stands still is not asked."""

    device: GuardedDevice
    asked: tuple[Check, ...]
    findings: list[Finding]
    stands_still: bool = False

    @property
    def red(self) -> int:
        return sum(finding.red for finding in self.findings)

    def of(self, check: str) -> Finding | None:
        """What was found for a check."""
        return next((finding for finding in self.findings if finding.check.id == check), None)


@dataclass(frozen=True)
class Days:
    """The days asked: `last` of the event for what must hold throughout, `now` for what is true today, or was on the
    last day of an event that is over."""

    now: date
    last: date

    def of(self, check: Check) -> date:
        """The day a check is asked for."""
        return max(self.now, self.last) if check.period else self.now


def days_of(event: GuardedEvent) -> Days:
    """The days of an event; its last second belongs to its last day."""
    last = clock.day_of(event.ends_at)
    if event.ends_at == clock.start_of(last):
        last = date.fromordinal(last.toordinal() - 1)
    return Days(min(clock.today(), last), last)


def judge(event: GuardedEvent, devices: Sequence[GuardedDevice]) -> list[Judged]:
    """The devices with what stands against them, red ones first; `devices` with their elevators loaded.

    It asks for no permission: who calls it has asked for his own.
    """
    days = days_of(event)
    elevators = [one.elevator for one in devices if one.elevator is not None]
    units = [one.unit_id for one in devices if one.unit_id is not None]
    asked = {subject: rules.checks(subject, days.now) for subject in ("elevator", "unit")}
    of_elevators = {check.id: _elevators(check, elevators, days.of(check)) for check in asked["elevator"]}
    of_units = {check.id: _units(check, units, days.of(check)) for check in asked["unit"]}
    open_hazards = _hazards([one.id for one in elevators], units, days.now)
    accepted = _accepted([one.id for one in devices])
    judged = []
    for device in devices:
        still = device.elevator is not None and not STATUSES[device.elevator.status].counts_in_use
        subject, key = ("elevator" if device.elevator_id else "unit"), device.elevator_id or device.unit_id or 0
        table = of_elevators if device.elevator_id else of_units
        findings = []
        for check in () if still else asked[subject]:
            numbers = open_hazards.get((subject, key), ()) if check.id == "hazard" else ()
            reason = T("未销号：{numbers}", numbers="、".join(numbers)) if numbers else table[check.id].get(key)
            if reason is not None:
                mark = mark_of(reason)
                known = accepted.get((device.id, check.id, mark))
                findings.append(Finding(check, reason, mark, tuple(numbers), known))
        judged.append(Judged(device, asked[subject], findings, still))
    return sorted(judged, key=lambda one: (-one.red, one.stands_still))


def mark_of(reason: T) -> str:
    """What tells a reason from another one; that a day has passed does not."""
    kept = {name: str(value) for name, value in reason.values.items() if name not in PASSING}
    return digest({"template": reason.template, "values": kept})


def _accepted(ids: Sequence[int]) -> dict[tuple[int, str, str], GuardedAcceptance]:
    rows = db.session.scalars(
        select(GuardedAcceptance).where(among(GuardedAcceptance.device_id, ids)).order_by(GuardedAcceptance.id)
    )
    return {(row.device_id, row.check, row.mark): row for row in rows}


def _elevators(check: Check, rows: Sequence[Elevator], on: date) -> Reasons:
    if not rows:
        return {}
    if check.id in INDICATOR_OF:
        return _by_indicator(INDICATOR_OF[check.id], rows, on)
    return OF_ELEVATOR[check.id](rows, on) if check.id in OF_ELEVATOR else {}


def _by_indicator(key: str, rows: Sequence[Elevator], on: date) -> Reasons:
    indicator, values = INDICATORS[key], parameters.values(PARAMETERS, on)
    statement = select(Elevator).where(among(Elevator.id, [row.id for row in rows]), *left_out(indicator, on, values))
    behind = db.session.scalars(statement.order_by(Elevator.id)).all()
    return indicator.reasons(behind, on, values) if behind else {}


def _registered(rows: Sequence[Elevator], _on: date) -> Reasons:
    return {row.id: T("在用而未办理使用登记") for row in rows if row.status == "in_use_unregistered"}


def _elevator_risk(rows: Sequence[Elevator], on: date) -> Reasons:
    facts = risk_facts.of_elevators([row.id for row in rows], on)
    return {key: RED_RISK for key, one in facts.items() if risk.grade("elevator", one, on).level == RED}


OF_ELEVATOR: Mapping[str, Callable[[Sequence[Elevator], date], Reasons]] = {
    "registered": _registered,
    "risk": _elevator_risk,
}


def _units(check: Check, ids: Sequence[int], on: date) -> Reasons:
    if not ids or check.id not in OF_UNIT:
        return {}
    return OF_UNIT[check.id](ids, on)


def _licences(ids: Sequence[int], on: date) -> Reasons:
    rows = db.session.scalars(
        select(Capacity).where(among(Capacity.unit_id, ids), Capacity.capacity == "filling").order_by(Capacity.id)
    )
    found: dict[int, T] = {}
    for row in rows:
        if row.suspended_since is not None and row.suspended_since <= on:
            found[row.unit_id] = T("充装许可自{day}起暂停", day=row.suspended_since)
        elif row.licence_until is not None and row.licence_until < on:
            found[row.unit_id] = T("充装许可{day}到期", day=row.licence_until)
    return found


def _station_risk(ids: Sequence[int], on: date) -> Reasons:
    """By the periods that the night keeps."""
    statement = select(StationRisk.station_id).where(
        among(StationRisk.station_id, ids), StationRisk.level == RED, holds(StationRisk, on)
    )
    return dict.fromkeys(db.session.scalars(statement), RED_RISK)


OF_UNIT: Mapping[str, Callable[[Sequence[int], date], Reasons]] = {"licence": _licences, "risk": _station_risk}


def _hazards(elevators: Sequence[int], units: Sequence[int], on: date) -> dict[tuple[str, int], tuple[str, ...]]:
    """Numbers of the hazards that were open on a day, by subject; of a unit those of no single elevator too."""
    statement = select(Hazard.no, Hazard.elevator_id, Hazard.unit_id).where(
        or_(among(Hazard.elevator_id, elevators), among(Hazard.unit_id, units)),
        Hazard.found_on <= on,
        or_(Hazard.state.in_(hazards.OPEN_STATES), Hazard.closed_on > on),
    )
    found: dict[tuple[str, int], list[str]] = {}
    for no, elevator_id, unit_id in db.session.execute(statement.order_by(Hazard.id)):
        if elevator_id is not None and elevator_id in elevators:
            found.setdefault(("elevator", elevator_id), []).append(no)
        if unit_id in units:
            found.setdefault(("unit", unit_id), []).append(no)
    return {key: tuple(numbers) for key, numbers in found.items()}
