"""The figures of the safety-status report: each indicator by area with numerator and denominator, and its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import (
    Accident,
    Call,
    Elevator,
    EmergencyPlan,
    FaultReport,
    Filling,
    Hazard,
    HazardStep,
    SupervisionAnswer,
    SupervisionCheck,
    Unit,
)
from registry.queries import indicators, parameters, status_parts
from registry.queries.hazard_months import Period
from registry.queries.paging import Page, paginate
from registry.queries.status_parts import Made, Part
from registry.rules import status_report as rules
from registry.rules import supervision_checks as check_rules
from registry.rules.dates import end_of_month
from registry.rules.status_report import Definition
from registry.settings import current

TOTAL, IN_USE, AVERAGE = 1, 2, 3
PARTS = ("numerator", "denominator")
PAGE = 50
PER_DEVICES = ("death_rate", "accident_rate")
By = Mapping[str, Decimal]


@dataclass(frozen=True)
class Figure:
    """One indicator of one area in a period; `value` unrounded, None where there is nothing to divide by."""

    definition: Definition
    area: str
    numerator: Decimal
    denominator: Decimal | None

    @property
    def value(self) -> Decimal | None:
        return self.definition.value(self.numerator, self.denominator)

    @property
    def written(self) -> str:
        return self.definition.written(self.value)


@dataclass(frozen=True)
class Row:
    """A row behind a figure: what it is called, and the page it has (`kind`, `code`)."""

    text: str
    note: str
    kind: str
    code: str


def choice(period: Period) -> int:
    """What rates per 10,000 devices are taken of, by the parameter in force: 1 total, 2 in use, 3 monthly average."""
    return min(max(int(parameters.value("status.denominator", period.until)), TOTAL), AVERAGE)


def by_area(actor: Actor, key: str, period: Period) -> dict[str, Figure]:
    """An indicator of every area that has rows, and of the whole under the city's code: sums over sums."""
    definition = _definition(key)
    wanted = choice(period)
    made = status_parts.made(key, period, min(wanted, IN_USE))
    above, below = _counts(actor, made, period)
    if wanted == AVERAGE and key in PER_DEVICES:
        below = _average(actor, key, period)
    city = current().city_code
    codes = set(above) | set(below or {})
    found = {
        code: Figure(
            definition,
            code,
            above.get(code, Decimal(0)),
            None if below is None else below.get(code, Decimal(0)),
        )
        for code in codes
    }
    whole = Figure(
        definition,
        city,
        sum(above.values(), Decimal(0)),
        None if below is None else sum(below.values(), Decimal(0)),
    )
    return {**found, city: whole}


def of(actor: Actor, period: Period, area: str | None = None) -> list[Figure]:
    """Every indicator of one area, or of everything the caller sees."""
    code = area or current().city_code
    found = []
    for key in rules.definitions(clock.today()):
        figures = by_area(actor, key, period)
        whole = figures[current().city_code]
        none = Decimal(0)
        found.append(
            figures.get(code, Figure(whole.definition, code, none, None if whole.denominator is None else none))
        )
    return found


def rows(actor: Actor, key: str, part: str, period: Period, area: str | None, cursor: str | None = None) -> Page:
    """The rows of a numerator or denominator.

    Raises:
        Missing: no such indicator, or one whose list is the dashboard's.
    """
    _definition(key)
    made = status_parts.made(key, period, min(choice(period), IN_USE))
    wanted = made.numerator if part == "numerator" else made.denominator
    if wanted is None:
        raise Missing(T("没有这个清单"))
    place, _, after = (cursor or "0").partition(":")
    every = wanted.every
    if not place.isdecimal() or int(place) >= len(every):
        raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询"))
    found: list[Row] = []
    for number in range(int(place), len(every)):
        page = _part_rows(actor, every[number], area, after or None, PAGE - len(found))
        found += page.items
        after = ""
        if page.next:
            return Page(found, f"{number}:{page.next}")
        if len(found) >= PAGE and number + 1 < len(every):
            return Page(found, f"{number + 1}:")
    return Page(found, None)


def _part_rows(actor: Actor, part: Part, area: str | None, cursor: str | None, limit: int) -> Page:
    """Rows of one table behind a figure."""
    statement = policy.scope(actor, part.seen or part.model, part.model).select_from(part.model)
    for target, on in part.joins:
        statement = statement.join(target, on)
    statement = statement.options(*_LOADED.get(part.model, ())).where(*part.where)
    if area and area != current().city_code:
        statement = statement.where(part.area == area)
    identity: Any = part.model.id  # type: ignore[attr-defined]
    page = paginate(statement, identity, limit, cursor)
    notes = part.notes([one.id for one in page.items]) if part.notes else {}
    rows = [_row(one) for one in page.items]
    return Page(
        [replace(row, note=notes.get(one.id, row.note)) for row, one in zip(rows, page.items, strict=True)], page.next
    )


