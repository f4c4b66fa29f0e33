"""Product data of elevators as one table: unit, bounds, choices, checks; forms, API and import columns read it.

使用登记表 and 特种设备产品数据表 of TSG 08-2017 (elevators.md §1.3), TSG T5002-2017 art. 8. What TSG 08-2026 asks
beyond it could not be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a parameter that is chosen, not measured."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One product datum: `type` is integer, decimal, choice or text.

    `required` marks what T5002 art. 8 wants in every maintenance record; `minimum` and `maximum`
    (inclusive, in `unit`) are bounds of plausibility, not of the law (G); `check` names a checker of
    `rules.identifiers`; `group` is one of GROUPS.
    """

    name: str
    zh: str
    en: str
    unit: str = ""
    type: str = "integer"
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    required: bool = True
    group: str = "product"
    check: str = ""


GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "product": ("技术参数", "Technical data"),
        "machine": ("驱动主机", "Driving machine"),
        "pump": ("液压泵站", "Hydraulic power unit"),
        "suspension": ("悬挂介质", "Suspension means"),
        "controller": ("控制柜", "Controller"),
        "form": ("登记表补充项", "Further data of the registration form"),
    }
)

PLACE_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "residential": ("住宅", "Residential"),
        "office": ("办公楼宇", "Office building"),
        "mall": ("商场超市", "Shopping"),
        "hotel": ("宾馆饭店", "Hotel or restaurant"),
        "transport": ("交通场所", "Transport"),
        "hospital": ("医院", "Hospital"),
        "school": ("学校", "School"),
        "culture_sport": ("文体娱场馆", "Culture, sport, leisure"),
        "factory": ("工厂", "Factory"),
        "other": ("其他", "Other"),
    }
)
"""电梯使用场所分类; residential and factory are added here (G)."""

YES_NO = (Choice("yes", "是", "Yes"), Choice("no", "否", "No"))
DRIVE_TYPES = (
    Choice("traction", "曳引驱动", "Traction"),
    Choice("positive", "强制驱动", "Positive drive"),
    Choice("hydraulic", "液压驱动", "Hydraulic"),
)
JACKING_TYPES = (
    Choice("direct", "直接顶升", "Direct acting"),
    Choice("side_direct", "侧置直接顶升", "Side direct acting"),
    Choice("indirect", "间接顶升", "Indirect acting"),
)
MACHINE_ROOMS = (
    Choice("with", "有机房", "With machine room"),
    Choice("without", "无机房", "Without machine room"),
)
SUSPENSIONS = (
    Choice("rope", "钢丝绳", "Steel rope"),
    Choice("belt", "包覆带", "Coated belt"),
    Choice("chain", "链条", "Chain"),
    Choice("other", "其他", "Other"),
)
ENVIRONMENTS = (
    Choice("indoor", "室内", "Indoor"),
    Choice("semi_outdoor", "半室外", "Semi-outdoor"),
    Choice("outdoor", "室外", "Outdoor"),
)
WORK_TYPES = (
    Choice("ordinary", "普通型", "Ordinary"),
    Choice("public_transport", "公共交通型", "Public transport"),
)


def _whole(name: str, zh: str, en: str, unit: str, low: int, high: int, required: bool = True) -> Parameter:
    return Parameter(name, zh, en, unit, "integer", Decimal(low), Decimal(high), (), required)


def _decimal(name: str, zh: str, en: str, unit: str, low: str, high: str, required: bool = True) -> Parameter:
    return Parameter(name, zh, en, unit, "decimal", Decimal(low), Decimal(high), (), required)


def _chosen(name: str, zh: str, en: str, choices: tuple[Choice, ...], required: bool = False) -> Parameter:
    return Parameter(name, zh, en, type="choice", choices=choices, required=required)


def _text(name: str, zh: str, en: str, check: str = "") -> Parameter:
    return Parameter(name, zh, en, type="text", required=False, check=check)


def _in(group: str, *parameters: Parameter) -> tuple[Parameter, ...]:
    return tuple(replace(parameter, group=group) for parameter in parameters)


