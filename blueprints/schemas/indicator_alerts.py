"""Alerts of indicators at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Note, Yes
from registry.queries import indicator_alerts as queries
from registry.rules import indicator_alerts as rules
from registry.rules import indicator_book

KINDS = list(rules.KINDS.items())
ALL = [(key, found) for key, found in indicator_book.definitions().items()]


class AlertFilter(PageIn):
    """Filters of the list; `over` shows those that are cleared in the place of those that stand."""

    kind = Choice(KINDS, label=_("种类"), load_default=None)
    key = Choice(ALL, label=_("指标"), load_default=None)
    area = AreaChoice(label=_("辖区"), load_default=None)
    over = Yes(label=_("看已解除的"))


class AcknowledgeIn(In):
    """What was or will be done about it."""

    note = Note(max=2000, required=True, label=_("说明"), hint=_("原因和打算怎么办"))


class AlertOut(Out):
    """An alert; `value` and `target` are those of the moment it was raised, of rates as shares."""

    id = fields.Integer()
    kind = fields.String()
    key = fields.Function(lambda row: row.key or None)
    title = fields.Function(lambda row: say(queries.title(row)))
    area = fields.String(attribute="area_code")
    period_end = fields.Date(allow_none=True)
    value = fields.Float(allow_none=True)
    target = fields.Float(allow_none=True)
    raised_at = fields.DateTime()
    cleared_at = fields.DateTime(allow_none=True)
    acknowledged_at = fields.DateTime(allow_none=True)
    note = fields.String()
