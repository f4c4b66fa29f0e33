"""Reading what is plainly right without asking a schema field by field, which takes a gun's and a batch's time.

A schema of this kind looks first whether everything that was sent is as it usually comes. Where anything is not, the
schema itself reads the whole again: so every error and every rare form is marshmallow's own, and only what is accepted
is read twice in code. `tests/api/test_quick_schemas.py` holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marshmallow import RAISE, ValidationError, fields, missing

from blueprints.schemas.base import In
from blueprints.schemas.fields import Choice, CodeText, Integer, Moment, Note, Ref, Text

UNUSUAL = object()  # what a step answers where the schema has to look itself
Read = Callable[[Any], Any]


class _Step(NamedTuple):
    """One field: the names outside and inside, what it is when left out (`UNUSUAL`: it may not be)."""

    key: str
    name: str
    left_out: Any
    may_be_none: bool
    read: Read


class Quick(In):
    """An input that comes all day. It has no hooks: those would be passed by."""

    _steps: tuple[_Step, ...] = ()

    def load(self, data: Any, *, many: bool | None = None, partial: Any = None, unknown: Any = None) -> Any:
        if not many and not partial and unknown in (None, RAISE):
            found = self.at_once(data)
            if found is not None:
                return found
        return super().load(data, many=many, partial=partial, unknown=unknown)

    def at_once(self, data: Any) -> dict[str, Any] | None:
        """What was sent, read; None where anything about it is unusual."""
        if type(data) is not dict:
            return None
        found, there = {}, 0
        for key, name, left_out, may_be_none, read in self._steps or self._made():
            value = data.get(key, missing)
            if value is missing:
                if left_out is UNUSUAL:
                    return None
                if left_out is not missing:
                    found[name] = left_out
                continue
            there += 1
            if value is not None:
                value = read(value)
                if value is UNUSUAL:
                    return None
            elif not may_be_none:
                return None
            found[name] = value
        return found if there == len(data) else None

    def _made(self) -> tuple[_Step, ...]:
        if any(self._hooks.values()) or self.many or self.partial or self.unknown != RAISE:
            raise TypeError(f"{type(self).__name__} does more than reading its fields")
        self._steps = tuple(_step(name, field) for name, field in self.load_fields.items())
        return self._steps


def _step(name: str, field: fields.Field[Any]) -> _Step:
    key = name if field.data_key is None else field.data_key
    inside = field.attribute or name
    if "." in inside or callable(field.load_default) or field.pre_load or field.post_load:
        raise TypeError(f"the field {name} does more than reading its value")
    left_out = UNUSUAL if field.required else field.load_default
    return _Step(key, inside, left_out, bool(field.allow_none), _reader(field, key))


def _reader(field: fields.Field[Any], key: str) -> Read:
    made: Read | None = None
    if isinstance(field, Text) and type(field) in TRIMMED and field.check is None:
        made = _text(field.max)
    elif isinstance(field, Choice) and type(field)._deserialize is Choice._deserialize:
        made = _choice(field)
    elif type(field) is Integer:
        made = _integer(field.min, field.max)
    elif isinstance(field, fields.Boolean) and not field.validators:
        made = _yes_or_no
    elif type(field) is Moment:
        made = _moment
    elif type(field) is Ref:
        made = _ref
    return made or _asked(field, key)


# Texts that are trimmed and measured; what else they do is done to characters that are unusual here.
TRIMMED = (Text, Note, CodeText)


def _text(longest: int) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not str:
            return UNUSUAL
        text = value.strip()
        return text if 0 < len(text) <= longest and "\x00" not in text else UNUSUAL

    return read


def _choice(field: Choice) -> Read | None:
    offered = field.metadata.get("choices")
    if not offered or isinstance(offered, str):
        return None
    values = frozenset(value for value, _label in offered if value)
    return lambda value: value if type(value) is str and value in values else UNUSUAL


def _integer(least: int | None, most: int | None) -> Read:
    def read(value: Any) -> Any:
        good = type(value) is int and (least is None or value >= least) and (most is None or value <= most)
        return value if good else UNUSUAL

    return read


def _yes_or_no(value: Any) -> Any:
    return value if value is True or value is False else UNUSUAL


def _moment(value: Any) -> Any:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return UNUSUAL
    return found if found.tzinfo is not None and 1950 <= found.year <= 2200 else UNUSUAL


def _ref(value: Any) -> Any:
    try:
        return str(UUID(value))
    except (TypeError, ValueError, AttributeError):
        return UNUSUAL


def _asked(field: fields.Field[Any], key: str) -> Read:
    """The field itself, where it does something of its own."""

    def read(value: Any) -> Any:
        try:
            return field.deserialize(value, key, {key: value})
        except ValidationError:
            return UNUSUAL

    return read
