"""How figures are compared, ranked and held against targets (hazards.md §6.2, §6.3): 同比, 环比, 并列, 完成率, 序时."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

AMBER = Decimal("0.1")  # 序时进度: within ten points of the expected share
GREEN_LAMP, AMBER_LAMP, RED_LAMP = "green", "amber", "red"


@dataclass(frozen=True, slots=True)
class Change:
    """From a figure to a later one. `difference` in the figure's own unit, for rates in percentage points;
    `ratio` as a share, None for rates and where there was nothing before. `words` is one of new, flat, up, down,
    or empty where one of the two is not known."""

    difference: Decimal | None
    ratio: Decimal | None
    words: str


UNKNOWN = Change(None, None, "")


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached. `upper` bounds `between`; `growth>=` is measured from `baseline`; `year` is the year by
    whose end it is to be reached."""

    value: Decimal
    comparator: str = ">="
    upper: Decimal | None = None
    baseline: Decimal | None = None
    baseline_year: int | None = None
    year: int | None = None


def change_of_count(before: int, now: int) -> Change:
    """A count against an earlier one: base 0 is 新增 or 持平, never infinite or 0 %."""
    return change_of_amount(Decimal(before), Decimal(now))


def change_of_amount(before: Decimal | None, now: Decimal | None) -> Change:
    """An amount against an earlier one; the same rules as for counts."""
    if before is None or now is None:
        return UNKNOWN
    difference = now - before
    if before == 0:
        return Change(difference, None, "new" if now > 0 else _words(difference))
    return Change(difference, difference / abs(before), _words(difference))


def change_of_rate(before: Decimal | None, now: Decimal | None) -> Change:
    """A rate against an earlier one, in percentage points: a percentage of a percentage says nothing."""
    if before is None or now is None:
        return UNKNOWN
    difference = (now - before) * 100
    return Change(difference, None, _words(difference))


def change(is_rate: bool, before: Decimal | None, now: Decimal | None) -> Change:
    """A figure against an earlier one of the same indicator."""
    return change_of_rate(before, now) if is_rate else change_of_amount(before, now)


def cumulated(values: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of a year's periods so far (累计); None when one of them is not known."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def rank(values: Sequence[Decimal | None], *, high_is_good: bool = True) -> list[int | None]:
    """Standard competition rank (1, 2, 2, 4); what is not known has none."""
    known = [value for value in values if value is not None]
    return [
        None if value is None else 1 + sum(1 for other in known if (other > value if high_is_good else other < value))
        for value in values
    ]


def climbed(before: int | None, now: int | None) -> int | None:
    """How many places a rank rose (2 for ↑2, -1 for ↓1); None where one of the two is not known."""
    return None if before is None or now is None else before - now


def is_met(value: Decimal | None, target: Target | None) -> bool | None:
    """Whether the target is reached; None without a target, a value, or the baseline that growth needs."""
    if value is None or target is None:
        return None
    match target.comparator:
        case ">=":
            return value >= target.value
        case "<=":
            return value <= target.value
        case "between":
            return target.value <= value <= (target.value if target.upper is None else target.upper)
        case "growth>=":
            growth = _growth(value, target)
            return None if growth is None else growth >= target.value
        case _:
            return value == target.value


def progress(value: Decimal | None, target: Target | None) -> Decimal | None:
    """完成率 as a share from 0 to 1, for showing beside the raw value; never to be ranked by."""
    if value is None or target is None:
        return None
    match target.comparator:
        case "<=":
            return _down(value, target.value)
        case "between":
            upper = target.value if target.upper is None else target.upper
            return _up(value, target.value) if value < target.value else _down(value, upper)
        case "growth>=":
            growth = _growth(value, target)
            return None if growth is None else _up(growth, target.value)
        case "=":
            return _up(value, target.value) if value < target.value else _down(value, target.value)
        case _:
            return _up(value, target.value)


def expected_share(on: date, target: Target | None = None) -> Decimal:
    """序时进度: how much should be done at the end of a month. Months passed ÷ 12; between a baseline year and the
    target's year the months passed of all of them; 1 when the target's year is over."""
    if target is not None and target.year is not None:
        if target.year < on.year:
            return Decimal(1)
        if target.baseline_year is not None and target.baseline_year < target.year:
            months = (on.year - target.baseline_year - 1) * 12 + on.month
            return min(max(Decimal(months) / (12 * (target.year - target.baseline_year)), Decimal(0)), Decimal(1))
    return Decimal(on.month) / 12


def lamp(done: Decimal | None, expected: Decimal) -> str | None:
    """Green at or above what is expected, amber within ten points below, red under that."""
    if done is None:
        return None
    if done >= expected:
        return GREEN_LAMP
    return AMBER_LAMP if expected - done <= AMBER else RED_LAMP


def _up(value: Decimal, target: Decimal) -> Decimal:
    if target <= 0:
        return Decimal(1) if value >= target else Decimal(0)
    return min(max(value / target, Decimal(0)), Decimal(1))


def _down(value: Decimal, target: Decimal) -> Decimal:
    if target == 0:
        return Decimal(1) if value == 0 else Decimal(0)
    return Decimal(1) if value <= 0 else min(max(target / value, Decimal(0)), Decimal(1))


def _growth(value: Decimal, target: Target) -> Decimal | None:
    if not target.baseline:
        return None
    return (value - target.baseline) / abs(target.baseline)


def _words(difference: Decimal) -> str:
    return "up" if difference > 0 else "down" if difference < 0 else "flat"
