"""Deliveries of cylinders to an inspection body and back: sent, received, inspected, handed back, taken back.

The moves are those of `inspection_batch_moves`; a cylinder is in one open delivery at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Missing, RegistryError
from registry.messages import T
from registry.models import Cylinder, CylinderInspection, InspectionBatch, InspectionBatchItem
from registry.queries import cylinder_lines
from registry.queries.cylinder_inspections import licence_problem
from registry.queries.cylinder_lines import Line
from registry.replays import digest, sent_before
from registry.rules.cylinder_lifecycle import STATUSES, move
from registry.rules.workflow import Move, find_move, moves, states
from registry.services import life_events
from registry.services.cylinder_inspections import keep
from registry.services.cylinders import make_move, move_day

WORKFLOW = "inspection_batch"
MOST = 1000
WAITING, MISSING, PASSED, FAILED = "waiting", "missing", "passed", "failed"
# A cylinder of another status is not sent to be inspected.
SENDABLE = ("draft", "in_use", "suspended")
OPTIONS = (
    selectinload(InspectionBatch.items).selectinload(InspectionBatchItem.cylinder).selectinload(Cylinder.statuses),
)
TEXTS = {"reason": T("请填写原因"), "certificate_no": T("请填写批次证书编号")}


@dataclass(frozen=True)
class Outcome:
    """What became of one result of a list."""

    index: int
    code: str
    inspection: CylinderInspection | None = None
    error: RegistryError | None = None


def send(actor: Actor, data: Mapping[str, Any]) -> tuple[InspectionBatch, bool]:
    """Send cylinders of the caller's station to an inspection body: `body_id, codes`, optionally `sent_on, note, ref`;
    and whether the `ref` was here before.

    Raises:
        Invalid: unknown cylinders and those of another status or in another delivery, line by line; a body whose
            licence does not cover them; a day to come.
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "inspection_batch.send")
    today = clock.today()
    content = digest({**data, "unit": actor.unit_id})
    with transaction() as session:
        known = sent_before(actor, InspectionBatch, data.get("ref"), content)
        if known is not None:
            return known, True
        sent_on = data.get("sent_on") or today
        if sent_on > today:
            raise Invalid.field("sent_on", T("日期不能晚于今天"))
        if problem := licence_problem(data["body_id"], None, sent_on):
            raise Invalid.field("body_id", problem)
        batch = InspectionBatch(
            station_id=actor.unit_id,
            body_id=data["body_id"],
            state="sent",
            sent_on=sent_on,
            note=data.get("note") or "",
            recorded_at=clock.now(),
            ref=data.get("ref"),
            ref_digest=content if data.get("ref") else None,
        )
        session.add(batch)
        session.flush()
        count = _join(actor, session, batch, data["codes"], "codes")
        audit.record(
            actor, "inspection_batch.sent", batch, station_id=batch.station_id, body_id=batch.body_id, cylinders=count
        )
        return batch, False


def make(
    actor: Actor, batch_id: int, verb: str, data: Mapping[str, Any], version: int | None = None
) -> InspectionBatch:
    """Make one move of `inspection_batch_moves`: `receive` (`on`, `missing` and `extra` codes), `withdraw` (`reason`),
    `finish` (`certificate_no`, `on`, `inspector`, `reviewer`), `hand_back` (`on`), `take_back` (`on`, `missing`).

    Raises:
        Missing: no such move, or no such delivery for this caller.
        Conflict: not possible where it stands, or moved on since `version`.
        Invalid: what must come with it is missing, a day out of order, a code that is not of this delivery.
    """
    if verb not in {known.verb for known in moves(WORKFLOW)}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"inspection_batch.{verb}")
    with transaction() as session:
        batch = policy.get(actor, InspectionBatch, InspectionBatch.id == batch_id, lock=True, options=OPTIONS)
        found = _legal(batch, verb, version)
        for need in found.needs:
            if not str(data.get(need) or "").strip():
                raise Invalid.field(need, TEXTS[need])
        said = HANDLERS[verb](actor, session, batch, data)
        batch.state = found.target
        batch.version += 1
        _flush(session)
        audit.record(
            actor, "inspection_batch.moved", batch, verb=verb, **{"from": found.source, "to": found.target}, **said
        )
        return batch


