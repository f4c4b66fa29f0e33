"""Putting a code on a cylinder with evidence: two photos, the place, two people of the station (cylinders.md §5.3).

The first scans the label, finds the cylinder and takes a photo of its stamp and one of the label on it. The second, on
his own sign-in, looks at both and confirms or sends it back. The code is in force from the confirmation on, and what
the cylinder carried before is void for ever.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.messages import T
from registry.models import Cylinder, LabelBatch, LabelBinding, LabelCode, StoredFile
from registry.queries.label_bindings import PURPOSE, own_code
from registry.replays import digest, in_turn
from registry.rules import labels as rules
from registry.rules.cylinder_lifecycle import STATUSES
from registry.rules.workflow import find_move
from registry.services import labels, unknown_codes

WORKFLOW = "label_binding"
LEAD = timedelta(minutes=10)
PHOTOS = {"stamp_photo": T("请拍下钢印的照片"), "label_photo": T("请拍下标签装在瓶上的照片")}
PICTURES = ("image/jpeg", "image/png", "image/webp")


def record(actor: Actor, data: dict[str, Any]) -> tuple[LabelBinding, bool]:
    """Record a binding for a second person to confirm; and whether it was here before.

    `data`: `{ref, code, equipment, stamp_photo, label_photo, reason?, at?, position?}`; photos are ids of stored files,
    `reason` says why the former code is given up and is needed when the cylinder has one. A code that the
    cylinder has already without evidence (from registration, import or an office) gets its evidence this way.

    Raises:
        Invalid: no code of ours, no such cylinder of the station's, a photo that is none or was used before, a
            former code without a reason, a time ahead of ours.
        Missing: the code was not issued to the caller's unit.
        Conflict: the code is used up, its batch was not received, the cylinder's life is over, another binding of code
            or cylinder waits, or `ref` was used for something else.
    """
    policy.require(actor, "label_binding.record")
    if actor.person_id is None:
        raise Forbidden(T("只能由本人操作"))
    if data.get("at") and data["at"] > clock.now() + LEAD:
        raise Invalid.field("at", T("时间不能晚于现在"))
    try:
        with transaction() as session:
            return _recorded(session, actor, data)
    except IntegrityError:
        # The same ref, or another binding of this code or cylinder, was written at the same moment.
        with transaction() as session:
            return _recorded(session, actor, data)


def confirm(actor: Actor, binding_id: int) -> LabelBinding:
    """The second person has looked at both photos: the code is in force from now on.

    Raises:
        Missing: no such binding for the caller.
        Forbidden: the caller recorded it himself, or is of another unit.
        Conflict: it waits no more, or code or cylinder have changed meanwhile.
    """
    policy.require(actor, "label_binding.confirm")
    with transaction() as session:
        row, label, cylinder = _waiting(actor, binding_id)
        _check_label(session, label, cylinder)
        replaced = labels.put_on(session, actor, label, cylinder, row.reason or T("换码"))
        _settle(actor, row, "confirm", "", label.code)
        unknown_codes.bound(session, actor, label)
        row.reason = row.reason if replaced else ""
        return row


def refuse(actor: Actor, binding_id: int, note: str | None) -> LabelBinding:
    """The second person sends it back: the photos do not show it, or it is another cylinder. The code stays blank."""
    policy.require(actor, "label_binding.refuse")
    with transaction():
        row, label, _cylinder = _waiting(actor, binding_id)
        _settle(actor, row, "refuse", (note or "").strip(), label.code)
        return row


def _recorded(session: Session, actor: Actor, data: dict[str, Any]) -> tuple[LabelBinding, bool]:
    in_turn(data["ref"])
    known = session.scalar(
        policy.scope(actor, LabelBinding).where(
            LabelBinding.station_id == actor.unit_id, LabelBinding.ref == data["ref"]
        )
    )
    if known is not None:
        if known.ref_digest != digest(data):
            raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
        return known, True
    label = policy.get(actor, LabelCode, LabelCode.code == own_code(data["code"]), lock=True)
    cylinder = labels.cylinder_of(actor, data["equipment"])
    if cylinder.owner_id != actor.unit_id:
        raise Invalid.field("equipment", T("只能给本单位的气瓶绑定编码"))
    _check_label(session, label, cylinder)
    _check_waiting(session, label, cylinder)
    reason = (data.get("reason") or "").strip()[:200]
    if cylinder.label_code not in (None, label.code) and not reason:
        old = codes.grouped(cylinder.label_code or "")
        text = T("这只气瓶已有编码 {code}，换码后原编码永久作废：请写明换码原因", code=old)
        raise Invalid.field("reason", text)
    photos = _photos(session, actor, data)
    row = LabelBinding(
        ref=data["ref"],
        ref_digest=digest(data),
        station_id=actor.unit_id,
        label_id=label.id,
        cylinder_id=cylinder.id,
        state=rules.WAITING,
        at=data.get("at") or clock.now(),
        received_at=clock.now(),
        position=data.get("position"),
        bound_by_id=actor.person_id,
        reason=reason,
        note="",
        **photos,
    )
    session.add(row)
    session.flush()
    audit.record(actor, "label_binding.recorded", row, code=label.code, cylinder_id=cylinder.id)
    return row, False


def _check_label(session: Session, label: LabelCode, cylinder: Cylinder) -> None:
    """Whether the code may be put on this cylinder: it is blank, or on it already without evidence."""
    if not STATUSES[cylinder.status].live:
        raise Conflict(T("这只气瓶{status}，不能绑定编码", status=T(STATUSES[cylinder.status].zh)))
    settled = select(LabelBinding.id).where(LabelBinding.label_id == label.id, LabelBinding.state == rules.CONFIRMED)
    here = label.status == "active" and label.cylinder_id == cylinder.id
    if here and session.scalar(settled) is not None:
        raise Conflict(T("这个编码已经绑定在这只气瓶上，并且有照片佐证"))
    if label.status != "blank" and not here:
        raise Conflict(T("这个编码已经使用过，不能再绑定"))
    if label.batch_id is not None:
        state = session.scalar(select(LabelBatch.state).where(LabelBatch.id == label.batch_id))
        if state != rules.RECEIVED:
            raise Conflict(T("这批标签还没有签收，请先签收再绑定"))


def _check_waiting(session: Session, label: LabelCode, cylinder: Cylinder) -> None:
    waiting = select(LabelBinding.id).where(
        LabelBinding.state == rules.WAITING,
        or_(LabelBinding.label_id == label.id, LabelBinding.cylinder_id == cylinder.id),
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise Conflict(T("这个编码或这只气瓶还有一次绑定在等第二人确认"))


def _photos(session: Session, actor: Actor, data: dict[str, Any]) -> dict[str, int]:
    """The two photos, each a picture of this unit's that proves nothing else."""
    found: dict[str, StoredFile] = {}
    for name, missing in PHOTOS.items():
        try:
            found[name] = policy.get(
                actor,
                StoredFile,
                StoredFile.id == data.get(name),
                StoredFile.purpose == PURPOSE,
                StoredFile.unit_id == actor.unit_id,
                StoredFile.mime.in_(PICTURES),
            )
        except Missing:
            raise Invalid.field(name, missing) from None
    if found["stamp_photo"].sha256 == found["label_photo"].sha256:
        raise Invalid.field("label_photo", T("两张照片是同一张：请分别拍钢印和装好的标签"))
    for name, photo in found.items():
        same = select(StoredFile.id).where(StoredFile.sha256 == photo.sha256)
        used = select(LabelBinding.id).where(
            or_(LabelBinding.stamp_photo_id.in_(same), LabelBinding.label_photo_id.in_(same)),
            LabelBinding.state != rules.REFUSED,
        )
        if session.scalar(used.limit(1)) is not None:
            raise Invalid.field(name, T("这张照片已经用于另一次绑定，请重新拍摄"))
    return {f"{name}_id": photo.id for name, photo in found.items()}


