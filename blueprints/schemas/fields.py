"""Fields of our inputs: marshmallow's, with Chinese sentences for a clerk and what a form needs to draw them.

Every field takes `label`, and optionally `hint`, `unit`, `group`, `kind` (the control), `choices` (pairs, or a name the
page fills in).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, missing, validate

from blueprints.sessions import language
from registry.rules.identifiers import IdentifierError

# Digits of a number that anybody means.
LONGEST_NUMBER = 40
FORM_KEYS = ("label", "hint", "unit", "group", "kind", "choices", "autocomplete", "placeholder")

COMMON = {
    "required": _("请填写这一项"),
    "null": _("请填写这一项"),
    "validator_failed": _("填写的内容不正确"),
}


def _split(options: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: options.pop(key) for key in FORM_KEYS if key in options}
    metadata.update(options.pop("metadata", {}))
    if not options.get("required"):
        options.setdefault("allow_none", True)
    return {**options, "metadata": metadata}


class _LeftOut(fields.Field[Any]):
    """A field that may be left empty: null, blanks and nothing at all are the same, its default where it has one."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The value, or the default in its place."""
        found = super().deserialize(value, attr, data, **kwargs)
        if found is None and not self.required and self.load_default not in (missing, None):
            return self.load_default() if callable(self.load_default) else self.load_default
        return found


class _AtMost(validate.Length):
    """A length that nothing has: blanks in a field that may be left empty are nothing."""

    def __call__(self, value: Any) -> Any:
        return value if value is None else super().__call__(value)


class Text(_LeftOut, fields.String):
    """A line of text, trimmed; `max` characters; `check` is an identifier check that returns the normalised value."""

    default_error_messages = {**COMMON, "invalid": _("请填写文字"), "blank": _("请填写这一项")}

    def __init__(self, *, max: int = 200, check: Any = None, **options: Any) -> None:
        self.check = check
        self.max = max
        super().__init__(validate=_AtMost(max=max, error=_("最多{max}个字符")), **_split({"kind": "text", **options}))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if isinstance(text, str):
            text = text.strip()
            if "\x00" in text:
                raise self.make_error("invalid")
            if not text:
                if self.required:
                    raise self.make_error("blank")
                return None
            if self.check:
                return checked(self.check, text)
        return text


def checked(check: Any, text: str) -> str:
    """Run an identifier check of the rules; its sentence becomes the field's error."""
    try:
        value: str = check(text)
    except IdentifierError as error:
        raise ValidationError(error.en if language() == "en" else error.zh) from None
    return value


class Note(Text):
    """Several lines of text."""

    def __init__(self, *, max: int = 4000, **options: Any) -> None:
        super().__init__(max=max, **{"kind": "textarea", **options})


