"""Enforcement cases at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.filters import say
from blueprints.schemas.accidents import LocalMoment
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.enforcement import EnforcementStepOut
from blueprints.schemas.fields import Choice, Day, Integer, Known, Lines, Moment, Note, Ref, Text, Yes
from blueprints.schemas.hazards import FileIds
from blueprints.schemas.offences import FINDING_CHOICES, OFFENCE_CHOICES
from blueprints.schemas.policies import named_pairs
from registry import clock
from registry.queries import cases as queries
from registry.rules import cases as rules
from registry.rules.cases import MOVES, STATES
from registry.rules.directives import deliveries

STATE_CHOICES = (("open", _("未办结")), *((state.id, state) for state in STATES.values()))
VERBS = {move.verb: move for move in MOVES}
DELIVERY_CHOICES = tuple((way.id, way) for way in deliveries(clock.today()).values())

LARGEST_FINE = 100_000_000


SPOKEN, ADOPTED, RESULTS, ABOUT = (
    dict(named_pairs(names)) for names in (rules.SPOKEN, rules.ADOPTED, rules.RESULTS, rules.ABOUT)
)
WAITS = {
    "service": _("还需要：登记告知书送达"),
    "statement": _("还需要：陈述申辩期届满，或者当事人陈述申辩、放弃"),
    "answer": _("还需要：复核当事人的陈述申辩"),
    "hearing": _("还需要：要求听证的期限届满，或者当事人放弃"),
    "investigation": _("还需要：退回补充调查，重新告知"),
    "discussion": _("还需要：负责人集体讨论同意处罚"),
}


class CaseFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、案由或当事人"), kind="search")
    area = AreaChoice()
    state = Choice(STATE_CHOICES, label=_("环节"))
    late = Yes(label=_("只看超期"))


class CaseIn(In):
    """A clue that is taken up; links by number."""

    ref = Ref()
    title = Text(required=True, label=_("案由"), hint=_("例如：使用未经定期检验的电梯"))
    facts = Note(required=True, label=_("违法事实"))
    finding = Choice(FINDING_CHOICES, required=True, label=_("发现的问题"))
    offence = Choice(OFFENCE_CHOICES, label=_("违法行为"), hint=_("只有一项符合时可以不选"))
    choice_reason = Note(max=1000, label=_("选择理由"), hint=_("几项竞合时必须写明"))
    acted_on = Day(required=True, label=_("违法行为发生日"))
    ended_on = Day(label=_("行为终了日"), hint=_("连续或者继续状态的填写"))
    found_on = Day(label=_("发现日期"), hint=_("核查时限从这一天起算，不填为今天"))
    harmed = Yes(label=_("涉及生命健康安全且有危害后果"))
    serious = Yes(label=_("情节严重"))
    unit = Text(label=_("当事人"), hint=_("全称或统一社会信用代码；填写设备代码时可以不填"))
    elevators = Lines(most=50, label=_("电梯标签代码"), hint=_("每行一个，没有可不填"))
    cylinders = Lines(most=200, label=_("气瓶标签代码"), hint=_("每行一个，没有可不填"))
    hazards = Lines(most=20, label=_("隐患编号"), hint=_("已登记的隐患，没有可不填"))
    directive = Text(max=100, label=_("指令书文号"), hint=_("须先责令改正的违法行为应当关联"))
    sealing = Text(max=40, label=_("查封扣押编号"), hint=_("没有可不填"))
    check = Text(max=40, label=_("监督检查编号"), hint=_("由监督检查发现的填写"))


class CaseMoveIn(In):
    """What comes with a move through the API; each move needs its own part of it; `ref` makes a
    repeat harmless."""

    offence = Choice(OFFENCE_CHOICES, label=_("违法行为"))
    choice_reason = Note(max=1000, label=_("选择理由"))
    fine_yuan = Integer(max=LARGEST_FINE, label=_("罚款"), unit=_("元"))
    measures = Note(max=1000, label=_("处罚内容和其他措施"))
    grave = Known(label=_("拟责令停产停业、吊销许可证或者没收较大价值财物"), hint=_("是的，告知当事人有权要求听证"))
    delivery = Choice(DELIVERY_CHOICES, label=_("送达方式"))
    served_on = Day(label=_("送达日期"), hint=_("当事人的期限从送达之日起算；公告送达填写公告日期"))
    receiver = Text(max=200, label=_("签收人或者接收单位"))
    mail_no = Text(max=60, label=_("邮件编号"))
    consent = FileIds(label=_("电子送达同意书"))
    spoken = Choice(named_pairs(rules.SPOKEN), label=_("方式"))
    adopted = Choice(named_pairs(rules.ADOPTED), label=_("复核结果"))
    meets_at = Moment(label=_("听证时间"), hint=_("通知以后满7个工作日"))
    place = Text(max=200, label=_("听证地点"))
    host = Text(max=20, label=_("听证主持人"), hint=_("人员编号；不能是本案调查人员"))
    held_on = Day(label=_("听证日期"))
    attendees = Lines(most=40, label=_("参加人员"), hint=_("每行一人"))
    result = Choice(named_pairs(rules.RESULTS), label=_("听证意见"))
    about = Choice(named_pairs(rules.ABOUT), label=_("讨论事项"))
    discussed_on = Day(label=_("讨论日期"))
    agreed = Known(label=_("是否同意"))
    extended_until = Day(label=_("继续延期至"))
    paid_on = Day(label=_("缴款日期"))
    paid_yuan = Integer(max=2 * LARGEST_FINE, label=_("缴款金额"), unit=_("元"))
    note = Note(label=_("说明"))
    files = FileIds(label=_("案卷材料"))
    version = Integer(kind="hidden", label=_("版本"))
    ref = Text(max=40)


class CaseMoveForm(CaseMoveIn):
    """The same on a page: the city's time, a list of colleagues."""

    meets_at = LocalMoment(label=_("听证时间"), hint=_("通知以后满7个工作日"))
    host = Choice("colleagues", label=_("听证主持人"), hint=_("不能是本案调查人员"))


