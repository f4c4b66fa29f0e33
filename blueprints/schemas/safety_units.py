"""What a unit arranges about safety, as programs send and read it. Names of people stay on the pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import Choice, Day, Integer, Note, Text, Yes
from blueprints.schemas.safety import MOST, SUBJECT_CHOICES
from registry.services.safety import TRAININGS


class AppointIn(In):
    """Appoint somebody of the unit; its role is one of the subject's."""

    subject = Choice(SUBJECT_CHOICES, required=True, label=_("类别"))
    role = Text(required=True, max=40, label=_("职务"))
    person = Integer(min=1, required=True, label=_("人员"))
    since = Day(required=True, label=_("任命日期"))
    document = Text(required=True, max=200, label=_("任命文件"))


class TrainIn(In):
    """A training or an examination."""

    subject = Choice(SUBJECT_CHOICES, required=True, label=_("类别"))
    person = Integer(min=1, required=True, label=_("人员"))
    kind = Choice(list(TRAININGS.items()), required=True, label=_("培训或考核"))
    done_on = Day(required=True, label=_("日期"))
    passed = Yes(label=_("合格"))
    document = Text(max=200, label=_("材料名称"))


class ChargeIn(In):
    """Elevators given to an officer, by their label codes."""

    officer = Integer(min=1, required=True, label=_("安全员"))
    since = Day(label=_("自"))
    elevators = fields.List(
        fields.String(validate=validate.Length(min=1, max=40)),
        required=True,
        validate=validate.Length(min=1, max=MOST),
    )


class SubjectIn(In):
    """Of which equipment."""

    subject = Choice(SUBJECT_CHOICES, required=True, label=_("类别"))


class SafetyPointIn(In):
    """The wording of a point of the risk list."""

    title = Text(required=True, max=200, label=_("风险点"))
    check = Note(required=True, max=1000, label=_("检查内容和要求"))
    serious = Yes(label=_("出现异常属于严重隐患"))


class NewSafetyPointIn(SafetyPointIn):
    """A point of the unit's own."""

    subject = Choice(SUBJECT_CHOICES, required=True, label=_("类别"))


class SafetyPaperIn(In):
    """A paper to keep, beside its file in the same multipart body."""

    subject = Choice(SUBJECT_CHOICES, required=True, label=_("类别"))
    paper = Text(required=True, max=40, label=_("材料"))
    title = Text(required=True, max=200, label=_("名称"))
    since = Day(required=True, label=_("生效日期"))


class PeriodOut(Out):
    """A row with its days; `until` is the first day on which it holds no more."""

    id = fields.Integer()
    subject = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    end_reason = fields.String()


class AppointmentOut(PeriodOut):
    """An appointment."""

    role = fields.String()
    person = fields.Integer(attribute="person_id")
    document = fields.String()


class TrainingOut(Out):
    """A training or an examination."""

    id = fields.Integer()
    subject = fields.String()
    person = fields.Integer(attribute="person_id")
    kind = fields.String()
    done_on = fields.Date()
    passed = fields.Boolean()
    document = fields.String()


class SafetyCountOut(Out):
    """How many rows it came to."""

    count = fields.Integer()


class SafetyPointOut(PeriodOut):
    """A point of the risk list; `code` where it came from the reference points."""

    code = fields.String()
    title = fields.String()
    check = fields.String()
    serious = fields.Boolean()


class SafetyPaperOut(Out):
    """A kept paper."""

    id = fields.Integer()
    subject = fields.String()
    paper = fields.String()
    title = fields.String()
    since = fields.Date()
    file = fields.Integer(attribute="file_id")


class ProblemOut(Out):
    """A problem found in a daily check, and what became of it."""

    id = fields.Integer()
    record = fields.Integer(attribute="record_id")
    subject = fields.String()
    thing = fields.String()
    found_on = fields.Date()
    text = fields.String()
    serious = fields.Boolean()
    solved_on = fields.Date(allow_none=True)
    solution = fields.String()
    handed_on = fields.Function(lambda row: row.hazard_id is not None)
