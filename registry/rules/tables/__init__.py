"""Dated tables of the law: one row per number, each with `since`, `until`, `basis`, `certainty`.

A row that was in force is never edited: the next one is added, and old days are judged by the old row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files

Row = dict[str, str]


@cache
def load(name: str) -> tuple[Row, ...]:
    """All rows of `tables/<name>.csv`, empty cells as empty strings."""
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def in_force(row: Row, on: date) -> bool:
    """Whether `since <= on < until`; an empty bound is open."""
    since, until = row.get("since", ""), row.get("until", "")
    return (not since or date.fromisoformat(since) <= on) and (not until or on < date.fromisoformat(until))


@cache
def rows(name: str, on: date) -> tuple[Row, ...]:
    """The rows of a table in force on a day, in file order."""
    return tuple(row for row in load(name) if in_force(row, on))


def first(name: str, on: date, match: Callable[[Row], bool]) -> Row | None:
    """The first row in force that matches: tables that say "first match wins" are read with this."""
    return next((row for row in rows(name, on) if match(row)), None)
