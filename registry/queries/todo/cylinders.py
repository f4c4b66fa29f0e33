"""Stations and cylinders: anomalies, labels, what was judged offline, open turns, gas and devices."""

from __future__ import annotations

from registry.messages import T
from registry.queries import (
    cylinder_anomalies,
    cylinder_reports,
    label_batches,
    label_bindings,
    offline_disagreements,
    spot_checks,
    station_registers,
    turns,
    unknown_codes,
)
from registry.queries.todo.entry import Tallied, Todo


def _reports(key: str, label: T, tone: str, permission: str) -> Todo:
    arguments = {"late": "1"} if key == "late" else {"state": key}
    count = Tallied(cylinder_reports.tally, key)
    return Todo(f"cylinder_reports_{key}", label, tone, permission, "cylinder_reports.index", count, arguments)


TODOS: tuple[Todo, ...] = (
    _reports("late", T("超时未答复的气瓶举报"), "late", "cylinder_report.answer"),
    _reports("received", T("待处理的气瓶举报"), "due", "cylinder_report.answer"),
    _reports("answered", T("待办结的气瓶举报"), "due", "cylinder_report.close"),
    _reports("clue", T("已转线索、待办结的气瓶举报"), "open", "cylinder_report.close"),
    _reports("passed_on", T("待说明的气瓶举报"), "due", "cylinder_report.explain"),
    Todo(
        "cylinder_anomalies_to_explain",
        T("待说明的气瓶异常"),
        "due",
        "cylinder_anomaly.explain",
        "cylinder_anomalies.index",
        cylinder_anomalies.count_to_explain,
        {"state": "found"},
    ),
    Todo(
        "cylinder_anomalies_explained",
        T("待认定的气瓶异常"),
        "due",
        "cylinder_anomaly.confirm",
        "cylinder_anomalies.index",
        cylinder_anomalies.count_explained,
        {"state": "explained"},
    ),
    Todo(
        "cylinder_anomalies_late",
        T("超过期限的气瓶异常"),
        "late",
        "cylinder_anomaly.read",
        "cylinder_anomalies.index",
        cylinder_anomalies.count_late,
        {"late": "1"},
    ),
    Todo(
        "label_batches_requested",
        T("待发放的标签"),
        "due",
        "label_batch.issue",
        "label_batches.index",
        label_batches.count_requested,
        {"state": "requested"},
    ),
    Todo(
        "label_batches_issued",
        T("待签收的标签"),
        "open",
        "label_batch.receive",
        "label_batches.index",
        label_batches.count_issued,
        {"state": "issued"},
    ),
    Todo(
        "label_bindings_waiting",
        T("待您确认的气瓶赋码"),
        "due",
        "label_binding.confirm",
        "label_bindings.index",
        label_bindings.count_waiting,
        {"state": "waiting"},
    ),
    Todo(
        "unknown_codes",
        T("扫到的未知码"),
        "open",
        "unknown_code.dismiss",
        "unknown_codes.index",
        unknown_codes.count_open,
        {"state": "open"},
    ),
    Todo(
        "offline_disagreements",
        T("断网误充待处理的气瓶"),
        "late",
        "offline_disagreement.handle",
        "offline_disagreements.index",
        offline_disagreements.count_open,
        {"state": "open"},
    ),
    Todo(
        "spot_checks_waiting",
        T("待查看的抽查视频"),
        "open",
        "spot_check.judge",
        "spot_checks.index",
        spot_checks.count_waiting,
        {"waiting": "1"},
    ),
    Todo(
        "spot_checks_missing",
        T("抽查时录像缺失的充装"),
        "late",
        "fill_clip.report",
        "spot_checks.index",
        spot_checks.count_missing,
        {"waiting": "1"},
        frozenset({"filling_manager"}),
    ),
    Todo("turns_to_check", T("待充后检查的气瓶"), "due", "filling.check", "turns.index", turns.count_to_check),
    Todo("turns_to_release", T("待放行出站的气瓶"), "due", "filling.check", "turns.index", turns.count_to_release),
    Todo(
        "gas_untested",
        T("没有检验的在用气体批次"),
        "late",
        "gas_batch.record",
        "station_book.gas",
        station_registers.count_untested,
    ),
    Todo(
        "devices_silent",
        T("没有信号的充装设备"),
        "late",
        "device.register",
        "station_book.device_list",
        station_registers.count_silent,
    ),
)
