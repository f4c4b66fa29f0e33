"""Deliveries to inspection bodies, batches to be destroyed, purchases and the account, at the border.

The interface speaks g, mL and mm; the pages kg and L.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from blueprints.errors import plain
from blueprints.filters import say
from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.cylinders import RESULTS, Called, CylinderInspectionOut, Thousandths, UnitRef
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fields import Choice, Day, Integer, Lines, Month, Note, Number, Text, Yes
from blueprints.schemas.hazards import FileId, FileIds
from blueprints.schemas.policies import Both, named_pairs
from registry import clock
from registry.errors import Invalid
from registry.rules import cylinder_inspections as rules
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.rules.workflow import states
from registry.services.inspection_batches import MOST, Outcome

CHECK_RESULTS = named_pairs(rules.RESULTS)
METHODS = [(method.id, method) for method in rules.methods(clock.today()).values()]
SCRAP_REASONS = [(reason.id, reason) for reason in rules.reasons(clock.today()).values()]
BANDS = (
    ("overdue", _("已超期")),
    ("7", _("7天内到期")),
    ("30", _("8至30天到期")),
    ("60", _("31至60天到期")),
    ("later", _("60天以后")),
)


def _states(workflow: str) -> list[tuple[str, Any]]:
    return [("open", _("办理中")), *states(workflow).items()]


def check_fields(**options: Any) -> dict[str, Choice]:
    """A choice of pass or scrap for each item of an inspection."""
    return {
        f"check_{check.id}": Choice(CHECK_RESULTS, label=Both(check.zh, check.en), group=_("检验项目"), **options)
        for check in rules.checks(clock.today()).values()
    }


class BatchFilter(PageIn):
    """Filters of the deliveries."""

    q = Text(max=40, label=_("证书编号"), kind="search")
    state = Choice(_states("inspection_batch"), label=_("状态"))
    station = Integer(kind="select", choices="stations", label=_("充装单位"))


class ScrapFilter(PageIn):
    """Filters of the batches to be destroyed."""

    q = Text(max=40, label=_("证书编号"), kind="search")
    state = Choice(_states("scrap_batch"), label=_("状态"))
    station = Integer(kind="select", choices="stations", label=_("充装单位"))


class SendIn(In):
    """Cylinders to be sent to an inspection body."""

    ref = OptionalRef()
    body_id = Integer(required=True, kind="select", choices="bodies", label=_("检验机构"))
    sent_on = Day(label=_("送检日期"))
    codes = Lines(
        required=True,
        most=MOST,
        each=300,
        label=_("送检气瓶"),
        hint=_("每行一只：扫标签，或填标签码、使用登记号、出厂编号，可从表格整列粘贴"),
    )
    note = Text(label=_("说明"))


class ReceiveIn(In):
    """What arrived and what did not."""

    version = Integer(kind="hidden", label=_("版本"))
    on = Day(label=_("接收日期"))
    missing = Lines(load_default=list, most=MOST, each=300, label=_("未收到的气瓶"), hint=_("每行一只；都收到则不填"))
    extra = Lines(
        load_default=list, most=MOST, each=300, label=_("清单外多收的气瓶"), hint=_("每行一只；须是送检单位的气瓶")
    )


class CylinderReasonIn(In):
    """Why."""

    version = Integer(kind="hidden", label=_("版本"))
    reason = Text(required=True, label=_("原因"))


class FinishIn(In):
    """The certificate of a delivery."""

    version = Integer(kind="hidden", label=_("版本"))
    certificate_no = Text(required=True, max=40, label=_("批次证书编号"))
    on = Day(label=_("出证日期"))
    inspector = Text(max=40, label=_("检验人员"))
    reviewer = Text(max=40, label=_("审核人员"))


class HandBackIn(In):
    """When it was handed back."""

    version = Integer(kind="hidden", label=_("版本"))
    on = Day(label=_("发还日期"))


class TakeBackIn(In):
    """What came back and what did not."""

    version = Integer(kind="hidden", label=_("版本"))
    on = Day(label=_("验收日期"))
    missing = Lines(load_default=list, most=MOST, each=300, label=_("没有发还的气瓶"), hint=_("每行一只；都收回则不填"))


BATCH_FORMS: dict[str, type[In]] = {
    "receive": ReceiveIn,
    "withdraw": CylinderReasonIn,
    "finish": FinishIn,
    "hand_back": HandBackIn,
    "take_back": TakeBackIn,
}


class InspectionBatchMoveIn(In):
    """A move of a delivery through the API; each move says which it takes."""

    version = Integer()
    on = Day()
    missing = Lines(load_default=list, most=MOST, each=300)
    extra = Lines(load_default=list, most=MOST, each=300)
    reason = Text()
    certificate_no = Text(max=40)
    inspector = Text(max=40)
    reviewer = Text(max=40)


class CylinderResultIn(In):
    """What an inspection of one cylinder found: items pass or scrap, measures in g, mL and mm."""

    done_on = Day(required=True)
    passed = fields.Boolean(allow_none=True)
    checks = fields.Dict(
        keys=fields.String(validate=validate.OneOf([*rules.checks(clock.today())])),
        values=fields.String(validate=validate.OneOf([*rules.RESULTS])),
        allow_none=True,
    )
    inspector = Text(max=40)
    reviewer = Text(max=40)
    remaining_wall_mm = Number(max=1000)
    measured_volume_ml = Integer()
    tare_g = Integer()
    valve_code = Text(max=40)
    scrap_reason = Choice(SCRAP_REASONS)
    report_no = Text()
    next_inspection_on = Day()
    assessment_passed = Yes()
    body_id = Integer()


class CylinderResultRowIn(CylinderResultIn):
    """One of a delivery."""

    code = Text(required=True, max=300)


class CylinderInspectionCorrectionIn(CylinderResultIn):
    """What an inspection should have said, through the API."""

    reason = Text(required=True)


class ResultsIn(In):
    """Results of a delivery."""

    results = fields.List(
        fields.Nested(CylinderResultRowIn),
        required=True,
        validate=validate.Length(1, MOST, error=_("一次1到{max}条")),
        error_messages={"required": _("请填写这一项"), "invalid": _("请提交一个列表")},
    )


class _ResultBase(In):
    codes = Lines(
        required=True,
        most=MOST,
        each=300,
        label=_("气瓶"),
        hint=_("一只，或结果完全相同的多只，每行一只；多只时不要填实测值"),
    )
    done_on = Day(required=True, label=_("检验日期"))


ResultForm = _ResultBase.from_dict(
    {
        **check_fields(),
        "passed": fields.Boolean(
            allow_none=True,
            metadata={"label": _("检验结论"), "kind": "radio", "choices": RESULTS, "hint": _("不选则按各项目结果")},
        ),
        "scrap_reason": Choice(SCRAP_REASONS, label=_("报废原因"), hint=_("不合格时填写")),
        "inspector": Text(max=40, label=_("检验人员"), group=_("人员")),
        "reviewer": Text(max=40, label=_("审核人员"), group=_("人员")),
        "remaining_wall_mm": Number(max=1000, label=_("实测剩余壁厚"), unit="mm", group=_("实测值")),
        "measured_volume_ml": Thousandths(label=_("实测容积"), unit="L", group=_("实测值")),
        "tare_g": Thousandths(label=_("实测皮重"), unit="kg", group=_("实测值"), hint=_("与档案不一致时填写")),
        "valve_code": Text(max=40, label=_("更换的瓶阀编号"), group=_("实测值")),
        "next_inspection_on": Day(
            label=_("下次检验日期"), group=_("实测值"), hint=_("不填则按规则计算；可以提前，不能推后")
        ),
        "report_no": Text(label=_("检验报告编号"), group=_("实测值")),
        "assessment_passed": Yes(label=_("同时通过安全评定（延长使用年限）"), group=_("实测值")),
    },
    name="ResultForm",
)


class InspectionForm(ResultForm):  # type: ignore[misc, valid-type]
    """An inspection of one cylinder on its page; an office names the body."""

    body_id = Integer(kind="select", choices="bodies", label=_("检验机构"))
    passed = fields.Boolean(
        required=True,
        metadata={"label": _("检验结论"), "kind": "radio", "choices": RESULTS},
        error_messages={"required": _("请选择检验结论"), "invalid": _("请选择检验结论")},
    )


class CorrectionForm(ResultForm):  # type: ignore[misc, valid-type]
    """What an inspection should have said."""

    reason = Text(required=True, label=_("更正原因"))

    class Meta(In.Meta):
        exclude = ("codes",)


def first_of(row: Any) -> dict[str, Any]:
    """A recorded inspection as its form shows it."""
    names = ("done_on", "passed", "scrap_reason", "inspector", "reviewer", "remaining_wall_mm", "measured_volume_ml")
    more = ("tare_g", "valve_code", "report_no")
    values = {name: getattr(row, name) for name in (*names, *more)}
    return {**values, **{f"check_{item}": result for item, result in (row.checks or {}).items()}}


def result_of(data: dict[str, Any]) -> dict[str, Any]:
    """What a page's form says, as the verbs take it: the items under `checks`."""
    checks = {name.removeprefix("check_"): data.pop(name) for name in [*data] if name.startswith("check_")}
    return {**data, "checks": {item: result for item, result in checks.items() if result}}


