"""Sealings at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.enforcement import EnforcementStepOut
from blueprints.schemas.fields import Choice, Integer, Lines, Note, Ref, Text, Yes
from blueprints.schemas.hazards import FileIds
from registry import clock
from registry.messages import T
from registry.queries import sealings as queries
from registry.rules.sealings import MOVES, STATES, longest_term

KINDS = {"seal": T("查封"), "detain": T("扣押")}
STATE_CHOICES = (("open", _("未办结")), *((state.id, state) for state in STATES.values()))
WAIT_CHOICES = (
    ("to_approve", _("待批准")),
    ("to_execute", _("待实施")),
    ("unconfirmed", _("紧急实施待补批")),
    ("ending", _("五日内到期")),
    ("expired", _("到期应解除")),
)
VERBS = {move.verb: move for move in MOVES}


class SealingFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号或单位"), kind="search")
    area = AreaChoice()
    state = Choice(STATE_CHOICES, label=_("状态"))
    waits = Choice(WAIT_CHOICES, label=_("待办"))


class SealingIn(In):
    """What is to be sealed, why, how long; `evidence` as ids of stored files."""

    ref = Ref()
    kind = Choice([*KINDS.items()], required=True, label=_("措施"), kind="radio")
    ground = Choice("grounds", required=True, label=_("理由"))
    facts = Note(required=True, label=_("事实和证据说明"))
    elevators = Lines(most=50, label=_("电梯标签代码"), hint=_("每行一个，没有可不填"))
    cylinders = Lines(most=500, label=_("气瓶标签代码"), hint=_("每行一个，没有可不填"))
    unit = Text(label=_("当事人"), hint=_("全称或统一社会信用代码；填写设备代码时可以不填"))
    directive = Text(max=100, label=_("指令书文号"), hint=_("没有可不填"))
    place = Text(required=True, label=_("查封扣押地点"))
    term_days = Integer(required=True, min=1, max=longest_term(clock.today()), label=_("期限"), unit=_("日"))
    evidence = FileIds(required=True, label=_("证据材料"), hint=_("照片、检验报告等，可以一次选多个"))
    emergency = Yes(label=_("情况紧急，当场实施（24小时内补批）"))


class SealingMoveIn(In):
    """What comes with a move; `ref` makes a repeat harmless."""

    note = Note(label=_("说明"))
    files = FileIds(label=_("照片和材料"))
    version = Integer(kind="hidden", label=_("版本"))
    ref = Text(max=40)


class SealingStepOut(EnforcementStepOut):
    """One step."""


class SealingOut(Out):
    """A sealing as a list shows it; `late`: `confirm` or `term` when that is past its time."""

    id = fields.Integer()
    no = fields.String()
    kind = fields.String()
    ground = fields.String()
    unit = fields.Function(lambda row: row.unit.name, metadata={"type": "string"})
    unit_id = fields.Integer()
    area = fields.String(attribute="area_code")
    state = fields.String()
    state_name = fields.Function(lambda row: say(STATES[row.state]), metadata={"type": "string"})
    emergency = fields.Boolean()
    sealed_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    extended_on = fields.Date(allow_none=True)
    confirm_due_at = fields.AwareDateTime(allow_none=True)
    confirmed_at = fields.AwareDateTime(allow_none=True)
    lifted_on = fields.Date(allow_none=True)
    late = fields.Function(queries.late, metadata={"type": "string"})
    version = fields.Integer()


class SealingDetailOut(Out):
    """One sealing with its things and steps, and the moves the caller may make."""

    sealing = fields.Nested(SealingOut)
    facts = fields.String(attribute="sealing.facts")
    place = fields.String(attribute="sealing.place")
    directive = fields.Function(lambda it: it.sealing.directive.number if it.sealing.directive else None)
    paper_id = fields.Integer(attribute="sealing.paper_id", allow_none=True)
    elevators = fields.Function(lambda it: [one.elevator.label_code for one in it.sealing.items if one.elevator])
    cylinders = fields.Function(lambda it: [one.cylinder.handle for one in it.sealing.items if one.cylinder])
    steps = fields.List(fields.Nested(SealingStepOut), attribute="sealing.steps")
    moves = fields.Function(lambda it: [move.verb for move in it.moves])
