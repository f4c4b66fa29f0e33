"""Figures over emergency calls: means, the ninth decile, and what a month of an odd period is (elevators.md §6.4)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

AGE_BANDS = ((0, 5), (5, 10), (10, 15), (15, 20), (20, None))


def mean(seconds: Sequence[int]) -> int | None:
    """The mean in whole seconds; None of nothing."""
    return round(sum(seconds) / len(seconds)) if seconds else None


def p90(seconds: Sequence[int]) -> int | None:
    """The time within which nine of ten were done (nearest rank); None of nothing."""
    return sorted(seconds)[ceil(0.9 * len(seconds)) - 1] if seconds else None


def share(part: int, whole: int) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None


def months(since: date, until: date) -> Fraction:
    """How many calendar months a period is, its last day included; a part of a month counts by its days."""
    found, day = Fraction(0), since
    while day <= until:
        length = monthrange(day.year, day.month)[1]
        last = min(date(day.year, day.month, length), until)
        found += Fraction((last - day).days + 1, length)
        day = last + timedelta(days=1)
    return found


def rate_month(entrapments: int, lifts: int, since: date, until: date) -> float | None:
    """Entrapments per 100 elevators on the platform and month."""
    return float(100 * entrapments / lifts / months(since, until)) if lifts else None


def age_band(age: int | None) -> str:
    """The band of an age in completed years: 0-5, 5-10, ..., 20+, or unknown."""
    if age is None:
        return "unknown"
    for low, high in AGE_BANDS:
        if high is None:
            return f"{low}+"
        if age < high:
            return f"{low}-{high}"
    raise AssertionError
