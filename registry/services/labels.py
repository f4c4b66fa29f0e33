"""Label codes: a fresh one for each equipment, issued blank or bound, replaced, voided, never reused."""

from __future__ import annotations

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Cylinder, CylinderEvent, Elevator, LabelCode, Unit
from registry.settings import current

MOST = 5000
PRINTABLE = ("active", "blank")


def fresh_code() -> str:
    """A new random code, to be signed with the present key."""
    return codes.new_code(version=current().label_key_version)


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


def issue(actor: Actor, count: int, unit_id: int) -> list[LabelCode]:
    """Issue blank codes to a unit that will put them on its equipment.

    Raises:
        Invalid: fewer than 1 or more than 5,000 at once.
        Missing: no such unit.
    """
    policy.require(actor, "label.issue")
    if not 1 <= count <= MOST:
        raise Invalid.field("count", T("一次可以发放1到{most}个编码", most=MOST))
    with transaction() as session:
        unit = policy.get(actor, Unit, Unit.id == unit_id)
        fresh = {"status": "blank", "issued_to_id": unit.id, "issued_on": clock.today()}
        rows = [{**fresh, "code": fresh_code()} for _ in range(count)]
        issued = list(session.scalars(insert(LabelCode).returning(LabelCode, sort_by_parameter_order=True), rows))
        audit.record(actor, "label.issued", unit, count=count, issued_to_id=unit.id)
        return issued


def bind(actor: Actor, code: str, equipment: str) -> LabelCode:
    """Put a blank code on a cylinder or an elevator; what it carried before is replaced and void for ever.

    `code` as scanned or typed; `equipment` a label code, a register number or a serial number.

    Raises:
        Invalid: the text is no code, or names no equipment the caller may see.
        Conflict: the code is not blank.
    """
    policy.require(actor, "label.bind")
    with transaction() as session:
        label = policy.get(actor, LabelCode, LabelCode.code == _plain(code), lock=True)
        if label.status != "blank":
            raise Conflict(T("这个编码已经使用过，不能再绑定"))
        target = _equipment(actor, equipment)
        _put_on(session, actor, label, target, T("换码"))
        return label


def replace(actor: Actor, code: str, reason: str) -> LabelCode:
    """Give the equipment of an active code a fresh one; the old code is void for ever. Returns the new one."""
    policy.require(actor, "label.void")
    with transaction() as session:
        old = _active(actor, code)
        label = LabelCode(code=fresh_code(), status="blank", issued_on=clock.today(), issued_to_id=old.issued_to_id)
        session.add(label)
        session.flush()
        target: Cylinder | Elevator | None
        if old.cylinder_id is not None:
            target = policy.get(actor, Cylinder, Cylinder.id == old.cylinder_id, lock=True)
        else:
            target = policy.get(actor, Elevator, Elevator.id == old.elevator_id, lock=True)
        _put_on(session, actor, label, target, reason)
        return label


def void(actor: Actor, code: str, reason: str) -> LabelCode:
    """Take a blank code, or the code of a cylinder, out of use for ever.

    Raises:
        Conflict: it is void already, or it is the code of an elevator, which always has one: replace it instead.
    """
    policy.require(actor, "label.void")
    with transaction() as session:
        label = policy.get(actor, LabelCode, LabelCode.code == _plain(code), lock=True)
        if label.status not in PRINTABLE:
            raise Conflict(T("这个编码已经作废"))
        if label.elevator_id is not None:
            raise Conflict(T("电梯必须有编码：请用“换码”"))
        label.status, label.ended_on, label.reason = "void", clock.today(), reason
        # By column: the code may stand on a cylinder the caller's scope no longer holds.
        session.execute(update(Cylinder).where(Cylinder.label_code == label.code).values(label_code=None))
        audit.record(actor, "label.voided", label, code=label.code, reason=reason)
        return label


def _plain(code: str) -> str:
    scanned = codes.split(code)
    if codes.verify(scanned, current().label_keys) not in ("ok", "unsigned"):
        raise Invalid.field("code", T("这不是本系统的编码，请核对后重新输入"))
    return scanned.code


def _active(actor: Actor, code: str) -> LabelCode:
    label = policy.get(actor, LabelCode, LabelCode.code == _plain(code), lock=True)
    if label.status != "active":
        raise Conflict(T("这个编码不在使用中"))
    return label


def _equipment(actor: Actor, text: str) -> Cylinder | Elevator:
    plain, typed = codes.split(text).code, text.strip()
    numbers = (Cylinder.label_code == plain, Cylinder.register_no == typed, Cylinder.serial_no == typed)
    for where in numbers:
        try:
            return policy.get(actor, Cylinder, where, lock=True)
        except Missing:
            continue
    for place in (Elevator.label_code == plain, Elevator.register_code == typed, Elevator.device_code == typed):
        try:
            return policy.get(actor, Elevator, place, lock=True)
        except Missing:
            continue
    raise Invalid.field("equipment", T("没有找到这台设备，或者不在您的管辖范围内"))


def _put_on(session: Session, actor: Actor, label: LabelCode, target: Cylinder | Elevator, reason: str) -> None:
    """Bind a blank code to the target and end what it carried."""
    today, now = clock.today(), clock.now()
    cylinder = isinstance(target, Cylinder)
    column = LabelCode.cylinder_id if cylinder else LabelCode.elevator_id
    ended = session.execute(
        update(LabelCode)
        .where(column == target.id, LabelCode.status == "active", LabelCode.scheme == "own")
        .values(status="replaced", ended_on=today, reason=reason)
        .returning(LabelCode.code)
    ).scalars()
    replaced = list(ended)
    label.status, label.bound_on = "active", today
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
                data={"code": label.code, "replaced": replaced},
            )
        )
    else:
        label.elevator_id = target.id
    target.label_code = label.code
    keys = {"cylinder_id": label.cylinder_id, "elevator_id": label.elevator_id}
    audit.record(actor, "label.bound", label, code=label.code, **keys)
    for code in replaced:
        audit.record(actor, "label.voided", label, code=code, reason=reason)
