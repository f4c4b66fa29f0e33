"""The list of rescue stations and teams: one row for each, with its duty times as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from registry.actor import Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bilingual, Bound, Register, identifier
from registry.exchange.sheets._units import UnitFinder
from registry.messages import Spoken, T
from registry.queries import areas, responder_imports
from registry.rules import identifiers, rota_text
from registry.rules import responders as rules
from registry.rules.rota_text import RotaError
from registry.services import responders_bulk

KINDS = {kind.id: Bilingual(kind.zh, kind.en) for kind in rules.kinds().values()}

SHEET = Sheet(
    name="responders",
    heading=T("救援力量"),
    heading_en="Rescue teams",
    key=("unit", "name"),
    columns=(
        Column(
            name="unit",
            heading=T("所属单位"),
            heading_en="Unit",
            max_length=200,
            aliases=("单位", "单位名称", "维保单位"),
            note=T("登记过的全称或统一社会信用代码"),
            example=T("安徽迅安电梯工程有限公司"),
        ),
        Column(
            name="name",
            heading=T("名称"),
            heading_en="Name",
            max_length=200,
            aliases=("救援站", "救援站名称", "网格站名称", "队伍名称"),
            example=T("城东网格救援站"),
        ),
        Column(
            name="kind",
            heading=T("类别"),
            heading_en="Kind",
            kind="choice",
            required=True,
            choices=KINDS,
            aliases=("救援力量类别", "性质"),
            example="grid_station",
        ),
        Column(
            name="areas",
            heading=T("服务区域"),
            heading_en="Areas",
            required=True,
            max_length=400,
            aliases=("服务辖区", "覆盖区域", "负责区域"),
            note=T("辖区名称，几个之间用顿号隔开；全市写宿州市"),
            example=T("埇桥区"),
        ),
        Column(name="capacity", heading=T("可同时处置"), heading_en="Calls at once", kind="integer", example="1"),
        Column(
            name="phone",
            heading=T("值班电话"),
            heading_en="Duty phone",
            check=identifier(identifiers.phone),
            aliases=("电话", "24小时电话", "联系电话"),
            example="0557-3012345",
        ),
        Column(name="address", heading=T("驻点地址"), heading_en="Address", max_length=200, aliases=("地址", "驻点")),
        Column(name="lat", heading=T("纬度"), heading_en="Latitude", kind="decimal", example="33.6468"),
        Column(name="lon", heading=T("经度"), heading_en="Longitude", kind="decimal", example="116.9641"),
        Column(
            name="rota",
            heading=T("每周值班"),
            heading_en="Weekly rota",
            max_length=2000,
            aliases=("值班时间", "值班表", "值守时间"),
            note=T("例如：周一至周五 08:00-20:00；周六、周日 00:00-24:00，时间后可写姓名"),
            example=T("每天 00:00-24:00"),
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
        self.codes: Mapping[str, str] = {}

    def validate(self, row: Values) -> Values | Problems:
        values = dict(row)
        unit = self.units.known(row["unit"])
        if isinstance(unit, T):
            return Problems({"unit": unit})
        values["unit_id"] = unit
        codes, unknown = self._areas(row["areas"])
        if unknown or not codes:
            return Problems({"areas": T("没有这个辖区：{names}", names="、".join(unknown) or row["areas"])})
        values["area_codes"] = codes
        if (row.get("lat") is None) != (row.get("lon") is None):
            return Problems({"lat": T("经度和纬度要同时填写")})
        if row.get("lat") is not None and not (-90 <= row["lat"] <= 90 and -180 <= row["lon"] <= 180):
            return Problems({"lat": T("不是经纬度")})
        if row.get("phone"):
            values["phone"] = identifiers.phone(row["phone"])
        try:
            values["rota"] = rota_text.written(rota_text.parse(row.get("rota") or "")) or None
        except RotaError as error:
            return Problems({"rota": Spoken(error.zh, error.en)})
        return values

    def _areas(self, text: str) -> tuple[list[str], list[str]]:
        if not self.codes:
            named = areas.names()
            self.codes = {word: code for code, name in named.items() for word in (code, name.zh, name.en.lower())}
        parts = [part.strip() for part in re.split(r"[、,，;；/\n]+", text) if part.strip()]
        found = [self.codes[part.lower()] for part in parts if part.lower() in self.codes]
        return found, [part for part in parts if part.lower() not in self.codes]

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        units = {key[0]: self.units.known(key[0]) for key in keys}
        asked = {key: (unit, key[1]) for key in keys if isinstance(unit := units[key[0]], int)}
        known = responder_imports.existing(self.actor, asked.values())
        return {key: {**known[ours], "unit": key[0]} for key, ours in asked.items() if ours in known}

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        prepared = []
        for row in rows:
            place = {name: float(row[name]) for name in ("lat", "lon") if row.get(name) is not None}
            plain = {
                name: row.get(name) for name in ("unit_id", "name", "kind", "capacity", "phone", "address", "rota")
            }
            prepared.append({**plain, **place, "areas": row["area_codes"]})
        refused = responders_bulk.bulk_register(self.actor, prepared)
        return [Refusal(each.index, each.reason, each.column) for each in refused]


REGISTER = Register(sheet=SHEET, permission="responder.import", bind=bind)
