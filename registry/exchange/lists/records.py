"""What the registry records, as lists: visits, fills, hazards, the trail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from registry import clock
from registry.actor import ROLES, Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import fillings, hazards, trail, visits
from registry.queries.paging import LARGEST
from registry.rules.hazards import STATES
from registry.rules.kinds import MEDIA

CYCLES = {"half_month": T("半月"), "quarter": T("季度"), "half_year": T("半年"), "year": T("年度")}


def _visit_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        use_unit = item.elevator.use_unit
        yield {
            "done_on": item.done_on,
            "elevator": item.elevator.label_code,
            "address": item.elevator.address,
            "use_unit": use_unit.name if use_unit else None,
            "company": item.company.name,
            "cycle": item.cycle,
            "workers": "、".join(worker.person.name for worker in item.workers),
            "started_at": item.started_at,
            "ended_at": item.ended_at,
            "confirmed_at": item.confirmed_at,
            "declined_reason": item.declined_reason,
            "paperless": item.paperless,
        }


def _filling_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        yield {
            "station": item.station.name,
            "cylinder": item.cylinder.label_code,
            "serial_no": item.cylinder.serial_no,
            "gun": item.gun,
            "medium": item.medium,
            "started_at": item.started_at,
            "ended_at": item.ended_at,
            "net_kg": None if item.net_g is None else Decimal(item.net_g) / 1000,
            "pressure_mpa": None if item.pressure_kpa is None else Decimal(item.pressure_kpa) / 1000,
            "scanned": item.scanned,
            "filler": item.filler.name,
            "checker": item.checker.name,
        }


def _hazard_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    names = ("no", "title", "state", "is_major", "found_on", "listed_on", "original_due_on", "due_on", "closed_on")
    for item in items:
        yield {
            **{name: getattr(item, name) for name in (*names, "area_code", "round")},
            "unit": item.unit.name,
            "elevator": item.elevator.label_code if item.elevator else None,
            "cylinder": item.cylinder.label_code if item.cylinder else None,
        }


def _trail_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        entry = item.entry
        yield {
            **{name: getattr(entry, name) for name in ("at", "act", "subject", "subject_id", "role", "request_id")},
            "person": item.person,
            "unit": item.unit,
            "data": json.dumps(entry.data, ensure_ascii=False, sort_keys=True),
        }


VISITS = Listing(
    heading=T("维保记录"),
    heading_en="Visits",
    permission="visit.read",
    columns=(
        column("done_on", T("维保日期"), "Day", kind="date"),
        column("elevator", T("电梯标签码"), "Elevator"),
        column("address", T("使用地点"), "Address", width=40),
        column("use_unit", T("使用单位"), "Use unit"),
        column("company", T("维保单位"), "Maintenance company"),
        column("cycle", T("维保类型"), "Cycle", kind="choice", choices=CYCLES),
        column("workers", T("作业人员"), "Workers"),
        column("started_at", T("签到时间"), "Checked in", kind="moment"),
        column("ended_at", T("签退时间"), "Checked out", kind="moment"),
        column("confirmed_at", T("使用单位确认时间"), "Confirmed", kind="moment"),
        column("declined_reason", T("不予确认的原因"), "Declined because"),
        column("paperless", T("计入无纸化"), "Paperless", kind="bool"),
    ),
    page=lambda actor, filters, cursor: visits.page(actor, filters, LARGEST, cursor),
    rows=_visit_rows,
)

FILLINGS = Listing(
    heading=T("充装记录"),
    heading_en="Fills",
    permission="filling.read",
    columns=(
        column("station", T("充装单位"), "Station"),
        column("cylinder", T("气瓶标签码"), "Cylinder"),
        column("serial_no", T("出厂编号"), "Serial number"),
        column("gun", T("枪号"), "Gun"),
        column("medium", T("充装介质"), "Medium", kind="choice", choices=named(MEDIA)),
        column("started_at", T("开始时间"), "Started", kind="moment"),
        column("ended_at", T("结束时间"), "Ended", kind="moment"),
        column("net_kg", T("充装量（kg）"), "Filled (kg)", kind="decimal", places=3),
        column("pressure_mpa", T("充装压力（MPa）"), "Pressure (MPa)", kind="decimal", places=3),
        column("scanned", T("充前扫码"), "Scanned before", kind="bool"),
        column("filler", T("充装员"), "Filler"),
        column("checker", T("检查员"), "Checker"),
    ),
    page=lambda actor, filters, cursor: fillings.page(actor, filters, cursor),
    rows=_filling_rows,
)

HAZARDS = Listing(
    heading=T("隐患"),
    heading_en="Hazards",
    permission="hazard.read",
    columns=(
        column("no", T("隐患编号"), "Number"),
        column("title", T("隐患名称"), "Title", width=40),
        column("unit", T("责任单位"), "Unit"),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("state", T("环节"), "State", kind="choice", choices=named(STATES)),
        column("is_major", T("重大隐患"), "Major", kind="bool"),
        column("found_on", T("发现日期"), "Found", kind="date"),
        column("listed_on", T("列入清单日期"), "Listed", kind="date"),
        column("original_due_on", T("原定整改期限"), "First deadline", kind="date"),
        column("due_on", T("现行整改期限"), "Deadline", kind="date"),
        column("closed_on", T("销号日期"), "Closed", kind="date"),
        column("round", T("轮次"), "Round", kind="integer"),
        column("elevator", T("电梯标签码"), "Elevator"),
        column("cylinder", T("气瓶标签码"), "Cylinder"),
    ),
    page=lambda actor, filters, cursor: hazards.page(actor, {**filters, "cursor": cursor}, clock.today()),
    rows=_hazard_rows,
)

TRAIL = Listing(
    heading=T("操作日志"),
    heading_en="Trail",
    permission="trail.read",
    columns=(
        column("at", T("时间"), "At", kind="moment"),
        column("person", T("人员"), "Person"),
        column("unit", T("单位"), "Unit"),
        column("role", T("角色"), "Role", kind="choice", choices=ROLES),
        column("act", T("动作"), "Act"),
        column("subject", T("对象"), "Subject"),
        column("subject_id", T("对象编号"), "Subject number", kind="integer"),
        column("data", T("内容"), "Data", width=60),
        column("request_id", T("请求编号"), "Request"),
    ),
    page=lambda actor, filters, cursor: trail.page(actor, {**filters, "cursor": cursor}),
    rows=_trail_rows,
)
