"""The input of each move of a hazard, made from the fields that the rules name.

Nothing is required here: what a move needs is judged by the rules, which name everything missing at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, ValidationError, fields, post_load

from blueprints.filters import say
from blueprints.schemas.base import In
from blueprints.schemas.fields import Choice, Choices, Day, Integer, Note, Number, Text, Yes
from blueprints.schemas.hazards import FileId, FileIds
from registry import clock
from registry.errors import Invalid
from registry.queries.hazard_offers import Need, Offer
from registry.rules.hazard_case import field_name, field_type
from registry.rules.hazards import MOVES, acceptance

ANSWERS = (("yes", _("是")), ("no", _("否")))
NOT_APPLICABLE = ("not_applicable", _("不适用"))
MONEY = {"min": -1_000_000_000_000, "max": 1_000_000_000_000, "places": 2}
POINT = "checklist-"
REASON = "-reason"


class Url(Text):
    """An address on the web."""

    default_error_messages = {"scheme": _("请填写以 http:// 或 https:// 开头的网址")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not text.startswith(("http://", "https://")):
            raise self.make_error("scheme")
        return text


class Ids(fields.List):
    """Ids of several people."""

    def __init__(self, *, label: Any = "", choices: Any = (), **_options: Any) -> None:
        metadata = {"kind": "multiselect", "label": label, "choices": choices}
        super().__init__(Integer(min=1), allow_none=True, metadata=metadata)


class AnswerIn(In):
    """One point of acceptance."""

    answer = Choice((*ANSWERS, NOT_APPLICABLE))
    reason = Text(max=500)


class MoveSchema(In):
    """Base of the inputs of moves."""

    version = Integer()

    @post_load
    def collect(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """The flat fields of a page's acceptance list as one mapping: item -> {answer, reason}."""
        flat = [name for name in data if name.startswith(POINT)]
        if not flat:
            return data
        answers: dict[str, dict[str, Any]] = {}
        for name in flat:
            item, reason, _rest = name.removeprefix(POINT).partition(REASON)
            answers.setdefault(item, {})["reason" if reason else "answer"] = data.pop(name)
        return {**data, "checklist": {item: answer for item, answer in answers.items() if answer.get("answer")}}


def _select(**options: Any) -> Any:
    return Integer(min=1, **{"kind": "select", **options})


MAKE: dict[str, Callable[..., fields.Field[Any]]] = {
    "text": Text,
    "long_text": Note,
    "phone": lambda **options: Text(max=40, kind="tel", **options),
    "url": lambda **options: Url(max=500, **options),
    "money": lambda **options: Number(**MONEY, **options),
    "past_day": Day,
    "due_day": Day,
    "flag": Yes,
    "choice": lambda choices=(), **options: Choice(choices, **options),
    "clause": lambda choices=(), **options: Choice(choices, **options),
    "clauses": lambda choices=(), **options: Choices(choices, **options),
    "unit": _select,
    "person": _select,
    "people": Ids,
    "verifiers": Ids,
    "file": FileId,
    "files": FileIds,
    "drawing": lambda **options: FileId(metadata={"drawn": True}, **options),
    "checklist": lambda **_options: fields.Dict(fields.String(), fields.Nested(AnswerIn()), allow_none=True),
}
CHOSEN = ("choice", "clause", "clauses", "unit", "person", "people", "verifiers")


def read(verb: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data of a move that came as JSON, parsed.

    Raises:
        Invalid: a field of the wrong kind, each beside its name.
    """
    today = clock.today()
    names = dict.fromkeys(name for move in MOVES if move.verb == verb for name in (*move.needs, *move.accepts))
    made = {name: MAKE[field_type(name, today)](label=field_name(name, today)[0]) for name in names}
    try:
        loaded: dict[str, Any] = MoveSchema.from_dict(made, name=f"Move{verb}")().load(data)
    except ValidationError as error:
        raise Invalid(error.normalized_messages()) from None
    return loaded


def form_schema(offer: Offer) -> Schema:
    """The form of an offered move."""
    made: dict[str, fields.Field[Any]] = {}
    for need in offer.needs:
        if need.type == "checklist":
            made |= _checklist(clock.today())
        else:
            made[need.name] = _field(need)
    return MoveSchema.from_dict(made, name="MoveForm")()


def _field(need: Need) -> fields.Field[Any]:
    options: dict[str, Any] = {"label": say(need.label)}
    if need.type in CHOSEN:
        options["choices"] = need.name
    return MAKE[need.type](**options)


def _checklist(on: date) -> dict[str, fields.Field[Any]]:
    made: dict[str, fields.Field[Any]] = {}
    group = _("验收要点")
    for point in acceptance(on):
        offered = (*ANSWERS, NOT_APPLICABLE) if point.may_not_apply else ANSWERS
        made[POINT + point.item] = Choice(offered, label=say(point), kind="radio", group=group)
        if point.may_not_apply:
            made[POINT + point.item + REASON] = Text(max=500, label=_("不适用的理由"), group=group)
    return made