def ready(key: str, period: Period) -> str:
    """The dashboard's indicator that says the same; empty for none."""
    _definition(key)
    return status_parts.made(key, period, TOTAL).ready


def _definition(key: str) -> Definition:
    found = rules.definitions(clock.today()).get(key)
    if found is None:
        raise Missing(T("没有这个指标"))
    return found


def _counts(actor: Actor, made: Made, period: Period) -> tuple[By, By | None]:
    if made.ready:
        city = current().city_code
        found = [one for one in indicators.table(actor, made.ready, period.until) if one.area != city]
        below = {one.area: Decimal(one.denominator) for one in found}
        if made.behind:
            return {one.area: Decimal(one.denominator - one.numerator) for one in found}, None
        return {one.area: Decimal(one.numerator) for one in found}, below
    assert made.numerator is not None
    return counted(actor, made.numerator), counted(actor, made.denominator) if made.denominator else None


def counted(actor: Actor, part: Part) -> dict[str, Decimal]:
    """How many rows of a part and of what counts with it, or what they come to, by area."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in part.every:
        for code, number in _counted(actor, each).items():
            found[code] += number
    return dict(found)


def _counted(actor: Actor, part: Part) -> dict[str, Decimal]:
    what = part.columns or (func.sum(part.amount) if part.amount is not None else func.count(),)
    statement = select(part.area, *what).select_from(part.model)
    for target, on in part.joins:
        statement = statement.join(target, on)
    statement = statement.where(policy.visible(actor, part.seen or part.model), *part.where)
    found: dict[str, Decimal] = defaultdict(Decimal)
    if part.weigh is not None:
        for code, *values in db.session.execute(statement):
            found[code or ""] += part.weigh(*values)
        return dict(found)
    for code, number in db.session.execute(statement.group_by(part.area)):
        found[code or ""] += Decimal(number or 0)
    return dict(found)


def _average(actor: Actor, _key: str, period: Period) -> By:
    """The mean of the stock in use at the ends of the months of the period."""
    ends, day = [], period.since
    while day <= period.until:
        ends.append(min(end_of_month(day.year, day.month), period.until))
        day = ends[-1] + timedelta(days=1)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for end in ends:
        for code, number in counted(actor, status_parts.stock(end, IN_USE)).items():
            found[code] += number
    return {code: number / len(ends) for code, number in found.items()}


_LOADED: dict[Any, tuple[Any, ...]] = {
    FaultReport: (joinedload(FaultReport.elevator),),
    Call: (joinedload(Call.elevator),),
    Filling: (joinedload(Filling.station), joinedload(Filling.cylinder)),
    SupervisionCheck: (joinedload(SupervisionCheck.unit),),
    Hazard: (joinedload(Hazard.unit),),
    HazardStep: (joinedload(HazardStep.hazard).joinedload(Hazard.unit),),
    SupervisionAnswer: (joinedload(SupervisionAnswer.check).joinedload(SupervisionCheck.unit),),
    Accident: (joinedload(Accident.unit),),
}


def _row(one: Any) -> Row:
    match one:
        case Elevator():
            return Row(one.address or one.label_code, one.use_cert_no or "", "elevator", one.label_code)
        case Accident():
            return Row(one.title, f"{one.happened_on} {one.unit.name}", "accident", one.no)
        case Call():
            return Row(
                one.no, f"{one.received_on} {one.elevator.address if one.elevator else one.place}", "call", one.no
            )
        case FaultReport():
            return Row(one.no, f"{one.reported_on} {one.elevator.address}", "fault_report", one.no)
        case Hazard():
            return Row(one.title, f"{one.no} {one.unit.name}", "hazard", one.no)
        case HazardStep():
            return Row(
                one.hazard.title, f"{one.hazard.no} {one.done_on} {one.hazard.unit.name}", "hazard", one.hazard.no
            )
        case SupervisionAnswer():
            item = check_rules.item_name(one.check.list_kind, one.item, clock.today())
            return Row(item, f"{one.check.no} {one.check.unit.name} {one.note}".strip(), "supervision", one.check.no)
        case Filling():
            return Row(one.cylinder.label_code or str(one.cylinder_id), f"{one.filled_on} {one.station.name}", "", "")
        case SupervisionCheck():
            return Row(one.no, one.unit.name, "supervision", one.no)
        case EmergencyPlan():
            return Row(one.title, one.edition, "emergency_plan", str(one.id))
        case Unit():
            return Row(one.name, one.address, "unit", str(one.id))
        case _:
            return Row(str(one), "", "", "")
