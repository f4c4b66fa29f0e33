"""Cylinders handed on from one filling station to another (过户): proposed by the giver, decided by the receiver.

The moves are those of `cylinder_transfer_moves`. While it waits nobody fills the cylinders (R41); the labels stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.messages import Spoken, T
from registry.models import Cylinder, CylinderTransfer, CylinderTransferItem, Unit
from registry.queries import cylinder_lines, cylinder_transfer_facts
from registry.queries import cylinder_transfers as queries
from registry.queries.cylinder_lines import Line
from registry.queries.cylinder_transfers import Checked
from registry.replays import digest, sent_before
from registry.rules.cylinder_lifecycle import move
from registry.rules.verdict import Verdict
from registry.rules.workflow import find_move, moves, states
from registry.services.cylinders import make_move, move_day, write_over

WORKFLOW = queries.WORKFLOW
PENDING, ACCEPTED, REFUSED, WITHDRAWN = "pending", "accepted", "refused", "withdrawn"
IN_PART = "accepted_in_part"
OPTIONS = (
    selectinload(CylinderTransfer.items).selectinload(CylinderTransferItem.cylinder).selectinload(Cylinder.statuses),
    selectinload(CylinderTransfer.receiver),
    selectinload(CylinderTransfer.giver),
)


def propose(actor: Actor, data: Mapping[str, Any]) -> tuple[CylinderTransfer, bool]:
    """Propose to hand cylinders of the caller's station on: `receiver_id, codes, document`, optionally `note, ref`; and
    whether the `ref` was here before. From then on they are 过户中.

    Raises:
        Invalid: lines that name no cylinder or one that cannot be handed on, each with every reason.
        Conflict: the same `ref` came with other content, or somebody proposes one of them at the same moment.
    """
    policy.require(actor, "cylinder_transfer.propose")
    content = digest({**data, "unit": actor.unit_id})
    with transaction() as session:
        known = sent_before(actor, CylinderTransfer, data.get("ref"), content)
        if known is not None:
            return known, True
        lines = queries.check(actor, data["codes"], data["receiver_id"], lock=True)
        if not all(line.good for line in lines):
            raise Invalid({"codes": told(lines)})
        row = CylinderTransfer(
            giver_id=actor.unit_id,
            receiver_id=data["receiver_id"],
            state="proposed",
            document=data["document"],
            proposed_on=clock.today(),
            proposed_by_id=actor.person_id,
            note=data.get("note") or "",
            recorded_at=clock.now(),
            ref=data.get("ref"),
            ref_digest=content if data.get("ref") else None,
        )
        session.add(row)
        session.flush()
        for line in lines:
            assert line.line.cylinder is not None
            _begin(actor, session, row, line.line.cylinder)
        _flush(session)
        audit.record(
            actor,
            "cylinder_transfer.proposed",
            row,
            giver_id=row.giver_id,
            receiver_id=row.receiver_id,
            cylinders=len(lines),
            document=row.document,
        )
        return row, False


def make(
    actor: Actor, transfer_id: int, verb: str, data: Mapping[str, Any], version: int | None = None
) -> CylinderTransfer:
    """Make one move of `cylinder_transfer_moves`: `accept` (optionally `refused` codes with `reason`), `refuse`
    (`reason`) by the receiver, `withdraw` (`reason`) by the giver or an office.

    Raises:
        Missing: no such move, or no such transfer for this caller.
        Forbidden: the move is the other side's.
        Conflict: decided already, or moved on since `version`.
        Invalid: a reason is missing, a code that is not of this transfer, a cylinder that can no longer be accepted.
    """
    if verb not in {known.verb for known in moves(WORKFLOW)}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"cylinder_transfer.{verb}")
    with transaction() as session:
        row = policy.get(actor, CylinderTransfer, CylinderTransfer.id == transfer_id, lock=True, options=OPTIONS)
        if not queries.may(actor, row, verb):
            raise Forbidden(T("这一步由{side}办理", side=row.giver.name if verb == "withdraw" else row.receiver.name))
        found = find_move(WORKFLOW, row.state, verb)
        if found is None or (version is not None and version != row.version):
            raise Conflict(T("过户单现在是“{state}”，请刷新后再办理", state=states(WORKFLOW)[row.state].zh))
        reason = (data.get("reason") or "").strip()
        if not reason and ("reason" in found.needs or data.get("refused")):
            raise Invalid.field("reason", T("请填写原因"))
        _lock_cylinders(session, row)
        HANDLERS[verb](actor, session, row, data.get("refused") or (), reason)
        row.state = _outcome(row, found.target)
        row.reason = reason[:200]
        row.decided_on, row.decided_by_id = clock.today(), actor.person_id
        row.version += 1
        _flush(session)
        counts = {state: sum(item.state == state for item in row.items) for state in (ACCEPTED, REFUSED)}
        audit.record(
            actor,
            "cylinder_transfer.moved",
            row,
            verb=verb,
            **{"from": found.source, "to": row.state},
            reason=row.reason,
            **counts,
        )
        return row


def told(lines: Sequence[Checked]) -> list[T]:
    """A sentence for each of the first bad lines, with everything that speaks against it."""
    return cylinder_lines.sentences(
        Line(one.line.number, one.line.text, one.line.cylinder, one.line.problem or _against(one.verdict))
        for one in lines
    )


def _against(verdict: Verdict) -> T | None:
    if verdict.allowed:
        return None
    blocking = [found for found in verdict.findings if found.severity == "block"]
    return Spoken("；".join(found.text for found in blocking), "; ".join(found.text_en for found in blocking))


def _begin(actor: Actor, session: Session, row: CylinderTransfer, cylinder: Cylinder) -> None:
    """One in use is 过户中 from now on; one that is out of use stays so."""
    legal = move(cylinder.status, "begin_transfer")
    if legal is not None:
        make_move(actor, cylinder, legal, move_day(cylinder, row.proposed_on), "过户", row.no)
    session.add(CylinderTransferItem(transfer_id=row.id, cylinder_id=cylinder.id, state=PENDING, open=True))


def _lock_cylinders(session: Session, row: CylinderTransfer) -> None:
    """What is judged may not change meanwhile; the same order as everywhere."""
    ids = [item.cylinder_id for item in row.items]
    statement = locked(select(Cylinder).where(Cylinder.id.in_(ids)).order_by(Cylinder.id))
    session.scalars(statement.options(selectinload(Cylinder.statuses)).execution_options(populate_existing=True)).all()


def _accept(actor: Actor, session: Session, row: CylinderTransfer, codes: Sequence[str], reason: str) -> None:
    """What is taken over changes its owner; the rest stays the giver's."""
    left = {item.id for item in _named(row, codes)}
    taken = [item for item in row.items if item.id not in left]
    if not taken:
        raise Invalid.field("refused", T("一只也不接收，请“全部拒收”"))
    _refuse_changed(row, taken)
    receiver = session.scalars(
        select(Unit).where(Unit.id == row.receiver_id).options(selectinload(Unit.capacities))
    ).one()
    for item in row.items:
        item.open = False
        if item.id in left:
            item.state, item.reason = REFUSED, reason[:200]
            _give_back(actor, item.cylinder, reason, row.no)
        else:
            item.state = ACCEPTED
            write_over(actor, item.cylinder, receiver, move_day(item.cylinder, clock.today()), row.no, row.document)


