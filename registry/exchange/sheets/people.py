"""The list of people: one row for a person's role at a unit and one certificate (or none)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from registry.actor import ROLES, Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bilingual, Bound, Register, identifier
from registry.exchange.sheets._units import UnitFinder
from registry.messages import T
from registry.queries import people_imports
from registry.rules import identifiers
from registry.services import people_bulk

NONE = "none"
ITEMS = {
    "T": Bilingual("T 电梯修理", "T Elevator repair"),
    "A": Bilingual("A 特种设备安全管理", "A Special-equipment safety management"),
    "P": Bilingual("P 气瓶充装", "P Gas cylinder filling"),
    "R2": Bilingual("R2 移动式压力容器充装", "R2 Mobile pressure vessel filling"),
    "A0": Bilingual("特种设备执法证", "Special-equipment enforcement certificate"),
    NONE: Bilingual("无", "None"),
}
ROLE_NAMES = {
    "use_manager": "Safety manager of the use unit",
    "maintenance_manager": "Head of the maintenance company",
    "technician": "Maintenance worker",
    "filling_manager": "Head of the filling station",
    "filler": "Filling operator",
    "checker": "Filling inspector",
    "inspection_body": "Inspection body",
    "insurer": "Insurer",
}
UNIT_ROLES = {key: Bilingual(ROLES[key], english) for key, english in ROLE_NAMES.items()}

SHEET = Sheet(
    name="people",
    heading=T("人员"),
    heading_en="People",
    key=("unit", "role", "name", "phone", "item"),
    columns=(
        Column(
            name="name",
            heading=T("姓名"),
            heading_en="Name",
            max_length=60,
            aliases=("人员姓名",),
            example=T("张三"),
        ),
        Column(
            name="phone",
            heading=T("手机号码"),
            heading_en="Phone",
            check=identifier(identifiers.phone),
            aliases=("电话", "联系电话", "手机", "手机号"),
            note=T("与姓名一起认出同一个人"),
            example="13955700000",
        ),
        Column(
            name="unit",
            heading=T("单位"),
            heading_en="Unit",
            max_length=200,
            aliases=("单位名称", "所在单位", "聘用单位", "工作单位"),
            note=T("登记过的全称或统一社会信用代码"),
            example=T("安徽迅安电梯工程有限公司"),
        ),
        Column(
            name="role",
            heading=T("角色"),
            heading_en="Role",
            kind="choice",
            choices=UNIT_ROLES,
            aliases=("岗位", "职务", "人员类别"),
            example="technician",
        ),
        Column(
            name="item",
            heading=T("证件类别"),
            heading_en="Certificate",
            kind="choice",
            choices=ITEMS,
            aliases=("作业项目", "项目", "项目代号", "证书项目"),
            note=T("没有证件的选“无”；一人有几个证件，就写几行"),
            example="T",
        ),
        Column(
            name="number",
            heading=T("证件编号"),
            heading_en="Certificate number",
            max_length=40,
            aliases=("证书编号", "作业人员证编号"),
        ),
        Column(
            name="issued_on",
            heading=T("发证日期"),
            heading_en="Issued on",
            kind="date",
            aliases=("批准日期", "初领日期"),
        ),
        Column(
            name="expires_on",
            heading=T("有效期至"),
            heading_en="Expires on",
            kind="date",
            aliases=("证件有效期", "有效日期", "复审日期"),
        ),
    ),
)


def bind(actor: Actor, _profile: Profile) -> Bound:
    """The sheet for one import."""
    job = _Import(actor)
    return Bound(sheet=replace(SHEET, validate=job.validate), existing=job.existing, save=job.save)


class _Import:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.units = UnitFinder(actor)

    def validate(self, row: Values) -> Values | Problems:
        values = dict(row)
        values["phone"] = identifiers.phone(row["phone"])
        unit = self.units.known(row["unit"])
        if isinstance(unit, T):
            return Problems({"unit": unit})
        values["unit_id"] = unit
        if row["item"] == NONE:
            for name in ("number", "issued_on", "expires_on"):
                values.pop(name, None)
            return values
        wrong = {name: T("有证件时要填写") for name in ("number", "expires_on") if not row.get(name)}
        issued, expires = row.get("issued_on"), row.get("expires_on")
        if issued and expires and expires <= issued:
            wrong["expires_on"] = T("有效期应晚于发证日期")
        return Problems(wrong) if wrong else values

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        named = dict(zip(SHEET.key, zip(*keys, strict=True), strict=True))
        units = {text: self.units.known(text) for text in named["unit"]}
        asked = {
            key: (number, key[1], key[2], key[3], key[4]) for key in keys if isinstance(number := units[key[0]], int)
        }
        known = people_imports.existing(self.actor, asked.values())
        return {key: {**known[ours], "unit": key[0]} for key, ours in asked.items() if ours in known}

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        prepared = [{**row, "item": None if row["item"] == NONE else row["item"]} for row in rows]
        counts = people_bulk.bulk_register(self.actor, prepared)
        return [Refusal(row.index, row.reason, row.column) for row in counts.refused]


REGISTER = Register(sheet=SHEET, permission="person.import", bind=bind)
