"""Insurance policies over lists of elevators or cylinders: record, endorse, cancel, claim."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Capacity, Claim, Cylinder, Elevator, LabelCode, Policy, PolicyItem, Unit

MOST_CODES_NAMED = 20
SUBJECTS: dict[str, tuple[Any, str]] = {"elevator": (Elevator, "elevator_id"), "cylinder": (Cylinder, "cylinder_id")}
CHUNK = 500


def record(actor: Actor, data: dict[str, Any]) -> Policy:
    """Record a policy: `subject, policy_no, insurer_id, holder_id, holder_type, starts_on, ends_on, premium_fen,
    limit_per_accident_fen, limit_per_person_fen?, basis?, note?` over `codes`.

    An insurer records its own policies, anybody else names the insurer.

    Raises:
        Invalid: the days are the wrong way round, a unit is no insurer, a code is unknown or not the caller's to see.
        Conflict: the insurer has a policy of this number.
    """
    policy.require(actor, "policy.record")
    values = dict(data)
    wanted = values.pop("codes")
    if actor.role == "insurer":
        values["insurer_id"] = actor.unit_id
    if values["ends_on"] < values["starts_on"]:
        raise Invalid.field("ends_on", T("保险止期不能早于起期"))
    with transaction() as session:
        _check_units(session, actor, values)
        taken = select(Policy.id).where(
            Policy.insurer_id == values["insurer_id"], Policy.policy_no == values["policy_no"]
        )
        if session.execute(taken).first():
            raise Conflict(T("该保险机构已有保单号{number}", number=values["policy_no"]))
        row = Policy(**values)
        session.add(row)
        session.flush()
        items = _find(session, actor, row.subject, wanted)
        _add_items(session, row, items, row.starts_on)
        audit.record(
            actor,
            "policy.recorded",
            row,
            policy_no=row.policy_no,
            subject=row.subject,
            items=len(items),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        return row


def endorse(actor: Actor, policy_id: int, since: date, added: list[str], removed: list[str]) -> Policy:
    """Add and remove equipment from a day on.

    Raises:
        Invalid: a day outside the policy, an unknown code, equipment to remove that it does not cover.
    """
    policy.require(actor, "policy.endorse")
    with transaction() as session:
        row = policy.get(actor, Policy, Policy.id == policy_id, lock=True)
        if not row.starts_on <= since <= row.ends_on:
            raise Invalid.field("since", T("批改生效日期应在保险期间内"))
        if not added and not removed:
            raise Invalid.field("added", T("请至少填写一个要增加或减少的代码"))
        column = getattr(PolicyItem, SUBJECTS[row.subject][1])
        live = {
            getattr(item, column.key): item
            for item in session.scalars(
                select(PolicyItem).where(PolicyItem.policy_id == row.id, PolicyItem.until.is_(None))
            )
        }
        leaving = _find(session, actor, row.subject, removed, "removed")
        strangers = [code for code, key in leaving.items() if key not in live]
        if strangers:
            raise Invalid.field("removed", T("保单不含这些设备：{codes}", codes=_named(strangers)))
        for key in leaving.values():
            live[key].until = since
        joining = _find(session, actor, row.subject, added, "added")
        _add_items(session, row, {code: key for code, key in joining.items() if key not in live}, since)
        audit.record(actor, "policy.endorsed", row, added=len(joining), removed=len(leaving), since=since)
        return row


def cancel(actor: Actor, policy_id: int, cancelled_on: date) -> Policy:
    """End a policy from a day on; that day is not covered any more."""
    policy.require(actor, "policy.cancel")
    with transaction():
        row = policy.get(actor, Policy, Policy.id == policy_id, lock=True)
        if row.cancelled_on is not None:
            raise Conflict(T("保单已退保"))
        if not row.starts_on <= cancelled_on <= row.ends_on:
            raise Invalid.field("cancelled_on", T("退保日期应在保险期间内"))
        row.cancelled_on = cancelled_on
        audit.record(actor, "policy.cancelled", row, cancelled_on=cancelled_on)
        return row


def claim(actor: Actor, policy_id: int, data: dict[str, Any]) -> Claim:
    """Record a claim: `code, happened_on, injury, paid_fen, note?`; the equipment was covered on that day."""
    policy.require(actor, "claim.record")
    with transaction() as session:
        row = policy.get(actor, Policy, Policy.id == policy_id)
        ((code, key),) = _find(session, actor, row.subject, [data["code"]], "code").items()
        column = getattr(PolicyItem, SUBJECTS[row.subject][1])
        day = data["happened_on"]
        covered = session.scalars(
            select(PolicyItem).where(PolicyItem.policy_id == row.id, column == key, PolicyItem.since <= day)
        ).all()
        if not row.starts_on <= day <= row.ends_on or not any(i.until is None or i.until > day for i in covered):
            raise Invalid.field("happened_on", T("{code}当日不在该保单承保范围内", code=code))
        found = Claim(
            policy_id=row.id,
            happened_on=day,
            injury=data["injury"],
            paid_fen=data["paid_fen"],
            note=data.get("note"),
            recorded_at=clock.now(),
            **{column.key: key},
        )
        session.add(found)
        audit.record(actor, "claim.recorded", found, policy_id=row.id, paid_fen=found.paid_fen)
        return found


def _check_units(session: Session, actor: Actor, values: dict[str, Any]) -> None:
    if (
        not values.get("insurer_id")
        or not session.execute(
            select(Capacity.id).where(Capacity.unit_id == values["insurer_id"], Capacity.capacity == "insurer")
        ).first()
    ):
        raise Invalid.field("insurer_id", T("请选择一家保险机构"))
    if session.get(Unit, values["holder_id"]) is None:
        raise Invalid.field("holder_id", T("没有这个投保单位"))
    if actor.role not in ("insurer", "section_city", "system") and values["holder_id"] != actor.unit_id:
        raise Invalid.field("holder_id", T("只能为本单位登记保单"))


def _find(session: Session, actor: Actor, subject: str, wanted: Iterable[str], field: str = "codes") -> dict[str, int]:
    """code -> id of the equipment, each once. An insurer may name equipment it has not covered before."""
    model, column = SUBJECTS[subject]
    plain = list(dict.fromkeys(codes.split(text).code for text in wanted))
    target = getattr(LabelCode, column)
    found: dict[str, int] = {}
    for start in range(0, len(plain), CHUNK):
        statement = (
            select(LabelCode.code, target)
            .join(model, model.id == target)
            .where(LabelCode.code.in_(plain[start : start + CHUNK]), LabelCode.status == "active")
        )
        if actor.role != "insurer":
            statement = statement.where(policy.visible(actor, model))
        found.update(session.execute(statement).all())
    unknown = [code for code in plain if code not in found]
    if unknown:
        raise Invalid.field(field, T("没有找到这些代码：{codes}", codes=_named(unknown)))
    if field == "codes" and not found:
        raise Invalid.field(field, T("请至少填写一个代码"))
    return found


def _named(found: list[str]) -> str:
    shown = "、".join(found[:MOST_CODES_NAMED])
    return f"{shown}…（{len(found)}）" if len(found) > MOST_CODES_NAMED else shown


def _add_items(session: Session, row: Policy, items: dict[str, int], since: date) -> None:
    column = SUBJECTS[row.subject][1]
    if items:
        session.execute(
            insert(PolicyItem), [{"policy_id": row.id, column: key, "since": since} for key in items.values()]
        )
