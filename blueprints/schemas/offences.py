"""The question of offences at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import called
from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import Choice, Day, Integer, Yes
from blueprints.sessions import language
from registry import clock
from registry.rules import offences as rules

FINDING_CHOICES = [(key, kind) for key, kind in rules.findings(clock.today()).items()]
OFFENCE_CHOICES = [(key, kind) for key, kind in rules.offences(clock.today()).items()]


class OffenceIn(In):
    """What was found, or the offence itself, and what is known of it."""

    finding = Choice(FINDING_CHOICES, label=_("发现的问题"), hint=_("与下一项填一项"))
    offence = Choice(OFFENCE_CHOICES, label=_("违法行为"))
    acted_on = Day(label=_("违法行为发生日"))
    ended_on = Day(label=_("行为终了日"), hint=_("连续或者继续状态的填写"))
    found_on = Day(label=_("发现日期"))
    ordered = Yes(label=_("已责令限期改正"))
    uncorrected = Yes(label=_("逾期未改正"))
    harmed = Yes(label=_("涉及生命健康安全且有危害后果"))
    serious = Yes(label=_("情节严重"))
    fine_yuan = Integer(max=100_000_000, label=_("拟罚款"), unit=_("元"))


class OffenceOut(Out):
    """One offence as it stands. Amounts in yuan; `findings` stand against a fine."""

    key = fields.String(attribute="offence.key")
    name = fields.Function(lambda one: called(one.offence), metadata={"type": "string"})
    after_order = fields.Boolean(attribute="offence.after_order")
    order_first = fields.Boolean()
    min_yuan = fields.Integer()
    max_yuan = fields.Integer()
    person_min_yuan = fields.Integer(attribute="offence.person_min_yuan", allow_none=True)
    person_max_yuan = fields.Integer(attribute="offence.person_max_yuan", allow_none=True)
    person_percent = fields.Integer(attribute="offence.person_percent", allow_none=True)
    measures = fields.Function(
        lambda one: one.offence.measures_en if language() == "en" else one.offence.measures_zh,
        metadata={"type": "string"},
    )
    on_the_spot = fields.Boolean()
    limitation_ends = fields.Date()
    lapsed = fields.Boolean()
    allowed = fields.Boolean(attribute="verdict.allowed")
    findings = fields.Method("against")
    basis = fields.String(attribute="offence.basis")
    certainty = fields.String(attribute="offence.certainty")

    def against(self, one: rules.Judgement) -> list[dict[str, str]]:
        """What stands against a fine, in the caller's language."""
        return [finding.to_dict(language()) for finding in one.verdict.findings]


class OffenceAnswerOut(Out):
    """The offences that fit; several: the office chooses one and says why."""

    offences = fields.List(fields.Nested(OffenceOut))
