"""停用报废注销登记表 of an elevator that was stopped, scrapped or cancelled."""

from __future__ import annotations

from datetime import date

from registry import policy
from registry.actor import Actor
from registry.documents.paper import Cell, Paper, head, label
from registry.errors import Missing
from registry.messages import T
from registry.models import Elevator, ElevatorStatus
from registry.queries import elevators
from registry.rules.kinds import CATEGORIES, ELEVATOR_KINDS
from registry.rules.lifecycle import CERTIFICATE_ENDS, STATUSES

COLUMNS = (29, 61, 29, 61)
ENDED = ("stopped", "scrapped", "cancelled")


def pdf(actor: Actor, code: str) -> bytes:
    """The form of the present stop, scrapping or cancelling on A4, in Chinese.

    Raises:
        Missing: no such elevator for this caller, or it is neither stopped nor scrapped nor cancelled.
    """
    policy.require(actor, "document.print")
    found = elevators.detail(actor, code)
    row = found.elevator
    period = row.statuses[-1] if row.statuses else None
    if period is None or period.status not in ENDED:
        raise Missing(T("这台电梯没有停用、报废或注销"))
    kind = ELEVATOR_KINDS[row.kind]
    paper = Paper(f"停用报废注销登记表 {row.label_code}")
    paper.heading("特种设备停用报废注销登记表")
    chosen = "　".join(f"{'■' if status == period.status else '□'}{STATUSES[status].zh}" for status in ENDED)
    paper.pair(f"办理事项：{chosen}", f"标签编号：{found.grouped_code}")
    use, owner = row.use_unit, row.owner_unit or row.use_unit
    paper.table(
        [
            [head("设备", 4)],
            [label("设备类别"), Cell(CATEGORIES[kind.category][0]), label("设备品种"), Cell(kind.zh)],
            [label("设备代码"), Cell(row.device_code or ""), label("产品编号"), Cell(row.factory_no or "")],
            [label("使用登记证编号"), Cell(row.use_cert_no or ""), label("单位内编号"), Cell(row.inner_no or "")],
            [label("设备使用地点"), Cell(row.address, 3)],
            [label("使用单位"), Cell(use.name if use else "", 3)],
            [
                label("统一社会信用代码"),
                Cell((use.credit_code or "") if use else ""),
                label("产权单位"),
                Cell(owner.name if owner else ""),
            ],
            [head("办理内容", 4)],
            [label("生效日期"), Cell(period.since.isoformat()), label("告知登记机关日期"), Cell(_told(period))],
            [label("计划停用至"), Cell(_day(period.planned_until)), label("依据文件"), Cell(period.document)],
            [label("原因"), Cell(period.reason, 3, rows=2)],
            [label("保护措施"), Cell(period.measures, 3, rows=3)],
            [label("产权单位书面委托"), Cell(_authority(row, period)), label("使用登记证"), Cell(_ends(period))],
            [head("使用单位", 2), head("登记机关", 2)],
            [
                Cell("安全管理人员（签字）：\n\n日期：\n（使用单位公章）", 2, rows=7),
                Cell("登记人员（签字）：\n\n日期：\n（登记机关专用章）", 2, rows=7),
            ],
        ],
        COLUMNS,
    )
    return paper.pdf()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _told(period: ElevatorStatus) -> str:
    """The day of the notice, marked when it came late."""
    if period.notified_on is None:
        return ""
    late = period.notice_due_on is not None and period.notified_on > period.notice_due_on
    return f"{period.notified_on}（逾期，应于{period.notice_due_on}前）" if late else period.notified_on.isoformat()


def _authority(row: Elevator, period: ElevatorStatus) -> str:
    own = row.owner_unit_id is None or row.owner_unit_id == row.use_unit_id
    return period.authority or ("使用单位即产权单位" if own else "")


def _ends(period: ElevatorStatus) -> str:
    return CERTIFICATE_ENDS[period.certificate][0] if period.certificate in CERTIFICATE_ENDS else ""
