"""Labels of fills at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import Choice, Day, Integer, Yes
from registry.labels.fill_layouts import FILL_LAYOUTS

LAYOUT_CHOICES = [(layout.key, layout.name) for layout in FILL_LAYOUTS.values()]
FORMATS = (
    ("pdf", _("PDF（不干胶、标签卷）")),
    ("zpl", _("ZPL（斑马热敏打印机）")),
    ("tspl", _("TSPL（其他热敏打印机）")),
    ("svg", _("SVG（图形）")),
)


class DayFilter(In):
    """Which day's fills."""

    day = Day(label=_("充装日期"))
    unprinted = Yes(label=_("还没打印的"))


class FillPrintForm(In):
    """How the labels are printed."""

    layout = Choice(LAYOUT_CHOICES, load_default=LAYOUT_CHOICES[0][0], label=_("版式"))
    format = Choice(FORMATS, load_default="pdf", label=_("文件"))
    dpi = Choice(
        (("203", _("203 dpi（8点/毫米）")), ("300", "300 dpi")), load_default="203", label=_("热敏打印机分辨率")
    )
    start = Integer(min=0, max=20, load_default=0, label=_("起始位置"), hint=_("首张不干胶上已用掉的枚数"))


class FillLabelsIn(In):
    """Fills by their ids, or a day: then all of its fills that have no labels yet."""

    fills = fields.List(Integer(min=1), allow_none=True)
    day = Day()
    layout = Choice(LAYOUT_CHOICES, load_default=LAYOUT_CHOICES[0][0])
    format = Choice(FORMATS, load_default="pdf")
    dpi = Integer(min=203, max=300, load_default=203)
    start = Integer(min=0, max=20, load_default=0)


class SentenceOut(Out):
    """A sentence in both languages."""

    zh = fields.String()
    en = fields.String()


class PrecautionOut(Out):
    """What stands on the label of a gas."""

    medium = fields.String()
    un = fields.String()
    zh = fields.String()
    en = fields.String()
    classes = fields.List(fields.String())
    signal = fields.String()
    hazards = fields.List(fields.Nested(SentenceOut))
    care = fields.List(fields.Nested(SentenceOut))
    emergency = fields.Nested(SentenceOut)
    basis = fields.String()
    certainty = fields.String()
