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
from registry.rules.elevator_parameters import ANNEX_A, ANNEX_B, ANNEX_D, EXPLOSION_PROOF, USABLE_LENGTH
from registry.rules.elevator_parameters import Choice as Choice
from registry.rules.elevator_parameters import Parameter as Parameter
from registry.rules.limits import edition
from registry.rules.verdict import Finding

T5002_ART_8 = "TSG T5002-2017 第八条"


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

ELEVATOR_KINDS: Mapping[str, ElevatorKind] = MappingProxyType(
    {
        kind.id: kind
        for kind in (
            ElevatorKind(
                "traction_passenger", "曳引驱动乘客电梯", "Traction passenger elevator",
                "3110", "A", "11", True, ANNEX_A,
            ),
            ElevatorKind(
                "traction_freight", "曳引驱动载货电梯", "Traction freight elevator",
                "3120", "A", "12", True, ANNEX_A,
            ),
            ElevatorKind(
                "positive_freight", "强制驱动载货电梯", "Positive drive freight elevator",
                "3130", "A", "13", True, ANNEX_A,
            ),
            ElevatorKind(
                "hydraulic_passenger", "液压乘客电梯", "Hydraulic passenger elevator",
                "3210", "B", "21", True, ANNEX_B,
            ),
            ElevatorKind(
                "hydraulic_freight", "液压载货电梯", "Hydraulic freight elevator",
                "3220", "B", "22", True, ANNEX_B,
            ),
            ElevatorKind("escalator", "自动扶梯", "Escalator", "3310", "D", "31", False, ANNEX_D),
            ElevatorKind(
                "moving_walk", "自动人行道", "Moving walk",
                "3320", "D", "32", False, (*ANNEX_D, USABLE_LENGTH),
            ),
            ElevatorKind(
                "explosion_proof", "防爆电梯", "Explosion-proof elevator",
                "3410", None, "41", True, (*ANNEX_A, *EXPLOSION_PROOF),
            ),
            ElevatorKind(
                "firefighter", "消防员电梯", "Firefighters elevator",
                "3420", None, "42", True, ANNEX_A,
            ),
            ElevatorKind("dumbwaiter", "杂物电梯", "Dumbwaiter", "3430", "C", "43", False, ANNEX_A),
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


def record_fields(on: date) -> Mapping[str, tuple[str, str]]:
    """What T5002 art. 7 wants in every maintenance record beside the product data: name -> (zh, en)."""
    return MappingProxyType({row["name"]: (row["zh"], row["en"]) for row in edition("record_fields", on)})


def missing_in_records(kind: str, values: Mapping[str, object], on: date) -> tuple[tuple[str, str, str], ...]:
    """What every maintenance record needs and nobody has filled in: (name, zh, en); `KeyError` for an unknown kind."""
    needed = [(name, *names) for name, names in record_fields(on).items()]
    needed += [(p.name, p.zh, p.en) for p in ELEVATOR_KINDS[kind].parameters if p.required]
    return tuple(one for one in needed if values.get(one[0]) in (None, ""))


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
