"""Cylinders besides filling: due to be inspected, away with a delivery, on their way to destruction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry import policy
from registry.actor import Actor
from registry.messages import T
from registry.queries import cylinder_due, cylinder_registrations, cylinder_transfers, inspection_batches, scrap_batches
from registry.queries.todo.entry import Tallied, Todo

CYLINDERS_FOR = policy.REGISTRARS | {"filling_manager"}


def _tally(actor: Actor, day: date) -> Mapping[str, int]:
    return cylinder_due.counts(actor, {}, day)


def _due(band: str, label: T, tone: str) -> Todo:
    counted, given = Tallied(_tally, band), {"band": band}
    return Todo(f"cylinders_{band}", label, tone, "cylinder.read", "cylinder_due.index", counted, given, CYLINDERS_FOR)


TODOS: tuple[Todo, ...] = (
    _due("overdue", T("超期的气瓶"), "late"),
    _due("7", T("7天内到期的气瓶"), "due"),
    _due("30", T("8至30天到期的气瓶"), "due"),
    _due("60", T("31至60天到期的气瓶"), "open"),
    Todo(
        "inspection_batches_sent",
        T("待接收的送检批次"),
        "due",
        "inspection_batch.receive",
        "inspection_batches.index",
        Tallied(inspection_batches.tally, "sent"),
        {"state": "sent"},
    ),
    Todo(
        "inspection_batches_received",
        T("检验中的送检批次"),
        "open",
        "inspection_batch.finish",
        "inspection_batches.index",
        Tallied(inspection_batches.tally, "received"),
        {"state": "received"},
    ),
    Todo(
        "inspection_batches_inspected",
        T("待发还的送检批次"),
        "due",
        "inspection_batch.hand_back",
        "inspection_batches.index",
        Tallied(inspection_batches.tally, "inspected"),
        {"state": "inspected"},
    ),
    Todo(
        "inspection_batches_returned",
        T("待验收的送检批次"),
        "due",
        "inspection_batch.take_back",
        "inspection_batches.index",
        Tallied(inspection_batches.tally, "returned"),
        {"state": "returned"},
    ),
    Todo(
        "cylinder_registrations_office",
        T("待办理的气瓶使用登记申请"),
        "due",
        "cylinder_registration.decide",
        "cylinder_registrations.index",
        Tallied(cylinder_registrations.tally, "office"),
        {"state": "waiting_office"},
    ),
    Todo(
        "cylinder_registrations_unit",
        T("待补正或提交的气瓶使用登记申请"),
        "due",
        "cylinder_registration.apply",
        "cylinder_registrations.index",
        Tallied(cylinder_registrations.tally, "unit"),
        {"state": "waiting_unit"},
    ),
    Todo(
        "cylinder_transfers_incoming",
        T("待接收的气瓶过户"),
        "due",
        "cylinder_transfer.accept",
        "cylinder_transfers.index",
        Tallied(cylinder_transfers.tally, "incoming"),
        {"state": "open", "side": "received"},
    ),
    Todo(
        "cylinder_transfers_outgoing",
        T("等待对方接收的气瓶过户"),
        "open",
        "cylinder_transfer.propose",
        "cylinder_transfers.index",
        Tallied(cylinder_transfers.tally, "outgoing"),
        {"state": "open", "side": "given"},
    ),
    Todo(
        "cylinder_transfers_answered",
        T("7天内对方已答复的气瓶过户"),
        "open",
        "cylinder_transfer.propose",
        "cylinder_transfers.index",
        Tallied(cylinder_transfers.tally, "answered"),
        {"side": "given"},
    ),
    Todo(
        "scrap_pending",
        T("待报废、未列入销毁批次的气瓶"),
        "due",
        "scrap_batch.order",
        "cylinders.index",
        scrap_batches.count_unbatched,
        {"status": "scrap_pending"},
        frozenset({"filling_manager"}),
    ),
    Todo(
        "scrap_batches_ordered",
        T("待移交销毁的批次"),
        "due",
        "scrap_batch.hand_over",
        "scrap_batches.index",
        Tallied(scrap_batches.tally, "ordered"),
        {"state": "ordered"},
        frozenset({"filling_manager"}),
    ),
    Todo(
        "scrap_batches_handed_over",
        T("待登记销毁的批次"),
        "due",
        "scrap_batch.destroy",
        "scrap_batches.index",
        Tallied(scrap_batches.tally, "mine_handed_over"),
        {"state": "handed_over"},
    ),
    Todo(
        "scrap_batches_questioned",
        T("退回补充证据的销毁批次"),
        "late",
        "scrap_batch.supplement",
        "scrap_batches.index",
        Tallied(scrap_batches.tally, "mine_questioned"),
        {"state": "questioned"},
    ),
    Todo(
        "scrap_batches_destroyed",
        T("待确认注销的销毁批次"),
        "due",
        "scrap_batch.confirm",
        "scrap_batches.index",
        Tallied(scrap_batches.tally, "destroyed"),
        {"state": "destroyed"},
    ),
)
