"""Patrol rounds of guarded events: mine on the phone, one to confirm, what waits and what is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, files, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Elevator, GuardedDevice, GuardedEvent, GuardedRound, StoredFile, Unit
from registry.rules import guarded_events as rules
from registry.settings import current

OWN = (
    joinedload(GuardedRound.event),
    joinedload(GuardedRound.place),
    joinedload(GuardedRound.person),
    joinedload(GuardedRound.walked_by),
    joinedload(GuardedRound.unit),
    joinedload(GuardedRound.hazard),
    joinedload(GuardedRound.fault_report),
)
TONES = {
    "walked": "good",
    "walked_late": "warn",
    "late": "bad",
    "missed": "bad",
    "due": "warn",
    "waits": "neutral",
}
NAMES = {
    "walked": T("已巡查"),
    "walked_late": T("逾期巡查"),
    "late": T("逾期未巡查"),
    "missed": T("未巡查"),
    "due": T("待巡查"),
    "waits": T("未到时间"),
}
AHEAD = timedelta(hours=24)
KEPT = timedelta(hours=12)
LIMIT = 100


@dataclass(frozen=True)
class Line:
    """A round as it stands now; `names`: whether the caller may read who walks it, `mine` that his unit walks it."""

    round: GuardedRound
    state: str
    names: bool
    mine: bool

    @property
    def red(self) -> bool:
        return self.state in ("late", "missed")

    @property
    def found(self) -> bool:
        """Whether something was not in order."""
        return rules.ABNORMAL in (self.round.answers or {}).values()

    @property
    def can_walk(self) -> bool:
        """Whether it is time, and not done."""
        return self.mine and self.state in ("due", "late")


def line(actor: Actor, row: GuardedRound, event: GuardedEvent) -> Line:
    """How a round stands for the caller."""
    own = row.unit_id == actor.unit_id
    state = rules.round_state(row.planned_at, row.done_at, clock.now(), event.state in rules.OVER, clock.today())
    mine = own and event.state in rules.WALKED_IN and policy.may(actor, "guarded_event.walk")
    return Line(row, state, own or actor.role in OFFICE_ROLES, mine)


def mine(actor: Actor) -> list[Line]:
    """The rounds of the caller's unit for the next day, those that are late or due first, and what he walked today."""
    policy.require(actor, "guarded_event.walk")
    now = clock.now()
    statement = (
        policy.scope(actor, GuardedRound)
        .join(GuardedEvent, GuardedEvent.id == GuardedRound.event_id)
        .where(
            GuardedRound.unit_id == actor.unit_id,
            GuardedEvent.state.in_(rules.WALKED_IN),
            GuardedRound.planned_at < now + AHEAD,
            (GuardedRound.done_at.is_(None)) | (GuardedRound.done_at > now - KEPT),
        )
        .options(*OWN)
        .order_by(GuardedRound.planned_at, GuardedRound.id)
        .limit(LIMIT)
    )
    found = [line(actor, row, row.event) for row in db.session.scalars(statement)]
    order = ("late", "due", "waits")
    return sorted(
        found,
        key=lambda one: (
            order.index(one.state) if one.state in order else len(order),
            one.round.person_id != actor.person_id,
        ),
    )


def one(actor: Actor, round_id: int) -> Line:
    """A round with its event and place; Missing when it does not concern the caller."""
    policy.require(actor, "guarded_event.read")
    row = policy.get(actor, GuardedRound, GuardedRound.id == round_id, options=OWN)
    return line(actor, row, row.event)


def known(actor: Actor, ref: str | None) -> GuardedRound | None:
    """The round that came with a `ref` before, for a page whose answer was lost."""
    if not ref:
        return None
    found: GuardedRound | None = db.session.scalar(policy.scope(actor, GuardedRound).where(GuardedRound.ref == ref))
    return found


def devices(actor: Actor, row: GuardedRound) -> Sequence[GuardedDevice]:
    """What a finding of a round may be about: the equipment at its place that the caller may see in the register."""
    statement = (
        select(GuardedDevice)
        .where(GuardedDevice.place_id == row.place_id)
        .where(
            GuardedDevice.elevator_id.in_(policy.scope(actor, Elevator, Elevator.id))
            | GuardedDevice.unit_id.in_(policy.scope(actor, Unit, Unit.id))
        )
        .options(joinedload(GuardedDevice.elevator), joinedload(GuardedDevice.unit))
    )
    return db.session.scalars(statement.order_by(GuardedDevice.id)).all()


def photo(actor: Actor, round_id: int, file_id: int) -> tuple[Path, str]:
    """Where a photo of a round lies, and its type.

    Raises:
        Missing: no such photo of a round that the caller sees.
    """
    row = one(actor, round_id).round
    stored = db.session.get(StoredFile, file_id) if file_id in (row.photos or []) else None
    if stored is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime


def tally(actor: Actor, _day: date) -> dict[str, int]:
    """For the first page: of my own rounds those `due` now and those `late`; for offices all that are `late_all`."""
    today, now = clock.today(), clock.now()
    late = timedelta(minutes=rules.number("round_late_minutes", today))
    early = timedelta(minutes=rules.number("round_early_minutes", today))
    waiting = (
        policy.scope(actor, GuardedRound, func.count(GuardedRound.id))
        .join(GuardedEvent, GuardedEvent.id == GuardedRound.event_id)
        .where(GuardedEvent.state.in_(rules.WALKED_IN), GuardedRound.done_at.is_(None))
    )
    own: Any = waiting.where(GuardedRound.person_id == actor.person_id, GuardedRound.unit_id == actor.unit_id)
    is_late = GuardedRound.planned_at < now - late
    return {
        "due": int(db.session.scalar(own.where(~is_late, GuardedRound.planned_at <= now + early)) or 0),
        "late": int(db.session.scalar(own.where(is_late)) or 0),
        "late_all": int(db.session.scalar(waiting.where(is_late)) or 0),
    }
