"""Deliveries of gas with their test: LPG is not filled from an untested batch, nor with any DME (R35)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import GasBatch, StoredFile
from registry.replays import in_turn
from registry.rules.cylinders import same_medium
from registry.rules.kinds import MEDIA


def record(actor: Actor, data: Mapping[str, Any]) -> tuple[GasBatch, bool]:
    """A batch taken in by the caller's station: `{ref, medium, supplier, delivery_note, mass_g, since?, tested_on?,
    dme_ppm?, report_no?, file?}`; the one before ends where it begins. And whether it was here before.

    Raises:
        Invalid: an unknown medium, no mass, a test after today, or a DME content without a day of test.
        Conflict: the ref of another batch.
    """
    policy.require(actor, "gas_batch.record")
    today = clock.today()
    since = data.get("since") or today
    _check(data, today)
    with transaction() as session:
        in_turn(data["ref"])
        known = session.scalar(policy.scope(actor, GasBatch).where(GasBatch.ref == data["ref"]))
        if known is not None:
            if (known.delivery_note, known.mass_g) != (data["delivery_note"], data["mass_g"]):
                raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
            return known, True
        running = select(GasBatch).where(GasBatch.station_id == actor.unit_id, GasBatch.until.is_(None))
        for row in session.scalars(running):
            if same_medium(row.medium, data["medium"], today):
                row.until = max(since, row.since)
        batch = GasBatch(
            ref=data["ref"],
            station_id=actor.unit_id,
            medium=data["medium"],
            supplier=data["supplier"],
            delivery_note=data["delivery_note"],
            mass_g=data["mass_g"],
            since=since,
            tested_on=data.get("tested_on"),
            dme_ppm=data.get("dme_ppm"),
            report_no=data.get("report_no") or "",
            file_id=_report(actor, data),
        )
        session.add(batch)
        audit.record(
            actor,
            "gas_batch.recorded",
            batch,
            station_id=batch.station_id,
            medium=batch.medium,
            mass_g=batch.mass_g,
            tested_on=batch.tested_on,
            dme_ppm=batch.dme_ppm,
        )
        return batch, False


def record_test(actor: Actor, batch_id: int, data: Mapping[str, Any]) -> GasBatch:
    """The test of a batch that came without one: `{tested_on, dme_ppm, report_no?, file?}`.

    Raises:
        Missing: no such batch of the caller's station. Conflict: it is tested. Invalid: a test after today.
    """
    policy.require(actor, "gas_batch.record_test")
    if data["tested_on"] > clock.today():
        raise Invalid.field("tested_on", T("检验日期不能晚于今天"))
    with transaction():
        row = policy.get(actor, GasBatch, GasBatch.id == batch_id, GasBatch.station_id == actor.unit_id, lock=True)
        if row.tested_on is not None and row.dme_ppm is not None:
            raise Conflict(T("这批气体已有检验结果"))
        row.tested_on, row.dme_ppm = data["tested_on"], data["dme_ppm"]
        row.report_no, row.file_id = data.get("report_no") or row.report_no, _report(actor, data) or row.file_id
        audit.record(
            actor,
            "gas_batch.tested",
            row,
            tested_on=row.tested_on,
            dme_ppm=row.dme_ppm,
            report_no=row.report_no,
            file_id=row.file_id,
        )
        return row


def _report(actor: Actor, data: Mapping[str, Any]) -> int | None:
    """The id of the test report, a file that the caller's unit stored."""
    if not data.get("file"):
        return None
    try:
        return policy.get(actor, StoredFile, StoredFile.id == data["file"]).id
    except Missing:
        raise Invalid.field("file", T("没有编号为{number}的文件，请先上传", number=data["file"])) from None


def _check(data: Mapping[str, Any], today: Any) -> None:
    if data["medium"] not in MEDIA:
        raise Invalid.field("medium", T("没有这种充装介质"))
    if data["mass_g"] <= 0:
        raise Invalid.field("mass_g", T("请填写这批气体的质量"))
    if data.get("tested_on") and data["tested_on"] > today:
        raise Invalid.field("tested_on", T("检验日期不能晚于今天"))
    if data.get("dme_ppm") is not None and not data.get("tested_on"):
        raise Invalid.field("tested_on", T("请填写检验日期"))
