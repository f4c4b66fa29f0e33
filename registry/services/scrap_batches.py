"""Cylinders ordered to be scrapped, handed over, destroyed with evidence, and cancelled by the authority (§2.4).

The moves are those of `scrap_batch_moves`; a single cylinder is a batch of one. Drilling destroys nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Capacity, Cylinder, ScrapBatch, ScrapItem, StoredFile
from registry.queries import cylinder_lines
from registry.queries.cylinder_lines import Line
from registry.replays import digest, sent_before
from registry.rules import cylinder_inspections as rules
from registry.rules.cylinder_lifecycle import STATUSES, move
from registry.rules.workflow import Move, find_move, moves, states
from registry.services import life_events
from registry.services.cylinders import make_move, move_day

WORKFLOW = "scrap_batch"
MOST = 1000
MOST_PHOTOS = 20
PHOTOS = ("image/jpeg", "image/png", "image/webp")
OPTIONS = (selectinload(ScrapBatch.items).selectinload(ScrapItem.cylinder).selectinload(Cylinder.statuses),)
PENDING = "scrap_pending"


def order(actor: Actor, data: Mapping[str, Any]) -> tuple[ScrapBatch, bool]:
    """Order cylinders to be scrapped: `codes, reason` (of `scrap_reasons`), optionally `note, ref, station_id` (an
    office names the station); and whether the `ref` was here before. Those that failed their inspection join as they
    are and keep the reason of their inspection; `reason` is for the others.

    Raises:
        Invalid: unknown cylinders, those of another station, status or batch, line by line; a reason that the file of
            the cylinder contradicts.
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "scrap_batch.order")
    content = digest({**data, "unit": actor.unit_id})
    with transaction() as session:
        known = sent_before(actor, ScrapBatch, data.get("ref"), content)
        if known is not None:
            return known, True
        lines = _lines(actor, data)
        batch = ScrapBatch(
            station_id=lines[0].cylinder.owner_id if lines[0].cylinder else 0,
            state="ordered",
            ordered_on=clock.today(),
            note=data.get("note") or "",
            recorded_at=clock.now(),
            ref=data.get("ref"),
            ref_digest=content if data.get("ref") else None,
        )
        session.add(batch)
        session.flush()
        for line in lines:
            if line.cylinder is not None:
                _condemn(actor, session, batch, line.cylinder, data.get("reason"))
        _flush(session)
        audit.record(actor, "scrap_batch.ordered", batch, station_id=batch.station_id, cylinders=len(lines))
        return batch, False


def make(actor: Actor, batch_id: int, verb: str, data: Mapping[str, Any], version: int | None = None) -> ScrapBatch:
    """Make one move of `scrap_batch_moves`: `hand_over` (`handler_id`, the station's own when it destroys itself),
    `withdraw` (`reason`), `destroy` (`method, destroyed_on, operator, witness, weighed_g, ticket_no, certificate_no,
    photos_before, photos_after`, optionally `ticket`, `missing` codes), `question` (`reason`), `supplement`
    (`photos_after`), `confirm` (`document`).

    Raises:
        Missing: no such move, or no such batch for this caller.
        Conflict: not possible where it stands, or moved on since `version`.
        Invalid: evidence is missing, a method that does not destroy, an operator who is his own witness.
    """
    if verb not in {known.verb for known in moves(WORKFLOW)}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"scrap_batch.{verb}")
    with transaction() as session:
        batch = policy.get(actor, ScrapBatch, ScrapBatch.id == batch_id, lock=True, options=OPTIONS)
        found = find_move(WORKFLOW, batch.state, verb)
        if found is None or (version is not None and version != batch.version):
            raise Conflict(T("批次现在是“{state}”，请刷新后再办理", state=states(WORKFLOW)[batch.state].zh))
        _refuse_missing(found, data)
        said = HANDLERS[verb](actor, session, batch, data)
        batch.state = found.target
        batch.version += 1
        _flush(session)
        audit.record(actor, "scrap_batch.moved", batch, verb=verb, **{"from": found.source, "to": found.target}, **said)
        return batch


def _refuse_missing(found: Move, data: Mapping[str, Any]) -> None:
    """Everything that must come with a move, asked for at once."""
    empty = [need for need in found.needs if data.get(need) in (None, "", [], ())]
    errors = {need: [T("请填写这一项")] for need in empty if need != "handler"}
    if errors:
        raise Invalid(errors)


def _lines(actor: Actor, data: Mapping[str, Any]) -> list[Line]:
    """The cylinders that were named, locked; every line that names none that can be scrapped is answered."""
    codes: Sequence[str] = data["codes"]
    if not codes:
        raise Invalid.field("codes", T("请至少填写一只气瓶"))
    if len(codes) > MOST:
        raise Invalid.field("codes", T("一批最多{count}只", count=MOST))
    reason = data.get("reason")
    if reason and reason not in rules.reasons(clock.today()):
        raise Invalid.field("reason", T("没有这个报废原因"))
    lines = cylinder_lines.look(actor, codes, lock=True)
    ids = [line.cylinder.id for line in lines if line.cylinder]
    batched = cylinder_lines.in_scrap(ids)
    owner = next((line.cylinder.owner_id for line in lines if line.cylinder), None)
    judged = [_judged(line, owner, batched, reason) for line in lines]
    if any(line.problem for line in judged):
        raise Invalid({"codes": cylinder_lines.sentences(judged)})
    return judged


