"""The timeline of a cylinder at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import Out, PageIn
from blueprints.schemas.fields import Choice, Text
from registry.queries.cylinder_timeline import KINDS


class TimelineFilter(PageIn):
    """Which entries."""

    kind = Choice(tuple(KINDS.items()), label=_("内容"))


class TimelineExport(TimelineFilter):
    """Of which cylinder, for the spreadsheet."""

    code = Text(max=200, required=True, label=_("标签代码"))


class TimelineEntryOut(Out):
    """One entry: `at` of the device, `received_at` of the server where it differs; `day_only`: no hour is known."""

    at = fields.AwareDateTime()
    received_at = fields.AwareDateTime(allow_none=True)
    day_only = fields.Boolean()
    kind = fields.String()
    title = fields.Function(lambda entry: say(entry.title), metadata={"type": "string"})
    details = fields.Function(
        lambda entry: [say(text) for text in entry.details], metadata={"type": "array", "items": {"type": "string"}}
    )
    unit = fields.Function(lambda entry: say(entry.unit) or None, metadata={"type": "string"})
    person = fields.String(allow_none=True)
    position = fields.Dict(allow_none=True)
    record = fields.Function(lambda entry: record(entry), metadata={"type": "object"})


def record(entry: Any) -> dict[str, Any] | None:
    """What an entry links to: `type` and `id`."""
    return {"type": entry.record[0], "id": entry.record[1]} if entry.record else None
