"""Writing fills that were judged: each with its event, its trail entry, its turn and its place on the cylinder.

One fill and ten thousand go the same way: a few statements for all of them, and none that waits for another's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ARRAY, BigInteger, DateTime, Table, bindparam, func, or_, update
from sqlalchemy.orm import Session

from registry import audit
from registry.actor import Actor
from registry.bulk import insert_rows, take_ids
from registry.models import Cylinder, CylinderEvent, FillCycle, Filling
from registry.models.base import UtcMoment
from registry.prepared import Prepared

FILLED = "filled_unchecked"  # custody after a fill, wherever the cylinder was (cylinder_custody.csv)
FILLING, EVENT = cast(Table, Filling.__table__), cast(Table, CylinderEvent.__table__)
COLUMNS = tuple(column.name for column in FILLING.columns)
CYCLE, CYLINDER = cast(Table, FillCycle.__table__), cast(Table, Cylinder.__table__)


def keep(actor: Actor, session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write fills, columns by name, in the running transaction; each gets its `id`."""
    for id_, row in zip(take_ids(session, FILLING, len(rows)), rows, strict=True):
        row["id"] = id_
    insert_rows(session, FILLING, rows)
    insert_rows(session, EVENT, [_event(row) for row in rows])
    _move_cylinders(session, rows)
    audit.record_many(actor, "filling.recorded", "filling", [(row["id"], _entry(row)) for row in rows])


def net_g(row: Mapping[str, Any]) -> int | None:
    """What was put in; None for a fill by pressure."""
    before, after = row["gross_before_g"], row["gross_after_g"]
    return None if before is None or after is None else after - before


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cylinder_id": row["cylinder_id"],
        "kind": "fill",
        "at": row["ended_at"],
        "received_at": row["received_at"],
        "unit_id": row["station_id"],
        "person_id": row["filler_id"],
        "data": {"filling_id": row["id"], "net_g": net_g(row), "pressure_kpa": row["pressure_kpa"]},
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cylinder_id": row["cylinder_id"],
        "net_g": net_g(row),
        "pressure_kpa": row["pressure_kpa"],
        "verdict": "warn" if row["findings"] else "allow",
    }


# Written once: putting a statement together takes several times as long as asking it.
_MOVED = (
    update(CYLINDER)
    .where(
        CYLINDER.c.id == bindparam("of"),
        or_(CYLINDER.c.last_filled_at.is_(None), CYLINDER.c.last_filled_at < bindparam("at")),
    )
    .values(last_filled_at=bindparam("at", type_=UtcMoment), custody=FILLED)
)
_ONE_MOVED = Prepared(_MOVED)
_EACH = (
    func.unnest(
        bindparam("cylinders", type_=ARRAY(BigInteger)), bindparam("moments", type_=ARRAY(DateTime(timezone=True)))
    )
    .table_valued("cylinder", "moment")
    .render_derived()
)
_EACH_MOVED = Prepared(
    update(CYLINDER)
    .where(
        CYLINDER.c.id == _EACH.c.cylinder,
        or_(CYLINDER.c.last_filled_at.is_(None), CYLINDER.c.last_filled_at < _EACH.c.moment),
    )
    .values(last_filled_at=_EACH.c.moment, custody=FILLED)
)


def _move_cylinders(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """The latest fill of each cylinder, unless it knows a later one."""
    latest: dict[int, datetime] = {}
    for row in rows:
        at = latest.get(row["cylinder_id"])
        latest[row["cylinder_id"]] = row["ended_at"] if at is None else max(at, row["ended_at"])
    moved = [{"of": id_, "at": at} for id_, at in latest.items()]
    if len(moved) == 1:
        _ONE_MOVED.write(moved[0])
    elif session.get_bind().dialect.name == "postgresql":
        _EACH_MOVED.write({"cylinders": [*latest], "moments": [*latest.values()]})
    else:
        session.connection().execute(_MOVED, moved)


_TURN_FILLED = (
    update(CYCLE)
    .where(CYCLE.c.id == bindparam("turn"))
    .values(
        state=bindparam("to"),
        filling_id=bindparam("fill"),
        filled_at=bindparam("at", type_=UtcMoment),
        findings=bindparam("found", type_=CYCLE.c.findings.type),
        version=CYCLE.c.version + 1,
    )
)
_ONE_TURN_FILLED = Prepared(_TURN_FILLED)


def keep_turns(session: Session, begun: Sequence[Mapping[str, Any]], going_on: Sequence[Mapping[str, Any]]) -> None:
    """The turns that fills belong to: rows of those that begin with the fill, and `turn, to, fill, at, found` of those
    that were open."""
    insert_rows(session, CYCLE, begun)
    if len(going_on) == 1:
        _ONE_TURN_FILLED.write(going_on[0])
    elif going_on:
        session.connection().execute(_TURN_FILLED, going_on)
