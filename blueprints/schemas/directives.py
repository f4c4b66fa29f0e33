"""Directives at the border: the order that is issued, its moves, what is shown."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.enforcement import EnforcementStepOut
from blueprints.schemas.fields import Choice, Day, Integer, Lines, Note, Ref, Text
from blueprints.schemas.hazards import FileIds
from blueprints.schemas.visits import Drawn, Picture
from registry import clock
from registry.queries import directives as queries
from registry.rules.directives import MOVES, STATES, deliveries

STATE_CHOICES = (("open", _("未办结")), *((state.id, state) for state in STATES.values()))
WAIT_CHOICES = (
    ("to_serve", _("待送达")),
    ("unreported", _("逾期未报整改报告")),
    ("to_recheck", _("待复查")),
    ("recheck_late", _("超期未复查")),
)
METHOD_CHOICES = (("site", _("现场复查")), ("documents", _("资料核查")))
VERBS = {move.verb: move for move in MOVES}
EXACT = _("写明具体条款，例如：《特种设备安全法》第四十条")


class DirectiveFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("文号或单位"), kind="search")
    area = AreaChoice()
    state = Choice(STATE_CHOICES, label=_("状态"))
    waits = Choice(WAIT_CHOICES, label=_("待办"))


class OrderIn(In):
    """What a directive orders whom to do; `ref` from the device."""

    ref = Ref()
    unit = Text(label=_("被检查单位"), hint=_("全称或统一社会信用代码；填写设备代码时可以不填"))
    elevators = Lines(most=50, label=_("电梯标签代码"), hint=_("每行一个，没有可不填"))
    cylinders = Lines(most=200, label=_("气瓶标签代码"), hint=_("每行一个，没有可不填"))
    hazards = Lines(most=20, label=_("隐患编号"), hint=_("已登记的隐患，没有可不填"))
    check = Text(max=40, label=_("监督检查编号"), hint=_("由监督检查发现的填写"))
    problems = Note(required=True, label=_("存在的问题"))
    broken_rule = Note(max=1000, required=True, label=_("违反的规定"), hint=EXACT)
    order_basis = Note(max=1000, required=True, label=_("责令依据"), hint=EXACT)
    measures = Note(required=True, label=_("责令采取的措施"))
    due_on = Day(required=True, label=_("整改期限"))
    oral_on = Day(label=_("口头指令日期"), hint=_("紧急情况下先口头下达的填写"))


class DirectiveForm(OrderIn):
    """The form, filled in on a phone: the caller and one colleague sign, and somebody of the unit."""

    second = Choice("colleagues", required=True, label=_("另一名检查人员"))
    unit_signer = Text(max=60, label=_("单位签收人"), hint=_("当场签收的填写，并请他签名"))
    refusal = Note(max=1000, label=_("拒签情况"), hint=_("拒绝签收时写明经过和见证人"))
    refusal_files = FileIds(label=_("拒签照片或录像"))
    signature_1 = Drawn(label=_("本人签名"))
    signature_2 = Drawn(label=_("另一名检查人员签名"))
    unit_signature = Drawn(label=_("单位签收人签名"))


class InspectorIn(In):
    """One who inspected and signs."""

    person = Integer(required=True, min=1)
    signature = Picture(required=True)


class DirectiveIn(OrderIn):
    """The same through the API: at least two inspectors, the caller among them."""

    inspectors = fields.List(fields.Nested(InspectorIn), required=True)
    unit_signer = Text(max=60)
    unit_signature = Picture()
    refusal = Note(max=1000)
    refusal_files = FileIds()


def sent(data: dict[str, Any], caller: int | None) -> dict[str, Any]:
    """What the form gave, as the verb wants it."""
    drawn = {name: data.pop(name, None) for name in ("signature_1", "signature_2")}
    people = [(caller, drawn["signature_1"]), (int(data.pop("second")), drawn["signature_2"])]
    return {**data, "inspectors": [{"person": person, "signature": image} for person, image in people]}


class PublishForm(In):
    """Served by public notice."""

    published_on = Day(required=True, label=_("公告日期"))
    note = Note(max=1000, required=True, label=_("公告媒体和原因"))
    version = Integer(kind="hidden", label=_("版本"))


class ServeForm(In):
    """How it was served, and what proves it."""

    delivery = Choice(
        [(key, way) for key, way in deliveries(clock.today()).items()], required=True, label=_("送达方式")
    )
    delivered_on = Day(label=_("送达日期"), hint=_("邮寄以回执日期为准；公告不用填"))
    receiver = Text(max=60, label=_("签收人"), hint=_("直接送达填写"))
    mail_no = Text(max=60, label=_("邮件单号"), hint=_("邮寄送达填写"))
    consent = FileIds(label=_("电子送达同意书"), hint=_("单位签署的同意书，电子送达必须上传"))
    note = Note(max=1000, label=_("说明"), hint=_("留置写明见证人或录音录像；电子送达写明地址"))
    files = FileIds(label=_("送达证明材料"), hint=_("照片、录像、回执；留置送达必须上传"))
    version = Integer(kind="hidden", label=_("版本"))


class ReportForm(In):
    """The rectification report of the unit."""

    note = Note(required=True, label=_("整改情况"), hint=_("逐项写明问题、措施和结果"))
    files = FileIds(required=True, label=_("整改报告和证明材料"), hint=_("盖章的整改报告、整改前后照片、检验检测报告"))
    version = Integer(kind="hidden", label=_("版本"))


class RecheckForm(In):
    """What the recheck found."""

    method = Choice(METHOD_CHOICES, required=True, label=_("复查方式"), kind="radio")
    rechecked_on = Day(required=True, label=_("复查日期"))
    second = Choice("colleagues", label=_("另一名检查人员"), hint=_("现场复查须两人以上"))
    note = Note(required=True, label=_("复查意见"))
    files = FileIds(label=_("复查照片和材料"))
    version = Integer(kind="hidden", label=_("版本"))


class WithdrawForm(In):
    """Why it is taken back."""

    note = Note(max=1000, required=True, label=_("撤回理由"))
    version = Integer(kind="hidden", label=_("版本"))


FORMS: dict[str, type[In]] = {
    "publish": PublishForm,
    "serve": ServeForm,
    "report": ReportForm,
    "pass_recheck": RecheckForm,
    "fail_recheck": RecheckForm,
    "withdraw": WithdrawForm,
}


class DirectiveMoveIn(In):
    """A move through the API: the fields that its form has; `ref` makes a repeat harmless."""

    published_on = Day()
    delivery = Text(max=40)
    delivered_on = Day()
    receiver = Text(max=60)
    mail_no = Text(max=60)
    consent = FileIds()
    method = Choice(METHOD_CHOICES)
    rechecked_on = Day()
    second = Integer(min=1)
    note = Note()
    files = FileIds()
    version = Integer()
    ref = Text(max=40)


class DirectiveStepOut(EnforcementStepOut):
    """One step; `data` what came with it: days, people, files."""

    data = fields.Dict()


class DirectiveOut(Out):
    """A directive as a list shows it. `late`: `report` or `recheck` when that is past its day, else empty."""

    id = fields.Integer()
    number = fields.String()
    unit = fields.Function(lambda row: row.unit.name, metadata={"type": "string"})
    unit_id = fields.Integer()
    area = fields.String(attribute="area_code")
    state = fields.String()
    state_name = fields.Function(lambda row: say(STATES[row.state]), metadata={"type": "string"})
    problems = fields.String()
    measures = fields.String()
    issued_on = fields.Date()
    due_on = fields.Date()
    delivery = fields.String(allow_none=True)
    served_on = fields.Date(allow_none=True)
    reported_on = fields.Date(allow_none=True)
    recheck_due_on = fields.Date(allow_none=True)
    rechecked_on = fields.Date(allow_none=True)
    late = fields.Function(lambda row: queries.late(row, clock.today()), metadata={"type": "string"})
    version = fields.Integer()


class DirectiveDetailOut(Out):
    """One directive with its people, things, steps, its paper, and the moves the caller may make."""

    directive = fields.Nested(DirectiveOut)
    broken_rule = fields.String(attribute="directive.broken_rule")
    order_basis = fields.String(attribute="directive.order_basis")
    oral_on = fields.Date(attribute="directive.oral_on", allow_none=True)
    unit_signer = fields.String(attribute="directive.unit_signer")
    refusal = fields.String(attribute="directive.refusal")
    paper_id = fields.Integer(attribute="directive.paper_id", allow_none=True)
    inspectors = fields.Function(
        lambda it: [{"name": one.person.name, "certificate": one.certificate} for one in it.directive.inspectors]
    )
    elevators = fields.Function(lambda it: [one.elevator.label_code for one in it.directive.items if one.elevator])
    cylinders = fields.Function(lambda it: [one.cylinder.label_code for one in it.directive.items if one.cylinder])
    hazards = fields.Function(lambda it: [one.hazard.no for one in it.directive.items if one.hazard])
    check = fields.Function(lambda it: it.directive.check.no if it.directive.check else None)
    steps = fields.List(fields.Nested(DirectiveStepOut), attribute="directive.steps")
    moves = fields.Function(lambda it: [move.verb for move in it.moves])
