"""Reading dated tables for days before the first edition that the register knows."""

from __future__ import annotations

from datetime import date
from functools import cache

from registry.rules import tables
from registry.rules.tables import Row


@cache
def edition(name: str, on: date) -> tuple[Row, ...]:
    """The rows of a table in force on a day; for a day before the first edition, the first edition.

    A visit or an inspection of an older day must still be shown and judged, and the older text of
    these tables is not known.
    """
    earliest = date.fromisoformat(min(row["since"] for row in tables.load(name)))
    return tables.rows(name, max(on, earliest))


def limit(name: str, key: str, on: date) -> int:
    """The `value` of one `key` of a table of single numbers; `KeyError` if there is none."""
    for row in edition(name, on):
        if row["key"] == key:
            return int(row["value"])
    raise KeyError(f"{name}: {key} on {on}")
