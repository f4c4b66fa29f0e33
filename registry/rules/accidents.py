"""The grade of an accident: the highest that any of its measures reaches (hazards.md §7.1).

"以上" counts the number itself, "以下" does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from registry.rules import tables

GRADES = ("event", "general", "larger", "major", "extra_major")  # mildest first
GRADE_NAMES = {
    "event": ("事件（不构成事故）", "event, no accident"),
    "general": ("一般事故", "general accident"),
    "larger": ("较大事故", "larger accident"),
    "major": ("重大事故", "major accident"),
    "extra_major": ("特别重大事故", "extra major accident"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One measure that reaches a grade."""

    grade: str
    measure: str
    zh: str
    en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade and everything that speaks for it or for a milder one, the gravest first."""

    grade: str
    reasons: tuple[Reason, ...]


def grade(measures: Mapping[str, Any], on: date) -> Graded:
    """The grade of an accident. `measures`: those of `accident_grades`; numbers, or true for what happened."""
    reasons = [
        Reason(row["grade"], row["measure"], row["zh"], row["en"], row["basis"])
        for row in tables.rows("accident_grades", on)
        if _reaches(row, measures.get(row["measure"]))
    ]
    reasons.sort(key=lambda reason: -GRADES.index(reason.grade))
    return Graded(reasons[0].grade if reasons else "event", tuple(reasons))


def measures_of(on: date) -> dict[str, str]:
    """The measures that are asked for, with their unit."""
    return {row["measure"]: row["unit"] for row in tables.rows("accident_grades", on)}


def _reaches(row: tables.Row, given: Any) -> bool:
    if given is None or given is False:
        return False
    value = Decimal(1) if given is True else Decimal(str(given))
    return value >= Decimal(row["at_least"]) and (not row["below"] or value < Decimal(row["below"]))
