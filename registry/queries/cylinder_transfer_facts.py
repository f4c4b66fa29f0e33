"""What is known of cylinders that are to change hands, gathered for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from registry.db import db
from registry.models import (
    Capacity,
    Cylinder,
    CylinderAnomaly,
    CylinderTransfer,
    CylinderTransferItem,
    FillCycle,
    FillRefusal,
    HoldRelease,
    InspectionBatchItem,
    ScrapItem,
)
from registry.queries.cylinder_anomalies import RUNNING
from registry.queries.cylinder_terms import groups_for
from registry.rules import cylinders as cylinder_rules
from registry.rules.cylinder_transfers import TransferFacts, judge
from registry.rules.verdict import Verdict

CHUNK = 1000


def verdicts(
    rows: Sequence[Cylinder], giver_id: int, receiver_id: int, on: date, within: int | None = None
) -> dict[int, Verdict]:
    """What speaks against handing each of these cylinders on, by its id; `within`: the transfer they stand in."""
    found: dict[int, Verdict] = {}
    receiver = _receiver(receiver_id)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        known = _known([row.id for row in part], within)
        for row in part:
            found[row.id] = judge(_facts(row, known, giver_id, receiver, on), on)
    return found


def _facts(
    row: Cylinder, known: Mapping[str, Any], giver_id: int, receiver: Mapping[str, Any], on: date
) -> TransferFacts:
    groups = groups_for(row.medium, on)
    years = cylinder_rules.interval_years(row.kind, row.medium, row.environment, row.high_purity, on, groups)
    return TransferFacts(
        owned=row.owner_id == giver_id,
        status=row.status,
        medium=row.medium,
        pending_no=known["pending"].get(row.id),
        turn_open=row.id in known["turns"],
        in_delivery=row.id in known["deliveries"],
        in_scrap=row.id in known["scrap"],
        anomalies=known["anomalies"].get(row.id, 0),
        held_rules=_held(row, known["refusals"].get(row.id), known["releases"].get(row.id)),
        last_inspection_passed=row.last_inspection_passed,
        next_inspection_on=row.next_inspection_on,
        inspected_at_all=years is not None,
        service_end_on=row.service_end_on,
        **receiver,
    )


def _held(row: Cylinder, refusal: FillRefusal | None, released: Any) -> tuple[str, ...]:
    """What held the last attempt to fill, when neither a fill nor a release came after it."""
    if refusal is None or any(later is not None and later >= refusal.at for later in (released, row.last_filled_at)):
        return ()
    return tuple(finding["rule"] for finding in refusal.findings if finding.get("severity") == "hold")


def _receiver(unit_id: int) -> dict[str, Any]:
    statement = select(Capacity).where(Capacity.unit_id == unit_id, Capacity.capacity == "filling")
    licence = db.session.scalars(statement).first()
    if licence is None:
        return {}
    return {
        "licence_until": licence.licence_until,
        "media": tuple(licence.media or ()),
        "stopped": licence.suspended_since is not None,
    }


def _known(ids: Sequence[int], within: int | None) -> dict[str, Any]:
    pending = (
        select(CylinderTransferItem.cylinder_id, CylinderTransfer)
        .join(CylinderTransfer, CylinderTransfer.id == CylinderTransferItem.transfer_id)
        .where(CylinderTransferItem.open, CylinderTransferItem.cylinder_id.in_(ids))
        .where(CylinderTransferItem.transfer_id != (within or 0))
    )
    anomalies = (
        select(CylinderAnomaly.cylinder_id, func.count())
        .where(CylinderAnomaly.cylinder_id.in_(ids), CylinderAnomaly.state.in_(RUNNING))
        .group_by(CylinderAnomaly.cylinder_id)
    )
    refusals = select(FillRefusal).where(FillRefusal.cylinder_id.in_(ids)).order_by(FillRefusal.id)
    releases = (
        select(HoldRelease.cylinder_id, func.max(HoldRelease.released_at))
        .where(HoldRelease.cylinder_id.in_(ids))
        .group_by(HoldRelease.cylinder_id)
    )
    ask = db.session.execute
    return {
        "pending": {id_: row.no for id_, row in ask(pending)},
        "turns": _in(select(FillCycle.cylinder_id).where(FillCycle.closed_at.is_(None)), FillCycle.cylinder_id, ids),
        "deliveries": _in(
            select(InspectionBatchItem.cylinder_id).where(InspectionBatchItem.open),
            InspectionBatchItem.cylinder_id,
            ids,
        ),
        "scrap": _in(select(ScrapItem.cylinder_id).where(ScrapItem.open), ScrapItem.cylinder_id, ids),
        "anomalies": dict(ask(anomalies).all()),
        "refusals": {row.cylinder_id: row for row in db.session.scalars(refusals)},
        "releases": dict(ask(releases).all()),
    }


def _in(statement: Any, column: Any, ids: Sequence[int]) -> set[int]:
    return set(db.session.scalars(statement.where(column.in_(ids))))