def record_results(
    actor: Actor, batch_id: int, rows: Sequence[Mapping[str, Any]], common: Mapping[str, Any] | None = None
) -> list[Outcome]:
    """Record results of a delivery being inspected: `rows` as `cylinder_inspections.record` takes them, each with its
    `code`, over what is `common` to all. A bad row never loses a good one; a cylinder of no such delivery is named.

    Raises:
        Conflict: the delivery is not being inspected.
    """
    policy.require(actor, "inspection_batch.receive")
    if len(rows) > MOST:
        raise Invalid.field("results", T("一次最多{count}条", count=MOST))
    outcomes: list[Outcome] = []
    with transaction() as session:
        batch = policy.get(actor, InspectionBatch, InspectionBatch.id == batch_id, lock=True, options=OPTIONS)
        if batch.state != "received":
            raise Conflict(T("批次现在是“{state}”，不能登记检验结果", state=states(WORKFLOW)[batch.state].zh))
        lines = cylinder_lines.look(actor, [row["code"] for row in rows], lock=True)
        items = {item.cylinder_id: item for item in batch.items}
        for index, (row, line) in enumerate(zip(rows, lines, strict=True)):
            data = {**(common or {}), **{name: value for name, value in row.items() if name != "code"}}
            outcomes.append(_result(actor, session, items, index, line, data))
        done = sum(outcome.error is None for outcome in outcomes)
        audit.record(actor, "inspection_batch.results_recorded", batch, recorded=done, refused=len(outcomes) - done)
    return outcomes


def _result(
    actor: Actor,
    session: Session,
    items: Mapping[int, InspectionBatchItem],
    index: int,
    line: Line,
    data: Mapping[str, Any],
) -> Outcome:
    cylinder = line.cylinder
    if cylinder is None or line.problem is not None:
        return Outcome(index, line.text, error=Invalid.field("code", line.problem or cylinder_lines.UNKNOWN))
    item = items.get(cylinder.id)
    if item is None or not item.open:
        return Outcome(index, line.text, error=Invalid.field("code", T("不在本批次中")))
    if item.inspection_id is not None:
        return Outcome(index, line.text, error=Conflict(T("本批次已登记这只气瓶的结果，有误请更正")))
    try:
        with db.session.begin_nested():
            return Outcome(index, line.text, inspection=keep(actor, session, cylinder, data))
    except RegistryError as error:
        return Outcome(index, line.text, error=error)


def _join(actor: Actor, session: Session, batch: InspectionBatch, codes: Sequence[str], field: str) -> int:
    """Put cylinders of the batch's station into it; every line that names none that can go is answered."""
    if not codes:
        raise Invalid.field(field, T("请至少填写一只气瓶"))
    if len(codes) > MOST:
        raise Invalid.field(field, T("一批最多{count}只", count=MOST))
    lines = cylinder_lines.look(actor, codes, lock=True)
    away = _away([line.cylinder.id for line in lines if line.cylinder])
    judged = [_judged(line, batch, away) for line in lines]
    if any(line.problem for line in judged):
        raise Invalid({field: cylinder_lines.sentences(judged)})
    for line in judged:
        assert line.cylinder is not None
        item = InspectionBatchItem(batch_id=batch.id, cylinder_id=line.cylinder.id, state=WAITING, open=True)
        item.cylinder = line.cylinder
        session.add(item)
        _leave(actor, line.cylinder, batch)
    _flush(session)
    return len(judged)


def _judged(line: Line, batch: InspectionBatch, away: Mapping[int, str]) -> Line:
    """The line with what else speaks against sending its cylinder."""
    row = line.cylinder
    if row is None or line.problem is not None:
        return line
    problem = None
    if row.owner_id != batch.station_id:
        problem = T("不是送检单位的气瓶")
    elif row.id in away:
        problem = T("已在送检批次{number}中", number=away[row.id])
    elif row.status not in SENDABLE:
        problem = T("状态为“{status}”，不能送检", status=STATUSES[row.status].zh)
    else:
        problem = licence_problem(batch.body_id, row.medium, batch.sent_on)
    return Line(line.number, line.text, row, problem)


def _away(ids: Sequence[int]) -> dict[int, str]:
    """Cylinder id -> the open delivery it is in."""
    statement = (
        select(InspectionBatchItem.cylinder_id, InspectionBatch)
        .join(InspectionBatch, InspectionBatch.id == InspectionBatchItem.batch_id)
        .where(InspectionBatchItem.open, InspectionBatchItem.cylinder_id.in_(ids))
    )
    return {id_: batch.no for id_, batch in db.session.execute(statement)}


def _leave(actor: Actor, cylinder: Cylinder, batch: InspectionBatch) -> None:
    """A cylinder on its way to the inspection body; only one in use changes its status."""
    found = move(cylinder.status, "send_inspection")
    if found is not None:
        make_move(actor, cylinder, found, move_day(cylinder, batch.sent_on), "", batch.no)
    cylinder.custody = "at_inspection"
    life_events.note(actor, cylinder, "send_inspection", {"given": {"batch": batch.no}})


