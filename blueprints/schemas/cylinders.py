"""Cylinders at the border. The interface speaks g, mL and kPa; the pages kg, L and MPa, under the same names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.schemas.base import AreaChoice, In, Out, PageIn, page_out
from blueprints.schemas.fields import Choice, Day, Integer, Known, Month, Number, Text, Yes
from registry import clock
from registry.queries import cylinders as queries
from registry.queries.cylinder_values import MARKS
from registry.rules.cylinder_lifecycle import STATUSES
from registry.rules.kinds import CYLINDER_KINDS, MEDIA

ENVIRONMENTS = (("seawater", _("海水")), ("diving", _("潜水")))
DUE = (("overdue", _("已超期")), ("soon", _("30天内到期")))


class Called(Choice):
    """One of the rules' things, which carry their own names in both languages."""

    def __init__(self, things: Any, **options: Any) -> None:
        super().__init__([*things.items()], **options)


class Thousandths(Number):
    """A decimal in kg, L or MPa on the page, whole grams, millilitres or kilopascals inside."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{(Decimal(value) / 1000).normalize():f}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        return None if found is None else int(found * 1000)


class CylinderIn(In):
    """The marks of a cylinder. Masses in g, volumes in mL, pressures in kPa."""

    owner_id = Integer(kind="select", choices="owners", label=_("产权（充装）单位"), group=_("登记"))
    register_no = Text(
        max=40, label=_("使用登记号"), group=_("登记"), hint=_("没有登记号的先建档，由登记机关办理使用登记")
    )
    registered_on = Day(label=_("使用登记日期"), group=_("登记"))
    inner_no = Text(max=40, label=_("单位内编号"), group=_("登记"))
    kind = Called(CYLINDER_KINDS, required=True, label=_("气瓶品种"), group=_("钢印标记"))
    medium = Called(MEDIA, required=True, label=_("充装介质"), group=_("钢印标记"))
    maker = Text(required=True, label=_("制造单位"), group=_("钢印标记"))
    maker_code = Text(
        required=True, max=40, label=_("制造单位代号"), group=_("钢印标记"), hint=_("制造许可证编号或钢印代号")
    )
    serial_no = Text(required=True, max=40, label=_("出厂编号"), group=_("钢印标记"), hint=_("瓶体钢印编号"))
    made_on = Month(required=True, label=_("制造年月"), group=_("钢印标记"))
    model = Text(max=40, label=_("型号"), group=_("钢印标记"), placeholder="YSP35.5")
    product_standard = Text(max=40, label=_("产品标准"), group=_("钢印标记"))
    working_pressure_kpa = Integer(label=_("公称工作压力"), unit="kPa", group=_("技术参数"))
    test_pressure_kpa = Integer(label=_("水压试验压力"), unit="kPa", group=_("技术参数"))
    wall_mm = Number(max=1000, label=_("设计壁厚"), unit="mm", group=_("技术参数"))
    tare_g = Integer(label=_("皮重"), unit="g", group=_("技术参数"))
    volume_ml = Integer(label=_("公称容积"), unit="mL", group=_("技术参数"))
    permitted_fill_g = Integer(
        label=_("最大充装量"), unit="g", group=_("技术参数"), hint=_("钢印上没有时不填，按容积计算")
    )
    porosity = Number(max=1, label=_("填料孔隙率"), group=_("技术参数"), hint=_("乙炔瓶填写，例如 0.92"))
    service_life_years = Integer(
        max=100, label=_("设计使用年限"), unit=_("年"), group=_("技术参数"), hint=_("钢印上没有时不填，按规则表")
    )
    environment = Choice(ENVIRONMENTS, label=_("使用环境"), group=_("技术参数"))
    vehicle_plate = Text(max=40, label=_("车牌号"), group=_("技术参数"), hint=_("车用气瓶填写"))
    high_purity = Yes(label=_("高纯气体（99.999%以上）"), group=_("技术参数"))
    taxi = Yes(label=_("出租车用（TAXI 标志）"), group=_("技术参数"))
    purchased_on = Day(label=_("购入日期"), group=_("技术参数"), hint=_("不填按登记日期"))
    electronic_mark = Known(label=_("制造单位电子识读标志"), group=_("技术参数"))
    filler_mark_embossed = Known(label=_("封头充装单位凹印标志"), group=_("技术参数"))
    refurbished = Known(label=_("翻新、改装或重焊"), group=_("技术参数"))
    threaded_shield = Known(label=_("螺栓连接护罩（螺丝瓶）"), group=_("技术参数"))
    dual_valve = Known(label=_("气液双相瓶"), group=_("技术参数"))
    last_inspected_on = Day(label=_("最近一次检验日期"), group=_("检验"))
    last_inspection_passed = fields.Boolean(allow_none=True)
    stated_next_inspection_on = Day(
        label=_("标明的下次检验日期"), group=_("检验"), hint=_("检验机构标明提前检验时填写，不能晚于按规则计算的日期")
    )
    assessment_passed_on = Day(label=_("安全评定合格日期"), group=_("检验"))


class CylinderForm(CylinderIn):
    """The same on a page."""

    owner_id = Integer(required=True, kind="select", choices="owners", label=_("产权（充装）单位"), group=_("登记"))
    working_pressure_kpa = Thousandths(label=_("公称工作压力"), unit="MPa", group=_("技术参数"))
    test_pressure_kpa = Thousandths(label=_("水压试验压力"), unit="MPa", group=_("技术参数"))
    tare_g = Thousandths(label=_("皮重"), unit="kg", group=_("技术参数"))
    volume_ml = Thousandths(label=_("公称容积"), unit="L", group=_("技术参数"))
    permitted_fill_g = Thousandths(
        label=_("最大充装量"), unit="kg", group=_("技术参数"), hint=_("钢印上没有时不填，按容积计算")
    )

    class Meta(In.Meta):
        exclude = ("last_inspection_passed",)


class CorrectionForm(CylinderForm):
    """The marks of a cylinder on file, with the version that was shown."""

    version = Integer(required=True, kind="hidden", label=_("版本"))

    class Meta(In.Meta):
        exclude = ("last_inspection_passed", "owner_id")


class CorrectionIn(CylinderIn):
    """What is to be set, and the version it is based on."""

    version = Integer(required=True)

    class Meta(In.Meta):
        exclude = ("owner_id",)


CORRECTION = CorrectionIn(partial=MARKS)


class MoveIn(In):
    """A change of status."""

    since = Day(label=_("生效日期"))
    reason = Text(label=_("原因"))
    document = Text(label=_("依据文件"), hint=_("文号或材料名称"))


class TransferIn(In):
    """A change of owner."""

    owner_id = Integer(required=True, kind="select", choices="owners", label=_("新的产权（充装）单位"))
    since = Day(label=_("过户日期"))
    document = Text(required=True, label=_("依据文件"), hint=_("过户协议或变更证明"))
    reason = Text(label=_("说明"))


RESULTS = (("1", _("合格")), ("0", _("不合格，判废")))


class CylinderFilter(PageIn):
    """Filters of the list."""

    q = Text(max=300, label=_("编码或编号"), kind="search", placeholder=_("标签码、出厂编号、登记号、车牌"))
    owner_id = Integer(kind="select", choices="owners", label=_("产权单位"))
    medium = Called(MEDIA, label=_("充装介质"))
    kind = Called(CYLINDER_KINDS, label=_("气瓶品种"))
    status = Called(STATUSES, label=_("状态"))
    due = Choice(DUE, label=_("检验期限"))
    area = AreaChoice()


class UnitRef(Schema):
    """A unit by number and name."""

    id = fields.Integer()
    name = fields.String()


class CylinderOut(Out):
    """A cylinder."""

    code = fields.String(attribute="label_code")
    owner = fields.Nested(UnitRef)
    area = fields.String(attribute="area_code")
    status = fields.String()
    custody = fields.String()
    kind = fields.String()
    medium = fields.String()
    maker = fields.String()
    maker_code = fields.String()
    serial_no = fields.String()
    made_on = Month()
    model = fields.String(allow_none=True)
    product_standard = fields.String(allow_none=True)
    register_no = fields.String(allow_none=True)
    registered_on = fields.Date(allow_none=True)
    inner_no = fields.String(allow_none=True)
    working_pressure_kpa = fields.Integer(allow_none=True)
    test_pressure_kpa = fields.Integer(allow_none=True)
    wall_mm = fields.Decimal(as_string=True, allow_none=True)
    tare_g = fields.Integer(allow_none=True)
    volume_ml = fields.Integer(allow_none=True)
    permitted_fill_g = fields.Integer(allow_none=True)
    porosity = fields.Decimal(as_string=True, allow_none=True)
    service_life_years = fields.Integer(allow_none=True)
    environment = fields.String(allow_none=True)
    high_purity = fields.Boolean()
    taxi = fields.Boolean()
    vehicle_plate = fields.String(allow_none=True)
    purchased_on = fields.Date(allow_none=True)
    electronic_mark = fields.Boolean(allow_none=True)
    filler_mark_embossed = fields.Boolean(allow_none=True)
    refurbished = fields.Boolean(allow_none=True)
    threaded_shield = fields.Boolean(allow_none=True)
    dual_valve = fields.Boolean(allow_none=True)
    last_inspected_on = fields.Date(allow_none=True)
    last_inspection_passed = fields.Boolean(allow_none=True)
    stated_next_inspection_on = fields.Date(allow_none=True)
    assessment_passed_on = fields.Date(allow_none=True)
    next_inspection_on = fields.Date(allow_none=True)
    service_end_on = fields.Date(allow_none=True)
    overdue = fields.Function(lambda row: queries.is_overdue(row, clock.today()), metadata={"type": "boolean"})
    last_filled_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


CYLINDER_PAGE = page_out(CylinderOut)


class CylinderPeriodOut(Out):
    """A status from a day to the day before another."""

    status = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    reason = fields.String()
    document = fields.String()


class CylinderInspectionOut(Out):
    """A recorded inspection; one that was corrected has the day it was. Measures in mm, mL and g."""

    id = fields.Integer()
    done_on = fields.Date()
    passed = fields.Boolean()
    checks = fields.Dict(allow_none=True)
    scrap_reason = fields.String(allow_none=True)
    inspector = fields.String(allow_none=True)
    reviewer = fields.String(allow_none=True)
    remaining_wall_mm = fields.Decimal(as_string=True, allow_none=True)
    measured_volume_ml = fields.Integer(allow_none=True)
    tare_g = fields.Integer(allow_none=True)
    valve_code = fields.String(allow_none=True)
    report_no = fields.String()
    next_inspection_on = fields.Date(allow_none=True)
    body_id = fields.Integer(allow_none=True)
    corrects = fields.Integer(attribute="corrects_id", allow_none=True)
    replaced_on = fields.Date(allow_none=True)


class CylinderDetailOut(CylinderOut):
    """A cylinder with its statuses and inspections, oldest first."""

    statuses = fields.List(fields.Nested(CylinderPeriodOut))
    inspections = fields.List(fields.Nested(CylinderInspectionOut))