INSPECTION = CylinderInspectionOut()


def outcome(row: Outcome) -> dict[str, Any]:
    """One result's answer."""
    if row.inspection is not None:
        return {"code": row.code, "status": 201, "inspection": INSPECTION.dump(row.inspection)}
    error = row.error
    assert error is not None
    answer = {"code": row.code, "status": error.status, "type": error.type, "detail": say(error.detail)}
    return {**answer, "errors": plain(error.errors)} if isinstance(error, Invalid) else answer


class ResultsOut(Out):
    """One answer for each result, in the order sent: `code`, `status`, and the record or what is wrong."""

    results = fields.List(fields.Dict())


class InspectionBatchOut(Out):
    """A delivery."""

    id = fields.Integer(attribute="row.id")
    no = fields.String(attribute="row.no")
    state = fields.String(attribute="row.state")
    station = fields.Nested(UnitRef, attribute="row.station")
    body = fields.Nested(UnitRef, attribute="row.body")
    sent_on = fields.Date(attribute="row.sent_on")
    received_on = fields.Date(attribute="row.received_on", allow_none=True)
    inspected_on = fields.Date(attribute="row.inspected_on", allow_none=True)
    returned_on = fields.Date(attribute="row.returned_on", allow_none=True)
    taken_back_on = fields.Date(attribute="row.taken_back_on", allow_none=True)
    certificate_no = fields.String(attribute="row.certificate_no", allow_none=True)
    counts = fields.Dict()
    version = fields.Integer(attribute="row.version")


