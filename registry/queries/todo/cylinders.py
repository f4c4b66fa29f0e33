"""Stations and cylinders: anomalies, labels, what was judged offline, open turns, gas and devices."""

from __future__ import annotations

from registry.messages import T
from registry.queries import (
    cylinder_anomalies,
    label_batches,
    label_bindings,
    offline_disagreements,
    station_registers,
    turns,
    unknown_codes,
)
from registry.queries.todo.entry import Todo

TODOS: tuple[Todo, ...] = (
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
