"""Guns and alliances of filling stations at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from blueprints.schemas.base import In
from blueprints.schemas.cylinders import Called
from blueprints.schemas.fields import Choices, Day, Integer, Text, Yes
from registry.rules.kinds import MEDIA


class GunIn(In):
    """A filling gun or scale."""

    number = Text(required=True, max=40, label=_("充装枪（秤）编号"), hint=_("与现场标牌一致"))
    medium = Called(MEDIA, required=True, label=_("充装介质"))


class AllianceIn(In):
    """Two stations that may fill each other's cylinders."""

    member_a_id = Integer(required=True, kind="select", choices="stations", label=_("充装单位一"))
    member_b_id = Integer(required=True, kind="select", choices="stations", label=_("充装单位二"))
    media = Choices([*MEDIA.items()], load_default=list, label=_("联营的充装介质"))
    document = Text(required=True, label=_("批准文件"), hint=_("文号"))
    since = Day(required=True, label=_("开始日期"))
    until = Day(label=_("截止日期"), hint=_("从这一天起不再有效；长期有效的不填"))
    entrusted = Yes(label=_("托管（一方气瓶委托另一方管理）"))