class BatchItemOut(Out):
    """A cylinder of a delivery with its result."""

    code = fields.String(attribute="cylinder.handle")
    serial_no = fields.String(attribute="cylinder.serial_no")
    state = fields.String()
    open = fields.Boolean()
    came_back = fields.Boolean(allow_none=True)
    inspection = fields.Nested(CylinderInspectionOut, allow_none=True)


class InspectionBatchDetailOut(InspectionBatchOut):
    """One delivery with its cylinders and what the caller may do."""

    items = fields.List(fields.Nested(BatchItemOut))
    moves = fields.Function(lambda shown: [move.verb for move in shown.moves], metadata={"type": "array"})


class ScrapOrderIn(In):
    """Cylinders to be scrapped."""

    ref = OptionalRef()
    codes = Lines(
        required=True,
        most=MOST,
        each=300,
        label=_("报废气瓶"),
        hint=_("每行一只：扫标签，或填标签码、使用登记号、出厂编号，可从表格整列粘贴"),
    )
    reason = Choice(SCRAP_REASONS, label=_("报废原因"), hint=_("检验已判废的可以不选"))
    note = Note(max=1000, label=_("说明"))


class HandOverIn(In):
    """Who destroys them."""

    version = Integer(kind="hidden", label=_("版本"))
    handler_id = Integer(
        kind="select", choices="handlers", label=_("销毁单位"), hint=_("不选为充装单位自行销毁；也可交检验机构")
    )


class DestroyForm(In):
    """The evidence that cylinders were destroyed, on a page."""

    version = Integer(kind="hidden", label=_("版本"))
    method = Choice(METHODS, required=True, label=_("处理方式"), hint=_("须压扁或者解体；钻孔、破坏螺纹不算"))
    destroyed_on = Day(required=True, label=_("销毁日期"))
    operator = Text(required=True, max=40, label=_("操作人"))
    witness = Text(required=True, max=40, label=_("见证人"))
    weighed_g = Thousandths(required=True, label=_("过磅重量"), unit="kg")
    ticket_no = Text(required=True, max=40, label=_("过磅单号"))
    certificate_no = Text(required=True, max=40, label=_("批次证书编号"))
    photos_before = FileIds(label=_("销毁前照片"))
    photos_after = FileIds(label=_("销毁后照片"))
    ticket = FileId(label=_("过磅单"))
    missing = Lines(load_default=list, most=MOST, each=300, label=_("没有到场的气瓶"), hint=_("每行一只；仍为待报废"))


class SupplementForm(In):
    """More evidence, on a page."""

    version = Integer(kind="hidden", label=_("版本"))
    photos_before = FileIds(label=_("销毁前照片"))
    photos_after = FileIds(label=_("销毁后照片"))
    note = Note(max=1000, label=_("说明"))


class ConfirmIn(In):
    """The document that ends the registrations."""

    version = Integer(kind="hidden", label=_("版本"))
    document = Text(required=True, label=_("注销依据文件"), hint=_("文号或停用报废注销登记表编号"))


SCRAP_FORMS: dict[str, type[In]] = {
    "hand_over": HandOverIn,
    "withdraw": CylinderReasonIn,
    "destroy": DestroyForm,
    "question": CylinderReasonIn,
    "supplement": SupplementForm,
    "confirm": ConfirmIn,
}


