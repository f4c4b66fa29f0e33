"""Kinds of equipment and media: what differs between kinds is asked here, never by `if kind == ...`.

Elevators: Special equipment catalogue 2014 and TSG T5002-2017 art. 8 (elevators.md §1.1, §1.3).
Cylinders: cylinders.md §1.1. Media (§1.4, §2.1, §4.7): `tables/media.csv`, and for group and toxicity
`tables/medium_groups.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from registry.rules import tables
from registry.rules.verdict import Finding

T5002_ART_8 = "TSG T5002-2017 第八条"


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
    (inclusive, in `unit`) are bounds of plausibility, not of the law (G).
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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of equipment: `id` is stored, `catalogue` is its code in the catalogue of 2014."""

    id: str
    zh: str
    en: str
    catalogue: str


@dataclass(frozen=True, slots=True)
class ElevatorKind(Kind):
    """`annex` of T5002 (A-D), None where the maker's items rule; `cert_digits` of 使用登记证编号;
    `code_in_car`: whether the 96366 code belongs into a car (elevators.md §6.4, G)."""

    annex: str | None
    cert_digits: str
    code_in_car: bool
    parameters: tuple[Parameter, ...]

    @property
    def category(self) -> str:
        """类别 code, such as 3100."""
        return self.catalogue[:2] + "00"

    @property
    def template_source(self) -> str:
        """`standard` items of an annex, or `custom` items of the maker (T5002 art. 2)."""
        return "standard" if self.annex else "custom"


@dataclass(frozen=True, slots=True)
class CylinderKind(Kind):
    """`legacy`: variety digit of TSG R5001-2005, None if it had none; `vehicle`: built into a vehicle,
    registered with it; `refillable`: False for a cylinder filled once; `station_registered`: whether
    the filling unit registers it (cylinders.md §3)."""

    legacy: int | None
    vehicle: bool = False
    refillable: bool = True
    station_registered: bool = True


@dataclass(frozen=True, slots=True)
class Medium:
    """`group` decides the inspection interval (cylinders.md §2.1): corrosive, inert_or_n2_sf6_cf4, other;
    `state` in the cylinder: compressed, liquefied_low, liquefied_high, dissolved."""

    id: str
    zh: str
    en: str
    group: str
    state: str
    oxidising: bool
    flammable: bool
    toxic: bool


CATEGORIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "3100": ("曳引与强制驱动电梯", "Traction and positive drive elevators"),
        "3200": ("液压驱动电梯", "Hydraulic elevators"),
        "3300": ("自动扶梯与自动人行道", "Escalators and moving walks"),
        "3400": ("其它类型电梯", "Other types of elevators"),
    }
)

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


def _whole(name: str, zh: str, en: str, unit: str, low: int, high: int, required: bool = True) -> Parameter:
    return Parameter(name, zh, en, unit, "integer", Decimal(low), Decimal(high), (), required)


def _decimal(name: str, zh: str, en: str, unit: str, low: str, high: str, required: bool = True) -> Parameter:
    return Parameter(name, zh, en, unit, "decimal", Decimal(low), Decimal(high), (), required)


DRIVE_TYPE = Parameter("drive_type", "驱动方式", "Drive type", type="choice", choices=DRIVE_TYPES)
RATED_LOAD = _whole("rated_load_kg", "额定载重量", "Rated load", "kg", 5, 60_000)
RATED_SPEED = _decimal("rated_speed_mps", "额定速度", "Rated speed", "m/s", "0.05", "21")
FLOORS = _whole("floors", "层数", "Floors", "", 1, 200)
STOPS = _whole("stops", "站数", "Stops", "", 1, 200)
DOORS = _whole("doors", "门数", "Doors", "", 1, 400)
TRAVEL = _decimal("travel_m", "提升高度", "Travel height", "m", "0.3", "1000", required=False)
HYDRAULIC_CYLINDERS = _whole("hydraulic_cylinders", "油缸数量", "Number of jacks", "", 1, 8)
JACKING_TYPE = Parameter("jacking_type", "顶升型式", "Jacking type", type="choice", choices=JACKING_TYPES)
EX_TYPE = Parameter("explosion_type", "防爆型式", "Explosion protection type", type="text", required=False)
EX_CLASS = Parameter("explosion_class", "防爆等级", "Explosion protection class", type="text", required=False)
INCLINE = _decimal("incline_degrees", "倾斜角", "Angle of inclination", "°", "0", "35")
NOMINAL_SPEED = _decimal("nominal_speed_mps", "名义速度", "Nominal speed", "m/s", "0.1", "1")
RISE = _decimal("rise_m", "提升高度", "Rise", "m", "0", "120")
NOMINAL_WIDTH = _whole("nominal_width_mm", "名义宽度", "Nominal width", "mm", 400, 1_700)
MOTOR_POWER = _decimal("motor_power_kw", "主机功率", "Motor power", "kW", "0.5", "300")
USABLE_LENGTH = _decimal("usable_length_m", "使用区段长度", "Usable length", "m", "1", "300")

