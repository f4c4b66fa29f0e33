"""Notices at the border."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, pre_dump, validates

from blueprints.filters import say
from blueprints.notice_links import page_of
from blueprints.schemas.account import Secret
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Text, Yes
from blueprints.sessions import actor, language
from registry.outgoing.hooks import is_safe
from registry.queries import notices as queries
from registry.rules.notices import DIGEST_HOUR, clock_time, minutes
from registry.settings import current

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
HOURS = [(str(hour), f"{hour:02d}:00") for hour in range(24)]


class TimeOfDay(Text):
    """A time of day such as 22:30, kept as minutes; shown as it is typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max=5, placeholder="22:30", **options)
        self.validators = []  # what is loaded is a number

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is None:
            return None
        try:
            return minutes(text)
        except ValueError:
            raise ValidationError(str(_("请填写时间，例如 22:30"))) from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return clock_time(value)


class NoticeFilter(PageIn):
    """Filters of one's notices."""

    kind = Choice("kinds", label=_("事项"), load_default=None)
    first = Day(label=_("自"), load_default=None)
    unread = Yes(label=_("仅看未读"))
    urgent = Yes(label=_("仅看紧急"))


class DeliveryFilter(PageIn):
    """Filters of the log of what was sent."""

    state = Choice(list(queries.STATES.items()), label=_("状态"), load_default=None)
    channel = Choice(
        [(key, name) for key, name in queries.CHANNEL_NAMES.items() if key != "page"],
        label=_("渠道"),
        load_default=None,
    )


class NoticeSettingsIn(In):
    """How one wants to be told. What is left out stays; an address or secret of a webhook that is left empty stays."""

    digest_hour = Integer(
        min=0,
        max=23,
        label=_("每日汇总时间"),
        kind="select",
        choices=HOURS,
        group=_("时间"),
        hint=_("北京时间，每天最多一份，没有新通知不发送"),
    )
    quiet_from = TimeOfDay(label=_("免打扰开始"), group=_("时间"), hint=_("紧急通知等到免打扰结束再发；可以跨零点"))
    quiet_to = TimeOfDay(label=_("免打扰结束"), group=_("时间"))
    email = Text(
        max=120, label=_("接收通知的邮箱"), group=_("电子邮件"), autocomplete="email", hint=_("留空则不发邮件")
    )
    hook_flavour = Choice(
        list(queries.FLAVOUR_NAMES.items()), label=_("群机器人"), group=_("群机器人"), hint=_("选“—”则不发送")
    )
    hook_url = Secret(
        max=200,
        label=_("Webhook 地址"),
        kind="password",
        group=_("群机器人"),
        autocomplete="off",
        hint=_("地址里有密钥，保存后不再显示；不改请留空"),
    )
    hook_secret = Secret(
        max=120,
        label=_("加签密钥"),
        kind="password",
        group=_("群机器人"),
        autocomplete="off",
        hint=_("钉钉“加签”以 SEC 开头；保存后不再显示；不改请留空"),
    )
    hook_for_unit = Yes(label=_("这是本单位的工作群"), group=_("群机器人"))

    @validates("email")
    def _is_address(self, value: str | None, **_more: Any) -> None:
        if value and not EMAIL.fullmatch(value):
            raise ValidationError(str(_("请填写邮箱地址，例如 zhang@example.cn")))

    @validates("hook_url")
    def _is_safe(self, value: str | None, **_more: Any) -> None:
        if value and not is_safe(current(), value):
            raise ValidationError(str(_("请填写以 https:// 开头的 Webhook 地址")))


class SwitchIn(In):
    """One kind for one channel."""

    kind = Text(required=True, max=40)
    channel = Choice(list(queries.CHANNEL_NAMES.items()), required=True)
    on = fields.Boolean(required=True)


class NoticeSettingsBody(NoticeSettingsIn):
    """Settings by the interface: the same, and `switches`."""

    hook_for_unit = fields.Boolean()
    switches = fields.List(fields.Nested(SwitchIn()))


class NoticeOut(Out):
    """A notice of the caller. `title` null when its subject may not be seen any more; `page`: where it leads."""

    id = fields.Integer()
    kind = fields.String()
    name = fields.String()
    title = fields.String(allow_none=True)
    subject = fields.String()
    subject_id = fields.Integer(allow_none=True)
    day = fields.Date(allow_none=True)
    urgent = fields.Boolean()
    made_at = fields.DateTime()
    read_at = fields.DateTime(allow_none=True)
    page = fields.String(allow_none=True)

    @pre_dump
    def flat(self, shown: Any, **_more: Any) -> dict[str, Any]:
        """The notice in words, as far as it may be told."""
        notice = shown.notice
        names = ("id", "kind", "subject", "day", "urgent", "made_at", "read_at")
        return {
            **{name: getattr(notice, name) for name in names},
            "name": say(shown.kind) if shown.kind else notice.kind,
            "title": title_of(shown),
            "subject_id": notice.subject_id if shown.row is not None else None,
            "page": page_of(actor(), shown) or None,
        }


def title_of(shown: Any) -> str | None:
    """The title in the language of the request; None when the reader may not see what it is about any more."""
    if shown.row is None or shown.kind is None:
        return None
    notice = shown.notice
    return str(shown.kind.text(language(), notice.label, notice.day))


class MarkedOut(Out):
    """How many were marked as read."""

    count = fields.Integer()


class SwitchOut(Out):
    """A kind that the caller may be told of, and by which channels."""

    kind = fields.String()
    name = fields.String()
    urgent = fields.Boolean()
    page = fields.Boolean()
    email = fields.Boolean()
    webhook = fields.Boolean()


class NoticeSettingsOut(Out):
    """How the caller is told: no secret, and of the webhook's address the host only."""

    digest_hour = fields.Integer(dump_default=DIGEST_HOUR)
    quiet_from = TimeOfDay()
    quiet_to = TimeOfDay()
    email = fields.String(allow_none=True)
    mail_works = fields.Boolean()
    hook_flavour = fields.String(allow_none=True)
    hook_host = fields.String()
    has_secret = fields.Boolean()
    hook_for_unit = fields.Boolean()
    switches = fields.Function(lambda found: SwitchOut(many=True).dump(switches_of(found)))


def switches_of(found: queries.Settings) -> list[dict[str, Any]]:
    """A line for each kind: its name and whether it is on, by channel."""
    return [
        {
            "kind": key,
            "name": say(kind),
            "urgent": kind.urgent,
            **{channel: (key, channel) not in found.off for channel in queries.CHANNEL_NAMES},
        }
        for key, kind in found.kinds.items()
    ]


class DeliveryOut(Out):
    """One message that was or will be sent."""

    id = fields.Integer()
    person = fields.Function(lambda row: row.person.name)
    unit = fields.Function(lambda row: row.unit.name)
    channel = fields.String()
    digest = fields.Function(lambda row: row.key.startswith("digest:"))
    count = fields.Integer()
    state = fields.String()
    reason = fields.Function(lambda row: say(queries.reason(row)))
    attempts = fields.Integer()
    made_at = fields.DateTime()
    next_at = fields.DateTime()
    ended_at = fields.DateTime(allow_none=True)
