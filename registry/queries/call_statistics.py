"""What the calls of a period come to (elevators.md §6.4). Exercises are in none of it; a call taken twice is
one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Call, CallDispatch, Elevator, RescueEnrolment
from registry.queries import areas, entrapments
from registry.queries.periods import holds
from registry.rules import call_figures as figures
from registry.rules import calls as rules
from registry.rules.dates import add_months
from registry.settings import current

COLUMNS = (
    Call.id,
    Call.kind,
    Call.source,
    Call.area_code,
    Call.received_at,
    Call.received_on,
    Call.arrived_at,
    Call.released_at,
    Call.trapped,
    Call.cause,
    Call.level,
    Elevator.place_type,
    Elevator.made_on,
)


@dataclass(frozen=True)
class Figures:
    """The figures of an area in a period. Times in whole seconds, None where there is nothing to take a mean of;
    `lifts`: elevators on the platform on the last day; `on_time_of`: arrivals that were due by the law."""

    area: str
    entrapments: int
    persons: int
    lifts: int
    rate_month: float | None
    arrival_mean: int | None
    arrival_p90: int | None
    on_time: int
    on_time_of: int
    rescue_mean: int | None

    @property
    def on_time_rate(self) -> float | None:
        return figures.share(self.on_time, self.on_time_of)


@dataclass(frozen=True)
class Repeat:
    """An elevator that trapped people again and again within the year."""

    elevator: Elevator
    count: int


@dataclass(frozen=True)
class Statistics:
    """Everything of a period and an area; the counts by identifier, in the order of the rules' tables."""

    since: date
    until: date
    area: str
    whole: Figures
    by_area: list[Figures]
    calls: int
    kinds: dict[str, int]
    sources: dict[str, int]
    levels: dict[int, int]
    causes: dict[str, int]
    cause_groups: dict[str, int]
    hours: list[int]
    places: dict[str, int]
    ages: dict[str, int]
    months: dict[str, int]
    response_time: int | None
    stations_asked: int
    stations_went: int
    repeats: list[Repeat]

    @property
    def station_success(self) -> float | None:
        return figures.share(self.stations_went, self.stations_asked)


def of(actor: Actor, since: date | None = None, until: date | None = None, area: str | None = None) -> Statistics:
    """The figures of the days from `since` to `until`, both included; of the last twelve months when not said."""
    policy.require(actor, "call_statistics.read")
    last = until or clock.today()
    first = min(since or _year_before(last), last)
    code = area or current().city_code
    rows = _rows(actor, first, last, None if code == current().city_code else code)
    trapped = [row for row in rows if row.kind == rules.ENTRAPMENT]
    lifts = _lifts(actor, last)
    asked, went, waits = _responses(actor, first, last, area)
    within = sum(lifts.values()) if code == current().city_code else lifts.get(code, 0)
    return Statistics(
        since=first,
        until=last,
        area=code,
        whole=_figures(code, trapped, within, first, last),
        by_area=[
            _figures(each, [row for row in trapped if row.area_code == each], lifts.get(each, 0), first, last)
            for each in _areas(trapped, lifts, code)
        ],
        calls=len(rows),
        kinds=_counted((row.kind for row in rows), rules.kinds()),
        sources=_counted((row.source for row in rows), rules.names("call_sources")),
        levels=dict(sorted(Counter(row.level for row in trapped).items())),
        causes=_counted((row.cause for row in trapped if row.cause), rules.names("call_causes")),
        cause_groups=_counted((rules.group_of(row.cause) for row in trapped if row.cause), rules.cause_groups()),
        hours=_hours(trapped),
        places=dict(Counter(row.place_type or "unknown" for row in trapped).most_common()),
        ages=_ages(trapped),
        months=_months(trapped, first, last),
        response_time=figures.mean(waits),
        stations_asked=asked,
        stations_went=went,
        repeats=repeat_lifts(actor, last, area),
    )


def repeat_lifts(actor: Actor, on: date, area: str | None = None, most: int = 50) -> list[Repeat]:
    """The elevators that trapped people three times or more in the twelve months up to a day, the worst first."""
    counts = entrapments.counts(entrapments.repeat_since(on), on)
    statement = (
        policy.scope(actor, Elevator, Elevator, counts.c.count)
        .join(counts, counts.c.elevator_id == Elevator.id)
        .order_by(counts.c.count.desc(), Elevator.id)
        .limit(most)
    )
    if area and area != current().city_code:
        statement = statement.where(Elevator.area_code == area)
    return [Repeat(lift, number) for lift, number in db.session.execute(statement) if rules.repeats(number, on)]


def _year_before(last: date) -> date:
    return date.fromordinal(add_months(last, -12).toordinal() + 1)


