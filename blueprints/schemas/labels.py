"""Labels at the border."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import In, Out, PageIn, PositionIn
from blueprints.schemas.fields import Choice, CodeText, Integer, Lines, Moment, Number, Ref, Text, Yes
from blueprints.schemas.hazards import FileId
from registry.labels.layouts import LAYOUTS
from registry.queries import unknown_codes
from registry.queries.labels import STATUSES
from registry.rules import labels as rules
from registry.rules import workflow

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
    batch = Text(max=40, label=_("批号"), load_default=None)
    unprinted = Yes(label=_("还没打印的"))
    unproven = Yes(label=_("没有照片佐证的"))


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


class BindForm(In):
    """Put a blank code on an elevator."""

    code = Text(required=True, max=2000, label=_("新标签编码"))
    equipment = Text(required=True, max=200, label=_("电梯"), hint=_("原标签编码、注册代码或设备代码"))


class VoidForm(In):
    """Why a code goes out of use, and whether the equipment gets a new one."""

    reason = Text(required=True, label=_("原因"))
    act = Choice(
        (("replace", _("换发新码")), ("void", _("作废，不换发"))), required=True, kind="radio", label=_("处理方式")
    )


class ReasonIn(In):
    """Why a code goes out of use."""

    reason = Text(required=True, label=_("原因"))


class CodeOut(Out):
    """A code and where it stands."""

    code = fields.String()
    status = fields.String()
    issued_on = fields.Date(allow_none=True)
    ended_on = fields.Date(allow_none=True)
    reason = fields.String(allow_none=True)


def _offered(named: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, entry) for key, entry in named.items()]


CARRIERS = _offered(rules.carriers())
SCHEMES = _offered(rules.schemes())


class BatchFilter(PageIn):
    """Filters of the list of batches."""

    unit = Text(max=60, label=_("单位名称"), load_default=None)
    state = Choice(_offered(workflow.states("label_batch")), label=_("状态"), load_default=None)


class _BatchFields(In):
    count = Integer(min=1, max=MOST_CODES, required=True, label=_("数量"))
    carrier = Choice(CARRIERS, required=True, label=_("载体"))
    layout = Choice(LAYOUT_CHOICES, required=True, label=_("版式"), hint=_("金属牌、陶瓷牌要用牌用版式（纠错等级H）"))
    reason = Text(required=True, label=_("用途"), hint=_("例如：新购气瓶赋码、补发损坏的标签"))


class BatchRequestIn(_BatchFields):
    """Blank codes that the caller's unit asks for."""

    ref = Ref()


class BatchIssueIn(_BatchFields):
    """Blank codes that the office issues unasked."""

    station_id = Integer(required=True, kind="select", choices="units", label=_("发放给"))


class BatchMoveIn(In):
    """A step of a batch: why it is refused, what was missing or damaged when it came."""

    note = Text(label=_("说明"), hint=_("不予发放要写原因；签收时写缺失、损坏情况"))


class BatchPrintIn(In):
    """How the codes of a batch are printed."""

    layout = Choice(LAYOUT_CHOICES, load_default=None, label=_("版式"))
    format = Choice(FORMATS, load_default="pdf", label=_("文件"))
    dpi = Integer(min=203, max=300, load_default=203)
    start = Integer(min=0, max=200, load_default=0, label=_("起始位置"), hint=_("首张不干胶上已用掉的枚数"))
    reason = Text(load_default=None, label=_("重印原因"), hint=_("打印过的标签再次打印时必填"))


class LabelBatchOut(Out):
    """A batch with what became of its codes."""

    id = fields.Integer(attribute="row.id")
    number = fields.String(attribute="row.number")
    station_id = fields.Integer(attribute="row.station_id")
    count = fields.Integer(attribute="row.count")
    carrier = fields.String(attribute="row.carrier")
    layout = fields.String(attribute="row.layout")
    reason = fields.String(attribute="row.reason")
    state = fields.String(attribute="row.state")
    note = fields.String(attribute="row.note")
    requested_at = fields.AwareDateTime(format="iso", attribute="row.requested_at")
    decided_at = fields.AwareDateTime(format="iso", attribute="row.decided_at", allow_none=True)
    received_at = fields.AwareDateTime(format="iso", attribute="row.received_at", allow_none=True)
    blank = fields.Integer()
    active = fields.Integer()
    ended = fields.Integer()
    unprinted = fields.Integer()


