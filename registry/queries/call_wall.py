"""What hangs on the wall of the rescue desk: the running calls, where they and the teams are, and the day in figures.

No phone and no person's name is in it: whoever stands in the room reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Call
from registry.queries import call_responders, responder_index
from registry.queries.calls import Line, running
from registry.queries.entrapments import EVENT
from registry.rules import call_figures as figures
from registry.rules import calls as rules
from registry.rules.nearest import Place
from registry.rules.responders import ACTIVE


@dataclass(frozen=True)
class Spot:
    """A call on the map: red, on the way, or an exercise."""

    line: Line
    place: Place
    tone: str


@dataclass(frozen=True)
class Team:
    """A team on the map: free, at work, or off duty."""

    name: str
    place: Place
    tone: str


@dataclass(frozen=True)
class Day:
    """Today without exercises; `arrival_mean` in whole seconds, None where nobody arrived; `on_time` of `arrived`."""

    calls: int
    entrapments: int
    persons: int
    freed: int
    arrived: int
    on_time: int
    arrival_mean: int | None


@dataclass(frozen=True)
class Wall:
    """`lines`: those for whom somebody waits; `ending` how many wait for repair, call-back or closing."""

    at: datetime
    lines: list[Line]
    ending: int
    spots: list[Spot]
    teams: list[Team]
    day: Day


def wall(actor: Actor) -> Wall:
    """The wall as it is now."""
    policy.require(actor, "call_wall.read")
    lines = running(actor)
    helping = [one for one in lines if one.kind.dispatched and one.call.state in rules.RUNNING_STATES]
    now = clock.now()
    return Wall(now, helping, len(lines) - len(helping), _spots(helping), _teams(now), _day(actor))


def _spots(lines: list[Line]) -> list[Spot]:
    placed = ((line, call_responders.place_of(line.call)) for line in lines)
    return [Spot(line, place, _tone(line)) for line, place in placed if place is not None]


def _tone(line: Line) -> str:
    return "drill" if line.call.drill else "late" if line.red else "runs"


def _teams(now: datetime) -> list[Team]:
    today, busy = clock.day_of(now), call_responders.loads()
    return [
        Team(one.name, one.place, "busy" if busy.get(one.id) else "free" if one.on_duty(now) else "off")
        for one in responder_index.kept(today)
        if one.place is not None and one.status(today) == ACTIVE
    ]


def _day(actor: Actor) -> Day:
    columns = (Call.kind, Call.area_code, Call.trapped, Call.received_at, Call.arrived_at, Call.released_at)
    today = clock.today()
    rows = db.session.execute(policy.scope(actor, Call, *columns).where(*EVENT, Call.received_on == today)).all()
    trapped = [row for row in rows if row.kind == rules.ENTRAPMENT]
    took = [
        (round((row.arrived_at - row.received_at).total_seconds()), 60 * rules.arrival_minutes(row.area_code, today))
        for row in trapped
        if row.arrived_at
    ]
    return Day(
        calls=len(rows),
        entrapments=len(trapped),
        persons=sum(row.trapped or 0 for row in trapped),
        freed=sum(1 for row in trapped if row.released_at),
        arrived=len(took),
        on_time=sum(1 for seconds, within in took if seconds <= within),
        arrival_mean=figures.mean([seconds for seconds, _ in took]),
    )
