"""Events of cylinders at the border: one by one, up to 1,000 at once, and on the page of couriers and depots."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields

from blueprints.errors import plain
from blueprints.filters import say
from blueprints.schemas.base import BatchIn, In, Out, PositionIn, Rows
from blueprints.schemas.fields import Choice, CodeText, Moment, Number, Ref, Text
from blueprints.sessions import language
from registry.errors import Invalid, RegistryError
from registry.services.cylinder_events import LONGEST_BATCH, Outcome

LONGEST_DATA = 4000


def _short(value: Any) -> None:
    if len(json.dumps(value, ensure_ascii=False, default=str)) > LONGEST_DATA:
        raise ValidationError(str(_("附加数据最多%(count)s个字符", count=LONGEST_DATA)))


class EventKind(fields.Field[str]):
    """An event by its name, or by the status number of an older bottled-gas system."""

    default_error_messages = {"invalid": _("请填写事件名称或旧系统状态号")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > 40:
            raise self.make_error("invalid")
        return str(value)


class EventIn(In):
    """A step in the life of a cylinder."""

    ref = Ref()
    kind = EventKind(required=True, metadata={"type": "string", "description": "leave_station, ..., or 4, ..."})
    at = Moment(required=True)
    position = fields.Nested(PositionIn(), allow_none=True)
    data = fields.Dict(keys=fields.String(), allow_none=True, validate=_short)


class EventRowIn(EventIn):
    """One of a batch."""

    code = CodeText()


class EventBatchIn(BatchIn):
    """Up to 1,000 events: `{"events": [...]}`, or the bare list."""

    under = "events"
    events = Rows(most=LONGEST_BATCH)


class EventOut(Out):
    """A recorded event, where the cylinder is after it, and what was odd about it."""

    id = fields.Integer(attribute="event.id")
    ref = fields.String(attribute="event.ref")
    kind = fields.String(attribute="event.kind")
    at = fields.AwareDateTime(attribute="event.at")
    received_at = fields.AwareDateTime(attribute="event.received_at")
    custody = fields.Function(lambda row: (row.event.data or {}).get("custody"), metadata={"type": "string"})
    findings = fields.Function(
        lambda row: [finding.to_dict(language()) for finding in row.findings],
        metadata={"type": "array", "items": {"$ref": "#/components/schemas/FindingOut"}},
    )


class HandOverForm(In):
    """What somebody says of the next cylinder; the choice stays for the one after it."""

    kind = Choice("kinds", required=True, label=_("这次是"), kind="radio")
    code = CodeText(label=_("二维码或编号"))
    ref = Ref()
    customer = Text(
        max=32,
        label=_("客户编号"),
        hint=_("可不填；本单位自己编的号，不要写姓名、电话"),
    )
    valve_code = Text(max=40, label=_("新瓶阀编号"), hint=_("只在更换瓶阀时填写"))
    note = Text(max=200, label=_("说明"), hint=_("损坏部位、丢失经过等；丢失必须填写，不要写姓名、电话"))
    latitude = Number(min=-90, max=90, places=7, kind="hidden", label="latitude")
    longitude = Number(min=-180, max=180, places=7, kind="hidden", label="longitude")
    accuracy_m = Number(min=0, max=1_000_000, places=1, kind="hidden", label="accuracy_m")


class EventBatchOut(Out):
    """One result for each row, in the order sent: `ref`, `status`, and the event or what is wrong."""

    results = fields.List(fields.Dict())


ROW, EVENT = EventRowIn(), EventOut()


def load_rows(rows: list[dict[str, Any]]) -> tuple[list[tuple[int, dict[str, Any]]], dict[int, dict[str, Any]]]:
    """The rows that can be read, each with its position; and what is wrong with the others, by position."""
    good, bad = [], {}
    for position, row in enumerate(rows):
        try:
            good.append((position, ROW.load(row)))
        except ValidationError as error:
            errors = plain(error.normalized_messages())
            bad[position] = {"ref": row.get("ref"), "status": 422, "type": "invalid-input", "errors": errors}
    return good, bad


def result(outcome: Outcome) -> dict[str, Any]:
    """One row's answer."""
    if outcome.recorded is not None:
        return {**EVENT.dump(outcome.recorded), "status": 200 if outcome.recorded.replayed else 201}
    error = outcome.error or RegistryError()
    answer = {"ref": outcome.ref, "status": error.status, "type": error.type, "detail": say(error.detail)}
    return {**answer, "errors": plain(error.errors)} if isinstance(error, Invalid) else answer