ALWAYS = ("note", "files", "version")
# What may come with a move that does not always need it.
MAY_COME = {
    "notify": ("grave",),
    "serve_notice": ("receiver", "mail_no", "consent"),
    "serve_hearing_notice": ("receiver", "mail_no", "consent"),
    "serve_decision": ("receiver", "mail_no", "consent"),
    "decide_on_spot": ("measures", "receiver"),
}


def form_of(verb: str) -> Schema:
    """The form of a move: what it needs, and what may come with it."""
    needs = next(move.needs for move in MOVES if move.verb == verb)
    return CaseMoveForm(only=tuple(dict.fromkeys((*needs, *MAY_COME.get(verb, ()), *ALWAYS))))


class CaseClockOut(Out):
    """A clock of a case."""

    key = fields.String(attribute="row.key")
    starts_on = fields.Date(attribute="row.starts_on")
    first_due_on = fields.Date(attribute="row.first_due_on")
    due_on = fields.Date(attribute="row.due_on")
    done_on = fields.Date(attribute="row.done_on", allow_none=True)
    late = fields.Boolean()
    basis = fields.String(attribute="kind.basis")


class CaseStatementOut(Out):
    """What the party said; `adopted` with its `answer` once it was examined."""

    spoken = fields.String()
    text = fields.String()
    received_on = fields.Date()
    adopted = fields.String(allow_none=True)
    answer = fields.String()
    answered_on = fields.Date(allow_none=True)
    files = fields.List(fields.Dict())


class CaseHearingOut(Out):
    """A hearing as the party knows it, too."""

    requested_on = fields.Date()
    notified_on = fields.Date(allow_none=True)
    notice_served_on = fields.Date(allow_none=True)
    meets_at = fields.AwareDateTime(allow_none=True)
    place = fields.String()
    host = fields.Function(lambda it: it.host.name if it.host else None)
    held_on = fields.Date(allow_none=True)
    withdrawn_on = fields.Date(allow_none=True)


class CaseHearingReportOut(CaseHearingOut):
    """A hearing with what the office keeps of it."""

    attendees = fields.List(fields.String(), allow_none=True)
    minutes = fields.String()
    result = fields.String(allow_none=True)
    opinion = fields.String()
    reported_on = fields.Date(allow_none=True)


class CaseDiscussionOut(Out):
    """What the heads discussed together."""

    about = fields.String()
    discussed_on = fields.Date()
    attendees = fields.List(fields.String())
    agreed = fields.Boolean()
    opinion = fields.String()


class CasePaperOut(Out):
    """A paper of the case and its service."""

    id = fields.Integer(attribute="paper_id")
    kind = fields.String(attribute="paper.kind")
    number = fields.String(attribute="paper.number")
    issued_on = fields.Date(attribute="paper.issued_on")
    served_on = fields.Date(allow_none=True)
    delivery = fields.String(allow_none=True)


class CaseStepOut(EnforcementStepOut):
    """One step; `data` what came with it."""

    data = fields.Dict()


class CaseOut(Out):
    """A case as a list shows it. Amounts in yuan."""

    id = fields.Integer()
    no = fields.String()
    title = fields.String()
    unit = fields.Function(lambda row: row.unit.name, metadata={"type": "string"})
    unit_id = fields.Integer()
    area = fields.String(attribute="area_code")
    finding = fields.String()
    offence = fields.String()
    state = fields.String()
    state_name = fields.Function(lambda row: say(STATES[row.state]), metadata={"type": "string"})
    found_on = fields.Date()
    filed_on = fields.Date(allow_none=True)
    fine_yuan = fields.Integer(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    paid_on = fields.Date(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    late = fields.Function(queries.late, metadata={"type": "boolean"})
    version = fields.Integer()


class CaseDetailOut(Out):
    """One case with its clocks and steps, and the moves the caller may make."""

    case = fields.Nested(CaseOut)
    facts = fields.String(attribute="case.facts")
    choice_reason = fields.String(attribute="case.choice_reason")
    acted_on = fields.Date(attribute="case.acted_on")
    measures = fields.String(attribute="case.measures")
    surcharge_yuan = fields.Integer(attribute="case.surcharge_yuan", allow_none=True)
    limitation_ends = fields.Date()
    directive = fields.Function(lambda it: it.case.directive.number if it.case.directive else None)
    sealing = fields.Function(lambda it: it.case.sealing.no if it.case.sealing else None)
    hazard = fields.Function(lambda it: it.case.hazard.no if it.case.hazard else None)
    check = fields.Function(lambda it: it.case.check.no if it.case.check else None)
    clocks = fields.List(fields.Nested(CaseClockOut))
    hearing_right = fields.Boolean(attribute="case.hearing_right")
    waits = fields.String()
    statements = fields.List(fields.Nested(CaseStatementOut), attribute="case.statements")
    hearings = fields.List(fields.Nested(CaseHearingReportOut), attribute="case.hearings")
    discussions = fields.List(fields.Nested(CaseDiscussionOut), attribute="case.discussions")
    papers = fields.List(fields.Nested(CasePaperOut), attribute="case.papers")
    steps = fields.List(fields.Nested(CaseStepOut), attribute="case.steps")
    moves = fields.Function(lambda it: [move.verb for move in it.moves])
