"""A register of cylinders as a city hands it in: the summary table, about one row in a hundred of it wrong."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

HEADINGS = (
    *("设备品种", "产品编号", "充装介质", "制造单位", "制造年月", "公称工作压力", "容积", "最近一次检验日期"),
    *("下次检验日期", "单位内编号", "变更或停用情况", "信息化管理情况", "产权单位", "使用登记号", "皮重（kg）"),
)
MAKERS = tuple(
    f"{place}{kind}有限公司"
    for place in ("江苏民生", "河南平煤", "山东永安", "浙江金盾", "安徽皖北")
    for kind in ("特种设备集团", "压力容器", "钢瓶制造")
)
SIZES = (("4.7", "3.4", "2.1"), ("12", "7.5", "2.1"), ("35.5", "16.5", "2.1"), ("118", "45", "2.1"))
BAD_OF = 100


def write(path: Path, rows: int, owners: Sequence[str], today: date, seed: int = 1) -> int:
    """Write the file; how many of its rows are wrong. The same arguments make the same file."""
    dice = random.Random(seed)
    bad = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        previous: list[str] = []
        for number in range(rows):
            row = _row(dice, number, owners, today)
            if number % BAD_OF == BAD_OF - 1:
                row = _spoiled(number // BAD_OF, row, previous, owners)
                bad += 1
            else:
                previous = row
            out.writerow(row)
    return bad


def _row(dice: random.Random, number: int, owners: Sequence[str], today: date) -> list[str]:
    made = date(dice.randint(today.year - 7, today.year - 1), dice.randint(1, 12), 1)
    inspected = made + timedelta(days=dice.randint(1000, 1400))
    known = inspected < today
    volume, tare, pressure = dice.choice(SIZES)
    return [
        "液化石油气钢瓶",
        f"{number:08d}",
        "液化石油气",
        dice.choice(MAKERS),
        f"{made:%Y-%m}",
        pressure,
        volume,
        inspected.isoformat() if known else "",
        (inspected + timedelta(days=1400)).isoformat() if known else "",
        f"N{number:07d}",
        "在用",
        "已赋码",
        dice.choice(owners),
        f"34{number:010d}",
        tare,
    ]


def _spoiled(number: int, row: list[str], previous: list[str], owners: Sequence[str]) -> list[str]:
    """The row with one of the mistakes that ledgers have."""
    row = [*row]
    match number % 8:
        case 0:
            return [*previous]
        case 1:
            return [*previous[:12], owners[(owners.index(previous[12]) + 1) % len(owners)], *previous[13:]]
        case 2:
            row[4] = "2035-13"
        case 3:
            row[4], row[7], row[8] = "2031-05", "", ""
        case 4:
            row[14] = "165"
        case 5:
            row[6] = "35500"
        case 6:
            row[7] = "1999-02-30"
        case _:
            row[12] = "没有登记过的充装站"
    return row


def headings() -> Iterator[str]:
    """The headings of the file."""
    yield from HEADINGS
