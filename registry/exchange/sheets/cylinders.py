"""The ledger of cylinders in the layout of 气瓶基本信息汇总表 (cylinders.md §3), one row a cylinder.

A row is known by maker, serial number and month of manufacture. The summary table names makers without their code: then
it is the code under which cylinders of that maker are on file, or else the maker's name. Owners are filling stations
with their licence, so an owner that nobody has registered refuses the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from registry.actor import OFFICE_ROLES, Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bilingual, Bound, Register, named
from registry.exchange.sheets._units import UnitFinder
from registry.messages import T
from registry.queries import cylinder_makers, cylinders
from registry.queries.cylinder_values import normalised
from registry.rules.cylinder_lifecycle import STATUSES
from registry.rules.identifiers import normalise
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.services import cylinders_bulk

LONGEST_CODE = 40
# Column of the sheet in kg, L or MPa -> what is kept in g, mL or kPa.
THOUSANDTHS = {
    "working_pressure_mpa": "working_pressure_kpa",
    "test_pressure_mpa": "test_pressure_kpa",
    "tare_kg": "tare_g",
    "volume_l": "volume_ml",
    "permitted_fill_kg": "permitted_fill_g",
}
_COLUMN_OF = {kept: name for name, kept in THOUSANDTHS.items()} | {
    "owner_id": "owner",
    "made_on": "made_on",
    "maker_code": "maker_code",
}
_MPA = {"MPa": 1, "mpa": 1, "兆帕": 1, "kPa": Decimal("0.001"), "bar": Decimal("0.1")}
_KG = {"kg": 1, "公斤": 1, "千克": 1, "g": Decimal("0.001")}
_LITRES = {"L": 1, "升": 1, "mL": Decimal("0.001"), "毫升": Decimal("0.001")}

# What ledgers write in these two columns of the summary table. A scrapped cylinder without evidence of its destruction
# still has to be destroyed.
KIND_SPELLINGS = {
    "液化石油气瓶": "lpg_steel",
    "液化石油气气瓶": "lpg_steel",
    "溶解乙炔瓶": "acetylene",
    "乙炔瓶": "acetylene",
    "焊接绝热气瓶": "cryogenic",
    "杜瓦瓶": "cryogenic",
}
STATUS_SPELLINGS = {
    "无": "",
    "无变更": "",
    "未变更": "",
    "正常": "in_use",
    "使用": "in_use",
    "正常使用": "in_use",
    "已停用": "suspended",
    "报废": "scrap_pending",
    "已报废": "scrap_pending",
    "判废": "scrap_pending",
    "送检": "inspection",
    "注销": "cancelled",
}


def _measure(name: str, heading: T, heading_en: str, units: dict[str, Any], *aliases: str) -> Column:
    return Column(
        name=name,
        heading=heading,
        heading_en=heading_en,
        kind="decimal",
        places=3,
        min=0,
        max=1_000_000,
        units=units,
        aliases=aliases,
    )


COLUMNS = (
    Column(
        name="kind",
        heading=T("设备品种"),
        heading_en="Kind",
        kind="choice",
        required=True,
        choices=named(CYLINDER_KINDS),
        spellings=KIND_SPELLINGS,
        aliases=("气瓶品种", "气瓶种类", "品种", "类别"),
        example="lpg_steel",
    ),
    Column(
        name="serial_no",
        heading=T("产品编号"),
        heading_en="Serial number",
        max_length=LONGEST_CODE,
        aliases=("出厂编号", "钢印编号", "钢瓶编号", "瓶号"),
        note=T("瓶体钢印编号"),
        example="0512345",
    ),
    Column(
        name="medium",
        heading=T("充装介质"),
        heading_en="Medium",
        kind="choice",
        required=True,
        choices=named(MEDIA),
        aliases=("介质", "充装气体"),
        example="lpg",
    ),
    Column(
        name="maker",
        heading=T("制造单位"),
        heading_en="Maker",
        max_length=200,
        aliases=("制造单位名称", "制造厂", "生产厂家"),
        example=T("江苏民生特种设备集团有限公司"),
    ),
    Column(
        name="maker_code",
        heading=T("制造单位代号"),
        heading_en="Maker code",
        max_length=LONGEST_CODE,
        aliases=("厂家代号", "制造厂代号", "制造许可证编号"),
        note=T("钢印代号或制造许可证编号；不填时按已登记的同一制造单位"),
        example="MS",
    ),
    Column(
        name="made_on",
        heading=T("制造年月"),
        heading_en="Made",
        kind="month",
        aliases=("出厂年月", "制造日期", "生产日期"),
        example=None,
    ),
    _measure("working_pressure_mpa", T("公称工作压力（MPa）"), "Working pressure (MPa)", _MPA, "工作压力"),
    _measure("volume_l", T("容积（L）"), "Volume (L)", _LITRES, "公称容积", "水容积"),
    Column(
        name="last_inspected_on",
        heading=T("最近一次检验日期"),
        heading_en="Last inspected on",
        kind="date",
        aliases=("检验日期", "上次检验日期"),
    ),
    Column(
        name="last_inspection_passed",
        heading=T("最近一次检验合格"),
        heading_en="Last inspection passed",
        kind="bool",
        note=T("不填按合格"),
    ),
    Column(
        name="stated_next_inspection_on",
        heading=T("下次检验日期"),
        heading_en="Next inspection",
        kind="date",
        aliases=("下检日期", "检验有效期至"),
        note=T("比按规则计算的日期晚时，以计算的日期为准"),
    ),
    Column(
        name="inner_no",
        heading=T("单位内编号"),
        heading_en="Own number",
        max_length=LONGEST_CODE,
        aliases=("自编号", "内部编号"),
    ),
    Column(
        name="status",
        heading=T("变更或停用情况"),
        heading_en="Status",
        kind="choice",
        choices=named(STATUSES),
        spellings=STATUS_SPELLINGS,
        aliases=("气瓶状态", "状态", "使用状态"),
        note=T("不填时，有使用登记号的按“在用”，没有的按“未建档”"),
        example="in_use",
    ),
    Column(
        name="information_management",
        heading=T("信息化管理情况"),
        heading_en="Information management",
        max_length=LONGEST_CODE,
        aliases=("信息化情况", "电子标签情况"),
        note=T("如：已赋码、电子标签、未纳入"),
    ),
    Column(
        name="owner",
        heading=T("产权单位"),
        heading_en="Owner",
        max_length=200,
        aliases=("充装单位", "使用单位", "产权（充装）单位", "使用单位名称"),
        note=T("登记的全称或统一社会信用代码；充装单位导入自有气瓶时不填"),
    ),
    Column(
        name="register_no",
        heading=T("使用登记号"),
        heading_en="Registration number",
        max_length=LONGEST_CODE,
        aliases=("使用登记证编号", "注册代码", "登记号"),
    ),
    Column(name="registered_on", heading=T("使用登记日期"), heading_en="Registered on", kind="date"),
    Column(name="model", heading=T("型号"), heading_en="Model", max_length=LONGEST_CODE, example="YSP35.5"),
    Column(
        name="product_standard",
        heading=T("产品标准"),
        heading_en="Product standard",
        max_length=LONGEST_CODE,
        example="GB 5842-2023",
    ),
    _measure("test_pressure_mpa", T("水压试验压力（MPa）"), "Test pressure (MPa)", _MPA, "试验压力"),
    _measure("wall_mm", T("设计壁厚（mm）"), "Wall (mm)", {"mm": 1}, "壁厚"),
    _measure("tare_kg", T("皮重（kg）"), "Tare (kg)", _KG, "瓶重", "重量", "空瓶重量"),
    _measure("permitted_fill_kg", T("最大充装量（kg）"), "Permitted fill (kg)", _KG, "允许充装量", "充装量"),
    _measure("porosity", T("填料孔隙率"), "Porosity", {}, "孔隙率"),
    Column(
        name="service_life_years",
        heading=T("设计使用年限"),
        heading_en="Service life (years)",
        kind="integer",
        min=1,
        max=100,
        units={"年": 1},
        note=T("钢印上没有时不填，按规则表"),
    ),
    Column(name="assessment_passed_on", heading=T("安全评定合格日期"), heading_en="Assessment passed", kind="date"),
    Column(
        name="environment",
        heading=T("使用环境"),
        heading_en="Environment",
        kind="choice",
        choices={"seawater": Bilingual("海水", "Seawater"), "diving": Bilingual("潜水", "Diving")},
    ),
    Column(name="high_purity", heading=T("高纯气体"), heading_en="High purity", kind="bool"),
    Column(name="taxi", heading=T("出租车用"), heading_en="Taxi", kind="bool"),
    Column(name="vehicle_plate", heading=T("车牌号"), heading_en="Vehicle plate", max_length=LONGEST_CODE),
    Column(name="purchased_on", heading=T("购入日期"), heading_en="Purchased", kind="date"),
    Column(name="electronic_mark", heading=T("电子识读标志"), heading_en="Electronic mark", kind="bool"),
    Column(name="filler_mark_embossed", heading=T("封头凹印标志"), heading_en="Filler's mark", kind="bool"),
    Column(name="refurbished", heading=T("翻新改装"), heading_en="Refurbished", kind="bool"),
    Column(name="threaded_shield", heading=T("螺丝瓶"), heading_en="Threaded shield", kind="bool"),
    Column(name="dual_valve", heading=T("气液双相瓶"), heading_en="Dual valve", kind="bool"),
)

SHEET = Sheet(
    name="cylinders",
    heading=T("气瓶"),
    heading_en="Cylinders",
    key=("serial_no", "maker", "made_on"),
    columns=COLUMNS,
    holder="owner",
)


def bind(actor: Actor, _profile: Profile) -> Bound:
    """The sheet for one import."""
    job = _Import(actor)
    return Bound(sheet=replace(SHEET, validate=job.validate), existing=job.existing, save=job.save, in_parts=True)


class _Import:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.is_office = actor.role in OFFICE_ROLES
        self.owners = UnitFinder(actor, "filling")
        self.maker_codes = cylinder_makers.codes()
        self.code_of: dict[Key, str] = {}
        self.plain_maker = cache(normalise)
        self.owner_of = cache(self.owners.known)

    def validate(self, row: Values) -> Values | Problems:
        """The row in our units, with the code of its maker and its owner's id."""
        values = {**row}
        values.pop("owner", None)
        for name, kept in THOUSANDTHS.items():
            if name in row:
                measure = values.pop(name)
                values[kept] = None if measure is None else int(measure * 1000)
        maker = self.plain_maker(row["maker"])
        values["maker_code"] = row.get("maker_code") or self.maker_codes.get(maker) or maker[:LONGEST_CODE]
        owner = self._owner(row)
        if isinstance(owner, T):
            return Problems({"owner": owner})
        values["owner_id"] = owner
        values.update(normalised(values))
        if values.get("last_inspected_on") is None:
            values["last_inspection_passed"] = None
        self.code_of[values["serial_no"], values["maker"], values["made_on"]] = values["maker_code"]
        return values

    def _owner(self, row: Values) -> int | T | None:
        if not row.get("owner"):
            return T("请填写产权单位") if self.is_office else self.actor.unit_id
        return self.owner_of(row["owner"])

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        """What is on file; of cylinders of others nothing is shown, and saving refuses them."""
        ours = {(self.code_of.pop(key), key[0], key[2]): key for key in keys}
        known = cylinders.existing(self.actor, ours)
        return {
            ours[code]: {**found.values, "owner_id": found.owner_id, "status": found.status} if found.visible else {}
            for code, found in known.items()
        }

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        counts = cylinders_bulk.bulk_register(self.actor, rows)
        return [
            Refusal(index, texts[0], _COLUMN_OF.get(name, name))
            for index, errors in counts.refused
            for name, texts in errors.items()
        ]


REGISTER = Register(sheet=SHEET, permission="cylinder.import", bind=bind)
