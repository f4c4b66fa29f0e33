"""The papers of cylinders that are scrapped: 停用报废注销登记表 of a batch, and 销毁证明."""

from __future__ import annotations

from datetime import date

from registry import policy
from registry.actor import Actor
from registry.documents.paper import Cell, Paper, head, label
from registry.errors import Missing
from registry.messages import T
from registry.models import ScrapItem
from registry.queries import scrap_batches
from registry.queries.scrap_batches import Shown
from registry.rules import cylinder_inspections as rules
from registry.rules.kinds import CYLINDER_KINDS, MEDIA

COLUMNS = (29, 61, 29, 61)
LIST = (9, 34, 22, 28, 24, 16, 30, 27)
HEADS = ("序号", "使用登记号", "出厂编号", "品种", "制造单位", "制造年月", "追溯码", "报废原因")
DESTROYED = ("destroyed", "questioned", "cancelled")


def form(actor: Actor, batch_id: int) -> bytes:
    """停用报废注销登记表 of a batch on A4, in Chinese, with the list of its cylinders.

    Raises:
        Missing: no such batch for this caller, or it was withdrawn.
    """
    policy.require(actor, "scrap_batch.read")
    case = scrap_batches.show(actor, batch_id)
    row = case.row
    if row.state == "withdrawn":
        raise Missing(T("批次已撤回"))
    done = row.state == "cancelled"
    paper = Paper(f"停用报废注销登记表 {row.no}")
    paper.heading("特种设备停用报废注销登记表")
    paper.pair("办理事项：□停用　■报废　■注销", f"批次编号：{row.no}")
    paper.table(
        [
            [head("设备", 4)],
            [label("设备种类"), Cell("压力容器"), label("设备类别"), Cell("气瓶")],
            [label("数量"), Cell(f"{_gone(case)} 只（明细见附表）"), label("充装介质"), Cell(_media(case))],
            [label("使用（充装）单位"), Cell(row.station.name, 3)],
            [
                label("统一社会信用代码"),
                Cell(row.station.credit_code or ""),
                label("单位地址"),
                Cell(row.station.address),
            ],
            [head("办理内容", 4)],
            [label("判废日期"), Cell(_day(row.ordered_on)), label("消除使用功能日期"), Cell(_day(row.destroyed_on))],
            [label("报废原因"), Cell(_reasons(case), 3, rows=2)],
            [
                label("消除使用功能方式"),
                Cell(_method(case)),
                label("销毁单位"),
                Cell(row.handler.name if row.handler else ""),
            ],
            [label("销毁批次证书"), Cell(row.certificate_no or ""), label("过磅单号"), Cell(row.ticket_no or "")],
            [label("注销日期"), Cell(_day(row.cancelled_on)), label("注销依据"), Cell(row.document or "")],
            [head("使用单位", 2), head("登记机关", 2)],
            [
                Cell("安全管理人员（签字）：\n\n日期：\n（使用单位公章）", 2, rows=7),
                Cell(_office(case, done), 2, rows=7),
            ],
        ],
        COLUMNS,
    )
    paper.y += 6
    _list(paper, case)
    return paper.pdf()


def certificate(actor: Actor, batch_id: int) -> bytes:
    """气瓶报废销毁证明 of a batch that was destroyed, on A4, in Chinese.

    Raises:
        Missing: no such batch for this caller, or it is not destroyed.
    """
    policy.require(actor, "scrap_batch.read")
    case = scrap_batches.show(actor, batch_id)
    row = case.row
    if row.state not in DESTROYED or row.handler is None:
        raise Missing(T("这一批气瓶还没有销毁"))
    paper = Paper(f"气瓶报废销毁证明 {row.certificate_no}")
    paper.heading("气瓶报废销毁证明")
    paper.pair(f"证书编号：{row.certificate_no}", f"批次编号：{row.no}")
    weighed = f"{_kg(row.weighed_g)} kg"
    if case.weighed is not None and case.weighed.tares_g:
        weighed += f"（档案皮重合计 {_kg(case.weighed.tares_g)} kg）"
    paper.table(
        [
            [label("产权（充装）单位"), Cell(row.station.name, 3)],
            [label("销毁单位"), Cell(row.handler.name, 3)],
            [label("数量"), Cell(f"{_gone(case)} 只"), label("充装介质"), Cell(_media(case))],
            [label("处理方式"), Cell(_method(case)), label("销毁日期"), Cell(_day(row.destroyed_on))],
            [label("操作人"), Cell(row.operator or ""), label("见证人"), Cell(row.witness or "")],
            [label("过磅重量"), Cell(weighed), label("过磅单号"), Cell(row.ticket_no or "")],
            [
                label("照片"),
                Cell(f"销毁前 {len(row.photos_before or ())} 张，销毁后 {len(row.photos_after or ())} 张", 3),
            ],
        ],
        COLUMNS,
    )
    paper.y += 3
    paper.line(
        "上列气瓶已按《中华人民共和国特种设备安全法》第四十八条和气瓶安全技术规程的要求作破坏性处理，"
        "消除使用功能，不能修复；其追溯码作废，不再使用。"
    )
    paper.y += 2
    paper.table(
        [
            [head("销毁单位", 2), head("产权（充装）单位", 2)],
            [
                Cell("经办人（签字）：\n\n日期：\n（公章）", 2, rows=6),
                Cell("见证人（签字）：\n\n日期：\n（公章）", 2, rows=6),
            ],
        ],
        COLUMNS,
    )
    paper.y += 6
    _list(paper, case)
    return paper.pdf()


def _list(paper: Paper, case: Shown) -> None:
    paper.heading("附表　气瓶明细", 4.4)
    lines = [[head(text) for text in HEADS]]
    for number, item in enumerate(_destroyed(case), 1):
        row = item.cylinder
        cells = (
            str(number),
            row.register_no or "",
            row.serial_no,
            CYLINDER_KINDS[row.kind].zh,
            row.maker,
            f"{row.made_on:%Y-%m}",
            row.label_code or "",
            rules.reasons(case.row.ordered_on)[item.reason].zh,
        )
        lines.append([Cell(text, align="centre" if place == 0 else "left") for place, text in enumerate(cells)])
    paper.table(lines, LIST, 2.6, heads=1)


def _destroyed(case: Shown) -> list[ScrapItem]:
    return [item for item in case.items if not item.missing]


def _gone(case: Shown) -> int:
    return len(_destroyed(case))


def _reasons(case: Shown) -> str:
    names = rules.reasons(case.row.ordered_on)
    counts: dict[str, int] = {}
    for item in _destroyed(case):
        counts[item.reason] = counts.get(item.reason, 0) + 1
    return "；".join(f"{names[reason].zh} {count} 只" for reason, count in counts.items())


def _media(case: Shown) -> str:
    return "、".join(sorted({MEDIA[item.cylinder.medium].zh for item in _destroyed(case)}))


def _method(case: Shown) -> str:
    known = rules.methods(case.row.ordered_on)
    found = known.get(case.row.method or "")
    return found.zh if found else ""


def _office(case: Shown, done: bool) -> str:
    signed = case.row.confirmed_by.name if done and case.row.confirmed_by else ""
    return f"登记人员（签字）：{signed}\n\n日期：{_day(case.row.cancelled_on)}\n（登记机关专用章）"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _kg(grams: int | None) -> str:
    return "" if grams is None else f"{grams / 1000:.1f}"
