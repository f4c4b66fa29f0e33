"""A seeded city made as old and as large as a real one: three years of visits, many times its cylinders.

What lies there is copied by the database itself, each copy with ids, numbers and days of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import Connection, Table, text

from benchmarks.bulk import loading
from benchmarks.harness import told
from registry.db import Base, db, tidy
from registry.models import Cylinder, CylinderStatus, LabelCode, PolicyItem, Visit

DAYS = 3 * 365
FAR = 100_000_000  # between the ids of one copy and of the next
DATED = ("done_on", "counts_from", "counts_until", "invalid_from")
OF_A_CYLINDER: dict[type[Base], dict[str, str]] = {
    Cylinder: {"serial_no": "serial_no || '-{n}'", "label_code": "label_code || '-{n}'"},
    LabelCode: {"code": "code || '-{n}'", "cylinder_id": "cylinder_id + {far}"},
    CylinderStatus: {"cylinder_id": "cylinder_id + {far}"},
    PolicyItem: {"cylinder_id": "cylinder_id + {far}"},
}


def visits(days: int) -> None:
    """Visits of three years, behind a city that was seeded with so many days of them."""
    told("visits of three years", lambda: _visits(days))
    told("statistics", tidy)


def cylinders(times: int) -> None:
    """So many times the cylinders, with their codes, statuses and insurance."""
    told("cylinders", lambda: [_cylinders(n) for n in range(1, times)])
    told("statistics", tidy)


def _visits(days: int) -> None:
    other = {"ref": "ref || '-{n}'", "photo_sha256": "NULL", "corrects_id": "NULL"}
    with loading((Visit,)) as connection:
        for back in range(days, DAYS, days):
            changed = {name: _earlier(name, back) for name in DATED}
            _copy(connection, Visit, back // days, changed | other, "corrects_id IS NULL")


def _cylinders(n: int) -> None:
    with db.engine.begin() as connection:
        for model, changed in OF_A_CYLINDER.items():
            _copy(connection, model, n, changed, "TRUE" if model is Cylinder else "cylinder_id IS NOT NULL")


def _copy(connection: Connection, model: type[Base], n: int, changed: Mapping[str, str], where: str) -> None:
    """One more copy of the rows that were there first, the `n`th."""
    table = cast(Table, model.__table__)
    given = {column.name: column.name for column in table.columns} | {"id": "id + {far}"} | dict(changed)
    values = ", ".join(given.values()).format(n=n, far=n * FAR)
    statement = f"INSERT INTO {table.name} ({', '.join(given)}) SELECT {values} FROM {table.name}"
    connection.execute(text(f"{statement} WHERE id < {FAR} AND {where}"))


def _earlier(column: str, days: int) -> str:
    return f"date({column}, '-{days} days')" if db.engine.dialect.name == "sqlite" else f"{column} - {days}"
