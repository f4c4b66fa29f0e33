"""The question to the factor table, at the border: fen in the API, yuan on the page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_load

from blueprints.schemas.base import In, Out
from blueprints.schemas.cylinders import Called
from blueprints.schemas.elevators import PLACE_TYPES
from blueprints.schemas.fields import Choice, Day, Integer, Yes
from blueprints.schemas.policies import SHARINGS, fen, fen_field, yuan_field
from registry.rules.kinds import ELEVATOR_KINDS

SCHEMES = (("jiangsu", _("江苏方案")), ("hunan", _("湖南方案")))


class _PremiumFacts(In):
    """What the premium of an elevator depends on; what is left out is not known."""

    kind = Called(ELEVATOR_KINDS, required=True, label=_("电梯品种"))
    place_type = Choice(PLACE_TYPES, label=_("使用场所"))
    made_on = Day(label=_("制造日期"))
    insured_years = Integer(max=100, label=_("此前连续投保"), unit=_("年"))
    claims = Integer(max=1000, label=_("近一年出险"), unit=_("次"))
    starts_on = Day(required=True, label=_("保险起期"))
    ends_on = Day(label=_("保险止期"), hint=_("不填为一年"))
    sharing = Choice(SHARINGS, label=_("费用分担"), hint=_("不填按使用场所"))
    scheme = Choice(SCHEMES, label=_("基准保险费方案"), load_default="jiangsu")
    first_year = Yes(label=_("新梯首年，由制造安装单位投保"))


class PremiumIn(_PremiumFacts):
    """The facts through the API."""

    limit_per_accident_fen = fen_field()


class PremiumForm(_PremiumFacts):
    """The facts on a page."""

    limit_per_accident = yuan_field(_("每次事故限额"))

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen."""
        data["limit_per_accident_fen"] = fen(data.pop("limit_per_accident", None))
        return data


class FactorOut(Out):
    """One factor with the row of the table it was read from."""

    factor = fields.String()
    key = fields.String()
    zh = fields.String()
    en = fields.String()
    value = fields.String()
    basis = fields.String()
    certainty = fields.String()


class PremiumOut(Out):
    """The premium: of a year and of the term, with its base, its factors, and what each party bears of the term's.
    Rounded once, after all factors, to the fen, half a fen up."""

    base_fen = fields.Integer(attribute="year.base_fen")
    year_fen = fields.Integer(attribute="year.fen")
    premium_fen = fields.Integer(attribute="fen")
    base = fields.Nested(FactorOut, attribute="year.base")
    factors = fields.List(fields.Nested(FactorOut), attribute="year.parts")
    sharing = fields.String()
    shares = fields.Dict(keys=fields.String(), values=fields.Integer())
