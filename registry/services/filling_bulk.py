"""Many fills at once, for a city's demo data and for histories taken over from older systems."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.models import Cylinder, CylinderEvent, Filling

ROWS_A_TRANSACTION = 10_000
OPTIONAL = {
    "scanned": True,
    "tare_g": None,
    "gross_before_g": None,
    "gross_after_g": None,
    "pressure_kpa": None,
    "temperature_c": None,
    "clip": None,
}


def bulk_record(actor: Actor, rows: Iterable[Mapping[str, Any]]) -> int:
    """Keep fills that the caller has judged already; returns how many.

    A row holds `station_id, cylinder_id, gun, medium, started_at, ended_at, filler_id, checker_id` and, where known,
    `ref, scanned, tare_g, gross_before_g, gross_after_g, pressure_kpa, temperature_c, checks, findings, clip`. Each
    gets its event, its trail entry and its place on the cylinder like a single fill, 10,000 to a transaction.
    """
    policy.require(actor, "filling.record")
    total = 0
    source = iter(rows)
    while part := list(islice(source, ROWS_A_TRANSACTION)):
        with transaction() as session:
            _keep(actor, session, part)
        total += len(part)
    return total


def _keep(actor: Actor, session: Session, rows: list[Mapping[str, Any]]) -> None:
    now = clock.now()
    kept = [_complete(row, now) for row in rows]
    ids = _reserve(session, len(kept))
    for id_, row in zip(ids, kept, strict=True):
        row["id"] = id_
    session.execute(insert(Filling), kept)
    session.execute(insert(CylinderEvent), [_event(row) for row in kept])
    _move_cylinders(session, kept)
    audit.record_many(actor, "filling.recorded", "filling", ((row["id"], _entry(row)) for row in kept))


def _reserve(session: Session, count: int) -> Sequence[int]:
    """Ids for new fills, so that their events can name them without asking the database for each."""
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(select(func.max(Filling.id))) or 0
        return range(last + 1, last + 1 + count)
    sequence = func.pg_get_serial_sequence("filling", "id")
    numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
    return session.scalars(numbers).all()


def _complete(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    ref = row.get("ref") or str(uuid.uuid4())
    return {
        **OPTIONAL,
        "ref_digest": "bulk",
        "filled_on": clock.day_of(row["ended_at"]),
        "received_at": now,
        "checks": {},
        "findings": [],
        **row,
        "ref": ref,
    }


def _net(row: Mapping[str, Any]) -> int | None:
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
        "data": {"filling_id": row["id"], "net_g": _net(row), "pressure_kpa": row["pressure_kpa"]},
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    verdict = "warn" if row["findings"] else "allow"
    return {
        "cylinder_id": row["cylinder_id"],
        "net_g": _net(row),
        "pressure_kpa": row["pressure_kpa"],
        "verdict": verdict,
    }


def _move_cylinders(session: Session, rows: list[dict[str, Any]]) -> None:
    """The latest fill of each cylinder, unless it knows a later one."""
    latest: dict[int, datetime] = {}
    for row in rows:
        at = latest.get(row["cylinder_id"])
        latest[row["cylinder_id"]] = row["ended_at"] if at is None else max(at, row["ended_at"])
    statement = (
        update(Cylinder.__table__)  # type: ignore[arg-type]
        .where(
            Cylinder.id == bindparam("of"),
            or_(Cylinder.last_filled_at.is_(None), Cylinder.last_filled_at < bindparam("at")),
        )
        .values(last_filled_at=bindparam("at"), custody="filled_unchecked")
    )
    session.connection().execute(statement, [{"of": id_, "at": at} for id_, at in latest.items()])