def _rows(actor: Actor, since: date, until: date, area: str | None) -> Sequence[Any]:
    statement = (
        policy.scope(actor, Call, *COLUMNS)
        .select_from(Call)
        .outerjoin(Elevator, Elevator.id == Call.elevator_id)
        .where(*entrapments.EVENT, Call.received_on.between(since, until))
        .order_by(Call.id)
    )
    return db.session.execute(statement.where(Call.area_code == area) if area else statement).all()


def _lifts(actor: Actor, on: date) -> dict[str, int]:
    """Elevators on the platform by area."""
    statement = (
        policy.scope(actor, Elevator, Elevator.area_code, func.count(Elevator.id.distinct()))
        .join(RescueEnrolment, RescueEnrolment.elevator_id == Elevator.id)
        .where(holds(RescueEnrolment, on))
        .group_by(Elevator.area_code)
    )
    return {code: number for code, number in db.session.execute(statement)}  # noqa: C416


def _areas(trapped: Sequence[Any], lifts: dict[str, int], code: str) -> list[str]:
    """The areas with a row of their own, in the order of the city; one alone has none."""
    if code != current().city_code:
        return []
    used = {row.area_code for row in trapped} | set(lifts)
    return [each for each in areas.names() if each in used]


def _figures(code: str, trapped: Sequence[Any], lifts: int, since: date, until: date) -> Figures:
    arrivals = [_seconds(row.received_at, row.arrived_at) for row in trapped if row.arrived_at]
    limits = [
        (_seconds(row.received_at, row.arrived_at), 60 * rules.arrival_minutes(row.area_code, row.received_on))
        for row in trapped
        if row.arrived_at
    ]
    rescues = [
        _seconds(row.arrived_at, row.released_at)
        for row in trapped
        if row.arrived_at and row.released_at and row.released_at >= row.arrived_at
    ]
    return Figures(
        area=code,
        entrapments=len(trapped),
        persons=sum(row.trapped or 0 for row in trapped),
        lifts=lifts,
        rate_month=figures.rate_month(len(trapped), lifts, since, until),
        arrival_mean=figures.mean(arrivals),
        arrival_p90=figures.p90(arrivals),
        on_time=sum(1 for took, within in limits if took <= within),
        on_time_of=len(limits),
        rescue_mean=figures.mean(rescues),
    )


def _responses(actor: Actor, since: date, until: date, area: str | None) -> tuple[int, int, list[int]]:
    """Rescue stations asked, those that set out, and how long rescuers took to accept (DB37/T 3451-2018)."""
    able = [role.id for role in rules.roles().values() if role.rescues]
    statement = (
        policy.scope(
            actor,
            Call,
            CallDispatch.role,
            CallDispatch.dispatched_at,
            CallDispatch.answered_at,
            CallDispatch.departed_at,
        )
        .select_from(Call)
        .join(CallDispatch, CallDispatch.call_id == Call.id)
        .where(
            *entrapments.EVENT,
            Call.kind == rules.ENTRAPMENT,
            Call.received_on.between(since, until),
            CallDispatch.role.in_(able),
        )
    )
    if area and area != current().city_code:
        statement = statement.where(Call.area_code == area)
    rows = db.session.execute(statement).all()
    stations = [row for row in rows if row.role == "station"]
    waits = [_seconds(row.dispatched_at, row.answered_at) for row in rows if row.answered_at]
    return len(stations), sum(1 for row in stations if row.departed_at), waits


def _counted(found: Iterable[str], order: Iterable[str]) -> dict[str, int]:
    counts = Counter(found)
    return {key: counts[key] for key in order if counts[key]}


def _hours(trapped: Sequence[Any]) -> list[int]:
    counts = Counter(row.received_at.astimezone(clock.CITY_ZONE).hour for row in trapped)
    return [counts[hour] for hour in range(24)]


def _ages(trapped: Sequence[Any]) -> dict[str, int]:
    counts = Counter(figures.age_band(_age(row.made_on, row.received_on)) for row in trapped)
    order = [*(f"{low}-{high}" if high else f"{low}+" for low, high in figures.AGE_BANDS), "unknown"]
    return {band: counts[band] for band in order if counts[band]}


def _age(made: date | None, on: date) -> int | None:
    return max(0, on.year - made.year - ((on.month, on.day) < (made.month, made.day))) if made else None


def _months(trapped: Sequence[Any], since: date, until: date) -> dict[str, int]:
    counts = Counter(f"{row.received_on:%Y-%m}" for row in trapped)
    found, month = {}, since.replace(day=1)
    while month <= until:
        found[f"{month:%Y-%m}"] = counts[f"{month:%Y-%m}"]
        month = add_months(month, 1)
    return found


def _seconds(first: datetime, second: datetime) -> int:
    return round((second - first).total_seconds())
