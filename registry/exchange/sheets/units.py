"""The list of units: one row for a unit in one capacity, with its licence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from registry.actor import Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bilingual, Bound, Register, area_choices, identifier, tidy
from registry.exchange.text import fold
from registry.messages import T
from registry.queries import unit_imports
from registry.rules import identifiers
from registry.rules.kinds import MEDIA
from registry.services import units_bulk

CAPACITIES = {
    "use": Bilingual("使用单位", "Use unit"),
    "owner": Bilingual("产权单位", "Owner"),
    "maintenance": Bilingual("维保单位", "Maintenance company"),
    "filling": Bilingual("充装单位", "Filling station"),
    "inspection": Bilingual("检验机构", "Inspection body"),
    "self_testing": Bilingual("电梯自行检测单位", "Elevator self-testing body"),
    "insurer": Bilingual("保险机构", "Insurer"),
    "manufacturer": Bilingual("制造安装单位", "Manufacturer or installer"),
    "rescue_station": Bilingual("救援站", "Rescue station"),
    "depot": Bilingual("瓶装气配送站", "Depot of bottled gas"),
    "regulator": Bilingual("监管部门", "Supervision department"),
}
_MEDIUM_OF = {fold(name): medium.id for medium in MEDIA.values() for name in (medium.id, medium.zh, medium.en)}

SHEET = Sheet(
    name="units",
    heading=T("单位"),
    heading_en="Units",
    key=("credit_code", "capacity"),
    columns=(
        Column(
            name="credit_code",
            heading=T("统一社会信用代码"),
            heading_en="Credit code",
            check=identifier(identifiers.credit_code),
            aliases=("信用代码", "社会信用代码", "组织机构代码"),
            example=identifiers.complete_credit_code("91341300MA2C00000"),
        ),
        Column(
            name="name",
            heading=T("单位名称"),
            heading_en="Name",
            required=True,
            max_length=200,
            aliases=("名称", "企业名称", "使用单位名称"),
            example=T("宿州汇源物业服务有限公司"),
        ),
        Column(
            name="capacity",
            heading=T("单位类别"),
            heading_en="Capacity",
            kind="choice",
            choices=CAPACITIES,
            aliases=("类别", "单位性质", "单位类型"),
            note=T("一个单位有几种类别，就写几行"),
            example="use",
        ),
        Column(
            name="area_code",
            heading=T("所属辖区"),
            heading_en="Area",
            kind="choice",
            required=True,
            choices=area_choices,
            aliases=("辖区", "区县", "县区", "所在区县"),
            example="341302",
        ),
        Column(name="address", heading=T("地址"), heading_en="Address", max_length=200, aliases=("单位地址", "住所")),
        Column(
            name="legal_person",
            heading=T("法定代表人"),
            heading_en="Legal representative",
            max_length=60,
            aliases=("法人", "负责人", "法人代表"),
        ),
        Column(
            name="phone",
            heading=T("联系电话"),
            heading_en="Phone",
            check=identifier(identifiers.phone),
            aliases=("电话", "手机", "联系方式"),
        ),
        Column(
            name="licence_no",
            heading=T("许可证编号"),
            heading_en="Licence number",
            max_length=40,
            aliases=("许可证号", "资质证书编号"),
            example="TS3334A01-2028",
        ),
        Column(
            name="licence_until",
            heading=T("许可有效期至"),
            heading_en="Licence until",
            kind="date",
            aliases=("许可证有效期", "有效期至", "资质有效期"),
        ),
        Column(
            name="media",
            heading=T("许可充装介质"),
            heading_en="Licensed media",
            max_length=500,
            note=T("仅充装单位填写，多种用顿号隔开"),
            example=T("氧、氮、氩"),
        ),
        Column(name="suspended_since", heading=T("责令停止日期"), heading_en="Suspended since", kind="date"),
    ),
)


def bind(actor: Actor, _profile: Profile) -> Bound:
    """The sheet for one import."""

    def existing(keys: list[Key]) -> dict[Key, dict[str, Any]]:
        return unit_imports.existing(actor, keys)

    def save(rows: Sequence[Values]) -> list[Refusal]:
        counts = units_bulk.bulk_register(actor, rows)
        return [Refusal(row.index, row.reason, row.column) for row in counts.refused]

    return Bound(sheet=replace(SHEET, validate=_validate), existing=existing, save=save)


def _validate(row: Values) -> Values | Problems:
    values = dict(row)
    tidy(values, ("credit_code", "licence_no"))
    if values.get("phone"):
        values["phone"] = identifiers.phone(values["phone"])
    if row.get("media"):
        names = [name.strip() for name in _parts(row["media"])]
        unknown = [name for name in names if fold(name) not in _MEDIUM_OF]
        if unknown:
            return Problems({"media": T("没有这种充装介质：{names}", names="、".join(unknown))})
        values["media"] = list(dict.fromkeys(_MEDIUM_OF[fold(name)] for name in names))
    return values


def _parts(text: str) -> list[str]:
    for sign in ",，;；/|\n":
        text = text.replace(sign, "、")
    return [part for part in text.split("、") if part.strip()]


REGISTER = Register(sheet=SHEET, permission="unit.import", bind=bind)
