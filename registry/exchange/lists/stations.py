"""The registers of filling stations as spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Filters, Listing, Row, column
from registry.messages import T
from registry.queries import station_registers, stations
from registry.queries.paging import LARGEST, Page
from registry.rules.kinds import MEDIA
from registry.services.devices import KINDS, VIEWS

_STATION = column("station", T("充装单位"), "Station", width=36)
_STATES = {
    "suspended": T("责令停止充装"),
    "missing": T("没有许可信息"),
    "expired": T("已过期"),
    "soon": T("90天内到期"),
    "valid": T("有效"),
    "ended": T("已结束"),
    "later": T("未开始"),
}


def _media(ids: Sequence[str] | None) -> str:
    return "、".join(MEDIA[each].zh if each in MEDIA else each for each in ids or ())


def _station_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for unit, licence in items:
        yield {
            "station": unit.name,
            "credit_code": unit.credit_code,
            "licence_no": licence.licence_no,
            "licence_until": licence.licence_until,
            "media": _media(licence.media),
            "suspended_since": licence.suspended_since,
            "state": _STATES[stations.licence_state(licence, today)],
        }


STATIONS = Listing(
    heading=T("充装单位"),
    heading_en="Filling stations",
    permission="cylinder.read",
    columns=(
        _STATION,
        column("credit_code", T("统一社会信用代码"), "Credit code"),
        column("licence_no", T("充装许可证"), "Licence"),
        column("licence_until", T("有效期至"), "Valid until", kind="date"),
        column("media", T("充装介质"), "Media", width=30),
        column("suspended_since", T("责令停止日期"), "Stopped since", kind="date"),
        column("state", T("许可状态"), "State"),
    ),
    page=lambda actor, _filters, _cursor: Page(stations.listing(actor), None),
    rows=_station_rows,
)


def _alliance_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for row in items:
        yield {
            "one": row.member_a.name,
            "other": row.member_b.name,
            "media": _media(row.media),
            "form": T("托管") if row.entrusted else T("联营"),
            "since": row.since,
            "until": row.until,
            "document": row.document,
            "approved_by": row.approved_by.name if row.approved_by else None,
            "state": _STATES[stations.alliance_state(row, today)],
            "end_reason": row.end_reason,
        }


def _alliance_page(actor: Actor, filters: Filters, cursor: str | None) -> Page:
    return stations.alliances(actor, filters, cursor, LARGEST)


ALLIANCES = Listing(
    heading=T("联营与托管"),
    heading_en="Alliances and entrusted cylinders",
    permission="alliance.read",
    columns=(
        column("one", T("充装单位一"), "Station", width=36),
        column("other", T("充装单位二"), "Other station", width=36),
        column("media", T("充装介质"), "Media", width=30),
        column("form", T("形式"), "Form"),
        column("since", T("起"), "From", kind="date"),
        column("until", T("止"), "Until", kind="date"),
        column("document", T("批准文件"), "Document"),
        column("approved_by", T("批准人"), "Approved by"),
        column("state", T("状态"), "State"),
        column("end_reason", T("结束理由"), "Why ended"),
    ),
    page=_alliance_page,
    rows=_alliance_rows,
)


def _device_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    silent, now = station_registers.outages(items), clock.now()
    states = {"retired": T("已停用"), "never": T("还没有信号"), "silent": T("没有信号"), "alive": T("正常")}
    for row in items:
        names = ("number", "gun", "channel", "retention_days", "calibrated_until", "calibration_no", "last_seen_at")
        yield {
            **{name: getattr(row, name) for name in names},
            "station": row.station.name,
            "kind": KINDS[row.kind],
            "view": VIEWS.get(row.view or ""),
            "silent": silent.get(row.id, 0),
            "state": states[station_registers.device_state(row, now)],
        }


DEVICES = Listing(
    heading=T("充装设备"),
    heading_en="Filling devices",
    permission="device.read",
    columns=(
        _STATION,
        column("number", T("编号"), "Number"),
        column("kind", T("设备"), "Device"),
        column("gun", T("枪号"), "Gun"),
        column("view", T("画面"), "View"),
        column("channel", T("视频通道"), "Channel"),
        column("retention_days", T("录像保存天数"), "Days kept", kind="integer"),
        column("calibrated_until", T("检定有效期至"), "Calibrated until", kind="date"),
        column("calibration_no", T("检定证书编号"), "Certificate"),
        column("last_seen_at", T("最近信号"), "Last seen", kind="moment"),
        column("silent", T("30天中断（分钟）"), "Silent in 30 days (min)", kind="integer"),
        column("state", T("状态"), "State"),
    ),
    page=lambda actor, _filters, cursor: station_registers.devices(actor, cursor, LARGEST),
    rows=_device_rows,
)


def _gas_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for row in items:
        names = ("since", "until", "supplier", "delivery_note", "tested_on", "dme_ppm", "report_no")
        yield {
            **{name: getattr(row, name) for name in names},
            "station": row.station.name,
            "medium": _media([row.medium]),
            "mass_kg": row.mass_g / 1000,
        }


GAS = Listing(
    heading=T("气体批次"),
    heading_en="Gas batches",
    permission="gas_batch.read",
    columns=(
        _STATION,
        column("medium", T("介质"), "Medium"),
        column("since", T("启用日期"), "From", kind="date"),
        column("until", T("止"), "Until", kind="date"),
        column("supplier", T("供气单位"), "Supplier", width=30),
        column("delivery_note", T("送货单号"), "Delivery note"),
        column("mass_kg", T("数量（kg）"), "Mass (kg)", kind="decimal", places=1),
        column("tested_on", T("检验日期"), "Tested on", kind="date"),
        column("dme_ppm", T("二甲醚含量（ppm）"), "DME (ppm)", kind="integer"),
        column("report_no", T("检验报告编号"), "Report"),
    ),
    page=lambda actor, _filters, cursor: station_registers.gas_batches(actor, cursor, LARGEST),
    rows=_gas_rows,
)


def _presence_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for row in items:
        yield {
            "station": row.station.name,
            "person": row.person.name,
            "since_at": row.since_at,
            "until_at": row.until_at,
        }


PRESENCES = Listing(
    heading=T("在岗记录"),
    heading_en="People on duty",
    permission="presence.read",
    columns=(
        _STATION,
        column("person", T("人员"), "Person"),
        column("since_at", T("上岗时间"), "On duty from", kind="moment"),
        column("until_at", T("下岗时间"), "Until", kind="moment"),
    ),
    page=lambda actor, filters, cursor: station_registers.presences(actor, filters, cursor, LARGEST),
    rows=_presence_rows,
)
