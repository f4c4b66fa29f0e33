"""What a list for working without a network has to say of a cylinder beside its own values.

The limits of a cylinder that change with nothing but the rule table are worked out here, so that who judges by the
list needs neither the tables of service lives nor those of filling coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from registry.rules import tables
from registry.rules.cylinders import CylinderDates, dates, fill_limit, kind_matches, service_life


@dataclass(frozen=True, slots=True)
class Life:
    """The days R11 and R12 compare with. `design_end`: the day after which the kind needs a passed assessment;
    `needs_assessment` without it: nobody can tell. `final_end`: none where no such end exists."""

    needs_assessment: bool
    design_end: date | None
    final_end: date | None


@lru_cache(maxsize=65536)
def life_of(kind: str, medium: str | None, made: date | None, service_life_years: int | None, on: date) -> Life:
    """The ends of a cylinder's life by the rows of a day."""
    life = service_life(kind, made, medium, False, on)
    extends = life.max_years != life.years or life.reason == "made_missing"
    given = CylinderDates(kind, made, service_life_years=service_life_years)
    design = dates(given, on).service_end if extends else None
    return Life(extends, design, dates(CylinderDates(kind, made), on).final_end)


@lru_cache(maxsize=65536)
def limit_of(
    kind: str,
    medium: str | None,
    volume_l: Decimal | None,
    working_pressure_mpa: Decimal | None,
    porosity: Decimal | None,
    on: date,
) -> Mapping[str, Any]:
    """How much a cylinder may hold: `max_kg` and `max_mpa` as they are, or `by_temperature` with the terms of
    `p(t) = working pressure + slope (t - reference)`, at most `ratio` times the working pressure, rounded down to
    0.01 MPa; else `reason`, a key of the words."""
    try:
        found = fill_limit(kind, medium, volume_l, working_pressure_mpa, porosity, None, on)
    except ValueError:
        return {"reason": "not_positive"}
    if found.reason == "temperature_missing":
        row = _slope(kind, medium, working_pressure_mpa, on)
        names = ("slope_mpa_per_k", "reference_c", "min_c", "max_c", "max_ratio")
        return {"by_temperature": {"mpa": row["working_pressure_mpa"], **{name: row[name] for name in names}}}
    if found.reason:
        return {"reason": found.reason}
    given = {"max_kg": found.max_kg, "max_mpa": found.max_pressure_mpa}
    return {name: str(value) for name, value in given.items() if value is not None}


def _slope(kind: str, medium: str | None, working_pressure_mpa: Decimal | None, on: date) -> tables.Row:
    return next(
        row
        for row in tables.rows("fill_slopes", on)
        if medium in row["media"].split()
        and not (row["not_kinds"] and kind_matches(row["not_kinds"], kind))
        and row["working_pressure_mpa"]
        and Decimal(row["working_pressure_mpa"]) == working_pressure_mpa
    )
