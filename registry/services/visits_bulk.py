"""Many visits at once, already judged: for seeds and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from registry import audit, clock, evidence, policy
from registry.actor import Actor
from registry.db import transaction
from registry.models import Visit, VisitWorker
from registry.rules.paperless import VisitFacts, counts
from registry.rules.verdict import Verdict
from registry.services import maintenance_state

VISITS = cast(Table, Visit.__table__)
WORKERS = cast(Table, VisitWorker.__table__)


def bulk_record(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert judged visits in one transaction, each with its trail entry; returns their ids. The system only.

    A row: `ref` (unique in the company), `elevator_id`, `company_id`, `workers` (person ids, the first checked in),
    `facts` (the VisitFacts that were judged; with check-in, check-out and received_at), `verdict` (what
    `paperless.judge` said), `answers` (`evidence.all_normal` or `evidence.compact`), and optionally `position`
    (`{lat, lon, accuracy_m}` of both stamps), `fence_m`, `photo_sha256`, `confirmed_by_id`, `declined_reason`. Give the
    rows in the order of their days; some 5,000 to 20,000 a call, and `maintenance_state.catch_up` once after all.
    """
    policy.require(actor, "visit.bulk_record")
    if not rows:
        return []
    with transaction() as session:
        ids = _reserve(session, len(rows))
        visits = [_visit(id_, row) for id_, row in zip(ids, rows, strict=True)]
        # Into the tables, not the classes: the ORM's bookkeeping would cost a fifth of the time.
        session.execute(VISITS.insert(), visits)
        session.execute(WORKERS.insert(), [w for id_, row in zip(ids, rows, strict=True) for w in _crew(id_, row)])
        maintenance_state.forget(session, (visit["elevator_id"] for visit in visits))
        audit.record_many(actor, "visit.recorded", "visit", [_entry(visit) for visit in visits])
        return ids


def _reserve(session: Session, count: int) -> list[int]:
    """Ids for rows that others will refer to before they are read back."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = text("SELECT nextval(pg_get_serial_sequence('visit', 'id')) FROM generate_series(1, :count)")
        return list(session.scalars(sequence, {"count": count}))
    first = (session.scalar(select(func.max(Visit.id))) or 0) + 1
    return list(range(first, first + count))


def _visit(id_: int, row: Mapping[str, Any]) -> dict[str, Any]:
    facts: VisitFacts = row["facts"]
    verdict: Verdict = row["verdict"]
    received_at = facts.received_at or facts.check_out_at or clock.now()
    complete = counts(verdict) and not row.get("declined_reason")
    refused = verdict.worst == "block" or row.get("declined_reason")
    return {
        "id": id_,
        "ref": row["ref"],
        "ref_digest": "",
        "elevator_id": row["elevator_id"],
        "company_id": row["company_id"],
        "cycle": facts.cycle,
        "started_at": facts.check_in_at,
        "ended_at": facts.check_out_at,
        "done_on": clock.day_of(facts.check_out_at or facts.check_in_at or received_at),
        "received_at": received_at,
        "check_in": _check_in(facts, row),
        "check_out": _stamp(facts.check_out_at, row.get("position"), facts.check_out_metres),
        "answers": row["answers"],
        "signatures": [{"file": None, "sha256": str(n), "person_id": None} for n in range(facts.signatures)],
        "findings": evidence.findings_of(verdict),
        "confirmed_at": facts.confirmed_at,
        "confirmed_by_id": row.get("confirmed_by_id"),
        "confirmation": {"signature": None, "note": "", "phone": ""} if facts.confirmed_at else None,
        "declined_reason": row.get("declined_reason"),
        "counts_from": clock.day_of(facts.confirmed_at or received_at) if complete else None,
        "invalid_from": clock.day_of(received_at) if refused else None,
        "photo_sha256": row.get("photo_sha256"),
    }


def _check_in(facts: VisitFacts, row: Mapping[str, Any]) -> dict[str, Any]:
    photo = {"file": None, "sha256": row.get("photo_sha256") or ""} if facts.check_in_photo else None
    return {
        **_stamp(facts.check_in_at, row.get("position"), facts.check_in_metres),
        "photo": photo,
        "photo_reused": facts.photo_reused,
        "fence_m": row.get("fence_m"),
        "has_place": facts.elevator_has_place,
        "contract_valid": facts.contract_valid,
        "certificates_valid": facts.certificates_valid,
        "second_worker_metres": facts.second_worker_metres,
    }


def _stamp(at: datetime | None, position: Any, metres: float | None) -> dict[str, Any]:
    when = at.astimezone(UTC).isoformat() if at else None
    return {"at": when, "position": position, "metres": metres, "photo": None}


def _crew(id_: int, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    later = row["facts"].second_worker_seconds
    return [
        {"visit_id": id_, "person_id": person_id, "seconds_after_first": (0, later)[number] if number < 2 else None}
        for number, person_id in enumerate(row["workers"])
    ]


def _entry(visit: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    return visit["id"], {
        "elevator_id": visit["elevator_id"],
        "cycle": visit["cycle"],
        "done_on": visit["done_on"],
        "paperless": visit["counts_from"] is not None,
        "findings": [finding["rule"] for finding in visit["findings"]],
    }
