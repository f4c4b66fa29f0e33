"""Follow-up lists of indicators at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, pre_dump

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Note, Yes
from registry.queries.indicator_definitions import INDICATORS
from registry.rules import follow_ups as rules

STATES = [(state.id, state) for state in rules.states(rules.WORKFLOW).values()]
KEYS = [(indicator.key, indicator.name) for indicator in INDICATORS.values()]


class EffortIn(In):
    """`area` an area code (all that the caller sees when left out)."""

    area = AreaChoice(load_default=None, label=_("辖区"))


class HolderOut(Out):
    """A unit with rows that are not counted; `unit_id` null where no unit holds them."""

    unit_id = fields.Integer(allow_none=True)
    name = fields.String()
    behind = fields.Integer()
    ways = fields.Dict(keys=fields.String(), values=fields.Integer())
    winnable = fields.Integer()
    falling = fields.Integer()


class WayOut(Out):
    """How a row can be won."""

    key = fields.String()
    name = fields.Function(lambda way: say(way.name))


class EffortOut(Out):
    """What it takes to reach the target."""

    key = fields.String(attribute="figure.key")
    on = fields.Date(attribute="figure.on")
    area = fields.String(attribute="figure.area")
    missing = fields.Integer(attribute="figure.missing")
    winnable = fields.Integer()
    falling = fields.Integer()
    horizon: Any = fields.Date()
    ways = fields.Function(lambda effort: WayOut(many=True).dump(INDICATORS[effort.figure.key].ways))
    holders: Any = fields.List(fields.Nested(HolderOut))


class FollowUpIn(In):
    """A list for each of some units about one indicator."""

    key = Choice(KEYS, required=True)
    unit_ids = fields.List(Integer(min=1), required=True)
    due_on = Day(required=True)
    note = Note(max=2000)


class FollowUpForm(In):
    """The same on a page; the units are ticked in the table."""

    due_on = Day(required=True, label=_("完成期限"))
    note = Note(max=2000, label=_("要求"))


class FollowUpMoveIn(In):
    """What a move needs: `promised_on` with an answer, `note` where the table says so."""

    note = Note(max=2000)
    promised_on = Day(load_default=None)


class AnswerForm(In):
    """The unit's answer on a page."""

    note = Note(max=2000, required=True, label=_("打算怎样完成"))
    promised_on = Day(required=True, label=_("承诺完成日期"))


class EndForm(In):
    """Why a list is closed or withdrawn."""

    note = Note(max=2000, label=_("说明"))


class FollowUpFilter(PageIn):
    """Filters of the list."""

    state = Choice(STATES, label=_("状态"), load_default=None)
    key = Choice(KEYS, label=_("指标"), load_default=None)
    overdue = Yes(label=_("仅看已过期限的"))


class FollowUpItemOut(Out):
    """A row of a list; `now` null when it is done."""

    title = fields.String()
    then = fields.Function(lambda item: say(item.then))
    now = fields.Function(lambda item: say(item.now) if item.now is not None else None)


class FollowUpOut(Out):
    """A list and how far it is."""

    id = fields.Integer()
    key = fields.String()
    name = fields.String()
    unit_id = fields.Integer()
    unit = fields.String()
    office = fields.String()
    state = fields.String()
    sent_on = fields.Date()
    due_on = fields.Date()
    note = fields.String()
    answer = fields.String()
    promised_on = fields.Date(allow_none=True)
    total = fields.Integer()
    done = fields.Integer()
    overdue = fields.Boolean()

    @pre_dump
    def flat(self, progress: Any, **_more: Any) -> dict[str, Any]:
        """Progress and its row in one object."""
        row = progress.row
        names = ("id", "key", "unit_id", "state", "sent_on", "due_on", "note", "answer", "promised_on")
        return {
            **{name: getattr(row, name) for name in names},
            "name": say(INDICATORS[row.key].name),
            "unit": row.unit.name,
            "office": row.office.name,
            **{name: getattr(progress, name) for name in ("total", "done", "overdue")},
        }


class FollowUpsOut(Out):
    """Several lists."""

    items = fields.List(fields.Nested(FollowUpOut))


class FollowUpDetailOut(Out):
    """One list with its rows and the moves the caller may make."""

    follow_up: Any = fields.Nested(FollowUpOut, attribute="progress")
    items = fields.List(fields.Nested(FollowUpItemOut))
    moves = fields.Function(lambda shown: [move.verb for move in shown.moves])