def _refuse_changed(row: CylinderTransfer, taken: Sequence[CylinderTransferItem]) -> None:
    """What became of the cylinders since they were proposed is judged again: nobody takes over what may not go."""
    rows = [item.cylinder for item in taken]
    found = cylinder_transfer_facts.verdicts(rows, row.giver_id, row.receiver_id, clock.today(), row.id)
    bad = [
        Line(number, item.cylinder.handle, item.cylinder, _against(found[item.cylinder_id]))
        for number, item in enumerate(row.items, 1)
        if item in taken and not found[item.cylinder_id].allowed
    ]
    if bad:
        raise Invalid({"refused": [*cylinder_lines.sentences(bad), T("这些气瓶请列入拒收")]})


def _refuse(actor: Actor, _session: Session, row: CylinderTransfer, _codes: Sequence[str], reason: str) -> None:
    for item in row.items:
        item.open, item.state, item.reason = False, REFUSED, reason[:200]
        _give_back(actor, item.cylinder, reason, row.no)


def _withdraw(actor: Actor, _session: Session, row: CylinderTransfer, _codes: Sequence[str], reason: str) -> None:
    for item in row.items:
        item.open, item.state = False, WITHDRAWN
        _give_back(actor, item.cylinder, reason, row.no)


def _give_back(actor: Actor, cylinder: Cylinder, reason: str, no: str) -> None:
    legal = move(cylinder.status, "withdraw_transfer")
    if legal is not None:
        make_move(actor, cylinder, legal, move_day(cylinder, clock.today()), reason, no)


def _named(row: CylinderTransfer, codes: Sequence[str]) -> list[CylinderTransferItem]:
    """The items of these codes: the receiver does not see the cylinders elsewhere, so they are looked for here."""
    by_key: dict[str, list[CylinderTransferItem]] = {}
    for item in row.items:
        for key in (item.cylinder.handle, item.cylinder.register_no, item.cylinder.serial_no):
            if key:
                by_key.setdefault(key, []).append(item)
    lines: list[Line] = []
    found: list[CylinderTransferItem] = []
    for number, text in enumerate(codes, 1):
        named = {item.id: item for key in cylinder_lines.keys(text) for item in by_key.get(key, ())}
        if len(named) != 1:
            problem = T("有{count}只气瓶用这个编号，请改用标签码", count=len(named)) if named else T("不在本过户单中")
            lines.append(Line(number, text, None, problem))
        found.extend(named.values())
    if lines:
        raise Invalid({"refused": cylinder_lines.sentences(lines)})
    return found


def _outcome(row: CylinderTransfer, target: str) -> str:
    return IN_PART if target == ACCEPTED and any(item.state == REFUSED for item in row.items) else target


def _flush(session: Session) -> None:
    """Two proposals of one cylinder at the same moment: the table refuses the second."""
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(T("有气瓶刚被列入另一张过户单，请刷新后再办理")) from None


HANDLERS: dict[str, Callable[[Actor, Session, CylinderTransfer, Sequence[str], str], None]] = {
    "accept": _accept,
    "refuse": _refuse,
    "withdraw": _withdraw,
}
