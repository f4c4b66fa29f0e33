"""Reports on cylinders at the border: what a citizen sends, and what those who handle it see."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fault_reports import OfAnybody, Phone
from blueprints.schemas.fields import Choice, Integer, Note, Text, Yes
from registry.rules.cylinder_reports import INNER, KINDS, MOVES, STATES

KIND_CHOICES = [(key, kind) for key, kind in KINDS.items()]
STATE_CHOICES = (("open", _("未办结")), *((state.id, state) for state in STATES.values()))
VERBS = {move.verb: move for move in MOVES}


class CitizenReportIn(OfAnybody):
    """What a citizen sends about a cylinder; `area` only where no cylinder was scanned."""

    kind = Choice(KIND_CHOICES, required=True, label=_("什么问题"), kind="radio")
    text = Note(max=500, label=_("补充说明"), hint=_("什么时候、从哪里买的、什么现象。请不要写姓名等个人信息"))
    place = Text(max=100, label=_("在哪里见到"), hint=_("例如：某某路某某饭店后厨"))
    area = AreaChoice(label=_("在哪个县区"))
    phone = Phone(_("可不填；只有监管部门在处理期间能看到"))


class CylinderReportFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("举报编号或气瓶出厂编号"), kind="search")
    area = AreaChoice()
    state = Choice(STATE_CHOICES, label=_("状态"))
    kind = Choice(KIND_CHOICES, label=_("类型"))
    cylinder = Text(max=120, label=_("气瓶标签代码"))
    late = Yes(label=_("只看超时未答复"))


class CitizenNoteForm(In):
    """A word that the citizen will read."""

    note = Note(max=1000, required=True, label=_("内容"), hint=_("举报人会看到这段话，请不要写姓名和电话"))
    version = Integer(required=True, kind="hidden", label=_("版本"))


class InnerNoteForm(In):
    """A word between office and station."""

    note = Note(max=1000, required=True, label=_("内容"), hint=_("举报人看不到；充装单位能看到，请不要写举报人的信息"))
    version = Integer(required=True, kind="hidden", label=_("版本"))


class PassOnForm(InnerNoteForm):
    """To which station, where the cylinder is not known."""

    station_id = Choice("stations", label=_("充装单位"))


class CylinderReportMoveIn(In):
    """A move through the API."""

    note = Note(max=1000)
    station_id = Integer()
    version = Integer()


class ClueIn(In):
    """The hazard clue that is made from a report; `unit` where the cylinder is not known."""

    title = Text(required=True, label=_("隐患名称"))
    description = Note(required=True, label=_("核实情况与隐患描述"), hint=_("写明核实到的事实；不要写举报人的信息"))
    suggested_clause = Choice("clauses", label=_("建议判定条款"), hint=_("是否构成重大隐患由认定机关决定"))
    unit = Choice("stations", label=_("充装单位"))
    version = Integer(kind="hidden", label=_("版本"))


def form_of(verb: str, knows_station: bool) -> In:
    """The form of a move."""
    if verb == "pass_on" and not knows_station:
        return PassOnForm()
    return InnerNoteForm() if verb in INNER else CitizenNoteForm()


class CylinderReportStepOut(Out):
    """One step; `by` is the unit."""

    verb = fields.String()
    target = fields.String()
    at = fields.AwareDateTime()
    note = fields.String()
    by = fields.Function(lambda step: step.unit.name if step.unit else None)


class CylinderReportOut(Out):
    """A report as a list shows it: without the citizen's words and phone."""

    no = fields.String()
    cylinder = fields.Function(lambda row: row.cylinder.handle if row.cylinder else None, metadata={"type": "string"})
    code = fields.String()
    kind = fields.String()
    state = fields.String()
    area = fields.String(attribute="area_code", allow_none=True)
    station = fields.Function(lambda row: row.station.name if row.station else None, metadata={"type": "string"})
    reported_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class CylinderReportDetailOut(Out):
    """One report; the words only for offices, the phone only while there is something to handle."""

    report = fields.Nested(CylinderReportOut)
    steps = fields.List(fields.Nested(CylinderReportStepOut), attribute="report.steps")
    text = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    photo = fields.Boolean(attribute="has_photo")
    late = fields.Boolean()
    due_at = fields.AwareDateTime(allow_none=True)
    hazard = fields.Function(lambda it: it.report.hazard.no if it.report.hazard else None)
    anomalies = fields.Function(
        lambda it: [{"id": row.id, "code": row.code, "state": row.state} for row in it.anomalies]
    )
    moves = fields.Function(lambda it: [move.verb for move in it.moves])


class CitizenReceiptOut(Out):
    """The citizen's own page as JSON."""

    no = fields.String()
    kind = fields.String(attribute="kind.id")
    state = fields.String(attribute="state.id")
    reported_at = fields.AwareDateTime()
    steps = fields.Method("told")

    def told(self, receipt: Any) -> list[dict[str, Any]]:
        """What was done, in words where they are for the citizen."""
        return [
            {
                "verb": step.verb,
                "at": step.at.isoformat(),
                "note": "" if step.verb in INNER else step.note,
                "by": step.unit.name if step.unit else None,
            }
            for step in receipt.steps
        ]


CITIZEN_RECEIPT = CitizenReceiptOut()
