"""The base of what crosses the border."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from marshmallow import RAISE, Schema, fields, pre_load, validate

from blueprints.schemas.fields import Choice, Day, Integer, Text


class In(Schema):
    """An input: unknown fields are refused, so that a misspelt name is not silently lost."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": _("没有这个字段"), "type": _("请提交一个对象"), "invalid": _("内容有误")}

    def handle_error(self, error: Any, data: Any, **kwargs: Any) -> None:
        """Keep marshmallow's behaviour; the messages are made readable at the door."""
        raise error


class Out(Schema):
    """An output."""


class PositionIn(In):
    """A position of a device, WGS-84."""

    lat = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    accuracy_m = fields.Float(allow_none=True, allow_nan=False, validate=validate.Range(0, 1_000_000))


class FindingOut(Out):
    """One finding of a rule."""

    rule = fields.String()
    severity = fields.String(validate=validate.OneOf(["info", "warn", "hold", "block"]))
    text = fields.String()
    basis = fields.String()


class PageIn(In):
    """`limit` and `cursor` of a list."""

    limit = Integer(min=1, max=200, load_default=50)
    cursor = Text(max=60, load_default=None)


class Rows(fields.List):
    """The rows of a batch, at most `most`; each is read by itself, so that a bad one loses no good one."""

    def __init__(self, most: int) -> None:
        super().__init__(
            fields.Dict(),
            required=True,
            validate=validate.Length(1, most, error=_("一次1到{max}条")),
            error_messages={"required": _("请填写这一项"), "invalid": _("请提交一个列表")},
        )


class BatchIn(In):
    """Rows under the name `under`, or the bare list of them."""

    under: ClassVar[str]

    @pre_load
    def _bare_list(self, data: Any, **kwargs: Any) -> Any:
        return {self.under: data} if isinstance(data, list) else data


def page_out(item: type[Schema]) -> Schema:
    """A page of items: {"items": [...], "next": cursor or null}."""
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(item)), "next": fields.String(allow_none=True)},
        name=f"{item.__name__.removesuffix('Out')}Page",
    )()


class WhenWhyIn(In):
    """The day a change takes effect, the reason and the document behind it."""

    since = Day(required=True, label=_("生效日期"))
    reason = Text(required=True, label=_("原因"))
    document = Text(label=_("依据文件"), hint=_("文号或材料名称"))


class AreaChoice(Choice):
    """One of the city's areas; the page fills in the list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": _("所属辖区"), "choices": "areas", **options})