def _judged(line: Line, owner: int | None, batched: set[int], reason: str | None) -> Line:
    row = line.cylinder
    if row is None or line.problem is not None:
        return line
    problem, reason = None, _failed_for(row) or reason
    if row.owner_id != owner:
        problem = T("与第1行不是同一单位的气瓶，请分批办理")
    elif row.id in batched:
        problem = T("已在另一销毁批次中")
    elif row.status != PENDING and move(row.status, "order_scrap") is None:
        problem = T("状态为“{status}”，不能判废", status=STATUSES[row.status].zh)
    elif row.status != PENDING and not reason:
        problem = T("请选择报废原因")
    elif reason == rules.LIFE_OVER and (row.service_end_on is None or row.service_end_on >= clock.today()):
        problem = T("使用年限到{day}，尚未超过", day=row.service_end_on or "—")
    return Line(line.number, line.text, row, problem)


def _condemn(actor: Actor, session: Session, batch: ScrapBatch, cylinder: Cylinder, reason: str | None) -> None:
    code = _failed_for(cylinder) or reason or _before(session, cylinder)
    found = rules.reasons(clock.today())[code]
    if found.fact and found.fact != "service_end_on":
        setattr(cylinder, found.fact, True)
    legal = move(cylinder.status, "order_scrap")
    if legal is not None:
        make_move(actor, cylinder, legal, move_day(cylinder, batch.ordered_on), found.zh, batch.no)
        life_events.note(actor, cylinder, "scrap_order", {"given": {"reason": found.zh, "document": batch.no}})
    item = ScrapItem(batch_id=batch.id, cylinder_id=cylinder.id, reason=code, open=True, missing=False)
    session.add(item)


def _failed_for(cylinder: Cylinder) -> str | None:
    """The reason of the inspection that a cylinder is to be scrapped for."""
    standing = [row for row in cylinder.inspections if row.replaced_on is None]
    last = max(standing, key=lambda row: (row.done_on, row.id), default=None)
    if cylinder.status != PENDING or last is None or last.passed:
        return None
    return last.scrap_reason or rules.FAILED


def _before(session: Session, cylinder: Cylinder) -> str:
    """The reason in the batch that a cylinder was in before; of orders without one, its life when that is over."""
    ordered = select(ScrapItem.reason).where(ScrapItem.cylinder_id == cylinder.id).order_by(ScrapItem.id.desc())
    if known := session.scalar(ordered.limit(1)):
        return known
    over = cylinder.service_end_on is not None and cylinder.service_end_on < clock.today()
    return rules.LIFE_OVER if over else rules.FAILED


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(T("气瓶已在另一批次中，或证书编号已使用，请刷新后再办理")) from None


