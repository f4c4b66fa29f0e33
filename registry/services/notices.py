"""Notices: made from the trail and from last days, read, and how each person wants to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import upsert
from registry.db import locked, transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import Notice, NoticePosition, NoticeSetting, NoticeSwitch
from registry.queries import notice_events, notice_readers, notice_settings
from registry.queries import notices as queries
from registry.queries.notice_readers import Telling
from registry.rules import notices as rules

PLAIN = ("digest_hour", "quiet_from", "quiet_to")


def gather(actor: Actor) -> int:
    """Make the notices of what happened since the last time, of the clocks of calls, and once a day of days; how many.

    Whoever else does so at the same moment waits, and then finds nothing new: each person is told of an event once.
    """
    policy.require(actor, "notice.send")
    with transaction() as session:
        now = clock.now()
        position = session.scalars(locked(select(NoticePosition)).execution_options(populate_existing=True)).one()
        events, until = notice_events.since_position(position.entry_id, now)
        events += notice_events.of_clocks(now)
        if position.day != clock.day_of(now):
            events += notice_events.of_days(clock.day_of(now))
        position.entry_id, position.day = until, clock.day_of(now)
        made = _make(session, notice_readers.tellings(events), now)
        if made:
            audit.record(actor, "notice.made", position, count=made, entry_id=until, day=position.day)
        return made


def _make(session: Any, found: Sequence[Telling], now: datetime) -> int:
    """Write a notice for each, but where the person wants to hear of the kind in no way at all."""
    people = {told.reader.person_id for told in found if told.reader.person_id is not None}
    off = notice_settings.switched_off(people)
    ways = notice_settings.ways(people)
    made = 0
    for told in found:
        person_id, event = told.reader.person_id, told.event
        assert person_id is not None
        if not any((event.kind.key, way) not in off.get(person_id, set()) for way in ways.get(person_id, {rules.PAGE})):
            continue
        statement = upsert(session, Notice).values(
            person_id=person_id,
            membership_id=told.reader.membership_id,
            unit_id=told.reader.unit_id,
            kind=event.kind.key,
            key=event.key,
            subject=event.kind.subject,
            subject_id=event.subject_id,
            label=told.label,
            day=event.day,
            urgent=event.kind.urgent,
            made_at=now,
        )
        done = session.execute(statement.on_conflict_do_nothing().returning(Notice.id)).all()
        made += len(done)
    return made


def mark_read(actor: Actor, notice_id: int) -> Notice:
    """The caller has read one of his notices; again is harmless. Missing: it is not his."""
    policy.require(actor, "notice.mark")
    with transaction():
        notice = policy.get(actor, Notice, Notice.id == notice_id, lock=True)
        if notice.read_at is None:
            notice.read_at = clock.now()
            audit.record(actor, "notice.read", notice, count=1)
        return notice


def mark_all_read(actor: Actor) -> int:
    """The caller has read all of his notices in his present role; how many there were."""
    policy.require(actor, "notice.mark")
    with transaction() as session:
        unread = policy.visible(actor, Notice), Notice.read_at.is_(None)
        done = session.execute(update(Notice).where(*unread).values(read_at=clock.now()).returning(Notice.id)).all()
        if done:
            audit.record(actor, "notice.read", None, count=len(done))
        return len(done)


def set_up(actor: Actor, data: Mapping[str, Any]) -> NoticeSetting:
    """Keep how the caller wants to be told: `digest_hour`, `quiet_from`, `quiet_to` (minutes or None together),
    `email`, `hook_flavour`, `hook_url`, `hook_secret`, `hook_for_unit`. What is left out stays. A `hook_url` or
    `hook_secret` of None stays as well, for they are not shown again; no `hook_flavour` takes the webhook away.

    Raises:
        Invalid: one of the quiet hours alone, or a webhook without its address.
        Forbidden: a webhook for the unit, by somebody who may not.
        Conflict: the unit has a webhook already, of somebody else.
    """
    policy.require(actor, "notice.set")
    with transaction() as session:
        setting = _own_setting(session, actor)
        before = {name: getattr(setting, name) for name in queries.KEPT}
        for name in PLAIN:
            if name in data:
                value = data[name]
                setattr(setting, name, rules.DIGEST_HOUR if name == "digest_hour" and value is None else value)
        if (setting.quiet_from is None) != (setting.quiet_to is None):
            name = "quiet_from" if setting.quiet_from is None else "quiet_to"
            raise Invalid.field(name, T("免打扰时段的开始和结束要一起填写"))
        now = clock.now()
        if "email" in data and data["email"] != setting.email:
            setting.email, setting.email_since = data["email"], now if data["email"] else None
        if "hook_flavour" in data:
            _set_hook(session, actor, setting, data, now)
        changed = sorted(name for name, value in before.items() if getattr(setting, name) != value)
        if changed or setting.id is None:
            session.flush()
            audit.record(actor, "notice.set", setting, fields=changed)
        return setting


def _own_setting(session: Any, actor: Actor) -> NoticeSetting:
    """The caller's row, new where there is none yet."""
    mine = policy.scope(actor, NoticeSetting)
    setting: NoticeSetting | None = session.scalar(locked(mine).execution_options(populate_existing=True))
    if setting is None:
        setting = NoticeSetting(person_id=actor.person_id, digest_hour=rules.DIGEST_HOUR)
        session.add(setting)
    return setting