def _waiting(actor: Actor, binding_id: int) -> tuple[LabelBinding, LabelCode, Cylinder]:
    row = policy.get(actor, LabelBinding, LabelBinding.id == binding_id, lock=True)
    if row.station_id != actor.unit_id:
        raise Forbidden(T("只能由本单位的人员确认"))
    if row.state != rules.WAITING:
        raise Conflict(T("这次绑定已经处理过"))
    if row.bound_by_id == actor.person_id:
        raise Forbidden(T("第二人不能是绑定的本人，请由另一名人员用自己的账号确认"))
    label = policy.get(actor, LabelCode, LabelCode.id == row.label_id, lock=True)
    return row, label, policy.get(actor, Cylinder, Cylinder.id == row.cylinder_id, lock=True)


def _settle(actor: Actor, row: LabelBinding, verb: str, note: str, code: str) -> None:
    """The one place where a binding changes its state."""
    move = find_move(WORKFLOW, row.state, verb)
    if move is None:
        raise Conflict(T("这次绑定已经处理过"))
    if "note" in move.needs and not note:
        raise Invalid.field("note", T("请写明原因"))
    row.state, row.note = move.target, note[:200]
    row.settled_by_id, row.settled_at = actor.person_id, clock.now()
    audit.record(actor, "label_binding.settled", row, code=code, cylinder_id=row.cylinder_id, verb=verb, note=row.note)