_ANNEX_A = (DRIVE_TYPE, RATED_LOAD, RATED_SPEED, FLOORS, STOPS, DOORS, TRAVEL)
_ANNEX_B = (RATED_LOAD, RATED_SPEED, FLOORS, STOPS, DOORS, HYDRAULIC_CYLINDERS, JACKING_TYPE, TRAVEL)
_ANNEX_D = (INCLINE, NOMINAL_SPEED, RISE, NOMINAL_WIDTH, MOTOR_POWER)

ELEVATOR_KINDS: Mapping[str, ElevatorKind] = MappingProxyType(
    {
        kind.id: kind
        for kind in (
            ElevatorKind(
                "traction_passenger", "曳引驱动乘客电梯", "Traction passenger elevator",
                "3110", "A", "11", True, _ANNEX_A,
            ),
            ElevatorKind(
                "traction_freight", "曳引驱动载货电梯", "Traction freight elevator",
                "3120", "A", "12", True, _ANNEX_A,
            ),
            ElevatorKind(
                "positive_freight", "强制驱动载货电梯", "Positive drive freight elevator",
                "3130", "A", "13", True, _ANNEX_A,
            ),
            ElevatorKind(
                "hydraulic_passenger", "液压乘客电梯", "Hydraulic passenger elevator",
                "3210", "B", "21", True, _ANNEX_B,
            ),
            ElevatorKind(
                "hydraulic_freight", "液压载货电梯", "Hydraulic freight elevator",
                "3220", "B", "22", True, _ANNEX_B,
            ),
            ElevatorKind("escalator", "自动扶梯", "Escalator", "3310", "D", "31", False, _ANNEX_D),
            ElevatorKind(
                "moving_walk", "自动人行道", "Moving walk",
                "3320", "D", "32", False, (*_ANNEX_D, USABLE_LENGTH),
            ),
            ElevatorKind(
                "explosion_proof", "防爆电梯", "Explosion-proof elevator",
                "3410", None, "41", True, (*_ANNEX_A, EX_TYPE, EX_CLASS),
            ),
            ElevatorKind(
                "firefighter", "消防员电梯", "Firefighters elevator",
                "3420", None, "42", True, _ANNEX_A,
            ),
            ElevatorKind("dumbwaiter", "杂物电梯", "Dumbwaiter", "3430", "C", "43", False, _ANNEX_A),
        )
    }
)  # fmt: skip

CYLINDER_KINDS: Mapping[str, CylinderKind] = MappingProxyType(
    {
        kind.id: kind
        for kind in (
            CylinderKind("seamless_steel", "钢质无缝气瓶", "Seamless steel cylinder", "2310", 1),
            CylinderKind(
                "seamless_aluminium", "铝合金无缝气瓶", "Seamless aluminium-alloy cylinder", "2310", 1
            ),
            CylinderKind(
                "seamless_stainless", "不锈钢无缝气瓶", "Seamless stainless-steel cylinder", "2310", 1
            ),
            CylinderKind("welded_steel", "钢质焊接气瓶", "Welded steel cylinder", "2320", 2),
            CylinderKind("lpg_steel", "液化石油气钢瓶", "LPG steel cylinder", "2320", 3),
            CylinderKind("dme_steel", "液化二甲醚钢瓶", "Dimethyl ether steel cylinder", "2320", 2),
            CylinderKind(
                "nonrefillable", "非重复充装焊接钢瓶", "Non-refillable welded steel cylinder",
                "2320", 2, refillable=False, station_registered=False,
            ),
            CylinderKind("acetylene", "溶解乙炔气瓶", "Dissolved acetylene cylinder", "23T0", 4),
            CylinderKind(
                "adsorbed_ng", "吸附式天然气焊接钢瓶", "Adsorbed natural gas welded cylinder", "23T0", 2
            ),
            CylinderKind(
                "composite_breathing", "呼吸器用复合气瓶", "Composite cylinder for breathing apparatus",
                "23T0", 1, station_registered=False,
            ),
            CylinderKind(
                "composite_lpg", "液化石油气高密度聚乙烯内胆玻璃纤维全缠绕气瓶",
                "LPG composite cylinder with HDPE liner, fully wrapped", "23T0", 3,
            ),
            CylinderKind(
                "cryogenic", "焊接绝热气瓶（杜瓦）", "Welded insulated (cryogenic) cylinder", "23T0", 6
            ),
            CylinderKind(
                "vehicle_cng_steel", "汽车用压缩天然气钢瓶", "Vehicle CNG steel cylinder",
                "2310", 5, vehicle=True, station_registered=False,
            ),
            CylinderKind(
                "vehicle_cng_wrapped", "车用压缩天然气缠绕气瓶", "Vehicle CNG wrapped cylinder",
                "23T0", 5, vehicle=True, station_registered=False,
            ),
            CylinderKind(
                "vehicle_lpg", "车用液化石油气钢瓶", "Vehicle LPG steel cylinder",
                "2320", 5, vehicle=True, station_registered=False,
            ),
            CylinderKind(
                "vehicle_lng", "车用焊接绝热气瓶（LNG）", "Vehicle LNG insulated cylinder",
                "23T0", 5, vehicle=True, station_registered=False,
            ),
            CylinderKind(
                "vehicle_h2", "车用压缩氢气缠绕气瓶", "Vehicle hydrogen wrapped cylinder",
                "23T0", 5, vehicle=True, station_registered=False,
            ),
            CylinderKind("bundle", "气瓶集束装置", "Cylinder bundle", "2300", None),
        )
    }
)  # fmt: skip

