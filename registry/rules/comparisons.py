"""How figures are compared and ranked in reports (hazards.md §6.3): 同比, 环比, 并列."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """From a figure to a later one. `difference` in the figure's own unit, for rates in percentage points;
    `ratio` as a share, None for rates and where there was nothing before. `words` is one of new, flat, up, down,
    or empty where one of the two is not known."""

    difference: Decimal | None
    ratio: Decimal | None
    words: str


def change_of_count(before: int, now: int) -> Change:
    """A count against an earlier one: base 0 is 新增 or 持平, never infinite or 0 %."""
    difference = Decimal(now - before)
    if before == 0:
        return Change(difference, None, "new" if now else "flat")
    return Change(difference, difference / abs(before), _words(difference))


def change_of_rate(before: Decimal | None, now: Decimal | None) -> Change:
    """A rate against an earlier one, in percentage points: a percentage of a percentage says nothing."""
    if before is None or now is None:
        return Change(None, None, "")
    difference = (now - before) * 100
    return Change(difference, None, _words(difference))


def rank(values: Sequence[Decimal | None], *, high_is_good: bool = True) -> list[int | None]:
    """Standard competition rank (1, 2, 2, 4); what is not known has none."""
    known = [value for value in values if value is not None]
    return [
        None if value is None else 1 + sum(1 for other in known if (other > value if high_is_good else other < value))
        for value in values
    ]


def _words(difference: Decimal) -> str:
    return "up" if difference > 0 else "down" if difference < 0 else "flat"
