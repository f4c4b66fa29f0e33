"""The maker's own maintenance items as people type or paste them, one a line (TSG T5002-2017 art. 2).

A line is `code, cycle, item, requirement, judge, limits`: cells of a spreadsheet (tabs), or parted by `|`. The last
three may be left out. Limits: `≥7 mm`, `≤170 %`, `0–2 %`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.rules.maintenance import CYCLES, JUDGES, Item, item_from

MOST_ITEMS = 300
EXAMPLE = """F-01\t半月\t消防员开关\t动作正常\tQ
F-02 | 半月 | 层门锁紧元件啮合长度 | 不小于7 mm | N | ≥7 mm
F-03\t年度\t消防返回功能试验\t符合制造单位要求\tT"""
CYCLE_WORDS: Mapping[str, str] = {
    "半月": "half_month",
    "季度": "quarter",
    "季": "quarter",
    "半年": "half_year",
    "年度": "year",
    "年": "year",
    "hm": "half_month",
    "tm": "quarter",
    "sm": "half_year",
    "oy": "year",
    **{cycle: cycle for cycle in CYCLES},
}
JUDGE_WORDS = {**{key.lower(): key for key in JUDGES}, **{zh: key for key, (zh, _en) in JUDGES.items()}}
HEADINGS = ("代码", "编号", "项目代码", "code")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")
NUMBER = r"-?\d+(?:\.\d+)?"
AT_LEAST = re.compile(rf"(?:≥|>=)\s*({NUMBER})\s*(\S{{0,10}})")
AT_MOST = re.compile(rf"(?:≤|<=)\s*({NUMBER})\s*(\S{{0,10}})")
BETWEEN = re.compile(rf"({NUMBER})\s*(?:–|—|~|～|-|至)\s*({NUMBER})\s*(\S{{0,10}})")


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line, counted from 1; line 0 is the whole."""

    line: int
    zh: str
    en: str


def parse(text: str) -> tuple[list[dict[str, str]], list[LineError]]:
    """The items of a text as they are kept, and what is wrong with its lines."""
    rows: list[dict[str, str]] = []
    errors: list[LineError] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = _cells(line)
        if not any(cells) or (not rows and not errors and cells[0].lower() in HEADINGS):
            continue
        row, wrong = _row(cells)
        code = row["code"]
        if not wrong and code in seen:
            wrong = [(f"代码{code}与第{seen[code]}行重复", f"{code} is on line {seen[code]} already")]
        errors.extend(LineError(number, f"第{number}行：{zh}", f"Line {number}: {en}") for zh, en in wrong)
        if not wrong:
            seen[code] = number
            rows.append(row)
    return rows, errors or _of_the_whole(rows)


def _of_the_whole(rows: list[dict[str, str]]) -> list[LineError]:
    if not rows:
        return [LineError(0, "请至少填写一个项目", "Enter at least one item")]
    if len(rows) > MOST_ITEMS:
        return [LineError(0, f"最多{MOST_ITEMS}项", f"At most {MOST_ITEMS} items")]
    if all(row["cycle"] != CYCLES[0] for row in rows):
        return [LineError(0, "没有半月维保的项目", "There is no half-monthly item")]
    return []


def _cells(line: str) -> list[str]:
    separator = "\t" if "\t" in line else "|"
    return [cell.strip() for cell in line.replace("｜", "|").split(separator)]


def _row(cells: list[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    code, cycle, name, requirement, judge, limits, *more = [*cells, *[""] * 6][: max(6, len(cells))]
    wrong = []
    if not CODE.fullmatch(code):
        wrong.append(
            (f"代码“{code}”应为1至20个字母、数字、点或横线", f"The code “{code}” should be letters and digits")
        )
    if cycle.lower() not in CYCLE_WORDS:
        wrong.append((f"周期“{cycle}”应为半月、季度、半年或年度", f"“{cycle}” is no cycle: half_month, quarter, …"))
    if not name:
        wrong.append(("没有项目名称", "The item has no name"))
    if len(name) > 100 or len(requirement) > 300:
        wrong.append(("项目名称最多100字，要求最多300字", "Name up to 100 characters, requirement up to 300"))
    if judge and judge.lower() not in JUDGE_WORDS:
        wrong.append((f"判定方式“{judge}”应为Q、M、S、N或T", f"“{judge}” should be Q, M, S, N or T"))
    params = _params(limits)
    if params is None:
        wrong.append((f"限值“{limits}”应写成≥7 mm、≤170 %或0–2 %", f"Write “{limits}” as ≥7 mm, ≤170 % or 0–2 %"))
    chosen = JUDGE_WORDS.get(judge.lower()) or ("N" if params else "Q")
    if chosen == "N" and params == "":
        wrong.append(("判定方式为N（测量数值）时要填限值", "A measured item (N) needs its limits"))
    if any(more):
        wrong.append(("列数太多，应为6列以内", "Too many columns: at most 6"))
    row = {
        "code": code.upper(),
        "cycle": CYCLE_WORDS.get(cycle.lower(), ""),
        "name_zh": name,
        "requirement_zh": requirement,
        "judge": chosen,
        "params": params or "",
    }
    return row, wrong


def _params(limits: str) -> str | None:
    """Limits as the tables write them, `min=0,max=2:%`; None when they cannot be read."""
    if not limits:
        return ""
    if found := AT_LEAST.fullmatch(limits):
        return f"min={found[1]}:{found[2]}"
    if found := AT_MOST.fullmatch(limits):
        return f"max={found[1]}:{found[2]}"
    if (found := BETWEEN.fullmatch(limits)) and float(found[1]) <= float(found[2]):
        return f"min={found[1]},max={found[2]}:{found[3]}"
    return None


def items(rows: Iterable[Mapping[str, str]]) -> tuple[Item, ...]:
    """Kept rows as items, in their order."""
    return tuple(item_from({"annex": "", "name_en": "", "requirement_en": "", **row}) for row in rows)


def text_of(rows: Iterable[Mapping[str, str]]) -> str:
    """Kept rows as a text that `parse` reads again, for the next edition of a list."""
    words = {cycle: word for word, cycle in reversed(list(CYCLE_WORDS.items())) if not word.isascii()}
    return "\n".join(
        "\t".join(
            (
                item.code,
                words[item.cycle],
                item.name,
                item.requirement,
                item.judge,
                item.limits,
            )
        )
        for item in items(rows)
    )
