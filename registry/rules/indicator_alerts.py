"""What an office has to be told of its indicators: under the target, near it, not frozen in time, not reported."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from registry.rules import comparisons, indicator_book
from registry.rules.comparisons import Target
from registry.rules.indicator_book import MONTHS, Definition

TARGET, WARNING, FREEZE, REPORT = "target", "warning", "freeze", "report"


@dataclass(frozen=True, slots=True)
class Kind:
    """The name of a sort of alert, and the tone in which it is shown."""

    zh: str
    en: str
    tone: str


KINDS = {
    TARGET: Kind("未达目标", "off target", "bad"),
    WARNING: Kind("接近目标线", "near the target", "warn"),
    FREEZE: Kind("月末未按时冻结", "month not frozen in time", "bad"),
    REPORT: Kind("填报逾期", "report overdue", "warn"),
}
GRACE_DAYS = 1  # a month is frozen on the day after its end


def against(value: Decimal | None, goal: Target | None, margin: Decimal) -> str | None:
    """`target` when a value misses its target, `warning` when it holds it by less than `margin` (a share), else None.
    Without a value or a target there is nothing to say."""
    met = comparisons.is_met(value, goal)
    if met is None or value is None or goal is None:
        return None
    if not met:
        return TARGET
    if goal.comparator == ">=" and margin and goal.value < 1 and value - goal.value < margin:
        return WARNING
    if goal.comparator == "<=" and margin and goal.value > 0 and goal.value - value < margin:
        return WARNING
    return None


def is_told_anew(raised_on: date | None, on: date) -> bool:
    """Whether something that was raised on a day, cleared, and is there again on another is told of once more: once a
    day at most, so that a figure that goes to and fro across its line does not ring each time."""
    return raised_on is None or raised_on < on


def last_month_end(on: date) -> date:
    """The last day of the last month that is over on a day."""
    return on.replace(day=1) - timedelta(days=1)


def freeze_is_late(on: date) -> bool:
    """Whether the last month should have been frozen by a day."""
    return (on - last_month_end(on)).days > GRACE_DAYS


def last_period_end(frequency: str, on: date) -> date:
    """The end of the last period of a frequency that is over on a day."""
    end = last_month_end(on)
    while not indicator_book.is_period_end(frequency, end):
        end = last_month_end(end)
    return end


def overdue(
    definitions: Mapping[str, Definition], on: date, days: int, known: Collection[tuple[str, date]]
) -> Iterator[tuple[str, date]]:
    """(indicator, period's end) of the city's reported figures whose `days` are over and that are not `known`."""
    for key, definition in definitions.items():
        if definition.computed or definition.frequency not in MONTHS:
            continue
        end = last_period_end(definition.frequency, on)
        is_late = indicator_book.due_on(end, days) < on and end >= date.fromisoformat(definition.version)
        if is_late and (key, end) not in known:
            yield key, end
