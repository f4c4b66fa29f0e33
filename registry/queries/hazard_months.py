"""The month table of major hazards (§8.3): stock, arrivals and departures by county, from the ledger alone.

Any past period gives the same figures for ever: a hazard stands on a day where its last step until then left it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Area, Hazard, HazardStep
from registry.rules import hazards as rules
from registry.rules.comparisons import Change, change_of_rate, rank

ENTERED = {"recognise": "new", "reopen": "reopened"}
LEFT = {"close": "closed", "void": "voided"}


@dataclass(frozen=True)
class Period:
    """From a day to a day, both counted."""

    since: date
    until: date

    @property
    def before(self) -> Period:
        """The period of the same length in months right before, for 环比."""
        until = self.since - timedelta(days=1)
        if self.since.day == 1 and (self.until + timedelta(days=1)).day == 1:
            months = (self.until.year - self.since.year) * 12 + self.until.month - self.since.month + 1
            return Period(_months_back(self.since, months), until)
        return Period(until - (self.until - self.since), until)

    @property
    def year_ago(self) -> Period:
        """The same period of the year before, for 同比."""
        return Period(
            _months_back(self.since, 12), _months_back(self.until + timedelta(days=1), 12) - timedelta(days=1)
        )


def month(day: date) -> Period:
    """The calendar month of a day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def _months_back(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 - months
    year, month_number = divmod(total, 12)
    last = (date(year, month_number + 1, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date(year, month_number + 1, min(day.day, last.day))


@dataclass
class Stock:
    """The figures of one area in one period. `opening + new + reopened - closed - voided` must be `closing`."""

    opening: int = 0
    new: int = 0
    reopened: int = 0
    closed: int = 0
    voided: int = 0
    closing: int = 0
    overdue: int = 0
    listed_supervision: int = 0

    @property
    def balances(self) -> bool:
        return self.opening + self.new + self.reopened - self.closed - self.voided == self.closing

    @property
    def found(self) -> int:
        """All that had to be dealt with: 累计排查. What was voided was none."""
        return self.opening + self.new + self.reopened - self.voided

    @property
    def rate(self) -> Decimal | None:
        """Closed of what had to be dealt with, None where there was nothing: 整改率."""
        return Decimal(self.closed) / self.found if self.found else None


@dataclass(frozen=True)
class Line:
    """One area in the month table; `year` from 1 January to the end of the period."""

    area: Area
    stock: Stock
    year: Stock
    year_on_year: Change
    month_on_month: Change
    rank: int | None


@dataclass(frozen=True)
class Table:
    """The lines by area and the sum; `faults` name areas whose stock does not add up."""

    period: Period
    lines: list[Line]
    total: Line
    faults: list[str] = field(default_factory=list)


def table(actor: Actor, period: Period) -> Table:
    """The month table over the areas that a caller sees."""
    policy.require(actor, "circular.read")
    areas = _areas(actor)
    this, year = stocks(actor, period), stocks(actor, Period(date(period.until.year, 1, 1), period.until))
    before, ago = stocks(actor, period.before), stocks(actor, period.year_ago)
    codes = [area.code for area in areas]
    ranks = rank([year[code].rate for code in codes])
    lines = [
        Line(
            area,
            this[area.code],
            year[area.code],
            change_of_rate(ago[area.code].rate, this[area.code].rate),
            change_of_rate(before[area.code].rate, this[area.code].rate),
            place,
        )
        for area, place in zip(areas, ranks, strict=True)
    ]
    sums = [_sum([one[code] for code in codes]) for one in (this, year, before, ago)]
    total = Line(
        _whole(),
        sums[0],
        sums[1],
        change_of_rate(sums[3].rate, sums[0].rate),
        change_of_rate(sums[2].rate, sums[0].rate),
        None,
    )
    return Table(period, lines, total, [line.area.name for line in lines if not line.stock.balances])


def stocks(actor: Actor, period: Period) -> dict[str, Stock]:
    """The figures by area code of the hazards that a caller sees."""
    found: dict[str, Stock] = defaultdict(Stock)
    for area, state, _due, _listed, count in _standing(actor, period.since - timedelta(days=1)):
        if rules.STATES[state].open:
            found[area].opening += count
    for area, state, due, listed, count in _standing(actor, period.until):
        if not rules.STATES[state].open:
            continue
        found[area].closing += count
        if state != "SUSPENDED" and due is not None and due < period.until:
            found[area].overdue += count
        if listed:
            found[area].listed_supervision += count
    for area, verb, source, count in _moved(actor, period):
        name = ENTERED.get(verb) or LEFT.get(verb)
        # What was never on the list does not leave it.
        if name and (name != "voided" or source == "LISTED"):
            setattr(found[area], name, getattr(found[area], name) + count)
    return found


def _standing(actor: Actor, on: date) -> Sequence[tuple[str, str, date | None, bool, int]]:
    """How many hazards stood in which state with which deadline at the end of a day, by area."""
    last = (
        select(HazardStep.hazard_id, func.max(HazardStep.id).label("id"))
        .where(HazardStep.done_on <= on)
        .group_by(HazardStep.hazard_id)
        .subquery()
    )
    marks = (
        select(HazardStep.hazard_id, func.max(HazardStep.id).label("id"))
        .where(HazardStep.done_on <= on, HazardStep.verb.in_(("list_supervision", "delist")))
        .group_by(HazardStep.hazard_id)
        .subquery()
    )
    mark = select(HazardStep.hazard_id, HazardStep.verb).join(marks, marks.c.id == HazardStep.id).subquery()
    listed = and_(mark.c.verb.is_not(None), mark.c.verb == "list_supervision")
    statement = (
        policy.scope(actor, Hazard, Hazard.area_code, HazardStep.target, HazardStep.due_on, listed, func.count())
        .join(last, last.c.hazard_id == Hazard.id)
        .join(HazardStep, HazardStep.id == last.c.id)
        .outerjoin(mark, mark.c.hazard_id == Hazard.id)
        .group_by(Hazard.area_code, HazardStep.target, HazardStep.due_on, listed)
    )
    return [(area, state, due, bool(mark), count) for area, state, due, mark, count in db.session.execute(statement)]


def _moved(actor: Actor, period: Period) -> Sequence[tuple[str, str, str, int]]:
    statement = (
        policy.scope(actor, Hazard, Hazard.area_code, HazardStep.verb, HazardStep.source, func.count())
        .join(HazardStep, HazardStep.hazard_id == Hazard.id)
        .where(HazardStep.done_on.between(period.since, period.until), HazardStep.verb.in_((*ENTERED, *LEFT)))
        .group_by(Hazard.area_code, HazardStep.verb, HazardStep.source)
    )
    return [(area, verb, source, count) for area, verb, source, count in db.session.execute(statement)]


def _areas(actor: Actor) -> list[Area]:
    found = db.session.scalars(select(Area).where(Area.parent_code.is_not(None)).order_by(Area.position)).all()
    return [area for area in found if not actor.areas or area.code in actor.areas]


def _whole() -> Area:
    return db.session.scalars(select(Area).where(Area.parent_code.is_(None))).one()


def _sum(stocks: Sequence[Stock]) -> Stock:
    total = Stock()
    for stock in stocks:
        for name, value in vars(stock).items():
            setattr(total, name, getattr(total, name) + value)
    return total


def asked(given: Mapping[str, Any], today: date) -> Period:
    """The period that was asked for; where nothing was, the month before this one.

    Raises:
        Invalid: it ends before it begins.
    """
    whole = month(today.replace(day=1) - timedelta(days=1))
    period = Period(
        given.get("since") or whole.since, given.get("until") or max(whole.until, given.get("since") or whole.until)
    )
    if period.until < period.since:
        raise Invalid.field("until", T("截止日期不能早于开始日期"))
    return period
