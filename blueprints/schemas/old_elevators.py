"""Old elevators and their assessments at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, pre_dump

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.elevator_outputs import ElevatorOut
from blueprints.schemas.elevators import KINDS, PLACE_TYPES, OptionalRef
from blueprints.schemas.fields import Choice, Day, Integer, Note, Number, Text, Upload
from registry.queries.elevator_ages import BY
from registry.rules.old_elevators import bands, conclusions
from registry.services.assessments import STANDARD

YES_NO = (("yes", _("有")), ("no", _("没有")))
BAND_CHOICES = [(band.id, band) for band in bands()]
CONCLUSION_CHOICES = [(key, each) for key, each in conclusions().items()]
DIMENSIONS = {"area": _("县区"), "place": _("使用场所"), "unit": _("使用单位")}


class RankFilter(PageIn):
    """Filters of the ranking."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    area = AreaChoice()
    place = Choice(PLACE_TYPES, label=_("使用场所"))
    kind = Choice(KINDS, label=_("品种"))
    band = Choice(BAND_CHOICES, label=_("使用年限"))
    points = Integer(min=0, max=1000, label=_("分数不低于"))
    assessed = Choice(YES_NO, label=_("安全评估"))
    project = Choice(YES_NO, label=_("在办更新项目"))
    office = Text(max=40, label=_("所属辖区"), kind="hidden")
    unit = Integer(label=_("使用单位"), kind="hidden")


class AgesIn(In):
    """Which table of ages."""

    by = Choice([(key, DIMENSIONS[key]) for key in BY], load_default="area", label=_("统计方式"))
    area = AreaChoice()
    cursor = Text(max=60, load_default=None)
    limit = Integer(min=1, max=200, load_default=50)


class UnknownFilter(PageIn):
    """Filters of the elevators of unknown age."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    area = AreaChoice()
    office = Text(max=40, label=_("所属辖区"), kind="hidden")
    place = Choice(PLACE_TYPES, label=_("使用场所"), kind="hidden")
    use_unit = Integer(label=_("使用单位"), kind="hidden")


class AssessmentFilter(PageIn):
    """Filters of the assessments."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    area = AreaChoice()
    conclusion = Choice(CONCLUSION_CHOICES, label=_("评估结论"))


class AssessmentIn(In):
    """A finished assessment; `file_id` names a file stored through POST /assessments/files."""

    organisation = Text(label=_("评估机构"), hint=_("检验机构记录自己的评估时可不填"))
    assessed_on = Day(required=True, label=_("评估日期"))
    conclusion = Choice(CONCLUSION_CHOICES, required=True, label=_("评估结论"))
    standard = Text(label=_("评估标准"), load_default=STANDARD)
    report_no = Text(max=60, label=_("报告编号"))
    score = Number(min=0, max=1000, places=2, label=_("总分"))
    grade = Text(max=40, label=_("等级"), hint=_("按报告填写"))
    measures = Note(label=_("整改措施"), hint=_("单项、整机或其他措施"))
    file_id = Integer(min=1)


class AssessmentForm(AssessmentIn):
    """The same on a page, with the report itself."""

    file = Upload(label=_("评估报告"), accept="application/pdf,image/*", hint=_("PDF 或照片"))


class CorrectionForm(AssessmentForm):
    """A correction: what was right is filled in already."""

    reason = Text(required=True, label=_("更正原因"))


class RecordedAssessmentIn(AssessmentIn):
    """An assessment through the API: `elevator` is a label code; `ref` makes a repeat harmless."""

    elevator = Text(required=True, max=120)
    ref = OptionalRef()


class AssessmentCorrectionIn(AssessmentIn):
    """A correction through the API: only what changes, and why."""

    assessed_on = Day()
    conclusion = Choice(CONCLUSION_CHOICES)
    standard = Text()
    reason = Text(required=True)


class AssessmentFileIn(In):
    """A report."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class AssessmentFileOut(Out):
    """A stored file."""

    id = fields.Integer()
    name = fields.String()
    mime = fields.String()
    size = fields.Integer()


class PointsPartOut(Out):
    """One line of the sum."""

    fact = fields.String()
    value = fields.Integer()
    points = fields.Integer()
    zh = fields.String()
    en = fields.String()
    basis = fields.String()
    certainty = fields.String()


class AssessmentOut(Out):
    """An assessment; `corrects` is the id of the one it replaces."""

    id = fields.Integer()
    elevator = fields.String(allow_none=True)
    standard = fields.String()
    organisation = fields.String()
    assessed_on = fields.Date()
    report_no = fields.String()
    score = fields.Decimal(as_string=True, places=2, allow_none=True)
    grade = fields.String()
    conclusion = fields.String()
    measures = fields.String()
    file_id = fields.Integer(allow_none=True)
    corrects = fields.Integer(attribute="corrects_id", allow_none=True)
    correction_reason = fields.String()
    recorded_at = fields.AwareDateTime()

    @pre_dump
    def named(self, row: Any, **_more: Any) -> dict[str, Any]:
        """The elevator by its label code, when it is loaded."""
        known = row.__dict__
        return {**known, "elevator": known["elevator"].label_code if known.get("elevator") else None}


class RankedOut(Out):
    """An elevator with its points; `project` is the number of its renewal project."""

    code = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    area = fields.String(attribute="elevator.area_code")
    place_type = fields.String(attribute="elevator.place_type", allow_none=True)
    made_on = fields.Date(attribute="elevator.made_on", allow_none=True)
    age = fields.Integer(allow_none=True)
    points = fields.Integer(attribute="score.points")
    parts = fields.List(fields.Nested(PointsPartOut), attribute="score.parts")
    assessment = fields.Nested(AssessmentOut, allow_none=True)
    project = fields.Function(lambda it: it.project.no if it.project else None)


class RankingOut(Out):
    """One page of the ranking."""

    items = fields.List(fields.Nested(RankedOut))
    next = fields.String(allow_none=True)
    total = fields.Integer()


class UnknownAgeElevatorOut(ElevatorOut):  # type: ignore[misc]
    """An elevator in use whose age nobody knows."""


class AgeLineOut(Out):
    """The elevators of one county, place type or use unit (null: not on file)."""

    key = fields.Function(lambda line: line.key or None)
    name = fields.Function(lambda line: str(line.label) if line.label else None)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    old = fields.Integer()
    total = fields.Integer()


class AgesOut(Out):
    """Elevators in use by age band; the key `unknown` counts those whose age nobody knows."""

    by = fields.String()
    items = fields.List(fields.Nested(AgeLineOut), attribute="lines")
    whole = fields.Nested(AgeLineOut, attribute="total")