class CodeText(Text):
    """What a scanner read or a person typed; anything goes in, the verdict says what it is worth."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max=2000, required=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        cleaned = value.replace("\x00", "�") if isinstance(value, str) else value
        return super()._deserialize(cleaned, attr, data, **kwargs)


class Integer(_LeftOut, fields.Integer):
    """A whole number between `min` and `max`."""

    default_error_messages = {**COMMON, "invalid": _("请填写整数"), "too_large": _("数字太大")}

    def __init__(self, *, min: int | None = 0, max: int | None = 2_000_000_000, **options: Any) -> None:
        self.min, self.max = min, max
        super().__init__(
            strict=True,
            validate=validate.Range(
                min=min, max=max, error=_("请填写{min}到{max}之间的数") if min is not None else _("不能大于{max}")
            ),
            **_split({"kind": "number", **options}),
        )

    def _validated(self, value: Any) -> Any:
        if isinstance(value, str) and (text := value.strip())[text[:1] in ("+", "-") :].isdecimal():
            if len(text) > LONGEST_NUMBER:
                raise self.make_error("too_large", input=value)
            value = int(text)
        return super()._validated(value)


class Number(_LeftOut, fields.Decimal):
    """A decimal between `min` and `max` with at most `places` places."""

    default_error_messages = {
        **COMMON,
        "invalid": _("请填写数字"),
        "special": _("请填写数字"),
        "too_large": _("数字太大"),
    }

    def __init__(self, *, min: Any = 0, max: Any = 9_999_999, places: int = 3, **options: Any) -> None:
        self.min, self.max = min, max
        # A decimal crosses the border as a string; its bounds are numbers all the same.
        written = {"type": "string", "format": "decimal", "minimum": float(min), "maximum": float(max)}
        options["metadata"] = {**written, **options.get("metadata", {})}
        super().__init__(
            places=places,
            as_string=True,
            validate=validate.Range(
                min=Decimal(str(min)), max=Decimal(str(max)), error=_("请填写{min}到{max}之间的数")
            ),
            **_split({"kind": "decimal", **options}),
        )


class Day(fields.Date):
    """A day, YYYY-MM-DD."""

    default_error_messages = {**COMMON, "invalid": _("请填写日期，例如 2024-03-18"), "format": _("日期格式不正确")}

    def __init__(self, **options: Any) -> None:
        super().__init__(
            validate=validate.Range(min=date(1900, 1, 1), max=date(2200, 1, 1), error=_("日期不合理")),
            **_split({"kind": "date", **options}),
        )


class Month(fields.Field[date]):
    """A stamped month, YYYY-MM, kept as the first day of it."""

    default_error_messages = {**COMMON, "invalid": _("请填写年月，例如 2021-05")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**_split({"kind": "month", **options}))

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return f"{value:%Y-%m}" if value else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            year, month = str(value).strip().split("-")
            found = date(int(year), int(month), 1)
        except (ValueError, TypeError):
            raise self.make_error("invalid") from None
        if not 1900 <= found.year <= 2200:
            raise self.make_error("invalid")
        return found


class Moment(fields.AwareDateTime):
    """A moment, ISO 8601 with its offset."""

    default_error_messages = {
        **COMMON,
        "invalid": _("请填写带时区的时间，例如 2024-03-18T09:30:00+08:00"),
        "invalid_awareness": _("时间需要带时区"),
        "format": _("时间格式不正确"),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(
            format="iso",
            validate=_reasonable_moment,
            **_split({"kind": "datetime", **options}),
        )


def _reasonable_moment(value: datetime) -> None:
    if not 1950 <= value.year <= 2200:
        raise ValidationError(str(_("时间不合理")))


# Pairs of (value, label), or the name of a list that the page fills in and the verb checks.
Offered = Sequence[tuple[str, Any]] | str


def _among(choices: Offered) -> validate.OneOf | None:
    if isinstance(choices, str) or not choices:
        return None
    return validate.OneOf([value for value, _label in choices], error=_("请从列表中选择"))


class Choice(fields.String):
    """One of `choices`: pairs of (value, label), or the name of a list that the page fills in."""

    default_error_messages = {**COMMON, "invalid": _("请从列表中选择")}

    def __init__(self, choices: Offered = (), **options: Any) -> None:
        super().__init__(validate=_among(choices), **_split({"kind": "select", "choices": choices, **options}))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text: str | None = super()._deserialize(value, attr, data, **kwargs) or None
        if text and "\x00" in text:
            raise self.make_error("invalid")
        return text


class Choices(fields.List):
    """Several of `choices`."""

    default_error_messages = {**COMMON, "invalid": _("请从列表中选择")}

    def __init__(self, choices: Offered = (), **options: Any) -> None:
        super().__init__(
            fields.String(validate=_among(choices)), **_split({"kind": "multiselect", "choices": choices, **options})
        )


class Yes(fields.Boolean):
    """Yes or no; a missing tick is no."""

    default_error_messages = {**COMMON, "invalid": _("请选择是或否")}

    def __init__(self, **options: Any) -> None:
        super().__init__(load_default=False, **_split({"kind": "checkbox", **options}))


class Known(fields.Boolean):
    """Yes, no, or nobody looked: a choice on a page, true, false or null in the interface."""

    default_error_messages = {**COMMON, "invalid": _("请选择是或否")}

    def __init__(self, **options: Any) -> None:
        choices = (("true", _("是")), ("false", _("否")))
        super().__init__(**_split({"kind": "select", "choices": choices, **options}))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return None if value == "" else super()._deserialize(value, attr, data, **kwargs)


class Lines(_LeftOut, fields.List):
    """A list of short texts; a form gives them one a line (commas and blanks separate too)."""

    default_error_messages = {**COMMON, "invalid": _("请每行填写一个")}

    def __init__(self, *, most: int = 5000, each: int = 200, **options: Any) -> None:
        super().__init__(
            fields.String(validate=validate.Length(min=1, max=each)),
            validate=validate.Length(max=most, error=_("最多{max}行")),
            **_split({"kind": "lines", **options}),
        )


class Ref(fields.UUID):
    """The UUID a device made for its record."""

    default_error_messages = {**COMMON, "invalid_uuid": _("ref 应为 UUID")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**_split({"required": True, "kind": "hidden", "label": "ref", **options}))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


class Upload(fields.Raw):
    """A file of a form: (name, content). `accept` is the browser's hint."""

    default_error_messages = COMMON

    def __init__(self, *, accept: str = "", **options: Any) -> None:
        options = _split({"kind": "file", **options})
        options["metadata"]["accept"] = accept
        super().__init__(**options)
