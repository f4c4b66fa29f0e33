"""Filling stations at the border: guns, alliances, orders to stop, the list of stations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.cylinders import Called
from blueprints.schemas.fields import Choice, Choices, Day, Integer, Text, Yes
from registry import clock
from registry.queries import stations as queries
from registry.rules.kinds import MEDIA


class GunIn(In):
    """A filling gun or scale."""

    number = Text(required=True, max=40, label=_("充装枪（秤）编号"), hint=_("与现场标牌一致"))
    medium = Called(MEDIA, required=True, label=_("充装介质"))


class GunApiIn(GunIn):
    """The same for programs; an office names the station."""

    station_id = Integer(min=1, load_default=None)


class GunRowOut(Out):
    """A gun on file."""

    id = fields.Integer()
    station_id = fields.Integer()
    number = fields.String()
    medium = fields.String()


class AllianceIn(In):
    """Two stations that may fill each other's cylinders."""

    member_a_id = Integer(required=True, kind="select", choices="stations", label=_("充装单位一"))
    member_b_id = Integer(required=True, kind="select", choices="stations", label=_("充装单位二"))
    media = Choices([*MEDIA.items()], load_default=list, label=_("联营的充装介质"))
    document = Text(required=True, label=_("批准文件"), hint=_("文号"))
    since = Day(required=True, label=_("开始日期"))
    until = Day(label=_("截止日期"), hint=_("从这一天起不再有效；长期有效的不填"))
    entrusted = Yes(label=_("托管（一方气瓶委托另一方管理）"))


class AllianceEndIn(In):
    """The end of an alliance."""

    until = Day(required=True, label=_("截止日期"), hint=_("从这一天起不再有效"))
    reason = Text(required=True, label=_("理由"))


class AllianceRowOut(Out):
    """An alliance on file."""

    id = fields.Integer()
    member_a_id = fields.Integer()
    member_b_id = fields.Integer()
    media = fields.List(fields.String())
    document = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    entrusted = fields.Boolean()
    state = fields.Function(lambda row: queries.alliance_state(row, clock.today()))
    end_reason = fields.String(allow_none=True)


class OfStation(PageIn):
    """Lists that may be narrowed to one station."""

    station = Integer(min=1, load_default=None)


class AllianceFilter(PageIn):
    """Filters of the list of alliances."""

    station = Choice("stations", label=_("充装单位"), load_default=None)
    valid = Yes(label=_("仅看有效的"))


class AllianceQuery(OfStation):
    """The same for programs."""

    valid = Yes()


class StopIn(In):
    """An order to stop filling."""

    since = Day(required=True, label=_("责令停止日期"), hint=_("从这一天起扫码一律禁止充装"))
    document = Text(required=True, label=_("文书编号"))
    reason = Text(required=True, label=_("原因"))


class LiftIn(In):
    """The order is lifted."""

    document = Text(required=True, label=_("文书编号"))
    reason = Text(required=True, label=_("理由"))


class StopOrderOut(Out):
    """An order on file."""

    id = fields.Integer()
    station_id = fields.Integer()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    document = fields.String()
    reason = fields.String()
    lift_document = fields.String(allow_none=True)
    lift_reason = fields.String(allow_none=True)
