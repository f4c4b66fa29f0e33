"""What an inspection of a cylinder looks at and comes to (cylinders.md §2.1); why and how one is scrapped (§2.4).

Everything is read from `tables/cylinder_checks`, `scrap_reasons` and `scrap_methods`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules.cylinders import kind_matches
from registry.rules.limits import edition

PASS = "pass"
SCRAP = "scrap"
RESULTS: Mapping[str, tuple[str, str]] = {PASS: ("合格", "pass"), SCRAP: ("判废", "scrap")}
FAILED = "inspection_failed"
LIFE_OVER = "life_over"


@dataclass(frozen=True, slots=True)
class Check:
    """One item of an inspection; `kinds` that must have it to pass."""

    id: str
    zh: str
    en: str
    kinds: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a cylinder is scrapped; `fact`: what of its file says so too, empty where only eyes can tell."""

    id: str
    zh: str
    en: str
    fact: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Method:
    """A way to destroy a cylinder, and whether it does destroy it."""

    id: str
    zh: str
    en: str
    allowed: bool
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What a set of results comes to: `scrapped` items, and the items that are still `missing` for a pass."""

    scrapped: tuple[str, ...]
    missing: tuple[str, ...]


@cache
def checks(on: date = date.max) -> Mapping[str, Check]:
    """The items by identifier, in the order of the record."""
    return MappingProxyType(
        {
            row["item"]: Check(row["item"], row["zh"], row["en"], row["kinds"], row["basis"], row["certainty"])
            for row in edition("cylinder_checks", on)
        }
    )


@cache
def asked(kind: str, on: date = date.max) -> tuple[str, ...]:
    """The items without which a cylinder of this kind does not pass."""
    return tuple(check.id for check in checks(on).values() if kind_matches(check.kinds, kind))


def judge(kind: str, results: Mapping[str, str], on: date) -> Judged:
    """What the results of the items come to; whatever is scrapped ends the matter, so nothing is missing then.

    Raises:
        KeyError: an item that the table does not know.
    """
    known = checks(on)
    scrapped = tuple(item for item in (known[name].id for name in results) if results[item] == SCRAP)
    missing = () if scrapped else tuple(item for item in asked(kind, on) if results.get(item) != PASS)
    return Judged(scrapped, missing)


@cache
def reasons(on: date = date.max) -> Mapping[str, Reason]:
    """The reasons for scrapping by identifier."""
    return MappingProxyType(
        {
            row["reason"]: Reason(row["reason"], row["zh"], row["en"], row["fact"], row["basis"], row["certainty"])
            for row in edition("scrap_reasons", on)
        }
    )


@cache
def methods(on: date = date.max) -> Mapping[str, Method]:
    """The ways to destroy a cylinder, those that do not suffice among them."""
    return MappingProxyType(
        {
            row["method"]: Method(
                row["method"], row["zh"], row["en"], row["allowed"] == "1", row["basis"], row["certainty"]
            )
            for row in edition("scrap_methods", on)
        }
    )
