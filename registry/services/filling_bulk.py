"""Many fills at once, for a city's demo data and for histories taken over from older systems."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from registry import clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.services import fill_writing

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
            now = clock.now()
            fill_writing.keep(actor, session, [_complete(row, now) for row in part])
        total += len(part)
    return total


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
