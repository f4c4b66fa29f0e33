"""A case as its party sees it, at the border: no step, no person and no paper of the office's own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.filters import say
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.cases import CaseHearingOut, CasePaperOut, CaseStatementOut
from blueprints.schemas.fields import Choice, Integer, Note, Text, Yes
from blueprints.schemas.hazards import FileIds

SPOKEN_CHOICES = (("written", _("书面陈述申辩")), ("waived", _("放弃陈述申辩和听证")))
NAMES = {"hear": _("陈述申辩或者放弃"), "request_hearing": _("要求听证"), "withdraw_hearing": _("撤回听证要求")}


class OwnCaseFilter(PageIn):
    """Filters of the list."""

    waits = Yes(label=_("可以陈述申辩"))


class OwnCaseMoveIn(In):
    """What the party hands in; `ref` makes a repeat harmless."""

    spoken = Choice(SPOKEN_CHOICES, label=_("方式"))
    note = Note(label=_("内容和理由"))
    files = FileIds(label=_("证据材料"))
    version = Integer(kind="hidden", label=_("版本"))
    ref = Text(max=40)


def form_of(verb: str) -> Schema:
    """The form of a move of the party."""
    return OwnCaseMoveIn(exclude=() if verb == "hear" else ("spoken",))


class OwnDeadlineOut(Out):
    """A term of the party."""

    key = fields.String(attribute="row.key")
    starts_on = fields.Date(attribute="row.starts_on")
    due_on = fields.Date(attribute="row.due_on")
    done_on = fields.Date(attribute="row.done_on", allow_none=True)
    open = fields.Boolean()
    basis = fields.String(attribute="kind.basis")


class OwnCaseOut(Out):
    """A case as its party sees it. Amounts in yuan."""

    id = fields.Integer(attribute="case.id")
    no = fields.String(attribute="case.no")
    title = fields.String(attribute="case.title")
    facts = fields.String(attribute="case.facts")
    offence = fields.String(attribute="case.offence")
    basis = fields.Function(lambda own: own.offence.basis if own.offence else None)
    state = fields.String(attribute="case.state")
    state_name = fields.Function(lambda own: say(own.state), metadata={"type": "string"})
    fine_yuan = fields.Integer(allow_none=True)
    measures = fields.String()
    told_on = fields.Date(attribute="case.told_on")
    hearing_right = fields.Boolean()
    decided_on = fields.Date(attribute="case.decided_on", allow_none=True)
    decision_no = fields.String(attribute="case.decision_no")
    paid_on = fields.Date(attribute="case.paid_on", allow_none=True)
    version = fields.Integer(attribute="case.version")
    deadlines = fields.List(fields.Nested(OwnDeadlineOut))
    statements = fields.List(fields.Nested(CaseStatementOut))
    hearings = fields.List(fields.Nested(CaseHearingOut))
    papers = fields.List(fields.Nested(CasePaperOut))
    moves = fields.Function(lambda own: [move.verb for move in own.moves])
