"""Settling the premiums of a month's fills between insurer and station (cylinders.md §8)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import FillSettlement, Policy
from registry.queries import fill_covers
from registry.rules.dates import add_months


def settle(actor: Actor, policy_id: int, month: date) -> FillSettlement:
    """Fix what a month's fills under a policy paid by the fill come to; months are settled in order. Fills of months
    settled before that have arrived since are settled with it, as `late`.

    Raises:
        Missing: no such policy for this caller. Forbidden: of several insurers the leading one settles.
        Invalid: not a month of the policy, or it is not over yet.
        Conflict: settled already, or the month before is not.
    """
    policy.require(actor, "fill_cover.settle")
    first = month.replace(day=1)
    with transaction() as session:
        row = policy.get(actor, Policy, Policy.id == policy_id, lock=True)
        if row.insurer_id != actor.unit_id and actor.role == "insurer":
            raise Forbidden(T("共保保单由主承保的保险机构办理"))
        begin, last = row.starts_on.replace(day=1), fill_covers.of(row, 0).last
        if row.basis != fill_covers.PER_FILL or not begin <= first <= last:
            raise Invalid.field("month", T("不是这份保单的结算月份"))
        if add_months(first, 1) > clock.today():
            raise Invalid.field("month", T("这个月还没有结束"))
        settled = list(session.scalars(select(FillSettlement).where(FillSettlement.policy_id == row.id)))
        known = {one.month for one in settled}
        if first in known:
            raise Conflict(T("这个月已经结算"))
        if first != begin and add_months(first, -1) not in known:
            raise Conflict(T("请先结算上一个月"))
        fills = fill_covers.count(row, first)
        late = sum(fill_covers.count(row, one.month) for one in settled) - sum(one.fills + one.late for one in settled)
        unit = row.unit_fen or 0
        made = FillSettlement(
            policy_id=row.id,
            month=first,
            fills=fills,
            late=late,
            unit_fen=unit,
            premium_fen=(fills + late) * unit,
            recorded_at=clock.now(),
        )
        session.add(made)
        audit.record(
            actor,
            "fill_cover.settled",
            made,
            policy_id=row.id,
            month=first,
            fills=fills,
            late=late,
            premium_fen=made.premium_fen,
        )
        return made
