"""People at the border: phones and numbers of certificates are masked for everybody who does not need them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.personal_data import Personal
from blueprints.schemas.account import Secret
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Text, Yes
from blueprints.sessions import actor
from registry.actor import ROLES
from registry.queries import personal
from registry.rules import identifiers

ROLE_CHOICES = [(key, label) for key, label in ROLES.items() if key != "system"]
ITEMS = (
    ("T", _("T 电梯修理")),
    ("A", _("A 特种设备安全管理")),
    ("P", _("P 气瓶充装")),
    ("R2", _("R2 移动式压力容器充装")),
    ("A0", _("特种设备执法证")),
)


class PersonIn(In):
    """Name and phone."""

    name = Text(required=True, max=60, label=_("姓名"))
    phone = Text(max=20, check=identifiers.phone, label=_("电话"), kind="tel")


class RoleIn(In):
    """A role at a unit."""

    unit = Text(label=_("单位"), hint=_("单位全称或统一社会信用代码；不填为本单位"))
    role = Choice("roles", required=True, label=_("角色"))
    area_code = AreaChoice(label=_("管辖县区"), hint=_("仅县区监管角色填写"))


class NewPersonIn(RoleIn, PersonIn):
    """A new person with a first role."""

    class Meta(In.Meta):
        fields = ("name", "phone", "unit", "role", "area_code")


class CertificateIn(In):
    """A certificate."""

    item = Choice(ITEMS, required=True, label=_("证件类别"))
    number = Text(required=True, max=40, label=_("证件编号"))
    issued_on = Day(label=_("发证日期"))
    expires_on = Day(required=True, label=_("有效期至"))


class LoginIn(In):
    """A login."""

    login = Text(required=True, max=40, label=_("账号"), autocomplete="off")
    password = Secret(
        label=_("新密码"), kind="password", autocomplete="new-password", hint=_("至少10个字符；不填则不变")
    )
    disabled = Yes(label=_("停用账号"))


class AccountReasonIn(In):
    """Why something is done to somebody's account."""

    reason = Text(required=True, max=200, label=_("原因"), hint=_("记入操作日志，例如：手机丢失，本人持证件到场"))


class PeopleFilter(PageIn):
    """Filters of the list."""

    q = Text(max=60, label=_("姓名、账号或证件编号"), kind="search")
    role = Choice(ROLE_CHOICES, label=_("角色"))
    expires_before = Day(label=_("证件到期不晚于"))


class RoleApiIn(In):
    """A role at a unit, the unit by its id; the own unit when left out."""

    unit_id = Integer()
    role = Choice(ROLE_CHOICES, required=True)
    area_code = AreaChoice()


class NewPersonApiIn(RoleApiIn, PersonIn):
    """A new person with a first role."""


class CertificateOut(Out):
    """A certificate; the number masked for whoever does not need it, since it is mostly the identity number."""

    item = fields.String()
    number = fields.Function(lambda one: personal.number(actor(), one.person, one.item, one.number))
    issued_on = fields.Date(allow_none=True)
    expires_on = fields.Date()


class RoleOut(Out):
    """A role at a unit for a period; `until` is the first day it does not hold."""

    id = fields.Integer()
    unit_id = fields.Integer()
    unit = fields.String(attribute="unit.name")
    role = fields.String()
    area_code = fields.String(allow_none=True)
    since = fields.Date()
    until = fields.Date(allow_none=True)


class AccessRequestOut(Out):
    """What waits for a second person: `kind` role, second_factor or password; `state` waiting, granted or refused."""

    id = fields.Integer()
    kind = fields.String()
    state = fields.String()
    person_id = fields.Integer()
    unit_id = fields.Integer(allow_none=True)
    role = fields.String(allow_none=True)
    area_code = fields.String(allow_none=True)
    reason = fields.String()
    asked_by_id = fields.Integer()
    asked_at = fields.AwareDateTime()
    decided_by_id = fields.Integer(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)


class PersonOut(Out):
    """A person."""

    id = fields.Integer()
    name = fields.String()
    phone = Personal("phone")
    roles = fields.List(fields.Nested(RoleOut), attribute="memberships")
    certificates = fields.List(fields.Nested(CertificateOut))
