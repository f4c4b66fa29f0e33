"""Insurance policies over lists of elevators or cylinders: record, renew, endorse, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import Capacity, Endorsement, Policy, PolicyItem, PolicyShare, Unit
from registry.queries import cylinder_policies, policy_codes, premiums
from registry.replays import digest, sent_before
from registry.rules import premiums as rules
from registry.services.policy_writing import Joining

# Who records for others; everybody else records policies that his own unit holds.
FOR_OTHERS = ("insurer", "section_city", "system")


def record(actor: Actor, data: Mapping[str, Any]) -> Policy:
    """Record a policy: `subject, policy_no, insurer_id, holder_id, holder_type, starts_on, ends_on,
    limit_per_accident_fen` over `codes`; optionally `premium_fen` (what the factor table says when left out),
    `basis, broker, sharing, covers, limit_per_person_fen, limit_total_fen, limit_legal_fen, relief_per_accident_fen,
    relief_per_person_fen, note, co_insurers: [{insurer_id, percent}], renews_id`; of cylinders (cylinders.md §8) also
    `line, unit_fen, cover_days, media, deductible_fen`. What is paid by the fill or by the station needs no codes.

    An insurer records its own policies, anybody else names the insurer.

    Raises:
        Invalid: the days or the limits are the wrong way round, a unit is no insurer, a code is unknown or not the
            caller's to see, no premium for what the factor table does not know.
        Conflict: the insurer has a policy of this number, or the policy to renew was renewed already.
    """
    policy.require(actor, "policy.record")
    values = dict(data)
    wanted, shares = values.pop("codes", None) or [], values.pop("co_insurers", None) or []
    if actor.role == "insurer":
        values["insurer_id"] = actor.unit_id
    _check_terms(values)
    with transaction() as session:
        _check_units(session, actor, values, shares)
        _refuse_taken(session, values)
        _check_renewed(session, actor, values)
        cylinder_policies.check(session, values)
        things = _things(actor, values["subject"], wanted, "codes", cylinder_policies.is_whole(values))
        row = Joining(values, things).open(session, values)
        session.add_all(PolicyShare(policy_id=row.id, **share) for share in shares)
        audit.record(
            actor,
            "policy.recorded",
            row,
            policy_no=row.policy_no,
            subject=row.subject,
            items=len(things),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            premium_fen=row.premium_fen,
            proposed_fen=row.proposed_fen,
            renews_id=row.renews_id,
        )
        return row


def record_once(actor: Actor, ref: str, data: Mapping[str, Any]) -> tuple[Policy, bool]:
    """Like `record`, for callers that send again when no answer came: (policy, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "policy.record")
    content = digest({**data, "unit": actor.unit_id})
    with transaction():
        known = sent_before(actor, Policy, ref, content)
        if known is not None:
            return known, True
        row = record(actor, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def endorse(
    actor: Actor,
    policy_id: int,
    since: date,
    added: Sequence[str],
    removed: Sequence[str],
    reason: str = "",
    document: str = "",
    difference_fen: int | None = None,
) -> Policy:
    """Add and remove equipment from a day on. The difference of the premium is that of the days left (by the day, what
    joins by the factor table, what leaves by its part of the premium) unless another one was agreed.

    Raises:
        Invalid: a day outside the policy, an unknown code, equipment to remove that it does not cover.
        Conflict: the policy was cancelled.
    """
    policy.require(actor, "policy.endorse")
    with transaction() as session:
        row = _led(actor, policy_id)
        if row.cancelled_on is not None:
            raise Conflict(T("保单已退保"))
        if not row.starts_on <= since <= row.ends_on:
            raise Invalid.field("since", T("批改生效日期应在保险期间内"))
        if not added and not removed:
            raise Invalid.field("added", T("请至少填写一个要增加或减少的代码"))
        back = _take_out(session, actor, row, since, removed)
        joining = _joining(session, actor, row, since, added)
        new = Joining.of(row, joining, since)
        proposed = (new.proposed or 0) - back
        agreed = proposed if difference_fen is None else difference_fen
        new.write(session, row, max(agreed + back, 0))
        number = session.scalar(select(func.count()).where(Endorsement.policy_id == row.id)) or 0
        made = Endorsement(
            policy_id=row.id,
            number=number + 1,
            since=since,
            reason=reason,
            document=document,
            added=len(joining),
            removed=len(removed),
            proposed_fen=proposed,
            difference_fen=agreed,
            recorded_at=clock.now(),
        )
        session.add(made)
        audit.record(
            actor,
            "policy.endorsed",
            row,
            number=made.number,
            added=made.added,
            removed=made.removed,
            since=since,
            reason=reason,
            document=document,
            difference_fen=agreed,
        )
        return row


def cancel(
    actor: Actor,
    policy_id: int,
    cancelled_on: date,
    reason: str = "",
    document: str = "",
    refund_fen: int | None = None,
) -> Policy:
    """End a policy from a day on; that day is not covered any more. The premium of the days left is paid back unless
    another refund was agreed."""
    policy.require(actor, "policy.cancel")
    with transaction():
        row = _led(actor, policy_id)
        if row.cancelled_on is not None:
            raise Conflict(T("保单已退保"))
        if not row.starts_on <= cancelled_on <= row.ends_on:
            raise Invalid.field("cancelled_on", T("退保日期应在保险期间内"))
        row.refund_fen = premiums.refund(row, cancelled_on) if refund_fen is None else refund_fen
        row.cancelled_on, row.cancel_reason, row.cancel_document = cancelled_on, reason, document
        audit.record(
            actor,
            "policy.cancelled",
            row,
            cancelled_on=cancelled_on,
            reason=reason,
            document=document,
            refund_fen=row.refund_fen,
        )
        return row


def _led(actor: Actor, policy_id: int) -> Policy:
    """The policy to change, locked: of several insurers the leading one changes it."""
    row = policy.get(actor, Policy, Policy.id == policy_id, lock=True)
    if actor.role == "insurer" and row.insurer_id != actor.unit_id:
        raise Forbidden(T("共保保单由主承保的保险机构办理"))
    return row


def _check_terms(values: Mapping[str, Any]) -> None:
    if values["ends_on"] < values["starts_on"]:
        raise Invalid.field("ends_on", T("保险止期不能早于起期"))
    accident = values["limit_per_accident_fen"]
    for name in ("limit_per_person_fen", "relief_per_accident_fen"):
        if (values.get(name) or 0) > accident:
            raise Invalid.field(name, T("不能高于每次事故限额"))
    if (total := values.get("limit_total_fen")) is not None and total < accident:
        raise Invalid.field("limit_total_fen", T("累计限额不能低于每次事故限额"))
    if (values.get("relief_per_person_fen") or 0) > (values.get("relief_per_accident_fen") or accident):
        raise Invalid.field("relief_per_person_fen", T("每人补偿不能高于每次事故补偿"))


def _check_units(
    session: Session, actor: Actor, values: Mapping[str, Any], shares: Sequence[Mapping[str, Any]]
) -> None:
    named = [values.get("insurer_id"), *(share["insurer_id"] for share in shares)]
    insurers = set(
        session.scalars(select(Capacity.unit_id).where(Capacity.unit_id.in_(named), Capacity.capacity == "insurer"))
    )
    if named[0] not in insurers:
        raise Invalid.field("insurer_id", T("请选择一家保险机构"))
    if set(named) != insurers or len(set(named)) != len(named):
        raise Invalid.field("co_insurers", T("共保单位应是另外的保险机构，各写一次"))
    percents = [Decimal(share["percent"]) for share in shares]
    if any(percent <= 0 for percent in percents) or sum(percents) >= 100:
        raise Invalid.field("co_insurers", T("共保份额应大于0，合计应小于100%，其余为主承保份额"))
    if session.get(Unit, values["holder_id"]) is None:
        raise Invalid.field("holder_id", T("没有这个投保单位"))
    if actor.role not in FOR_OTHERS and values["holder_id"] != actor.unit_id:
        raise Invalid.field("holder_id", T("只能为本单位登记保单"))


def _refuse_taken(session: Session, values: Mapping[str, Any]) -> None:
    taken = select(Policy.id).where(Policy.insurer_id == values["insurer_id"], Policy.policy_no == values["policy_no"])
    if session.execute(taken).first():
        raise Conflict(T("该保险机构已有保单号{number}", number=values["policy_no"]))


def _check_renewed(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    if values.get("renews_id") is None:
        return
    old = policy.get(actor, Policy, Policy.id == values["renews_id"], lock=True)
    if old.subject != values["subject"] or old.starts_on >= values["starts_on"]:
        raise Invalid.field("starts_on", T("续保的保险起期应晚于原保单{number}的起期", number=old.policy_no))
    again = select(Policy.policy_no).where(Policy.renews_id == old.id, Policy.cancelled_on.is_(None))
    if number := session.scalar(again):
        raise Conflict(T("原保单已由{number}续保", number=number))


def _things(actor: Actor, subject: str, wanted: Sequence[str], field: str, whole: bool = False) -> list[Any]:
    """The equipment of the lines, each once; every line that names none is answered."""
    lines = policy_codes.look(actor, subject, wanted, insurable=field != "removed")
    if wrong := policy_codes.wrong(lines):
        raise Invalid({field: policy_codes.sentences(wrong)})
    found = [line.thing for line in lines if line.problem is None]
    if field == "codes" and not found and not whole:
        raise Invalid.field(field, T("请至少填写一个代码"))
    return found


def _take_out(session: Session, actor: Actor, row: Policy, since: date, removed: Sequence[str]) -> int:
    """End the items of these codes on a day; what of their premium is left, in fen."""
    leaving = _things(actor, row.subject, removed, "removed")
    live = _live(session, row, since)
    strangers = [thing.label_code for thing in leaving if thing.id not in live or live[thing.id].since > since]
    if strangers:
        raise Invalid.field("removed", T("保单当日不含这些设备：{codes}", codes=_listed(strangers)))
    ended = [live[thing.id] for thing in leaving]
    parts = premiums.worth(row, ended)
    for item in ended:
        item.until = since
    session.flush()
    return sum(rules.pro_rata(parts[item.id], item.since, row.ends_on, since) for item in ended)


def _joining(session: Session, actor: Actor, row: Policy, since: date, added: Sequence[str]) -> list[Any]:
    joining = _things(actor, row.subject, added, "added")
    live = _live(session, row, since)
    if known := [thing.label_code for thing in joining if thing.id in live]:
        raise Invalid.field("added", T("保单已承保这些设备：{codes}", codes=_listed(known)))
    return joining


def _live(session: Session, row: Policy, on: date) -> dict[int, PolicyItem]:
    """Equipment id -> the item that covers it on a day or later."""
    items = session.scalars(
        select(PolicyItem).where(PolicyItem.policy_id == row.id, or_(PolicyItem.until.is_(None), PolicyItem.until > on))
    )
    return {item.elevator_id or item.cylinder_id or 0: item for item in items}


def _listed(codes: Sequence[str]) -> str:
    shown = "、".join(codes[: policy_codes.SHOWN])
    return f"{shown}…（{len(codes)}）" if len(codes) > policy_codes.SHOWN else shown
