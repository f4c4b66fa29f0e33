"""Messages by e-mail and webhook: planned from notices, taken by one worker each, tried again, given up, and logged.

A message is sent at most once: of one whose worker died in the middle nobody knows, so it is not repeated; the page has
all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from registry import audit, clock, policy
from registry.actor import SYSTEM, Actor
from registry.counters import upsert
from registry.db import locked, transaction
from registry.models import (
    Notice,
    NoticeDelivery,
    NoticeDeliveryItem,
    NoticePosition,
    NoticeSetting,
    Person,
)
from registry.queries import notice_messages, notice_settings
from registry.rules import notices as rules

HELD = timedelta(minutes=5)
AWAY = timedelta(minutes=1)  # when what a message goes to was away for another one a moment ago


@dataclass(frozen=True)
class Message:
    """One message a worker has taken: for whom, by what, in which language, about what.

    `to` is the e-mail address or the webhook's; `lines` what still holds, `digest` whether it is the day's digest,
    `request_id` the request that an urgent one comes from.
    """

    delivery_id: int
    attempts: int
    channel: str
    digest: bool
    language: str
    to: str
    flavour: str
    secret: str
    lines: Sequence[Notice]
    request_id: str = ""


def plan(actor: Actor) -> int:
    """Put what was made and goes out into messages: urgent ones each by itself, the rest into the digest of its
    person's hour. How many messages there are to be sent."""
    policy.require(actor, "notice.send")
    with transaction() as session:
        session.execute(locked(select(NoticePosition.id)))
        now, planned = clock.now(), 0
        for setting in session.scalars(select(NoticeSetting).order_by(NoticeSetting.id)).all():
            for channel in rules.SENT_OUT:
                planned += _plan_one(session, setting, channel, now)
        if planned:
            audit.record(actor, "notice.planned", None, count=planned)
        return planned


def _plan_one(session: Any, setting: NoticeSetting, channel: str, now: datetime) -> int:
    since = notice_settings.since(setting, channel)
    if since is None:
        return 0
    local = now.astimezone(clock.CITY_ZONE)
    due = rules.digest_moment(local, setting.digest_hour)
    waiting = [
        notice
        for notice in session.scalars(_unplanned(setting.person_id, channel, max(since, now - rules.TOO_OLD)))
        if notice.urgent or notice.made_at < due
    ]
    off = notice_settings.switched_off([setting.person_id]).get(setting.person_id, set())
    told = [notice for notice in waiting if (notice.kind, channel) not in off]
    planned = 0
    for notice in told:
        if notice.urgent:
            planned += _write(session, setting, channel, f"notice:{notice.id}", [notice], local)
    rest = [notice for notice in told if not notice.urgent]
    if rest:
        planned += _write(session, setting, channel, f"digest:{due.date().isoformat()}", rest, local)
    refused = [notice for notice in waiting if (notice.kind, channel) in off]
    if refused:
        key = f"off:{refused[0].id}"
        _write(session, setting, channel, key, refused, local, state="suppressed", reason="off")
    return planned


def _unplanned(person_id: int, channel: str, since: datetime) -> Any:
    gone = select(NoticeDeliveryItem.notice_id).where(NoticeDeliveryItem.channel == channel)
    return (
        select(Notice)
        .where(Notice.person_id == person_id, Notice.made_at >= since, Notice.id.not_in(gone))
        .order_by(Notice.id)
    )


def _write(
    session: Any,
    setting: NoticeSetting,
    channel: str,
    key: str,
    found: Sequence[Notice],
    local: datetime,
    state: str = "waiting",
    reason: str = "",
) -> int:
    """One message with its notices; 0 when the day's digest has gone already (they wait for the next)."""
    quiet = rules.quiet_until(local, setting.quiet_from, setting.quiet_to)
    statement = upsert(session, NoticeDelivery).values(
        person_id=setting.person_id,
        unit_id=found[0].unit_id,
        channel=channel,
        key=key,
        state=state,
        reason=reason,
        count=len(found),
        attempts=0,
        made_at=local,
        next_at=quiet or local,
        ended_at=None if state == "waiting" else local,
    )
    number = session.scalar(statement.on_conflict_do_nothing().returning(NoticeDelivery.id))
    if number is None:
        return 0
    session.add_all(NoticeDeliveryItem(delivery_id=number, notice_id=notice.id, channel=channel) for notice in found)
    session.flush()
    return 1