def _set_hook(session: Any, actor: Actor, setting: NoticeSetting, data: Mapping[str, Any], now: datetime) -> None:
    flavour = data["hook_flavour"]
    if not flavour:
        setting.hook_flavour = setting.hook_url = setting.hook_secret = None
        setting.hook_unit_id = setting.hook_since = None
        return
    url = data.get("hook_url") or setting.hook_url
    if not url:
        raise Invalid.field("hook_url", T("请填写群机器人的 Webhook 地址"))
    if url != setting.hook_url or setting.hook_since is None:
        setting.hook_since = now
        setting.hook_secret = None  # of another address
    setting.hook_flavour, setting.hook_url = flavour, url
    if data.get("hook_secret"):
        setting.hook_secret = data["hook_secret"]
    if not data.get("hook_for_unit"):
        setting.hook_unit_id = None
        return
    if not policy.may(actor, "notice.set_unit_hook"):
        raise Forbidden(T("本单位的群机器人由单位负责人设置"))
    taken = select(NoticeSetting.id).where(
        NoticeSetting.hook_unit_id == actor.unit_id, NoticeSetting.person_id != actor.person_id
    )
    if session.scalar(taken):
        raise Conflict(T("本单位已有群机器人，由另一位同事设置；请先由他取消"))
    setting.hook_unit_id = actor.unit_id


def switch(actor: Actor, wanted: Mapping[tuple[str, str], bool]) -> None:
    """Switch kinds on or off: (kind, channel) -> on. It holds at once, for what was made and not sent yet, too.

    Raises:
        Invalid: no such kind or channel.
    """
    policy.require(actor, "notice.set")
    known = rules.kinds(clock.today())
    for kind, channel in wanted:
        if kind not in known or channel not in rules.CHANNELS:
            raise Invalid.field("switches", T("没有这种通知：{kind} {channel}", kind=kind, channel=channel))
    with transaction() as session:
        mine = policy.scope(actor, NoticeSwitch).order_by(NoticeSwitch.id)
        rows = {(row.kind, row.channel): row for row in session.scalars(locked(mine))}
        on: list[str] = []
        off: list[str] = []
        for pair, is_on in sorted(wanted.items()):
            row = rows.get(pair)
            if is_on == (row is None or row.is_on):
                continue
            (on if is_on else off).append(" ".join(pair))
            if row is None:
                session.add(NoticeSwitch(person_id=actor.person_id, kind=pair[0], channel=pair[1], is_on=is_on))
            else:
                row.is_on = is_on
        if on or off:
            audit.record(actor, "notice.switched", None, on=on, off=off)
