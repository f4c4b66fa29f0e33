"""Reference rows every registry needs: areas, the plan's targets, holidays. Loading twice changes nothing."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from registry.db import transaction
from registry.models import Area, Holiday, IndicatorTarget

FOLDER = Path(__file__).parent / "reference"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `reference/<name>.csv`."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def load() -> None:
    """Add what is not there yet."""
    with transaction() as session:
        for position, row in enumerate(rows("areas")):
            if session.get(Area, row["code"]) is None:
                limit = int(row["arrival_limit_minutes"])
                values = {**row, "parent_code": row["parent_code"] or None, "arrival_limit_minutes": limit}
                session.add(Area(**values, position=position))
                session.flush()
        for row in rows("holidays"):
            day = date.fromisoformat(row["day"])
            if session.get(Holiday, day) is None:
                session.add(Holiday(day=day, name=row["name"], works=row["works"] == "1"))
        known = set(session.scalars(select(IndicatorTarget.key).where(IndicatorTarget.area_code.is_(None))))
        for row in rows("targets"):
            if row["key"] not in known:
                values = {**row, "since": date.fromisoformat(row["since"]), "value": Decimal(row["value"])}
                session.add(IndicatorTarget(**values | {"year": int(row["year"])}))
