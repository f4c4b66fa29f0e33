"""Claims at the border. Money is in fen in the API and in yuan on the pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_load

from blueprints.schemas.base import In, Out
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fields import Choice, Day, Note, Text
from blueprints.schemas.policies import fen, fen_field, named_pairs, yuan_field
from registry.rules.claims import CLAIMANTS, EVENTS, INJURIES, STATES


class ClaimIn(In):
    """A claim through the API, money in fen; what was paid already is settled."""

    ref = OptionalRef()
    code = Text(max=120)
    happened_on = Day(required=True)
    event = Choice(named_pairs(EVENTS), load_default="accident")
    injury = Choice(named_pairs(INJURIES), required=True)
    state = Choice(named_pairs(STATES))
    claim_no = Text(max=40)
    claimant = Choice(named_pairs(CLAIMANTS))
    claimant_name = Text(max=60)
    reserve_fen = fen_field()
    paid_fen = fen_field()
    note = Note()


class ClaimForm(In):
    """The same on a page, in yuan."""

    code = Text(max=120, label=_("设备代码"), hint=_("雇主责任保险不填"))
    claim_no = Text(max=40, label=_("报案号"))
    happened_on = Day(required=True, label=_("出险日期"))
    event = Choice(named_pairs(EVENTS), required=True, label=_("出险原因"))
    injury = Choice(named_pairs(INJURIES), required=True, label=_("人员伤亡"))
    claimant = Choice(named_pairs(CLAIMANTS), label=_("索赔人类别"))
    claimant_name = Text(max=60, label=_("索赔人姓名"), hint=_("可不填；只有保险机构和市局特设科能看到"))
    reserve = yuan_field(_("估损金额"))
    paid = yuan_field(_("赔付金额"), hint=_("已经赔付的填写；未赔付的以后办理结案"))
    note = Note(max=1000, label=_("说明"), hint=_("请不要写姓名和电话"))

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen."""
        for name in ("reserve", "paid"):
            data[f"{name}_fen"] = fen(data.pop(name, None))
        return data


class SettleIn(In):
    """What was paid, in fen."""

    paid_fen = fen_field(required=True)
    decided_on = Day()
    decision = Text()


class SettleForm(In):
    """The same on a page, in yuan."""

    paid = yuan_field(_("赔付金额"), required=True)
    decided_on = Day(label=_("结案日期"), hint=_("不填为今天"))
    decision = Text(label=_("说明"))

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen."""
        data["paid_fen"] = fen(data.pop("paid"))
        return data


class RefuseIn(In):
    """Why a claim is refused or taken up again."""

    decision = Text(required=True, label=_("理由"))
    decided_on = Day(label=_("办理日期"), hint=_("不填为今天"))


# verb -> what it needs on a page and through the API
DECISIONS: dict[str, tuple[type[In], type[In]]] = {
    "settle": (SettleForm, SettleIn),
    "refuse": (RefuseIn, RefuseIn),
    "reopen": (RefuseIn, RefuseIn),
}


class ClaimDecisionIn(In):
    """A step of a claim: `paid_fen` to settle, `decision` to refuse or take up again."""

    paid_fen = fen_field()
    decided_on = Day()
    decision = Text()


class ClaimOut(Out):
    """A claim, without the claimant's name."""

    id = fields.Integer()
    policy_id = fields.Integer()
    claim_no = fields.String(allow_none=True)
    happened_on = fields.Date()
    event = fields.String()
    injury = fields.String()
    state = fields.String()
    claimant = fields.String(allow_none=True)
    reserve_fen = fields.Integer(allow_none=True)
    paid_fen = fields.Integer()
    decided_on = fields.Date(allow_none=True)
