"""Transfers of cylinders between stations as pages and the interface need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Capacity, Cylinder, CylinderTransfer, CylinderTransferItem, Unit
from registry.queries import cylinder_lines, cylinder_transfer_facts, trail
from registry.queries.cylinder_lines import Line
from registry.queries.paging import Page, paginate
from registry.rules.verdict import Verdict
from registry.rules.workflow import Move, moves_from, states

WORKFLOW = "cylinder_transfer"
UNITS = (
    joinedload(CylinderTransfer.giver),
    joinedload(CylinderTransfer.receiver),
    joinedload(CylinderTransfer.proposed_by),
    joinedload(CylinderTransfer.decided_by),
)
RUNNING = tuple(state.id for state in states(WORKFLOW).values() if not state.ended)
MOST = 1000
# The giver sees on the first page for so many days that it was answered.
TOLD_DAYS = 7


@dataclass(frozen=True)
class TransferLine:
    """A transfer in a list with how many of its cylinders are pending, accepted, refused, withdrawn."""

    row: CylinderTransfer
    counts: Mapping[str, int]

    @property
    def cylinders(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ShownItem:
    """A cylinder of a transfer; `verdict`: what speaks against it now, while it is pending. `visible`: the caller may
    open its page."""

    item: CylinderTransferItem
    verdict: Verdict
    visible: bool

    @property
    def cylinder(self) -> Cylinder:
        return self.item.cylinder


@dataclass(frozen=True)
class Shown:
    """One transfer with its cylinders, what the caller may do, and what was done."""

    row: CylinderTransfer
    items: Sequence[ShownItem]
    counts: Mapping[str, int]
    moves: list[Move]
    history: Sequence[Any]


@dataclass(frozen=True)
class Checked:
    """A line that was written, the cylinder it names, and what speaks against handing it on."""

    line: Line
    verdict: Verdict

    @property
    def good(self) -> bool:
        return self.line.cylinder is not None and self.line.problem is None and self.verdict.allowed


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Transfers of the caller's, newest first: `state` (or `open`), `side` (`given`, `received`), `station` (either
    side), `q` (document)."""
    policy.require(actor, "cylinder_transfer.read")
    statement = policy.scope(actor, CylinderTransfer).options(*UNITS)
    if state := filters.get("state"):
        statement = statement.where(CylinderTransfer.state.in_(RUNNING if state == "open" else (state,)))
    if side := filters.get("side"):
        column = CylinderTransfer.giver_id if side == "given" else CylinderTransfer.receiver_id
        statement = statement.where(column == actor.unit_id)
    if station := filters.get("station"):
        sides = (CylinderTransfer.giver_id == int(station), CylinderTransfer.receiver_id == int(station))
        statement = statement.where(or_(*sides))
    if text := filters.get("q"):
        statement = statement.where(CylinderTransfer.document.contains(text, autoescape=True))
    found = paginate(statement, CylinderTransfer.id, limit, cursor, newest=True)
    counts = _counts([row.id for row in found.items])
    return Page([TransferLine(row, counts.get(row.id, {})) for row in found.items], found.next)


def show(actor: Actor, transfer_id: int) -> Shown:
    """One transfer.

    Raises:
        Missing: no such transfer, or not for this caller to see.
    """
    policy.require(actor, "cylinder_transfer.read")
    row = policy.get(actor, CylinderTransfer, CylinderTransfer.id == transfer_id, options=UNITS)
    items = db.session.scalars(
        select(CylinderTransferItem)
        .where(CylinderTransferItem.transfer_id == row.id)
        .options(joinedload(CylinderTransferItem.cylinder))
        .order_by(CylinderTransferItem.id)
        .limit(MOST)
    ).all()
    pending = [item.cylinder for item in items if item.open]
    told = cylinder_transfer_facts.verdicts(pending, row.giver_id, row.receiver_id, clock.today(), row.id)
    ids = [item.cylinder_id for item in items]
    seen = set(db.session.scalars(policy.scope(actor, Cylinder, Cylinder.id).where(Cylinder.id.in_(ids))))
    shown = [
        ShownItem(item, told[item.cylinder_id] if item.open else Verdict(), item.cylinder_id in seen) for item in items
    ]
    offered = [move for move in moves_from(WORKFLOW, row.state) if may(actor, row, move.verb)]
    return Shown(row, shown, _counts([row.id]).get(row.id, {}), offered, trail.history(row))


