"""What a message still has to say at the moment it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Notice, NoticeDelivery, NoticeDeliveryItem, TrailEntry
from registry.queries import notice_events, notice_readers
from registry.queries.accounts import actor_of_membership
from registry.queries.notice_settings import switched_off
from registry.rules.notices import kinds


def lines(row: NoticeDelivery) -> tuple[list[Notice], str]:
    """The notices of a message that may still be told, and why the first other one may not: `off`, `read`, `unseen`
    (it is no longer for this person to see) or `over` (it was done meanwhile)."""
    found = db.session.scalars(
        select(Notice)
        .join(NoticeDeliveryItem, NoticeDeliveryItem.notice_id == Notice.id)
        .where(NoticeDeliveryItem.delivery_id == row.id)
        .order_by(Notice.id)
    ).all()
    off = switched_off([row.person_id]).get(row.person_id, set())
    hidden, over = unseen(found), done(found)
    kept, reason = [], ""
    for notice in found:
        why = (
            "off"
            if (notice.kind, row.channel) in off
            else "read"
            if notice.read_at is not None
            else "unseen"
            if notice.id in hidden
            else "over"
            if notice.id in over
            else ""
        )
        if not why:
            kept.append(notice)
        reason = reason or why
    return kept, reason or "over"


def unseen(found: Sequence[Notice]) -> set[int]:
    """Those of the notices whose subject their person may not see any more in the role they were made for."""
    known = kinds(clock.today())
    actors: dict[int, Actor | None] = {}
    groups: dict[tuple[int, str], list[Notice]] = {}
    for notice in found:
        groups.setdefault((notice.membership_id, notice.kind), []).append(notice)
    hidden: set[int] = set()
    for (membership_id, key), group in groups.items():
        if membership_id not in actors:
            actors[membership_id] = actor_of_membership(membership_id)
        actor, kind = actors[membership_id], known.get(key)
        visible: set[int] = set()
        if actor is not None and kind is not None:
            visible = notice_readers.seen(actor, kind, {notice.subject_id for notice in group})
        hidden |= {notice.id for notice in group if notice.subject_id not in visible}
    return hidden


def done(found: Sequence[Notice]) -> set[int]:
    """Those of the notices about a last day that does not stand any more: the thing is done, or the day was moved."""
    known, today = kinds(clock.today()), clock.today()
    groups: dict[str, list[Notice]] = {}
    for notice in found:
        if notice.day is not None and notice.kind in known:
            groups.setdefault(notice.kind, []).append(notice)
    over: set[int] = set()
    for key, group in groups.items():
        pairs = {(notice.subject_id, notice.day) for notice in group if notice.day is not None}
        standing = notice_events.holding(known[key], pairs, today)
        over |= {notice.id for notice in group if (notice.subject_id, notice.day) not in standing}
    return over


def request_of(found: Sequence[Notice]) -> str:
    """The request that the one notice of a message comes from; empty for a digest, and for what a day brought."""
    parts = found[0].key.split(":") if len(found) == 1 else [""]
    if parts[0] != "trail":
        return ""
    return db.session.scalar(select(TrailEntry.request_id).where(TrailEntry.id == int(parts[1]))) or ""
