"""使用登记表（三）of a station for a class of cylinders, with 气瓶基本信息汇总表 attached."""

from __future__ import annotations

from datetime import date

from registry import policy
from registry.actor import Actor
from registry.documents.paper import Cell, Paper, head, label
from registry.queries import cylinder_registrations as queries
from registry.queries.cylinder_registrations import CaseShown
from registry.rules import cylinder_registrations as rules
from registry.rules.cylinder_lifecycle import STATUSES
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.rules.registrations import STATES

COLUMNS = (32, 58, 32, 58)
LIST = (7, 20, 15, 12, 23, 12, 13, 9, 16, 16, 13, 11, 13)
HEADS = (
    "序号",
    "设备品种",
    "产品编号",
    "充装介质",
    "制造单位",
    "制造年月",
    "公称工作压力MPa",
    "容积L",
    "最近检验日期",
    "下次检验日期",
    "单位内编号",
    "变更停用情况",
    "信息化管理情况",
)
TITLES = {"cancel": "特种设备停用报废注销登记表"}


def pdf(actor: Actor, no: str) -> bytes:
    """The form on A4, in Chinese, with the list.

    Raises:
        Missing: no such application for this caller.
    """
    policy.require(actor, "cylinder_registration.read")
    shown = queries.show(actor, no)
    case, unit = shown.case, shown.case.unit
    said = case.fields or {}
    paper = Paper(f"使用登记表（三） {no}")
    paper.heading(TITLES.get(case.kind, "特种设备使用登记表（三）"))
    paper.pair(f"登记类别：{rules.TYPES[case.kind].zh}", f"申请编号：{no}")
    paper.table(
        [
            [head("设备基本情况", 4)],
            [label("设备种类"), Cell("压力容器"), label("设备类别"), Cell(rules.CLASSES[case.catalogue].zh)],
            [label("数量"), Cell(_count(shown)), label("充装介质"), Cell(_media(shown))],
            [head("设备使用情况", 4)],
            [label("使用（充装）单位"), Cell(unit.name, 3)],
            [label("统一社会信用代码"), Cell(unit.credit_code or ""), label("单位电话"), Cell(unit.phone or "")],
            [label("单位地址"), Cell(unit.address or "", 3)],
            [
                label("安全管理人员"),
                Cell(said.get("safety_manager", "")),
                label("移动电话"),
                Cell(said.get("mobile", "")),
            ],
            [
                label("原使用登记证编号" if case.kind != "new" else "使用登记证编号"),
                Cell(case.certificate_no or (shown.certificate.number if shown.certificate else "")),
                label("申请日期"),
                Cell(_day(case.submitted_on)),
            ],
            [head("使用单位", 2), head("登记机关", 2)],
            [Cell(_unit(said.get("filled_by", "")), 2, rows=7), Cell(_office(shown), 2, rows=7)],
        ],
        COLUMNS,
    )
    paper.y += 3
    paper.line(f"状态：{STATES[case.state].zh}。本表由宿州市特种设备安全登记系统按申请内容打印，涂改无效。", 2.8)
    if shown.items:
        paper.y += 6
        _list(paper, shown)
    return paper.pdf()


def _count(shown: CaseShown) -> str:
    if shown.case.kind == "new":
        return f"{len(shown.items)} 只（明细见附表）"
    removed = shown.leaving or shown.case.removed
    return f"增加 {len(shown.items)} 只，减少 {removed} 只"


def _media(shown: CaseShown) -> str:
    found = dict.fromkeys(item.cylinder.medium for item in shown.items)
    return "、".join(MEDIA[medium].zh if medium in MEDIA else medium for medium in found)


def _unit(filled_by: str) -> str:
    return (
        f"填表人员：{filled_by}\n安全管理人员（签字）：\n日期：\n"
        "在此申明：所申报的内容真实，在使用过程中严格执行有关安全规定。\n（使用单位公章）"
    )


def _office(shown: CaseShown) -> str:
    case = shown.case
    if case.state == "GRANTED":
        return (
            f"登记人员：{case.registrar or ''}\n登记日期：{_day(case.decided_on)}\n"
            f"使用登记证编号：{case.certificate_no or ''}\n登记机关：{case.authority or ''}\n（登记机关专用章）"
        )
    result = f"办理结果：{STATES[case.state].zh}" if not STATES[case.state].open else ""
    return f"登记人员：\n登记日期：\n使用登记证编号：\n登记机关：\n（登记机关专用章）\n{result}".strip()


def _list(paper: Paper, shown: CaseShown) -> None:
    """附表, its heads on every page."""
    rows = [[head("附表：气瓶基本信息汇总表", len(LIST))], [label(name) for name in HEADS]]
    for number, item in enumerate(shown.items, 1):
        one = item.cylinder
        kind, medium = CYLINDER_KINDS.get(one.kind), MEDIA.get(one.medium)
        cells = (
            str(number),
            kind.zh if kind else one.kind,
            one.serial_no,
            medium.zh if medium else one.medium,
            one.maker,
            f"{one.made_on:%Y-%m}",
            _thousandth(one.working_pressure_kpa),
            _thousandth(one.volume_ml),
            _day(one.last_inspected_on),
            _day(one.next_inspection_on),
            one.inner_no or "",
            STATUSES[one.status].zh if one.status == "suspended" else "",
            one.information_management or "",
        )
        rows.append([Cell(text) for text in cells])
    paper.table(rows, LIST, size=2.3, heads=2)


def _thousandth(value: int | None) -> str:
    return "" if value is None else f"{value / 1000:g}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
