"""Notices for their reader: the list, how many are unread, the settings, and the log of what was sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Membership, Notice, NoticeDelivery, NoticeSetting
from registry.queries import notice_messages, notice_subjects
from registry.queries.notice_settings import switched_off
from registry.queries.paging import Page, paginate
from registry.rules import notices as rules
from registry.rules.notices import EMAIL, PAGE, WEBHOOK, Kind
from registry.settings import current

MOST_COUNTED = 99
KEPT = (
    "digest_hour",
    "quiet_from",
    "quiet_to",
    "email",
    "hook_flavour",
    "hook_url",
    "hook_secret",
    "hook_unit_id",
)
CHANNEL_NAMES = {PAGE: T("网页"), EMAIL: T("电子邮件"), WEBHOOK: T("群机器人")}
FLAVOUR_NAMES = {"wecom": T("企业微信群机器人"), "dingtalk": T("钉钉群机器人"), "json": T("其他（通用 JSON）")}
STATES = {
    "waiting": T("待发送"),
    "sending": T("正在发送"),
    "sent": T("已发送"),
    "failed": T("未送达"),
    "suppressed": T("未发送"),
}
TONES = {"waiting": "warn", "sending": "info", "sent": "good", "failed": "bad", "suppressed": "neutral"}
REASONS = {
    "off": T("接收人已关闭这类通知"),
    "channel_off": T("接收人已关闭这个渠道，或账号已停用"),
    "read": T("接收人已在网页上看过"),
    "unseen": T("接收人已无权查看"),
    "over": T("事项已办结或期限已变更"),
    "interrupted": T("发送时程序中断，不知道是否送达，不再重发"),
    "no_server": T("没有设置邮件服务器"),
    "private": T("地址在内部网络，未经允许不发送"),
    "unresolved": T("找不到这个地址"),
    "unsafe": T("地址必须以 https:// 开头"),
    "timeout": T("对方没有在规定时间内回答"),
    "refused": T("对方拒绝接收"),
    "away": T("连不上对方"),
    "tls": T("加密连接失败"),
    "login": T("邮件服务器不接受账号或密码"),
}


@dataclass(frozen=True)
class Shown:
    """A notice as its page tells of it: `kind` None when there is no such kind any more; `row` the thing it is about,
    None when the reader may not see it any more."""

    notice: Notice
    kind: Kind | None
    row: Any


@dataclass(frozen=True)
class Settings:
    """How a person is told, without secrets: of the webhook's address only the host."""

    digest_hour: int
    quiet_from: int | None
    quiet_to: int | None
    email: str | None
    hook_flavour: str | None
    hook_host: str
    has_secret: bool
    hook_for_unit: bool
    mail_works: bool
    kinds: Mapping[str, Kind]
    off: frozenset[tuple[str, str]]


def _mine(actor: Actor) -> tuple[Any, ...]:
    """The caller's notices in his present role, but for the kinds that he switched off."""
    off = sorted(kind for kind, channel in _off(actor) if channel == PAGE)
    return policy.visible(actor, Notice), Notice.kind.not_in(off)


def _off(actor: Actor) -> frozenset[tuple[str, str]]:
    person_id = actor.person_id or 0
    return frozenset(switched_off([person_id]).get(person_id, ()))


def unread(actor: Actor) -> int:
    """How many are unread, at most MOST_COUNTED + 1: for the bell of every page."""
    if actor.person_id is None or not policy.may(actor, "notice.read"):
        return 0
    rows = select(Notice.id).where(*_mine(actor), Notice.read_at.is_(None)).limit(MOST_COUNTED + 1).subquery()
    return int(db.session.scalar(select(func.count()).select_from(rows)) or 0)


def elsewhere(actor: Actor) -> int:
    """How many are unread that were made for other roles of the same person."""
    statement = (
        select(func.count())
        .select_from(Notice)
        .join(Membership, Membership.id == Notice.membership_id)
        .where(
            Notice.person_id == actor.person_id,
            Notice.membership_id != actor.membership_id,
            Notice.read_at.is_(None),
            Membership.until.is_(None) | (Membership.until > clock.today()),
        )
    )
    return int(db.session.scalar(statement) or 0)


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """The caller's notices, newest first: `kind`, `unread`, `urgent`, `first` and `last` day they were made."""
    policy.require(actor, "notice.read")
    statement = select(Notice).where(*_mine(actor))
    if filters.get("kind"):
        statement = statement.where(Notice.kind == filters["kind"])
    if filters.get("unread"):
        statement = statement.where(Notice.read_at.is_(None))
    if filters.get("urgent"):
        statement = statement.where(Notice.urgent)
    if filters.get("first"):
        statement = statement.where(Notice.made_at >= clock.start_of(filters["first"]))
    found = paginate(statement, Notice.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)
    return Page(shown(found.items), found.next)


def show(actor: Actor, notice_id: int) -> Shown:
    """One of the caller's own; Missing for everybody else."""
    policy.require(actor, "notice.read")
    return shown([policy.get(actor, Notice, Notice.id == notice_id)])[0]


def shown(found: Collection[Notice]) -> list[Shown]:
    """Notices with their kinds and what they are about, as far as it may still be seen."""
    known, hidden = rules.kinds(clock.today()), notice_messages.unseen(list(found))
    ids: dict[str, set[int]] = {}
    for notice in found:
        if notice.id not in hidden:
            ids.setdefault(notice.subject, set()).add(notice.subject_id)
    rows = {subject: notice_subjects.found(subject, wanted) for subject, wanted in ids.items()}
    return [
        Shown(
            notice,
            known.get(notice.kind),
            None if notice.id in hidden else rows[notice.subject].get(notice.subject_id),
        )
        for notice in found
    ]


def kinds_for(actor: Actor) -> dict[str, Kind]:
    """The kinds that somebody in the caller's role may be told of."""
    return {
        key: kind
        for key, kind in rules.kinds(clock.today()).items()
        if actor.role in kind.roles and policy.may(actor, kind.permission)
    }


def settings(actor: Actor) -> Settings:
    """How the caller is told."""
    policy.require(actor, "notice.set")
    row = db.session.scalar(policy.scope(actor, NoticeSetting)) or NoticeSetting(digest_hour=rules.DIGEST_HOUR)
    return Settings(
        digest_hour=row.digest_hour,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        email=row.email,
        hook_flavour=row.hook_flavour,
        hook_host=urlsplit(row.hook_url).netloc.rpartition("@")[2] if row.hook_url else "",
        has_secret=bool(row.hook_secret),
        hook_for_unit=row.hook_unit_id is not None,
        mail_works=bool(current().smtp_host),
        kinds=kinds_for(actor),
        off=_off(actor),
    )


def log(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """What was sent, newest first: `state`, `channel`. One's own; heads see what went to the people of their unit, the
    city's office all."""
    policy.require(actor, "notice.read")
    statement = policy.scope(actor, NoticeDelivery).options(
        joinedload(NoticeDelivery.person), joinedload(NoticeDelivery.unit)
    )
    for name in ("state", "channel"):
        if filters.get(name):
            statement = statement.where(getattr(NoticeDelivery, name) == filters[name])
    return paginate(statement, NoticeDelivery.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def reason(row: NoticeDelivery) -> str:
    """Why a message was not sent, in words; what a server said stays as it is."""
    code, _, said = row.reason.partition(": ")
    words = REASONS.get(code)
    if words is None:
        return row.reason
    return T("{words}（{said}）", words=words, said=said) if said else words
