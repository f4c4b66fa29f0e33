"""Graded risk (双重预防): points, likelihood, exposure and consequence to a score and one of four colours (§3).

All numbers are rows of the tables `risk_*`, decimals throughout: 0.2 x 6 x 15 is 18, not 17.999.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from registry.rules import tables

LEVELS = ("blue", "yellow", "orange", "red")  # mildest first
SCOPES = ("elevator", "station")
OLD = 15  # years from which a passed assessment counts
SENSITIVE = "sensitive_place"


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor that gave points."""

    factor: str
    points: int
    zh: str
    en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Floor:
    """Why a level is not lower than `level`."""

    fact: str
    level: str
    zh: str
    en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Risk:
    """A graded risk. `level` is that of the score, lifted by the floors."""

    points: int
    likelihood: Decimal
    exposure: Decimal
    consequence: Decimal
    score: Decimal
    level: str
    factors: tuple[Factor, ...]
    floors: tuple[Floor, ...]


def grade(scope: str, facts: Mapping[str, Any], on: date) -> Risk:
    """The risk of an elevator or a filling station on a day (§3.4, §3.5).

    `facts`: `exposure` and `consequence` as classes of `risk_scales`, the factors of `risk_points` (numbers, or flags),
    the facts of `risk_floors` as flags, for stations `sensitive_place`. What is left out counts as nothing.

    Raises:
        KeyError: a class that the tables of the day do not know.
    """
    factors = tuple(_factors(scope, facts, on))
    points = max(0, sum(factor.points for factor in factors))
    likelihood = _likelihood(points, on)
    exposure = scale(scope, "exposure", str(facts["exposure"]), on)
    consequence = scale(scope, "consequence", str(facts["consequence"]), on)
    if facts.get(SENSITIVE):
        consequence = _one_step_up(scope, consequence, on)
    score = likelihood * exposure * consequence
    floors = tuple(_floors(scope, facts, on))
    levels = [band("lec", score, on), *(floor.level for floor in floors)]
    return Risk(points, likelihood, exposure, consequence, score, max(levels, key=LEVELS.index), factors, floors)


GOODS = ("traction_freight", "positive_freight", "hydraulic_freight", "dumbwaiter")


def classes_of_elevator(kind: str, place: str | None, on: date) -> dict[str, str]:
    """Exposure and consequence of an elevator by its kind and place (§3.4): goods in plants count as `plant`."""
    row = tables.first("risk_places", on, lambda row: row["place"] == (place or "other"))
    exposure = row["exposure"] if row else "housing"
    if kind in GOODS:
        return {"exposure": "plant" if exposure == "housing" else exposure, "consequence": "goods"}
    return {"exposure": exposure, "consequence": "passenger"}


def lec(likelihood: Decimal, exposure: Decimal, consequence: Decimal, on: date) -> tuple[Decimal, str]:
    """D = L x E x C and its colour (§3.2)."""
    score = likelihood * exposure * consequence
    return score, band("lec", score, on)


def ls(likelihood: int, severity: int, on: date) -> tuple[int, str]:
    """R = L x S, both 1 to 5, and its colour (§3.3).

    Raises:
        ValueError: one of them is not 1 to 5.
    """
    if not (1 <= likelihood <= 5 and 1 <= severity <= 5):
        raise ValueError("likelihood and severity are 1 to 5")
    score = likelihood * severity
    return score, band("ls", Decimal(score), on)


def band(method: str, score: Decimal, on: date) -> str:
    """The colour of a score: the highest band whose lower bound, counted in, it reaches."""
    rows = [row for row in tables.rows("risk_bands", on) if row["method"] == method]
    reached = [row for row in rows if score >= Decimal(row["at_least"])]
    return max(reached, key=lambda row: Decimal(row["at_least"]))["level"]


def scale(scope: str, name: str, wanted: str, on: date) -> Decimal:
    """The value of a class of exposure or consequence; KeyError for one that is not there."""
    for row in tables.rows("risk_scales", on):
        if (row["scope"], row["scale"], row["class"]) == (scope, name, wanted):
            return Decimal(row["value"])
    raise KeyError(f"no {name} {wanted} of {scope} on {on}")


def classes(scope: str, name: str, on: date) -> list[tables.Row]:
    """The classes of a scale, in the table's order."""
    return [row for row in tables.rows("risk_scales", on) if (row["scope"], row["scale"]) == (scope, name)]


def factors_of(scope: str, on: date) -> tuple[str, ...]:
    """The names of the factors of a scope, each once."""
    return tuple(dict.fromkeys(row["factor"] for row in tables.rows("risk_points", on) if row["scope"] == scope))


def floors_of(scope: str, on: date) -> tuple[str, ...]:
    """The names of the facts that lift a level."""
    return tuple(dict.fromkeys(row["fact"] for row in tables.rows("risk_floors", on) if row["scope"] == scope))


def _factors(scope: str, facts: Mapping[str, Any], on: date) -> list[Factor]:
    found = []
    for row in tables.rows("risk_points", on):
        given = facts.get(row["factor"])
        if row["scope"] != scope or given is None or given is False:
            continue
        value = Decimal(1) if given is True else Decimal(str(given))
        if value < Decimal(row["from"]) or (row["to"] and value > Decimal(row["to"])):
            continue
        if row["factor"] == "assessment_passed" and Decimal(str(facts.get("age_years") or 0)) < OLD:
            continue
        found.append(Factor(row["factor"], _points(row, value), row["zh"], row["en"], row["basis"]))
    return found


def _points(row: tables.Row, value: Decimal) -> int:
    """A fixed number, or `each` (times a number) up to the cap."""
    text = row["points"]
    if not text.startswith("each"):
        return int(text)
    points = int(value) * int(text.partition("*")[2] or 1)
    return min(points, int(row["cap"])) if row["cap"] else points


def _likelihood(points: int, on: date) -> Decimal:
    for row in tables.rows("risk_likelihood", on):
        if points >= int(row["from"]) and (not row["to"] or points <= int(row["to"])):
            return Decimal(row["value"])
    raise KeyError(f"no likelihood for {points} points on {on}")


def _one_step_up(scope: str, value: Decimal, on: date) -> Decimal:
    """A school, housing or market near by: the next consequence of the scale, the last one stays."""
    steps = sorted(Decimal(row["value"]) for row in classes(scope, "consequence", on))
    return next((step for step in steps if step > value), value)


def _floors(scope: str, facts: Mapping[str, Any], on: date) -> list[Floor]:
    return [
        Floor(row["fact"], row["level"], row["zh"], row["en"], row["basis"])
        for row in tables.rows("risk_floors", on)
        if row["scope"] == scope and facts.get(row["fact"])
    ]


@dataclass(frozen=True, slots=True)
class Control:
    """What a colour asks of the use, of the unit (`role` controls it) and of the regulator; how often it is graded."""

    level: str
    role: str
    use: tuple[str, str]
    unit: tuple[str, str]
    regulator: tuple[str, str]
    review: tuple[str, str]


def controls(on: date) -> dict[str, Control]:
    """The control measures by colour in force on a day (§3.6)."""

    def both(row: tables.Row, name: str) -> tuple[str, str]:
        return row[f"{name}_zh"], row[f"{name}_en"]

    return {
        row["level"]: Control(
            row["level"],
            row["role"],
            both(row, "use"),
            both(row, "unit"),
            both(row, "regulator"),
            both(row, "review"),
        )
        for row in tables.rows("risk_controls", on)
    }
