"""Results of inspections of cylinders: one row a cylinder, named by its label, register or serial number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bound, Register, named
from registry.messages import T
from registry.queries import cylinder_inspections as records
from registry.queries import cylinder_lines
from registry.rules import cylinder_inspections as rules
from registry.services import cylinder_inspections

PASSED = {"1": ("合格", "passed"), "0": ("不合格", "failed")}
CHECKS = tuple(rules.checks().values())
RESULTS = named(rules.RESULTS)


def _checks() -> tuple[Column, ...]:
    return tuple(
        Column(
            name=f"check_{check.id}",
            heading=T(check.zh),
            heading_en=check.en,
            kind="choice",
            choices=RESULTS,
            spellings={"报废": "scrap", "不合格": "scrap", "√": "pass", "×": "scrap"},
            aliases=(f"{check.zh}检查", f"{check.zh}检验"),
            example="pass",
        )
        for check in CHECKS
    )


SHEET = Sheet(
    name="cylinder_inspections",
    heading=T("气瓶检验结果"),
    heading_en="Inspections of cylinders",
    key=("cylinder", "done_on"),
    columns=(
        Column(
            name="cylinder",
            heading=T("气瓶编号"),
            heading_en="Cylinder",
            max_length=200,
            aliases=("标签码", "追溯码", "使用登记号", "出厂编号", "钢瓶编号", "瓶号", "钢印编号"),
            note=T("标签码、使用登记号或出厂编号，填一种即可"),
            example="SZ00AB12CD34EF56",
        ),
        Column(
            name="done_on",
            heading=T("检验日期"),
            heading_en="Inspected on",
            kind="date",
            aliases=("检测日期", "本次检验日期"),
            example=date(2026, 3, 18),
        ),
        Column(
            name="passed",
            heading=T("检验结论"),
            heading_en="Conclusion",
            kind="choice",
            choices=named(PASSED),
            spellings={"报废": "0", "判废": "0", "合格品": "1"},
            aliases=("结论", "检验结果"),
            note=T("不填则按各项目的结果"),
            example="1",
        ),
        *_checks(),
        Column(
            name="scrap_reason",
            heading=T("报废原因"),
            heading_en="Reason for scrapping",
            kind="choice",
            choices=named(rules.reasons()),
            aliases=("判废原因",),
        ),
        Column(name="inspector", heading=T("检验人员"), heading_en="Inspector", max_length=40, aliases=("检验员",)),
        Column(name="reviewer", heading=T("审核人员"), heading_en="Reviewer", max_length=40, aliases=("审核员",)),
        Column(
            name="remaining_wall_mm",
            heading=T("剩余壁厚（mm）"),
            heading_en="Remaining wall (mm)",
            kind="decimal",
            min=0,
            max=1000,
            places=3,
            aliases=("实测壁厚", "剩余壁厚"),
        ),
        Column(
            name="measured_volume_l",
            heading=T("实测容积（L）"),
            heading_en="Measured volume (L)",
            kind="decimal",
            min=0,
            max=5000,
            places=3,
            aliases=("实测容积",),
        ),
        Column(
            name="tare_kg",
            heading=T("实测皮重（kg）"),
            heading_en="Tare (kg)",
            kind="decimal",
            min=0,
            max=2000,
            places=3,
            aliases=("皮重", "实测皮重", "检后皮重"),
        ),
        Column(
            name="valve_code",
            heading=T("更换瓶阀编号"),
            heading_en="New valve",
            max_length=40,
            aliases=("新瓶阀编号", "瓶阀编号"),
        ),
        Column(
            name="next_inspection_on",
            heading=T("下次检验日期"),
            heading_en="Next inspection",
            kind="date",
            aliases=("下次检验时间", "有效期至"),
            note=T("不填则按规则计算；可以提前，不能推后"),
        ),
        Column(
            name="report_no",
            heading=T("报告编号"),
            heading_en="Report number",
            max_length=60,
            aliases=("检验报告编号", "报告书编号"),
        ),
        Column(name="assessed", heading=T("安全评定合格"), heading_en="Assessment passed", kind="bool"),
    ),
)


def bind(actor: Actor, _profile: Profile) -> Bound:
    """The sheet for one import."""
    job = _Import(actor)
    return Bound(sheet=replace(SHEET, validate=job.validate), existing=job.existing, save=job.save)


class _Import:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._known: dict[str, int | T] = {}

    def _cylinder(self, text: str) -> int | T:
        """The id of the cylinder a cell names; or why none."""
        if text not in self._known:
            (line,) = cylinder_lines.look(self.actor, [text])
            self._known[text] = line.cylinder.id if line.cylinder else line.problem or cylinder_lines.UNKNOWN
        return self._known[text]

    def validate(self, row: Values) -> Values | Problems:
        number = self._cylinder(row["cylinder"])
        if isinstance(number, T):
            return Problems({"cylinder": number})
        if row["done_on"] > clock.today():
            return Problems({"done_on": T("不能晚于今天")})
        if row.get("passed") is None and not any(row.get(f"check_{check.id}") for check in CHECKS):
            return Problems({"passed": T("请填写检验结论或各项目的结果")})
        return {**row, "cylinder_id": number}

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        ours = {key: (number, key[1]) for key in keys if isinstance(number := self._cylinder(key[0]), int)}
        known = records.existing(self.actor, ours.values())
        return {key: _values(known[own], key) for key, own in ours.items() if own in known}

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        refused = cylinder_inspections.bulk_record(self.actor, [_data(row) for row in rows])
        columns = {"checks": f"check_{CHECKS[0].id}", "tare_g": "tare_kg", "body_id": "done_on"}
        return [Refusal(row.index, row.reason, columns.get(row.column, row.column)) for row in refused]


def _data(row: Values) -> dict[str, Any]:
    """A row as the verb takes it."""
    names = ("done_on", "scrap_reason", "inspector", "reviewer", "remaining_wall_mm", "valve_code")
    return {
        **{name: row.get(name) for name in (*names, "next_inspection_on", "report_no")},
        "code": f"id-{row['cylinder_id']}",
        "passed": None if row.get("passed") is None else row["passed"] == "1",
        "checks": {check.id: row[f"check_{check.id}"] for check in CHECKS if row.get(f"check_{check.id}")},
        "measured_volume_ml": _thousand(row.get("measured_volume_l")),
        "tare_g": _thousand(row.get("tare_kg")),
        "assessment_passed": bool(row.get("assessed")),
    }


def _values(row: Any, key: Key) -> dict[str, Any]:
    """A record on file as a row of the sheet."""
    names = ("scrap_reason", "inspector", "reviewer", "remaining_wall_mm", "valve_code", "report_no")
    checks = {f"check_{check.id}": (row.checks or {}).get(check.id) for check in CHECKS}
    return {
        **{name: getattr(row, name) for name in names},
        **checks,
        "cylinder": key[0],
        "cylinder_id": row.cylinder_id,
        "done_on": row.done_on,
        "passed": "1" if row.passed else "0",
        "measured_volume_l": _natural(row.measured_volume_ml),
        "tare_kg": _natural(row.tare_g),
        "next_inspection_on": row.next_inspection_on,
        "assessed": row.assessed,
    }


def _thousand(value: Decimal | None) -> int | None:
    return None if value is None else int(value * 1000)


def _natural(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value) / 1000


REGISTER = Register(sheet=SHEET, permission="cylinder.record_inspection", bind=bind)
