"""Who used an elevator, and since when: the open period from the register, earlier ones from the trail of transfers."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ELEVATOR = sa.table(
    "elevator",
    sa.column("id", sa.Integer),
    sa.column("use_unit_id", sa.Integer),
    sa.column("in_use_since", sa.Date),
    sa.column("registered_on", sa.Date),
)
STATUS = sa.table("elevator_status", sa.column("elevator_id", sa.Integer), sa.column("since", sa.Date))
TRAIL = sa.table(
    "trail_entry",
    sa.column("id", sa.Integer),
    sa.column("act", sa.String),
    sa.column("subject_id", sa.Integer),
    sa.column("data", sa.JSON),
)
UNIT = sa.table("unit", sa.column("id", sa.Integer))
USE = sa.table(
    "elevator_use",
    sa.column("elevator_id", sa.Integer),
    sa.column("unit_id", sa.Integer),
    sa.column("since", sa.Date),
    sa.column("until", sa.Date),
    sa.column("document", sa.String),
)
CHUNK = 1000


def upgrade() -> None:
    connection = op.get_bind()
    if connection.scalar(sa.select(sa.func.count()).select_from(USE)):
        return
    handed_over = _transfers(connection)
    first = dict(
        connection.execute(
            sa.select(STATUS.c.elevator_id, sa.func.min(STATUS.c.since)).group_by(STATUS.c.elevator_id)
        ).all()
    )
    rows: list[dict[str, Any]] = []
    for number, unit, used, registered in connection.execute(sa.select(ELEVATOR)):
        begins = used or registered or first.get(number)
        rows += _periods(number, unit, begins, handed_over.get(number, []))
        if len(rows) >= CHUNK:
            connection.execute(sa.insert(USE), rows)
            rows = []
    if rows:
        connection.execute(sa.insert(USE), rows)


def _transfers(connection: sa.Connection) -> dict[int, list[dict[str, Any]]]:
    """What the trail tells of hand-overs, in order, by elevator; units that are gone are left out."""
    known = set(connection.scalars(sa.select(UNIT.c.id)))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    statement = sa.select(TRAIL.c.subject_id, TRAIL.c.data).where(TRAIL.c.act == "elevator.transferred")
    for number, data in connection.execute(statement.order_by(TRAIL.c.id)):
        entry = json.loads(data) if isinstance(data, str) else data
        if entry.get("to_unit_id") in known and entry.get("from_unit_id") in known | {None}:
            found[number].append(entry)
    return found


def _periods(
    number: int, unit: int | None, begins: date | None, handed_over: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One period for each user; the last one is open and is the user of the register."""
    if unit is None:
        return []
    if not handed_over or handed_over[-1]["to_unit_id"] != unit:
        return [_period(number, unit, begins or date.today(), None, "")]  # nobody knows: from now on
    rows: list[dict[str, Any]] = []
    since, user, document = begins, handed_over[0]["from_unit_id"], ""
    for entry in handed_over:
        day = date.fromisoformat(entry["since"])
        if user is not None:
            start = min(since or day, day)
            rows.append(_period(number, user, start, day, document))
        since, user, document = day, entry["to_unit_id"], entry.get("document") or ""
    return [*rows, _period(number, unit, since or date.today(), None, document)]


def _period(number: int, unit: int, since: date, until: date | None, document: str) -> dict[str, Any]:
    return {"elevator_id": number, "unit_id": unit, "since": since, "until": until, "document": document}