def _hand_over(actor: Actor, session: Session, batch: ScrapBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    handler = data.get("handler_id") or batch.station_id
    if handler != batch.station_id:
        inspects = select(Capacity.id).where(Capacity.unit_id == handler, Capacity.capacity == "inspection")
        if session.execute(inspects).first() is None:
            raise Invalid.field("handler_id", T("只能由充装单位自行销毁，或者交检验机构销毁"))
    batch.handler_id, batch.handed_over_on = handler, clock.today()
    return {"handler_id": handler}


def _withdraw(actor: Actor, _session: Session, batch: ScrapBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    """The batch is no more; its cylinders are still to be scrapped."""
    for item in batch.items:
        item.open = False
    return {"reason": data["reason"]}


def _destroy(actor: Actor, _session: Session, batch: ScrapBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    if actor.role not in OFFICE_ROLES and actor.unit_id != batch.handler_id:
        raise Conflict(T("由受托销毁的单位登记"))
    _refuse_method(data)
    on = data["destroyed_on"]
    if not (batch.handed_over_on or batch.ordered_on) <= on <= clock.today():
        raise Invalid.field("destroyed_on", T("应在移交日期与今天之间"))
    gone = _absent(actor, batch, data.get("missing") or ())
    if len(gone) == len(batch.items):
        raise Invalid.field("missing", T("一只也没有销毁，请撤回批次"))
    _keep_evidence(actor, batch, data)
    legal = move(PENDING, "destroy")
    assert legal is not None
    for item in batch.items:
        if item.id in gone or item.cylinder.status != PENDING:
            item.missing, item.open = True, False
            continue
        make_move(actor, item.cylinder, legal, move_day(item.cylinder, on), _words(item), batch.certificate_no or "")
        given = {"batch": batch.no, "certificate_no": batch.certificate_no}
        life_events.note(actor, item.cylinder, "destroy", {"given": given})
    left = sum(item.missing for item in batch.items)
    return {
        "method": batch.method,
        "destroyed_on": on,
        "certificate_no": batch.certificate_no,
        "weighed_g": batch.weighed_g,
        "missing": left,
    }


def _refuse_method(data: Mapping[str, Any]) -> None:
    method = rules.methods(clock.today()).get(data["method"])
    if method is None:
        raise Invalid.field("method", T("没有这种处理方式"))
    if not method.allowed:
        raise Invalid.field(
            "method", T("“{method}”不能消除使用功能，须压扁或者解体（{basis}）", method=method.zh, basis=method.basis)
        )
    if "".join(data["operator"].split()) == "".join(data["witness"].split()):
        raise Invalid.field("witness", T("操作人与见证人不得为同一人"))
    if data["weighed_g"] <= 0:
        raise Invalid.field("weighed_g", T("请填写过磅重量"))


def _absent(actor: Actor, batch: ScrapBatch, codes: Sequence[str]) -> set[int]:
    items = {item.cylinder_id: item for item in batch.items}
    lines = []
    for line in cylinder_lines.look(actor, codes):
        strange = line.cylinder is not None and line.cylinder.id not in items
        lines.append(Line(line.number, line.text, line.cylinder, T("不在本批次中") if strange else line.problem))
    if any(line.problem for line in lines):
        raise Invalid({"missing": cylinder_lines.sentences(lines)})
    return {items[line.cylinder.id].id for line in lines if line.cylinder}


def _keep_evidence(actor: Actor, batch: ScrapBatch, data: Mapping[str, Any]) -> None:
    batch.photos_before = _photos(actor, "photos_before", data["photos_before"])
    batch.photos_after = _photos(actor, "photos_after", data["photos_after"])
    if set(batch.photos_before) & set(batch.photos_after):
        raise Invalid.field("photos_after", T("销毁前后的照片不能是同一张"))
    if data.get("ticket") is not None:
        batch.ticket_id = _file(actor, "ticket", data["ticket"]).id
    for name in ("method", "destroyed_on", "operator", "witness", "weighed_g", "ticket_no", "certificate_no"):
        setattr(batch, name, data[name])


def _photos(actor: Actor, name: str, ids: Sequence[int]) -> list[int]:
    """The pictures, each a stored file of the caller's."""
    if len(ids) > MOST_PHOTOS:
        raise Invalid.field(name, T("最多{count}张照片", count=MOST_PHOTOS))
    return [_file(actor, name, id_, PHOTOS).id for id_ in dict.fromkeys(ids)]


def _file(actor: Actor, name: str, file_id: int, mimes: tuple[str, ...] = (*PHOTOS, "application/pdf")) -> StoredFile:
    try:
        return policy.get(actor, StoredFile, StoredFile.id == file_id, StoredFile.mime.in_(mimes))
    except Missing:
        raise Invalid.field(name, T("请上传照片（JPEG、PNG 或 WebP）")) from None


def _words(item: ScrapItem) -> str:
    return rules.reasons(clock.today())[item.reason].zh


def _question(_actor: Actor, _session: Session, batch: ScrapBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    batch.question = data["reason"][:200]
    return {"reason": batch.question}


def _supplement(actor: Actor, _session: Session, batch: ScrapBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    """More pictures beside the first ones; nothing of the evidence is taken away."""
    if actor.role not in OFFICE_ROLES and actor.unit_id not in (batch.handler_id, batch.station_id):
        raise Conflict(T("由受托销毁的单位登记"))
    for name in ("photos_before", "photos_after"):
        added = _photos(actor, name, data.get(name) or ())
        setattr(batch, name, [*(getattr(batch, name) or []), *added])
    if data.get("note"):
        batch.note = f"{batch.note}\n{data['note']}".strip()[:4000]
    return {"photos": len(batch.photos_after or [])}


def _confirm(actor: Actor, _session: Session, batch: ScrapBatch, data: Mapping[str, Any]) -> dict[str, Any]:
    """The registrations end. A cylinder that an office cancelled by hand meanwhile is left as it is."""
    on: date = clock.today()
    batch.cancelled_on, batch.document, batch.confirmed_by_id = on, data["document"][:200], actor.person_id
    done = 0
    for item in batch.items:
        legal = move(item.cylinder.status, "cancel") if item.open and item.cylinder.status == "destroyed" else None
        item.open = False
        if legal is not None:
            make_move(actor, item.cylinder, legal, move_day(item.cylinder, on), _words(item), batch.document)
            life_events.note(actor, item.cylinder, "cancel", {"given": {"document": batch.document}})
            done += 1
    return {"document": batch.document, "cylinders": done}


HANDLERS: dict[str, Callable[[Actor, Session, ScrapBatch, Mapping[str, Any]], dict[str, Any]]] = {
    "hand_over": _hand_over,
    "withdraw": _withdraw,
    "destroy": _destroy,
    "question": _question,
    "supplement": _supplement,
    "confirm": _confirm,
}