DRIVE_TYPE = _chosen("drive_type", "驱动方式", "Drive type", DRIVE_TYPES, required=True)
RATED_LOAD = _whole("rated_load_kg", "额定载重量", "Rated load", "kg", 5, 60_000)
RATED_SPEED = _decimal("rated_speed_mps", "额定速度", "Rated speed", "m/s", "0.05", "21")
SPEED_DOWN = _decimal(
    "rated_speed_down_mps", "下行额定速度", "Rated speed downwards", "m/s", "0.05", "21", required=False
)
FLOORS = _whole("floors", "层数", "Floors", "", 1, 200)
STOPS = _whole("stops", "站数", "Stops", "", 1, 200)
DOORS = _whole("doors", "门数", "Doors", "", 1, 400)
TRAVEL = _decimal("travel_m", "提升高度", "Travel height", "m", "0.3", "1000", required=False)
HYDRAULIC_CYLINDERS = _whole("hydraulic_cylinders", "油缸数量", "Number of jacks", "", 1, 8)
JACKING_TYPE = _chosen("jacking_type", "顶升型式", "Jacking type", JACKING_TYPES, required=True)
EX_TYPE = _text("explosion_type", "防爆型式", "Explosion protection type")
EX_CLASS = _text("explosion_class", "防爆等级", "Explosion protection class")
INCLINE = _decimal("incline_degrees", "倾斜角", "Angle of inclination", "°", "0", "35")
NOMINAL_SPEED = _decimal("nominal_speed_mps", "名义速度", "Nominal speed", "m/s", "0.1", "1")
RISE = _decimal("rise_m", "提升高度", "Rise", "m", "0", "120")
NOMINAL_WIDTH = _whole("nominal_width_mm", "名义宽度", "Nominal width", "mm", 400, 1_700)
MOTOR_POWER = _decimal("motor_power_kw", "主机功率", "Motor power", "kW", "0.5", "300")
USABLE_LENGTH = _decimal("usable_length_m", "使用区段长度", "Usable length", "m", "1", "300")

_CAR = (
    _whole("car_width_mm", "轿厢宽度", "Car width", "mm", 200, 10_000, required=False),
    _whole("car_depth_mm", "轿厢深度", "Car depth", "mm", 200, 15_000, required=False),
    _whole("car_height_mm", "轿厢高度", "Car height", "mm", 200, 6_000, required=False),
    _chosen("machine_room", "机房型式", "Machine room", MACHINE_ROOMS),
)
_MOTOR_SPEED = _whole("motor_speed_rpm", "主机额定转速", "Motor speed", "r/min", 10, 6_000, required=False)
_MACHINE = _in(
    "machine",
    replace(MOTOR_POWER, minimum=Decimal("0.1"), required=False),
    _MOTOR_SPEED,
    _text("gear_ratio", "减速比", "Gear ratio"),
)
_PUMP = _in(
    "pump",
    _decimal("pump_pressure_mpa", "满载工作压力", "Working pressure, full load", "MPa", "0.1", "30", required=False),
)
_SUSPENSION = _in(
    "suspension",
    _chosen("suspension_type", "悬挂介质种类", "Suspension means", SUSPENSIONS),
    _whole("suspension_count", "悬挂介质数量", "Number of suspension means", "", 1, 32, required=False),
    _text("suspension_model", "悬挂介质型号", "Model of suspension means"),
    _text("suspension_size", "悬挂介质规格", "Size of suspension means"),
)
_STAIR_MACHINE = _in(
    "machine",
    _text("machine_model", "驱动主机型号", "Machine model"),
    _text("machine_no", "驱动主机编号", "Machine number"),
    _text("machine_maker", "驱动主机制造单位", "Machine maker"),
    _MOTOR_SPEED,
)
_CONTROLLER = _in(
    "controller",
    _text("controller_model", "控制柜型号", "Controller model"),
    _text("controller_energy_mode", "节能运行方式", "Energy-saving mode"),
    _text("controller_no", "控制柜编号", "Controller number"),
    _text("controller_maker", "控制柜制造单位", "Controller maker"),
)
_STAIR_USE = (
    _chosen("environment", "工作环境", "Environment", ENVIRONMENTS),
    _chosen("work_type", "工作类型", "Type of service", WORK_TYPES),
)
FORM = _in(
    "form",
    _text("designer", "设计单位名称", "Designer"),
    _text("supervision_body", "监督检验机构名称", "Supervision inspection body"),
    _text("type_test_body", "型式试验机构名称", "Type test body"),
    _text("maker_permit_no", "制造许可证编号", "Maker's permit number", "permit_number"),
    _text("alterer", "改造单位", "Alteration company"),
    _text("major_repairer", "重大修理单位", "Major repair company"),
    _chosen("densely_populated", "是否人口密集区", "Densely populated place", YES_NO),
    _text("use_unit_note", "使用单位名称备注", "Note on the use unit's name"),
)

_LIFT = (RATED_LOAD, RATED_SPEED, SPEED_DOWN, FLOORS, STOPS, DOORS, TRAVEL, *_CAR)
ANNEX_A = (DRIVE_TYPE, *_LIFT, *_MACHINE, *_SUSPENSION, *FORM)
ANNEX_B = (HYDRAULIC_CYLINDERS, JACKING_TYPE, *_LIFT, *_MACHINE, *_PUMP, *_SUSPENSION, *FORM)
ANNEX_D = (
    INCLINE,
    NOMINAL_SPEED,
    RISE,
    NOMINAL_WIDTH,
    *_STAIR_USE,
    *_in("machine", MOTOR_POWER),
    *_STAIR_MACHINE,
    *_CONTROLLER,
    *FORM,
)
EXPLOSION_PROOF = (EX_TYPE, EX_CLASS)
