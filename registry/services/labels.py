"""Label codes: a fresh one for each equipment, bound, replaced, voided, never reused; and codes that are not ours."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import among, db, transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Cylinder, CylinderEvent, Elevator, LabelBinding, LabelCode
from registry.queries import filling_facts, label_bindings
from registry.queries.label_bindings import own_code
from registry.rules import labels as rules
from registry.settings import current

MOST = 5000
PRINTABLE = ("active", "blank")


def fresh_code() -> str:
    """A new random code that is not on file yet, to be signed with the present key."""
    (code,) = fresh_codes(1)
    return code


def fresh_codes(count: int, block: str = "000") -> list[str]:
    """New random codes of `block`, all different and none on file yet.

    Among a million codes of forty random bits two are as likely as not the same, so many are never made unasked.
    """
    found: set[str] = set()
    version = current().label_key_version
    while len(found) < count:
        tried = list({codes.new_code(block, version=version) for _ in range(count - len(found))})
        taken = db.session.scalars(select(LabelCode.code).where(among(LabelCode.code, tried)))
        found |= set(tried).difference(taken)
    return list(found)


def attach(session: Session, equipment: Elevator | Cylinder) -> LabelCode:
    """Keep `equipment.label_code` as the active code of a flushed elevator or cylinder; part of the calling verb."""
    today = clock.today()
    row = LabelCode(code=equipment.label_code, status="active", issued_on=today, bound_on=today)
    if isinstance(equipment, Elevator):
        row.elevator_id = equipment.id
    else:
        row.cylinder_id = equipment.id
    session.add(row)
    return row


def bind(actor: Actor, code: str, equipment: str) -> LabelCode:
    """Put a blank code on an elevator; what it carried before is replaced and void for ever.

    `code` as scanned or typed; `equipment` a label code, a register number or a device code. Codes of cylinders are
    bound by the station with evidence: `label_bindings.record`.

    Raises:
        Invalid: the text is no code, names nothing the caller may see, or names a cylinder.
        Conflict: the code is not blank.
    """
    policy.require(actor, "label.bind")
    with transaction() as session:
        label = policy.get(actor, LabelCode, LabelCode.code == own_code(code), lock=True)
        if label.status != "blank":
            raise Conflict(T("这个编码已经使用过，不能再绑定"))
        target = _elevator(actor, equipment)
        put_on(session, actor, label, target, T("换码"))
        return label


def replace(actor: Actor, code: str, reason: str) -> LabelCode:
    """Give the equipment of an active code a fresh one; the old code is void for ever. Returns the new one.

    Nobody has seen the new code on a cylinder yet: it has no evidence until the station binds it with photos.
    """
    policy.require(actor, "label.void")
    with transaction() as session:
        old = _active(actor, code)
        label = LabelCode(code=fresh_code(), status="blank", issued_on=clock.today(), issued_to_id=old.issued_to_id)
        session.add(label)
        session.flush()
        target: Cylinder | Elevator | None
        if old.cylinder_id is not None:
            target = policy.get(actor, Cylinder, Cylinder.id == old.cylinder_id, lock=True)
            _refuse_waiting(session, LabelBinding.cylinder_id == target.id)
        else:
            target = policy.get(actor, Elevator, Elevator.id == old.elevator_id, lock=True)
        put_on(session, actor, label, target, reason)
        return label


def void(actor: Actor, code: str, reason: str) -> LabelCode:
    """Take a blank code, or the code of a cylinder, out of use for ever; a foreign one as it is written.

    Raises:
        Conflict: it is void already, or it is the code of an elevator, which always has one: replace it instead.
    """
    policy.require(actor, "label.void")
    with transaction() as session:
        label = policy.get(actor, LabelCode, LabelCode.code == _own_or_foreign(session, code), lock=True)
        if label.status not in PRINTABLE:
            raise Conflict(T("这个编码已经作废"))
        if label.elevator_id is not None:
            raise Conflict(T("电梯必须有编码：请用“换码”"))
        _refuse_waiting(session, LabelBinding.label_id == label.id)
        label.status, label.ended_on, label.reason = "void", clock.today(), reason
        # By column: the code may stand on a cylinder the caller's scope no longer holds.
        session.execute(update(Cylinder).where(Cylinder.label_code == label.code).values(label_code=None))
        audit.record(actor, "label.voided", label, code=label.code, reason=reason)
        return label


def register_foreign(actor: Actor, data: dict[str, Any]) -> LabelCode:
    """Put a code of a maker or an older system on file for a cylinder, kept as it is written: `{code, scheme,
    equipment}`, `equipment` a label code, register or serial number. It is found at a scan from then on.

    Raises:
        Invalid: a code of ours, an unknown scheme, or no cylinder the caller may see.
        Conflict: the code is on file already, of this or another cylinder, or was void: it is never used again.
    """
    policy.require(actor, "label.register_foreign")
    text = filling_facts.plain_text(data["code"])
    if not text:
        raise Invalid.field("code", T("请填写这一项"))
    if codes.is_code(codes.split(text).code):
        raise Invalid.field("code", T("这是本系统样式的编码，不能登记为外来码"))
    if data["scheme"] not in rules.schemes(clock.today()):
        raise Invalid.field("scheme", T("请从列表中选择"))
    with transaction() as session:
        target = cylinder_of(actor, data["equipment"])
        if session.scalar(select(LabelCode.id).where(LabelCode.code == text)) is not None:
            raise Conflict(T("这个外来码已经登记过，不能再登记"))
        today = clock.today()
        label = LabelCode(
            code=text, scheme=data["scheme"], status="active", cylinder_id=target.id, issued_on=today, bound_on=today
        )
        session.add(label)
        session.flush()
        audit.record(actor, "label.foreign_registered", label, code=text, scheme=label.scheme, cylinder_id=target.id)
        return label


def _own_or_foreign(session: Session, code: str) -> str:
    text = filling_facts.plain_text(code)
    foreign = select(LabelCode.id).where(LabelCode.code == text, LabelCode.scheme != rules.OWN)
    return text if session.scalar(foreign) is not None else own_code(code)


def _active(actor: Actor, code: str) -> LabelCode:
    label = policy.get(actor, LabelCode, LabelCode.code == own_code(code), lock=True)
    if label.status != "active":
        raise Conflict(T("这个编码不在使用中"))
    return label


def cylinder_of(actor: Actor, text: str) -> Cylinder:
    """The cylinder that a text names, locked; Invalid when there is none, or several, for the caller to see."""
    found = label_bindings.cylinder_named(actor, text)
    return policy.get(actor, Cylinder, Cylinder.id == found.id, lock=True)


def _elevator(actor: Actor, text: str) -> Elevator:
    scanned, typed = codes.split(text).code, text.strip()
    for where in (Elevator.label_code == scanned, Elevator.register_code == typed, Elevator.device_code == typed):
        try:
            return policy.get(actor, Elevator, where, lock=True)
        except Missing:
            continue
    raise Invalid.field("equipment", T("没有找到这台电梯，或者不在您的管辖范围内；气瓶的编码由充装单位拍照绑定"))


def _refuse_waiting(session: Session, where: Any) -> None:
    """What a second person is about to confirm must not change under his eyes."""
    waiting = select(LabelBinding.id).where(where, LabelBinding.state == rules.WAITING)
    if session.scalar(waiting) is not None:
        raise Conflict(T("这次绑定还在等第二人确认，请先确认或退回"))


def put_on(session: Session, actor: Actor, label: LabelCode, target: Cylinder | Elevator, reason: str) -> list[str]:
    """Make a code the active one of the target and end what it carried; part of the calling verb.

    Returns the codes that were replaced, void for ever.
    """
    today, now = clock.today(), clock.now()
    cylinder = isinstance(target, Cylinder)
    column = LabelCode.cylinder_id if cylinder else LabelCode.elevator_id
    ended = session.execute(
        update(LabelCode)
        .where(
            column == target.id,
            LabelCode.status == "active",
            LabelCode.scheme == rules.OWN,
            LabelCode.id != label.id,
        )
        .values(status="replaced", ended_on=today, reason=reason)
        .returning(LabelCode.code)
    ).scalars()
    replaced = list(ended)
    label.status, label.bound_on = "active", label.bound_on or today
    if cylinder:
        label.cylinder_id = target.id
        session.add(
            CylinderEvent(
                cylinder_id=target.id,
                kind="code_replace" if replaced else "code_bind",
                at=now,
                received_at=now,
                unit_id=actor.unit_id,
                person_id=actor.person_id,
                data={"code": label.code, "replaced": replaced, **({"reason": reason} if replaced else {})},
            )
        )
    else:
        label.elevator_id = target.id
    target.label_code = label.code
    keys = {"cylinder_id": label.cylinder_id, "elevator_id": label.elevator_id}
    audit.record(actor, "label.bound", label, code=label.code, **keys)
    for code in replaced:
        audit.record(actor, "label.voided", label, code=code, reason=reason)
    return replaced