class ScrapMoveIn(In):
    """A move of a batch to be destroyed through the API; photos and ticket are ids of stored files, mass in g."""

    version = Integer()
    handler_id = Integer()
    reason = Text()
    method = Choice(METHODS)
    destroyed_on = Day()
    operator = Text(max=40)
    witness = Text(max=40)
    weighed_g = Integer()
    ticket_no = Text(max=40)
    certificate_no = Text(max=40)
    photos_before = fields.List(Integer(min=1), load_default=list)
    photos_after = fields.List(Integer(min=1), load_default=list)
    ticket = Integer()
    missing = Lines(load_default=list, most=MOST, each=300)
    note = Note(max=1000)
    document = Text()


class ScrapOut(Out):
    """A batch to be destroyed."""

    id = fields.Integer(attribute="row.id")
    no = fields.String(attribute="row.no")
    state = fields.String(attribute="row.state")
    station = fields.Nested(UnitRef, attribute="row.station")
    handler = fields.Nested(UnitRef, attribute="row.handler", allow_none=True)
    ordered_on = fields.Date(attribute="row.ordered_on")
    destroyed_on = fields.Date(attribute="row.destroyed_on", allow_none=True)
    cancelled_on = fields.Date(attribute="row.cancelled_on", allow_none=True)
    method = fields.String(attribute="row.method", allow_none=True)
    weighed_g = fields.Integer(attribute="row.weighed_g", allow_none=True)
    certificate_no = fields.String(attribute="row.certificate_no", allow_none=True)
    cylinders = fields.Integer()
    version = fields.Integer(attribute="row.version")


class ScrapItemOut(Out):
    """A cylinder of a batch with its reason."""

    code = fields.String(attribute="cylinder.handle")
    serial_no = fields.String(attribute="cylinder.serial_no")
    status = fields.String(attribute="cylinder.status")
    reason = fields.String()
    missing = fields.Boolean()


class ScrapDetailOut(ScrapOut):
    """One batch with its cylinders, its evidence and what the caller may do."""

    cylinders = fields.Function(lambda shown: len(shown.items), metadata={"type": "integer"})
    items = fields.List(fields.Nested(ScrapItemOut))
    operator = fields.String(attribute="row.operator", allow_none=True)
    witness = fields.String(attribute="row.witness", allow_none=True)
    ticket_no = fields.String(attribute="row.ticket_no", allow_none=True)
    photos_before = fields.List(fields.Integer(), attribute="row.photos_before", allow_none=True)
    photos_after = fields.List(fields.Integer(), attribute="row.photos_after", allow_none=True)
    moves = fields.Function(lambda shown: [move.verb for move in shown.moves], metadata={"type": "array"})


class CylinderDueFilter(PageIn):
    """Filters of the list of what is due."""

    owner_id = Integer(kind="select", choices="owners", label=_("产权单位"))
    medium = Called(MEDIA, label=_("充装介质"))
    band = Choice(BANDS, label=_("期限"))
    month = Month(label=_("到期月份"))
    area = Choice("areas", label=_("辖区"))
    away = Yes(label=_("只看送检中"))


class CylinderDueOut(Out):
    """A cylinder that is due, by its inspection or its service life."""

    code = fields.String(attribute="cylinder.handle")
    serial_no = fields.String(attribute="cylinder.serial_no")
    kind = fields.String(attribute="cylinder.kind")
    medium = fields.String(attribute="cylinder.medium")
    owner = fields.Nested(UnitRef, attribute="cylinder.owner")
    due_on = fields.Date()
    days = fields.Integer()
    life_ends = fields.Boolean()


class PeriodIn(PageIn):
    """The period of an account."""

    since = Day(label=_("自"))
    until = Day(label=_("至"))


class PurchaseIn(In):
    """New cylinders bought."""

    ref = OptionalRef()
    station_id = Integer(kind="select", choices="stations", label=_("充装单位"))
    bought_on = Day(required=True, label=_("购入日期"))
    kind = Called(CYLINDER_KINDS, required=True, label=_("气瓶品种"))
    count = Integer(required=True, min=1, max=1_000_000, label=_("只数"))
    supplier = Text(required=True, label=_("供货单位"))
    document = Text(required=True, label=_("发票或合同编号"))
    note = Text(label=_("说明"))


class PurchaseOut(Out):
    """A purchase."""

    id = fields.Integer()
    station_id = fields.Integer()
    bought_on = fields.Date()
    kind = fields.String()
    count = fields.Integer()
    supplier = fields.String()
    document = fields.String()
    withdrawn_on = fields.Date(allow_none=True)


class AccountOut(Out):
    """The account of a station: `difference` and `unregistered` are 0 when it adds up."""

    station_id = fields.Integer()
    station = fields.String()
    since = fields.Date()
    until = fields.Date()
    numbers = fields.Dict()
    came = fields.Integer()
    held = fields.Integer()
    went = fields.Integer()
    difference = fields.Integer()
    bought = fields.Integer()
    unregistered = fields.Integer()
