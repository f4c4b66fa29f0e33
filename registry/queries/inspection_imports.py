"""Results of inspections that come as spreadsheets: which elevator a row means, and what is on record of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import joinedload

from registry import codes, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Elevator, Inspection, LabelCode
from registry.queries.elevator_checks import FREED_BY
from registry.rules.identifiers import normalise

Key = tuple[int, str, date]
VALUES = ("kind", "done_on", "conclusion", "report_no", "notice_no", "valid_until", "note")


def elevator(actor: Actor, text: str) -> int | T:
    """The id of the elevator with this label code, register code, device code or use certificate; or why none."""
    plain, code = normalise(text), codes.split(text).code
    labelled = select(LabelCode.elevator_id).where(LabelCode.code == code, LabelCode.elevator_id.is_not(None))
    statement = policy.scope(actor, Elevator, Elevator.id, Elevator.status).where(
        or_(
            Elevator.label_code == code,
            Elevator.id.in_(labelled),
            *(getattr(Elevator, name) == plain for name in ("register_code", "device_code", "use_cert_no")),
        )
    )
    rows = db.session.execute(statement.limit(10)).all()
    alive = [row for row in rows if row.status not in FREED_BY["device_code"]] or rows
    if not alive:
        return T("没有找到这台电梯，请核对标签代码、注册代码、设备代码或使用登记证编号")
    if len(alive) > 1:
        return T("有{count}台电梯用这个编号，请改填标签代码", count=len(alive))
    number: int = alive[0].id
    return number


def existing(actor: Actor, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """Records that stand, by (elevator id, kind, day)."""
    columns = (Inspection.elevator_id, Inspection.kind, Inspection.done_on)
    statement = (
        policy.scope(actor, Inspection)
        .where(tuple_(*columns).in_(list(keys)), Inspection.replaced_on.is_(None))
        .order_by(Inspection.id)
        .options(joinedload(Inspection.body))
    )
    found: dict[Key, dict[str, Any]] = {}
    for row in db.session.scalars(statement):
        if row.done_on is not None:
            values = {name: getattr(row, name) for name in VALUES}
            found[row.elevator_id, row.kind, row.done_on] = values | {"body": row.body.name if row.body else None}
    return found
