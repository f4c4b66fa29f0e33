"""Claims against policies: record, and decide (settle, refuse, take up again)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Claim, Policy, PolicyItem
from registry.queries import fill_covers, policy_codes
from registry.replays import digest, sent_before
from registry.rules.claims import Move, moves

FIRST = "reported"
PAID = "settled"
OPTIONAL = ("claim_no", "claimant", "claimant_name", "reserve_fen", "note")


def record(actor: Actor, policy_id: int, data: Mapping[str, Any]) -> Claim:
    """Record a claim: `code` (of what was covered that day, by its fill or with its station too),
    `happened_on, injury`, optionally `event, claim_no, claimant, claimant_name, reserve_fen,
    paid_fen, state, note`; the equipment was covered on that day. What was paid already is settled.

    Raises:
        Invalid: a day to come or not covered, unknown equipment, something paid on a refused claim.
    """
    policy.require(actor, "claim.record")
    with transaction() as session:
        row = policy.get(actor, Policy, Policy.id == policy_id)
        about = _covered(session, actor, row, data.get("code"), data["happened_on"])
        paid = data.get("paid_fen") or 0
        found = Claim(
            policy_id=row.id,
            happened_on=data["happened_on"],
            injury=data["injury"],
            event=data.get("event") or "accident",
            state=data.get("state") or (PAID if paid else FIRST),
            paid_fen=paid,
            recorded_at=clock.now(),
            **about,
            **{name: data.get(name) for name in OPTIONAL},
        )
        if paid and found.state != PAID:
            raise Invalid.field("paid_fen", T("只有已赔付的赔案有赔付金额"))
        session.add(found)
        audit.record(
            actor,
            "claim.recorded",
            found,
            policy_id=row.id,
            event=found.event,
            injury=found.injury,
            state=found.state,
            reserve_fen=found.reserve_fen,
            paid_fen=found.paid_fen,
        )
        return found


def record_once(actor: Actor, ref: str, policy_id: int, data: Mapping[str, Any]) -> tuple[Claim, bool]:
    """Like `record`, for callers that send again when no answer came: (claim, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "claim.record")
    content = digest({**data, "policy_id": policy_id})
    with transaction():
        known = sent_before(actor, Claim, ref, content)
        if known is not None:
            return known, True
        row = record(actor, policy_id, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def decide(actor: Actor, claim_id: int, verb: str, data: Mapping[str, Any]) -> Claim:
    """Take a claim one step on: `settle` with `paid_fen`, `refuse` or `reopen` with the reason; `decided_on`.

    Raises:
        Invalid: nothing said about what was paid or why, a day to come or before the event.
        Conflict: the claim is not where this step begins.
    """
    policy.require(actor, "claim.decide")
    with transaction():
        row = policy.get(actor, Claim, Claim.id == claim_id, lock=True)
        today = clock.today()
        move = next((move for move in moves(today) if move.verb == verb), None)
        if move is None or row.state not in move.sources:
            raise Conflict(T("赔案当前状态不能办理这一步"))
        _check_decision(row, move, data, today)
        before, row.state = row.state, move.target
        row.paid_fen = (data.get("paid_fen") or 0) if move.target == PAID else 0
        row.decided_on = None if move.target == FIRST else data.get("decided_on") or today
        row.decision = data.get("decision")
        audit.record(
            actor,
            "claim.decided",
            row,
            policy_id=row.policy_id,
            verb=verb,
            **{"from": before, "to": row.state},
            paid_fen=row.paid_fen,
        )
        return row


def _check_decision(row: Claim, move: Move, data: Mapping[str, Any], today: date) -> None:
    if move.target == PAID and data.get("paid_fen") is None:
        raise Invalid.field("paid_fen", T("请填写赔付金额"))
    if move.target != PAID and not data.get("decision"):
        raise Invalid.field("decision", T("请写明理由"))
    day = data.get("decided_on") or today
    if not row.happened_on <= day <= today:
        raise Invalid.field("decided_on", T("应在出险日期与今天之间"))


def _covered(session: Session, actor: Actor, row: Policy, code: str | None, day: date) -> dict[str, int]:
    """The equipment that a claim is about (and the fill whose cover ran), covered on its day.

    Liability to one's own workers is about no equipment.
    """
    if day > clock.today():
        raise Invalid.field("happened_on", T("不能晚于今天"))
    if not code:
        if row.line != "employer" or not _in_term(row, day):
            raise Invalid.field("code", T("请填写设备代码"))
        return {}
    (line,) = policy_codes.look(actor, row.subject, [code], insurable=False)
    if line.problem is not None:
        raise Invalid.field("code", line.problem)
    found = _by_name(session, row, line.thing, day) or _with_its_station(row, line.thing, day)
    if found is None:
        raise Invalid.field("happened_on", T("{code}当日不在该保单承保范围内", code=code))
    return found


def _in_term(row: Policy, day: date) -> bool:
    return row.starts_on <= day <= row.ends_on and (row.cancelled_on is None or day < row.cancelled_on)


def _by_name(session: Session, row: Policy, thing: Any, day: date) -> dict[str, int] | None:
    column = getattr(PolicyItem, f"{row.subject}_id")
    covering = select(PolicyItem.id).where(
        PolicyItem.policy_id == row.id,
        column == thing.id,
        PolicyItem.since <= day,
        or_(PolicyItem.until.is_(None), PolicyItem.until > day),
    )
    if not _in_term(row, day) or session.scalar(covering) is None:
        return None
    return {column.key: thing.id}


def _with_its_station(row: Policy, thing: Any, day: date) -> dict[str, int] | None:
    """A cylinder that its last fill insures, or that is insured with all of its station's."""
    if row.subject == "cylinder" and row.basis == fill_covers.PER_FILL:
        fill = fill_covers.fill_behind(row, thing.id, day)
        return {"cylinder_id": thing.id, "filling_id": fill.id} if fill is not None else None
    if row.basis == fill_covers.PER_STATION and _in_term(row, day) and thing.owner_id == row.holder_id:
        return {"cylinder_id": thing.id}
    return None