class BindingFilter(PageIn):
    """Filter of the list of bindings."""

    state = Choice(_offered(workflow.states("label_binding")), label=_("状态"), load_default=None)


class BindingIn(In):
    """A code put on a cylinder; the photos are ids of files sent before."""

    ref = Ref()
    code = CodeText(label=_("新标签编码"))
    equipment = Text(required=True, max=200)
    stamp_photo = Integer(required=True, min=1)
    label_photo = Integer(required=True, min=1)
    reason = Text(max=200)
    at = Moment(allow_none=True)
    position = fields.Nested(PositionIn(), allow_none=True)


class BindingForm(In):
    """The same on a phone."""

    ref = Ref()
    code = CodeText(label=_("标签二维码"))
    equipment = Text(required=True, max=200, label=_("气瓶"), hint=_("钢印号、使用登记号、单位内编号或原标签编码"))
    stamp_photo = FileId(required=True, label=_("钢印照片"), hint=_("拍清制造单位、编号和日期"))
    label_photo = FileId(required=True, label=_("标签照片"), hint=_("标签已装好，二维码和瓶身都在画面里"))
    reason = Text(max=200, label=_("换码原因"), hint=_("气瓶已有编码时必填，原编码永久作废"))
    latitude = Number(min=-90, max=90, places=7, kind="hidden", label="latitude")
    longitude = Number(min=-180, max=180, places=7, kind="hidden", label="longitude")
    accuracy_m = Number(min=0, max=1_000_000, places=1, kind="hidden", label="accuracy_m")


class BindingSettleIn(In):
    """The second person's answer: a note is needed when it is sent back."""

    note = Text(max=200, label=_("退回原因"))


class BindingOut(Out):
    """A binding; its photos are fetched one by one by those who may."""

    id = fields.Integer()
    ref = fields.String()
    code = fields.String(attribute="label.code")
    cylinder = fields.String(attribute="cylinder.serial_no")
    station_id = fields.Integer()
    state = fields.String()
    at = fields.AwareDateTime(format="iso")
    position = fields.Raw(allow_none=True)
    settled_at = fields.AwareDateTime(format="iso", allow_none=True)
    reason = fields.String()
    note = fields.String()


class ForeignIn(In):
    """A code of a maker or an older system for a cylinder."""

    code = Text(required=True, max=200, label=_("外来码"), hint=_("扫码所得的原文"))
    scheme = Choice(SCHEMES, required=True, label=_("来源"))
    equipment = Text(required=True, max=200, label=_("气瓶"), hint=_("标签编码、使用登记号或钢印号"))


class ForeignOut(Out):
    """A foreign code on file."""

    code = fields.String()
    scheme = fields.String()
    status = fields.String()


class UnknownFilter(PageIn):
    """Filters of the scanned codes that nobody knows."""

    q = Text(max=60, label=_("扫到的内容"), load_default=None)
    kind = Choice([*unknown_codes.KINDS.items()], label=_("问题"), load_default=None)
    state = Choice(_offered(workflow.states("unknown_code")), label=_("状态"), load_default=None)


class UnknownForeignIn(In):
    """It is a code of a maker or an older system."""

    scheme = Choice(SCHEMES, required=True, label=_("来源"))
    equipment = Text(required=True, max=200, label=_("气瓶"), hint=_("标签编码、使用登记号或钢印号"))
    note = Text(max=200, label=_("说明"))


class UnknownNoteIn(In):
    """Why it is forged, or nothing."""

    note = Text(required=True, max=200, label=_("原因"))


class UnknownCodeOut(Out):
    """A scanned code that nobody knows."""

    id = fields.Integer()
    text = fields.String()
    kind = fields.String()
    unit_id = fields.Integer(allow_none=True)
    first_at = fields.AwareDateTime(format="iso")
    last_at = fields.AwareDateTime(format="iso")
    times = fields.Integer()
    position = fields.Raw(allow_none=True)
    state = fields.String()
    note = fields.String()
    hazard = fields.String(attribute="hazard.no", allow_none=True)
