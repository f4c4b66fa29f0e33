"""What the operator's desk shows: the calls that run, and the elevators that one line of typing may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Call
from registry.queries import call_lookup
from registry.queries.call_lookup import Candidate
from registry.queries.calls import Line, running
from registry.rules import calls as rules

MOST = 8


@dataclass(frozen=True)
class Board:
    """The desk: `helping` somebody waits for help, `ending` repair, call-back or closing is left."""

    helping: list[Line]
    ending: list[Line]

    @property
    def red(self) -> list[Line]:
        return [line for line in self.helping if line.red]


@dataclass(frozen=True)
class Meant:
    """An elevator that may be meant; `running` is the number of its call that runs already,
    the first of them; exercises are none."""

    candidate: Candidate
    running: str | None


def board(actor: Actor) -> Board:
    """The calls that are not over."""
    lines = running(actor)
    return Board([line for line in lines if _helps(line)], [line for line in lines if not _helps(line)])


def meant(actor: Actor, text: str) -> list[Meant]:
    """The elevators that a line of typing may mean, the likeliest first, each with its call that runs already."""
    policy.require(actor, "call.take")
    found = call_lookup.find(actor, text, limit=MOST) if text.strip() else []
    known = _running(actor, [one.elevator_id for one in found])
    return [Meant(one, known.get(one.elevator_id)) for one in found]


def _helps(line: Line) -> bool:
    """Whether somebody waits for help; an enquiry or a complaint waits for its answer."""
    return line.kind.dispatched and line.call.state in rules.RUNNING_STATES


def _running(actor: Actor, elevator_ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(
        policy.scope(actor, Call, Call.elevator_id, Call.no)
        .where(
            Call.elevator_id.in_(elevator_ids),
            Call.state.in_(rules.RUNNING_STATES),
            Call.kind.in_([kind.id for kind in rules.kinds().values() if kind.dispatched]),
            Call.drill.is_(False),
        )
        .order_by(Call.id.desc())
    )
    return {elevator: no for elevator, no in rows}  # noqa: C416
