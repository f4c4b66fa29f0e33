"""Campaigns at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import Choice, Choices, Day, Integer, Lines, Note, Text
from registry.messages import T
from registry.rules.campaigns import STATES

EQUIPMENT = {"elevator": T("电梯"), "cylinder": T("气瓶")}
UNIT_KINDS = {
    "use": T("使用单位"),
    "maintenance": T("维保单位"),
    "filling": T("充装单位"),
    "inspection": T("检验机构"),
}
STATE_CHOICES = [(state.id, state) for state in STATES.values()]


class CampaignFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号或名称"), kind="search")
    state = Choice(STATE_CHOICES, label=_("状态"))


class CampaignIn(In):
    """A campaign that is planned; what of the scope is left empty means all."""

    title = Text(required=True, label=_("专项行动名称"))
    starts_on = Day(required=True, label=_("开始日期"))
    ends_on = Day(required=True, label=_("截止日期"))
    areas = Choices("areas", label=_("范围：县区"), hint=_("不选为全部"))
    unit_kinds = Choices([*UNIT_KINDS.items()], label=_("范围：单位"), hint=_("不选为全部"))
    kinds = Choices([*EQUIPMENT.items()], label=_("范围：设备"), hint=_("不选为全部"))
    tasks = Note(required=True, label=_("工作任务"))
    self_check = Note(label=_("自查要求"), hint=_("要求单位自查自纠的内容"))
    self_check_by = Day(label=_("自查截止日期"))
    document = Text(label=_("依据文件"), hint=_("文号或材料名称"))


class CampaignMoveIn(In):
    """What comes with starting or ending."""

    summary = Note(label=_("工作总结"))
    version = Integer(kind="hidden", label=_("版本"))


class CampaignLinkIn(In):
    """What was done under the campaign, by numbers."""

    checks = Lines(most=200, label=_("监督检查编号"), hint=_("每行一个，没有可不填"))
    directives = Lines(most=200, label=_("指令书文号"), hint=_("每行一个，没有可不填"))
    hazards = Lines(most=200, label=_("隐患编号"), hint=_("每行一个，没有可不填"))
    sealings = Lines(most=200, label=_("查封扣押编号"), hint=_("每行一个，没有可不填"))
    cases = Lines(most=200, label=_("案件编号"), hint=_("每行一个，没有可不填"))


class CampaignPickIn(In):
    """What was ticked among the offers, by numbers."""

    checks = Choices("checks", label=_("监督检查"))
    directives = Choices("directives", label=_("指令书"))
    hazards = Choices("hazards", label=_("隐患"))
    sealings = Choices("sealings", label=_("查封扣押"))
    cases = Choices("cases", label=_("案件"))


class OfferFilter(In):
    """What is looked for among the offers."""

    q = Text(max=100, label=_("编号或单位名称"), kind="search")


class BelongIn(In):
    """The campaign that a thing belongs to."""

    campaign = Choice("campaigns", required=True, label=_("专项行动"))


class CampaignOfferOut(Out):
    """Something inside a campaign's scope and period that may be linked."""

    number = fields.String()
    unit = fields.String()
    day = fields.Date()
    about = fields.String()


class CampaignOffersOut(Out):
    """By kind what may be linked."""

    checks = fields.List(fields.Nested(CampaignOfferOut))
    directives = fields.List(fields.Nested(CampaignOfferOut))
    hazards = fields.List(fields.Nested(CampaignOfferOut))
    sealings = fields.List(fields.Nested(CampaignOfferOut))
    cases = fields.List(fields.Nested(CampaignOfferOut))


class SelfCheckTotalsOut(Out):
    """What the self-checks came to: counts of units, then of items."""

    ordered = fields.Integer()
    answered = fields.Integer()
    late = fields.Integer()
    found = fields.Integer()
    corrected = fields.Integer()
    open = fields.Integer()


class CampaignTotalsOut(Out):
    """What was done under a campaign."""

    checks = fields.Integer()
    units = fields.Integer()
    directives = fields.Integer()
    complied = fields.Integer()
    hazards = fields.Integer()
    hazards_closed = fields.Integer()
    sealings = fields.Integer()
    cases = fields.Integer()
    decided = fields.Integer()
    fines_yuan = fields.Integer()


class CampaignOut(Out):
    """A campaign as a list shows it."""

    id = fields.Integer()
    no = fields.String()
    title = fields.String()
    area = fields.String(attribute="area_code")
    areas = fields.List(fields.String())
    unit_kinds = fields.List(fields.String())
    kinds = fields.List(fields.String())
    starts_on = fields.Date()
    ends_on = fields.Date()
    self_check_by = fields.Date(allow_none=True)
    state = fields.String()
    state_name = fields.Function(lambda row: say(STATES[row.state]), metadata={"type": "string"})
    version = fields.Integer()


class CampaignDetailOut(Out):
    """One campaign with its totals, the numbers of what is linked, and the moves the caller may make."""

    campaign = fields.Nested(CampaignOut)
    tasks = fields.String(attribute="campaign.tasks")
    self_check = fields.String(attribute="campaign.self_check")
    summary = fields.String(attribute="campaign.summary")
    totals = fields.Nested(CampaignTotalsOut)
    self_checks = fields.Nested(SelfCheckTotalsOut)
    checks = fields.Function(lambda it: [one.no for one in it.checks])
    directives = fields.Function(lambda it: [one.number for one in it.directives])
    hazards = fields.Function(lambda it: [one.no for one in it.hazards])
    sealings = fields.Function(lambda it: [one.no for one in it.sealings])
    cases = fields.Function(lambda it: [one.no for one in it.cases])
    moves = fields.Function(lambda it: [move.verb for move in it.moves])