def take(actor: Actor, away: Collection[str] = ()) -> Message | None:
    """The next message that is due, held by this worker; None when there is none. `away`: addresses and servers that
    did not answer a moment ago, whose messages are put off. What may no longer be told is suppressed on the way."""
    policy.require(actor, "notice.send")
    while True:
        with transaction() as session:
            now = clock.now()
            _give_up_silent(session, now)
            statement = (
                select(NoticeDelivery)
                .where(NoticeDelivery.state == "waiting", NoticeDelivery.next_at <= now)
                .order_by(NoticeDelivery.next_at, NoticeDelivery.id)
                .limit(1)
            )
            row = session.scalar(statement.with_for_update(skip_locked=True).execution_options(populate_existing=True))
            if row is None:
                return None
            message = _prepared(session, row, now, away)
            if message is not None:
                return message


def _prepared(session: Any, row: NoticeDelivery, now: datetime, away: Collection[str]) -> Message | None:
    """The message of a delivery as it stands now; None when it is put off or suppressed."""
    setting = session.scalar(select(NoticeSetting).where(NoticeSetting.person_id == row.person_id))
    person = session.get_one(Person, row.person_id)
    if setting is None or notice_settings.since(setting, row.channel) is None or person.disabled:
        _end(row, "suppressed", "channel_off", now)
        return None
    quiet = rules.quiet_until(now.astimezone(clock.CITY_ZONE), setting.quiet_from, setting.quiet_to)
    to = setting.email if row.channel == rules.EMAIL else setting.hook_url
    if quiet is not None or to in away or row.channel in away:
        row.next_at = quiet or now + AWAY
        return None
    lines, reason = notice_messages.lines(row)
    if not lines:
        _end(row, "suppressed", reason, now)
        return None
    row.state, row.attempts, row.count, row.held_until = "sending", row.attempts + 1, len(lines), now + HELD
    is_hook = row.channel == rules.WEBHOOK
    return Message(
        delivery_id=row.id,
        attempts=row.attempts,
        channel=row.channel,
        digest=row.key.startswith("digest:"),
        language=person.language,
        to=to or "",
        flavour=(setting.hook_flavour or "") if is_hook else "",
        secret=(setting.hook_secret or "") if is_hook else "",
        lines=lines,
        request_id=notice_messages.request_of(lines),
    )


def _give_up_silent(session: Any, now: datetime) -> None:
    """Messages whose worker fell silent while it sent them."""
    silent = NoticeDelivery.state == "sending", NoticeDelivery.held_until < now
    session.execute(
        update(NoticeDelivery)
        .where(*silent)
        .values(state="failed", reason="interrupted", ended_at=now, held_until=None)
    )


def finish(actor: Actor, message: Message, problem: str = "", for_good: bool = False) -> str:
    """The message was sent, or met a `problem`: then it is tried again after a growing pause, until it is given up;
    `for_good`: trying again would not help. Returns the state."""
    policy.require(actor, "notice.send")
    with transaction() as session:
        row = session.get_one(NoticeDelivery, message.delivery_id, with_for_update=True, populate_existing=True)
        if row.state != "sending" or row.attempts != message.attempts:
            return row.state  # somebody else gave it up meanwhile
        now, pause = clock.now(), rules.pause(row.attempts)
        if not problem:
            _end(row, "sent", "", now)
        elif for_good or pause is None:
            _end(row, "failed", problem, now)
        else:
            row.state, row.reason, row.held_until = "waiting", problem[:200], None
            row.next_at = now + pause
        return row.state


def _end(row: NoticeDelivery, state: str, reason: str, now: datetime) -> None:
    row.state, row.reason, row.ended_at, row.held_until = state, reason[:200], now, None
    audit.record(
        SYSTEM,
        "notice.delivered",
        row,
        channel=row.channel,
        state=state,
        reason=row.reason,
        count=row.count,
        attempts=row.attempts,
    )