def _come_back(actor: Actor, item: InspectionBatchItem, batch: InspectionBatch, reason: str) -> None:
    """A cylinder at its station again, uninspected or inspected."""
    found = move(item.cylinder.status, "withdraw_inspection")
    if found is not None:
        make_move(actor, item.cylinder, found, move_day(item.cylinder, clock.today()), reason, batch.no)
    item.cylinder.custody = "empty_in_station"
    item.open = False
    life_events.note(actor, item.cylinder, "enter_station", {"given": {"batch": batch.no}})


def _flush(session: Session) -> None:
    """Two deliveries of one cylinder at the same moment, or two certificates of one number: the tables refuse."""
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(T("气瓶已在另一批次中，或证书编号已使用，请刷新后再办理")) from None


def _legal(batch: InspectionBatch, verb: str, version: int | None) -> Move:
    found = find_move(WORKFLOW, batch.state, verb)
    if found is None or (version is not None and version != batch.version):
        raise Conflict(T("批次现在是“{state}”，请刷新后再办理", state=states(WORKFLOW)[batch.state].zh))
    return found


def _day(data: Mapping[str, Any], not_before: date | None) -> date:
    on = data.get("on") or clock.today()
    if on > clock.today() or (not_before is not None and on < not_before):
        raise Invalid.field("on", T("应在{first}与今天之间", first=not_before or on))
    found: date = on
    return found


def _of_batch(actor: Actor, batch: InspectionBatch, codes: Sequence[str], field: str) -> list[InspectionBatchItem]:
    """The open items of these codes; every line that names none is answered."""
    items = {item.cylinder_id: item for item in batch.items if item.open}
    lines = []
    for line in cylinder_lines.look(actor, codes):
        strange = line.problem is None and (line.cylinder is None or line.cylinder.id not in items)
        lines.append(Line(line.number, line.text, line.cylinder, T("不在本批次中") if strange else line.problem))
    if any(line.problem for line in lines):
        raise Invalid({field: cylinder_lines.sentences(lines)})
    return [items[line.cylinder.id] for line in lines if line.cylinder]


def _receive(actor: Actor, session: Session, batch: InspectionBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    """What did not arrive goes back to the station's stock; what came without being on the list joins it."""
    batch.received_on = _day(data, batch.sent_on)
    missing = _of_batch(actor, batch, data.get("missing") or (), "missing")
    for item in missing:
        item.state = MISSING
        _come_back(actor, item, batch, "检验机构未收到")
    extra = _join(actor, session, batch, data["extra"], "extra") if data.get("extra") else 0
    for item in batch.items:
        if item.open:
            life_events.note(actor, item.cylinder, "inspection_in", {"given": {"batch": batch.no}})
    return {"missing": len(missing), "extra": extra}


def _withdraw(actor: Actor, session: Session, batch: InspectionBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    for item in batch.items:
        _come_back(actor, item, batch, data["reason"])
    return {"reason": data["reason"]}


def _finish(_actor: Actor, _session: Session, batch: InspectionBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    waiting = [item.cylinder for item in batch.items if item.state == WAITING]
    if waiting:
        first = "、".join(row.serial_no for row in waiting[:10])
        raise Conflict(T("还有{count}只没有结果：{first}", count=len(waiting), first=first))
    batch.inspected_on = _day(data, batch.received_on)
    batch.certificate_no = data["certificate_no"].strip()
    batch.inspector, batch.reviewer = data.get("inspector"), data.get("reviewer")
    if batch.inspector and batch.inspector == batch.reviewer:
        raise Invalid.field("reviewer", T("检验人员与审核人员不得为同一人"))
    return {"certificate_no": batch.certificate_no}


def _hand_back(actor: Actor, _session: Session, batch: InspectionBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    batch.returned_on = _day(data, batch.inspected_on)
    for item in batch.items:
        if item.open:
            item.cylinder.custody = "returning"
            life_events.note(actor, item.cylinder, "inspection_out", {"given": {"batch": batch.no}})
    return {}


def _take_back(actor: Actor, session: Session, batch: InspectionBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the inspection body kept or lost stays where the register saw it last, and is named."""
    batch.taken_back_on = _day(data, batch.returned_on)
    missing = {item.id for item in _of_batch(actor, batch, data.get("missing") or (), "missing")}
    for item in batch.items:
        if not item.open:
            continue
        item.came_back = item.id not in missing
        if item.came_back:
            _come_back(actor, item, batch, "")
        else:
            item.cylinder.custody, item.open = "at_inspection", False
    return {"missing": len(missing)}


HANDLERS: dict[str, Callable[[Actor, Session, InspectionBatch, Mapping[str, Any]], dict[str, Any]]] = {
    "receive": _receive,
    "withdraw": _withdraw,
    "finish": _finish,
    "hand_back": _hand_back,
    "take_back": _take_back,
}
