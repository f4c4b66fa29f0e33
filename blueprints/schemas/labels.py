"""Labels at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from blueprints.schemas.base import In, PageIn
from blueprints.schemas.fields import Choice, Integer, Lines, Text, Yes
from registry.labels.layouts import LAYOUTS
from registry.queries.labels import STATUSES

LAYOUT_CHOICES = [(layout.key, layout.name) for layout in LAYOUTS.values()]
FIRST_LAYOUT = LAYOUT_CHOICES[0][0]
MOST_CODES = 5000
FORMATS = (
    ("pdf", _("PDF（不干胶、标签卷）")),
    ("svg", _("SVG（激光刻制、陶瓷）")),
    ("zpl", _("ZPL（斑马热敏打印机）")),
    ("tspl", _("TSPL（其他热敏打印机）")),
    ("xlsx", _("Excel 编码表（交印刷厂）")),
)


class LabelsIn(In):
    """Codes to print. `start` counts the positions used up on the first sheet; a reprint needs a `reason`."""

    codes = Lines(required=True, most=MOST_CODES, each=200)
    layout = Choice(LAYOUT_CHOICES, load_default=FIRST_LAYOUT)
    format = Choice(FORMATS, load_default="pdf")
    dpi = Integer(min=203, max=300, load_default=203)
    start = Integer(min=0, max=200, load_default=0)
    reason = Text(load_default=None)


class LabelImageIn(In):
    """How one label is drawn."""

    layout = Choice(LAYOUT_CHOICES, load_default=None)
    scale = Integer(min=1, max=40, load_default=10)


class LabelFilter(PageIn):
    """Filters of the list of codes."""

    q = Text(max=60, label=_("编码、登记号、钢印号或地址"), load_default=None)
    unit = Text(max=60, label=_("单位名称"), load_default=None)
    on = Choice(
        (("elevator", _("电梯")), ("cylinder", _("气瓶")), ("blank", _("空白"))), label=_("设备"), load_default=None
    )
    status = Choice([*STATUSES.items()], label=_("状态"), load_default=None)
    unprinted = Yes(label=_("还没打印的"))


class PrintForm(In):
    """Print the chosen codes, the typed ones, or all that the filters found."""

    codes = Lines(label=_("编码"), hint=_("每行一个；也可以在下面的列表里勾选"), most=MOST_CODES, load_default=list)
    layout = Choice(LAYOUT_CHOICES, load_default=FIRST_LAYOUT, label=_("版式"))
    format = Choice(FORMATS, load_default="pdf", label=_("文件"))
    dpi = Choice(
        (("203", _("203 dpi（8点/毫米）")), ("300", "300 dpi")), load_default="203", label=_("热敏打印机分辨率")
    )
    start = Integer(min=0, max=200, load_default=0, label=_("起始位置"), hint=_("首张不干胶上已用掉的枚数"))
    reason = Text(load_default=None, label=_("重印原因"), hint=_("打印过的标签再次打印时必填"))


class IssueForm(In):
    """Blank codes for a unit."""

    count = Integer(min=1, max=MOST_CODES, required=True, label=_("数量"))
    unit_id = Integer(required=True, kind="select", choices="units", label=_("发放给"))


class BindForm(In):
    """Put a blank code on equipment."""

    code = Text(required=True, max=2000, label=_("新标签编码"))
    equipment = Text(required=True, max=200, label=_("设备"), hint=_("原标签编码、登记号或钢印号"))


class VoidForm(In):
    """Why a code goes out of use, and whether the equipment gets a new one."""

    reason = Text(required=True, label=_("原因"))
    act = Choice(
        (("replace", _("换发新码")), ("void", _("作废，不换发"))), required=True, kind="radio", label=_("处理方式")
    )
