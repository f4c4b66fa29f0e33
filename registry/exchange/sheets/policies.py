"""Whole policies as a list: one row for a policy and an elevator (or cylinder) under it.

The rows of a policy repeat what is true of all of it. A policy that is on file already is not changed by a list: what
joins or leaves it is an endorsement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from registry.actor import Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bilingual, Bound, Register
from registry.exchange.sheets._units import UnitFinder
from registry.messages import T
from registry.queries import policy_imports
from registry.services import policies_bulk

SUBJECTS = {"elevator": Bilingual("电梯", "Elevator"), "cylinder": Bilingual("气瓶", "Cylinder")}
HOLDER_TYPES = {
    "use_unit": Bilingual("使用单位", "Use unit"),
    "owner": Bilingual("产权单位", "Owner"),
    "maintenance": Bilingual("维保单位", "Maintenance company"),
    "inspection": Bilingual("检验机构", "Inspection body"),
    "manufacturer": Bilingual("制造安装单位", "Manufacturer or installer"),
    "filling": Bilingual("充装单位", "Filling station"),
}
# Column in yuan -> what is kept in fen.
MONEY = {
    "item_premium": "item_premium_fen",
    "limit_per_accident": "limit_per_accident_fen",
    "limit_per_person": "limit_per_person_fen",
    "limit_total": "limit_total_fen",
}
_YUAN = {"元": 1, "万元": 10_000, "万": 10_000}


def _yuan(name: str, heading: T, heading_en: str, *aliases: str, required: bool = False) -> Column:
    return Column(
        name=name,
        heading=heading,
        heading_en=heading_en,
        kind="decimal",
        places=2,
        min=0,
        max=10_000_000_000,
        required=required,
        units=_YUAN,
        aliases=aliases,
    )


COLUMNS = (
    Column(
        name="policy_no",
        heading=T("保单号"),
        heading_en="Policy number",
        max_length=40,
        aliases=("保险单号", "保单编号"),
        example="DT2026-0001",
    ),
    Column(
        name="code",
        heading=T("设备代码"),
        heading_en="Code",
        max_length=120,
        aliases=("标签编号", "标签码", "注册代码", "使用登记证编号", "救援识别码", "电梯代码"),
        note=T("标签编号、注册代码、设备代码、使用登记证编号或救援识别码，填一个即可"),
        example="31103413022015001",
    ),
    Column(
        name="subject",
        heading=T("承保对象"),
        heading_en="Subject",
        kind="choice",
        choices=SUBJECTS,
        note=T("不填按电梯"),
        example="elevator",
    ),
    Column(
        name="insurer",
        heading=T("保险机构"),
        heading_en="Insurer",
        max_length=200,
        aliases=("保险公司", "承保公司", "承保机构"),
        note=T("登记过的全称或统一社会信用代码；保险机构导入自己的保单时不填"),
    ),
    Column(
        name="holder",
        heading=T("投保单位"),
        heading_en="Holder",
        max_length=200,
        required=True,
        aliases=("投保人", "投保单位名称"),
        note=T("登记过的全称或统一社会信用代码"),
        example=T("宿州汇源物业服务有限公司"),
    ),
    Column(
        name="holder_type",
        heading=T("投保人类型"),
        heading_en="Holder type",
        kind="choice",
        choices=HOLDER_TYPES,
        required=True,
        aliases=("投保人类别",),
        example="use_unit",
    ),
    Column(
        name="starts_on",
        heading=T("保险起期"),
        heading_en="From",
        kind="date",
        required=True,
        aliases=("起保日期", "保险开始日期", "生效日期"),
    ),
    Column(
        name="ends_on",
        heading=T("保险止期"),
        heading_en="To",
        kind="date",
        required=True,
        aliases=("终保日期", "保险结束日期", "到期日期"),
    ),
    _yuan("item_premium", T("单台保险费（元）"), "Premium of this item (yuan)", "单台保费", "保险费", "保费"),
    _yuan(
        "limit_per_accident",
        T("每次事故限额（元）"),
        "Limit per accident (yuan)",
        "每次事故责任限额",
        required=True,
    ),
    _yuan("limit_per_person", T("每人限额（元）"), "Limit per person (yuan)", "每人责任限额"),
    _yuan("limit_total", T("累计限额（元）"), "Total limit (yuan)", "累计责任限额"),
    Column(
        name="broker", heading=T("保险经纪"), heading_en="Broker", max_length=200, aliases=("经纪公司", "保险经纪公司")
    ),
    Column(name="note", heading=T("备注"), heading_en="Note", max_length=1000),
)
SHEET = Sheet(name="policies", heading=T("保单"), heading_en="Policies", key=("policy_no", "code"), columns=COLUMNS)


def bind(actor: Actor, _profile: Profile) -> Bound:
    """The sheet for one import."""
    job = _Import(actor)
    return Bound(sheet=replace(SHEET, validate=job.validate), existing=job.existing, save=job.save, forget=job.forget)


class _Import:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.units, self.insurers = UnitFinder(actor), UnitFinder(actor, "insurer")
        self.made = policies_bulk.Made()

    def validate(self, row: Values) -> Values | Problems:
        values = dict(row)
        wrong: dict[str, str] = {}
        holder = self.units.known(row["holder"])
        insurer = self._insurer(row.get("insurer"))
        for name, found in (("holder", holder), ("insurer", insurer)):
            if isinstance(found, T):
                wrong[name] = found
            values[f"{name}_id"] = found
        if row["ends_on"] < row["starts_on"]:
            wrong["ends_on"] = T("保险止期不能早于起期")
        accident = row["limit_per_accident"]
        if (row.get("limit_per_person") or 0) > accident:
            wrong["limit_per_person"] = T("不能高于每次事故限额")
        if (row.get("limit_total") or accident) < accident:
            wrong["limit_total"] = T("累计限额不能低于每次事故限额")
        values["subject"] = row.get("subject") or "elevator"
        if values["subject"] == "cylinder" and row.get("item_premium") is None:
            wrong["item_premium"] = T("气瓶没有费率表，请填写单只保险费")
        return Problems(wrong) if wrong else values

    def _insurer(self, text: str | None) -> int | T:
        if text:
            return self.insurers.known(text)
        if self.actor.role == "insurer" and self.actor.unit_id:
            return self.actor.unit_id
        return T("请填写保险机构")

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        return policy_imports.existing(self.actor, keys)

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        refused = policies_bulk.bulk_record(self.actor, [_prepared(row) for row in rows], self.made)
        return [Refusal(row.index, row.reason, row.column) for row in refused]

    def forget(self) -> None:
        self.made = policies_bulk.Made()


def _prepared(row: Values) -> Values:
    fen = {kept: None if row.get(name) is None else int(row[name] * Decimal(100)) for name, kept in MONEY.items()}
    return {**row, **fen}


REGISTER = Register(sheet=SHEET, permission="policy.import", bind=bind)