def may(actor: Actor, row: CylinderTransfer, verb: str) -> bool:
    """The receiver accepts or refuses; the giver or an office takes back."""
    side = row.giver_id if verb == "withdraw" else row.receiver_id
    mine = actor.unit_id == side or (verb == "withdraw" and actor.role in OFFICE_ROLES)
    return mine and policy.may(actor, f"cylinder_transfer.{verb}")


def check(actor: Actor, codes: Sequence[str], receiver_id: int, lock: bool = False) -> list[Checked]:
    """Each line that was scanned, pasted or read from a file, with what speaks against it, at once.

    Raises:
        Invalid: no line, too many, or a receiver that is no other filling station.
    """
    policy.require(actor, "cylinder_transfer.propose")
    if not codes:
        raise Invalid.field("codes", T("请至少填写一只气瓶"))
    if len(codes) > MOST:
        raise Invalid.field("codes", T("一批最多{count}只", count=MOST))
    if receiver_id not in {unit_id for unit_id, _ in receivers(actor)}:
        raise Invalid.field("receiver_id", T("请选择另一家充装单位"))
    lines = cylinder_lines.look(actor, codes, lock=lock)
    rows = [line.cylinder for line in lines if line.cylinder]
    assert actor.unit_id is not None
    told = cylinder_transfer_facts.verdicts(rows, actor.unit_id, receiver_id, clock.today())
    return [Checked(line, told[line.cylinder.id] if line.cylinder else Verdict()) for line in lines]


def receivers(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the stations that cylinders can be handed on to: every other one."""
    statement = (
        select(Unit.id, Unit.name)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "filling", Unit.id != actor.unit_id)
        .order_by(Unit.name)
        .limit(2000)
    )
    return [(unit_id, name) for unit_id, name in db.session.execute(statement)]


def pending_of(cylinder_id: int) -> CylinderTransfer | None:
    """The transfer that a cylinder, found through the policy, waits in, with both sides."""
    statement = (
        select(CylinderTransfer)
        .join(CylinderTransferItem, CylinderTransferItem.transfer_id == CylinderTransfer.id)
        .where(CylinderTransferItem.open, CylinderTransferItem.cylinder_id == cylinder_id)
        .options(*UNITS)
    )
    return db.session.scalars(statement).first()


def tally(actor: Actor, on: date) -> Mapping[str, int]:
    """For the first page: `incoming` waits for the caller's acceptance, `outgoing` for the other side's, `open` for
    anybody's; `answered`: the caller's own, answered in the last days."""
    unit = actor.unit_id
    waiting, lately = CylinderTransfer.state.in_(RUNNING), on - timedelta(days=TOLD_DAYS)
    answered = (
        CylinderTransfer.state.in_(("accepted", "accepted_in_part", "refused")),
        CylinderTransfer.decided_on > lately,
    )
    sums = {
        "incoming": (waiting, CylinderTransfer.receiver_id == unit),
        "outgoing": (waiting, CylinderTransfer.giver_id == unit),
        "open": (waiting,),
        "answered": (CylinderTransfer.giver_id == unit, *answered),
    }
    columns = [func.coalesce(func.sum(case((_all(parts), 1), else_=0)), 0) for parts in sums.values()]
    row = db.session.execute(policy.scope(actor, CylinderTransfer, *columns)).one()
    return dict(zip(sums, row, strict=True))


def _all(parts: Sequence[Any]) -> Any:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part
    return whole


def _counts(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    statement = (
        select(CylinderTransferItem.transfer_id, CylinderTransferItem.state, func.count())
        .where(CylinderTransferItem.transfer_id.in_(ids))
        .group_by(CylinderTransferItem.transfer_id, CylinderTransferItem.state)
    )
    found: dict[int, dict[str, int]] = {}
    for transfer_id, state, count in db.session.execute(statement):
        found.setdefault(transfer_id, {})[state] = count
    return found
