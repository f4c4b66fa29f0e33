"""The tables that PostgreSQL keeps in one part a month, and what their parts are called.

Only tables that nothing unique but their own number holds together, and that grow with every cylinder turned: a unique
constraint of a partitioned table needs the month in it, so `filling`, `fill_cycle` and `visit`, whose `ref` must be
unique for ever and whose rows others point at, stay whole. SQLite keeps everything in one table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = ["AHEAD", "TABLES", "Table", "end_of_past", "made_here", "month_after", "month_of", "months", "part_name"]

AHEAD = 3  # months that are made before they begin


@dataclass(frozen=True, slots=True)
class Table:
    """A partitioned table. `own`: constraints of each part, since the whole cannot have them.

    `detachable`: whether months may be taken off; the parameter `partition.<name>_months` says when. `pointed_at`: the
    references to its rows, as (table, constraint, definition).
    """

    name: str
    own: tuple[str, ...]
    grows_only: bool
    detachable: bool
    pointed_at: tuple[tuple[str, str, str], ...] = ()

    @property
    def rest(self) -> str:
        """The part for moments outside all months: of devices with a wrong clock, or when no month was made ahead."""
        return f"{self.name}_rest"

    @property
    def parameter(self) -> str:
        """After how many months a part is detached; 0 is never."""
        return f"partition.{self.name}_months"


_OF_ANOMALIES = tuple(
    (
        "cylinder_anomaly",
        f"fk_cylinder_anomaly_{seen}",
        f"FOREIGN KEY ({seen}_id, {seen}_at) REFERENCES scan (id, at)",
    )
    for seen in ("scan", "other_scan")
)
TABLES = (
    Table("scan", ("PRIMARY KEY (id)",), grows_only=False, detachable=True, pointed_at=_OF_ANOMALIES),
    Table("cylinder_event", ("PRIMARY KEY (id)", "UNIQUE (ref)"), grows_only=True, detachable=True),
    # A proof needs the entry, so the trail stays together; its months are for pruning and for upkeep.
    Table("trail_entry", ("PRIMARY KEY (id)",), grows_only=True, detachable=False),
)
_NAMES = "|".join(table.name for table in TABLES)
_PART = re.compile(rf"({_NAMES})_(\d{{4}}_\d{{2}}|before_\d{{4}}_\d{{2}}|rest)")


def part_name(table: Table, month: date) -> str:
    """`scan_2026_11`."""
    return f"{table.name}_{month:%Y_%m}"


def month_of(table: Table, part: str) -> date | None:
    """The first day of the month that a part holds; None for what holds more or less than one."""
    found = re.fullmatch(rf"{table.name}_(\d{{4}})_(\d{{2}})", part)
    return date(int(found[1]), int(found[2]), 1) if found else None


def end_of_past(table: Table, part: str) -> date | None:
    """The first day that is not held any more by the part without a beginning; None for the other parts."""
    found = re.fullmatch(rf"{table.name}_before_(\d{{4}})_(\d{{2}})", part)
    return date(int(found[1]), int(found[2]), 1) if found else None


def months(first: date, last: date) -> Iterator[date]:
    """The first days of the months from the one of `first` to the one of `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = month_after(month)


def month_after(month: date, by: int = 1) -> date:
    """The first day of the month so many later."""
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def made_here(item: Any, name: str | None, kind: str, reflected: bool, *_rest: Any) -> bool:
    """For Alembic: what PostgreSQL has because of the months, or has another way, and the models do not know."""
    if kind == "table":
        return not (reflected and (name == "cylinder_event_ref" or _PART.fullmatch(name or "")))
    if kind == "foreign_key_constraint" and reflected:
        # PostgreSQL repeats a reference to a table of months for each month.
        return name not in ELSEWISE and not _PART.fullmatch(item.elements[0].target_fullname.split(".")[0])
    return name not in ELSEWISE


# On SQLite constraints of the models. On PostgreSQL `cylinder_event_ref` and the parts hold that a ref is unique, and
# an anomaly points at a scan by number and moment.
ELSEWISE = {
    "uq_cylinder_event_ref",
    "uq_scan_id_at",
    "fk_cylinder_anomaly_scan_id_scan",
    "fk_cylinder_anomaly_other_scan_id_scan",
    "fk_cylinder_anomaly_scan",
    "fk_cylinder_anomaly_other_scan",
}