KINDS: Mapping[str, Kind] = MappingProxyType({**ELEVATOR_KINDS, **CYLINDER_KINDS})


def _media() -> dict[str, Medium]:
    groups = {row["medium"]: row for row in tables.rows("medium_groups", date.max)}
    return {
        row["medium"]: Medium(
            row["medium"],
            row["zh"],
            row["en"],
            groups[row["medium"]]["group"],
            row["state"],
            row["oxidising"] == "1",
            row["flammable"] == "1",
            groups[row["medium"]]["toxic"] == "yes",
        )
        for row in tables.rows("media", date.max)
    }


MEDIA: Mapping[str, Medium] = MappingProxyType(_media())


def check_parameters(kind: str, values: Mapping[str, object]) -> tuple[Finding, ...]:
    """What is wrong with the product data of an elevator; `KeyError` for an unknown kind.

    `values` holds int, Decimal or str by parameter name; a missing datum is None or absent. Missing
    compulsory data only warn: a register full of old ledgers must show gaps, not refuse them.
    """
    findings: list[Finding] = []
    for parameter in ELEVATOR_KINDS[kind].parameters:
        findings.extend(_parameter_findings(parameter, values.get(parameter.name)))
    return (*findings, *_door_findings(values))


def _parameter_findings(parameter: Parameter, value: object) -> list[Finding]:
    if value is None or value == "":
        if not parameter.required:
            return []
        text, text_en = f"缺少{parameter.zh}", f"{parameter.en} is missing"
        return [Finding("parameter_missing", "warn", text, text_en, T5002_ART_8, "C~")]
    if parameter.type == "choice":
        bad = value not in {choice.id for choice in parameter.choices}
        allowed = "、".join(choice.zh for choice in parameter.choices)
        allowed_en = ", ".join(choice.en for choice in parameter.choices)
    elif isinstance(value, int | Decimal) and parameter.minimum is not None and parameter.maximum is not None:
        bad = not parameter.minimum <= value <= parameter.maximum
        allowed = allowed_en = f"{parameter.minimum}–{parameter.maximum} {parameter.unit}".strip()
    else:
        return []
    if not bad:
        return []
    text, text_en = f"{parameter.zh}应为{allowed}", f"{parameter.en} must be {allowed_en}"
    return [Finding("parameter_range", "block", text, text_en, "", "G")]


def _door_findings(values: Mapping[str, object]) -> list[Finding]:
    floors, stops, doors = (values.get(name) for name in ("floors", "stops", "doors"))
    findings = []
    if isinstance(floors, int) and isinstance(stops, int) and stops > floors:
        findings.append(
            Finding(
                "stops_floors", "block", f"站数（{stops}）不能多于层数（{floors}）",
                f"More stops ({stops}) than floors ({floors})", "", "C~",
            )
        )  # fmt: skip
    if isinstance(stops, int) and isinstance(doors, int) and not stops <= doors <= 2 * stops:
        findings.append(
            Finding(
                "doors_stops", "block", f"门数（{doors}）应在站数（{stops}）的1至2倍之间",
                f"Doors ({doors}) must be once to twice the stops ({stops})", "", "C~",
            )
        )  # fmt: skip
    return findings
