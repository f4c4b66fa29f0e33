"""使用登记表 of an application: as it was signed, or while it is a draft as it stands now, to be signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry import clock, policy
from registry.actor import Actor
from registry.documents.paper import Cell, Paper, head, label
from registry.queries import registrations
from registry.queries.registrations import Detail
from registry.rules.registrations import STATES

COLUMNS = (29, 61, 29, 61)
PART_COLUMNS = (10, 50, 40, 35, 45)
PART_NAMES = (("name", "名称"), ("model", "型号"), ("number", "产品编号"), ("maker", "制造单位"))
WIDE = 24  # characters from which on a value takes the whole row


def pdf(actor: Actor, no: str) -> bytes:
    """The form on A4, in Chinese.

    Raises:
        Missing: no such application for this caller.
    """
    policy.require(actor, "document.print")
    found = registrations.detail(actor, no, clock.today())
    paper = Paper(f"使用登记表 {no}")
    paper.heading("特种设备使用登记表")
    paper.pair(f"登记类别：{found.kind.zh}", f"申请编号：{no}")
    for block in found.form:
        if block["block"] == "parts":
            _parts(paper, block)
        elif block["block"] != "signatures" and block["rows"]:
            _rows(paper, block["zh"], block["rows"])
    _signatures(paper, found)
    paper.y += 3
    paper.line(f"状态：{STATES[found.case.state].zh}。本表由宿州市特种设备安全登记系统按申请内容打印，涂改无效。", 2.8)
    return paper.pdf()


def _rows(paper: Paper, title: str, rows: Sequence[Mapping[str, str]]) -> None:
    """A block: two pairs a row, long values over the whole width."""
    table: list[list[Cell]] = [[head(title, 4)]]
    half: list[Cell] = []
    for row in rows:
        if len(row["value"]) > WIDE:
            if half:
                table.append([*half, label(""), Cell("")])
                half = []
            table.append([label(row["zh"]), Cell(row["value"], 3)])
            continue
        half += [label(row["zh"]), Cell(row["value"])]
        if len(half) == len(COLUMNS):
            table.append(half)
            half = []
    if half:
        table.append([*half, label(""), Cell("")])
    paper.table(table, COLUMNS)


def _parts(paper: Paper, block: Mapping[str, Any]) -> None:
    if not block.get("parts"):
        return
    table = [[head(block["zh"], len(PART_COLUMNS))], [label("序号"), *(label(zh) for _name, zh in PART_NAMES)]]
    for number, part in enumerate(block["parts"], 1):
        table.append([Cell(str(number)), *(Cell(part[name]) for name, _zh in PART_NAMES)])
    paper.table(table, PART_COLUMNS)


def _signatures(paper: Paper, found: Detail) -> None:
    """Who signs, with room to sign; the registrar's side is filled in once it is granted."""
    block: Mapping[str, Any] = next((block for block in found.form if block["block"] == "signatures"), {"rows": []})
    said = {row["zh"]: row["value"] for row in block["rows"]}
    granted = "登记机关" in said
    office = [
        f"登记人员：{said.get('登记机关登记人员', '')}",
        f"登记日期：{said.get('登记日期', '')}",
        f"使用登记证编号：{said.get('使用登记证编号', '')}",
        f"登记机关：{said.get('登记机关', '')}",
        "（登记机关专用章）",
    ]
    unit = [
        f"填表人员：{said.get('填表人员', '')}　日期：{said.get('填表日期', '')}",
        f"安全管理人员：{said.get('使用单位安全管理人员', '')}　签字：",
        f"日期：{said.get('签字日期', '')}",
        "在此申明：所申报的内容真实，在使用过程中严格执行有关安全规定。",
        "（使用单位公章）",
    ]
    refused = "" if granted or found.state.open else f"办理结果：{found.state.zh}"
    paper.table(
        [
            [head("使用单位", 2), head("登记机关", 2)],
            [Cell("\n".join(unit), 2, rows=8), Cell("\n".join([*office, refused]).strip(), 2, rows=8)],
        ],
        COLUMNS,
    )
