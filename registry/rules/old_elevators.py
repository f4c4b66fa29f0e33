"""Old elevators (老旧电梯): age bands, and the points by which they are ranked (elevators.md §8).

The points say whom to look at first. They are a proposal, not a safety assessment: that is GB/T 42615-2023.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules.dates import add_months
from registry.rules.limits import edition, limit


@dataclass(frozen=True, slots=True)
class Band:
    """Ages `from_years <= age < below_years`; the last one has no upper end."""

    id: str
    zh: str
    en: str
    from_years: int
    below_years: int | None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an assessment concludes."""

    id: str
    zh: str
    en: str
    tone: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the points are counted from. `age` in completed years, None when nobody knows it; `entrapments` of the last
    12 months; `overdue_cycles`: maintenance cycles past their day (1 too when nobody maintains it)."""

    age: int | None
    entrapments: int = 0
    inspection_failed: bool = False
    overdue_cycles: int = 0
    uninsured: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the sum: the fact, its value, and the points it gave."""

    fact: str
    zh: str
    en: str
    value: int
    points: int
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Score:
    """The points with every line that could have given some."""

    points: int
    parts: tuple[Part, ...]

    @property
    def hit(self) -> tuple[Part, ...]:
        """The lines that gave points."""
        return tuple(part for part in self.parts if part.points)


@cache
def bands(on: date = date.max) -> tuple[Band, ...]:
    """The age bands, youngest first, without gaps."""
    return tuple(
        Band(
            row["band"],
            row["zh"],
            row["en"],
            int(row["from_years"]),
            int(row["below_years"]) if row["below_years"] else None,
        )
        for row in edition("elevator_age_bands", on)
    )


def band_of(age: int, on: date = date.max) -> Band:
    """The band of an age in completed years."""
    return next(band for band in reversed(bands(on)) if age >= band.from_years)


def is_old(age: int | None, on: date) -> bool:
    """Whether an elevator counts as old; False while nobody knows its age."""
    return age is not None and age >= limit("old_elevator_limits", "old_years", on)


def made_by(years: int, on: date) -> date:
    """The last day of manufacture of what has completed so many years on a day."""
    return add_months(on, -12 * years)


def entrapments_since(on: date) -> date:
    """The first day whose entrapments count."""
    return add_months(on, -limit("old_elevator_limits", "entrapment_months", on))


@cache
def conclusions(on: date = date.max) -> Mapping[str, Conclusion]:
    """The conclusions of an assessment."""
    return MappingProxyType(
        {
            row["conclusion"]: Conclusion(row["conclusion"], row["zh"], row["en"], row["tone"])
            for row in edition("assessment_conclusions", on)
        }
    )


def score(facts: Facts, on: date) -> Score:
    """Count the points: `2*(age>=15) + 1*(age>=20) + entrapments + 2*failed + 1*overdue + 1*uninsured` today."""
    values = {
        "age": facts.age or 0,
        "entrapments": facts.entrapments,
        "inspection_failed": int(facts.inspection_failed),
        "overdue_cycles": facts.overdue_cycles,
        "uninsured": int(facts.uninsured),
    }
    parts = tuple(_part(row, values[row["fact"]]) for row in edition("old_elevator_weights", on))
    return Score(sum(part.points for part in parts), parts)


def _part(row: Mapping[str, str], value: int) -> Part:
    points = 0
    if value >= int(row["at_least"]):
        points = int(row["points"]) * (value if row["each"] == "1" else 1)
    return Part(row["fact"], row["zh"], row["en"], value, points, row["basis"], row["certainty"])
