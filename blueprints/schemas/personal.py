"""Showing personal data at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import Text


class ShowReasonIn(In):
    """Why personal data is to be read."""

    reason = Text(
        required=True,
        max=200,
        label=_("查看原因"),
        hint=_("记入操作日志，例如：联系本人核实维保记录"),
        autocomplete="off",
    )


class ShownDatumOut(Out):
    """One datum of a row: the column, what it is called, the whole text."""

    name = fields.Function(lambda line: line[0])
    label = fields.Function(lambda line: say(line[1]))
    value = fields.Function(lambda line: line[2])


class ShownOut(Out):
    """The personal data of one row."""

    kind = fields.String()
    key = fields.String()
    items = fields.List(fields.Nested(ShownDatumOut))
