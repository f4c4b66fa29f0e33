"""The company's day on the map and as a round: where what is due stands, and in which order to go there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry import policy, routes
from registry.actor import Actor
from registry.db import db
from registry.models import Elevator, Unit
from registry.queries import visit_plans
from registry.queries.due_lines import EVERYTHING, Line, Narrow
from registry.routes import Place

MOST_POINTS = 3000
MOST_STOPS = 150
CENTRE: Place = (33.6461, 116.9637)  # the city's hall, where a unit has no place of its own


@dataclass(frozen=True)
class Point:
    """An elevator on the map: when it is due, in which state, and where it stands (None when nobody stood there)."""

    code: str
    name: str
    address: str
    due_on: date
    state: str
    place: Place | None

    @property
    def label(self) -> str:
        """Address and name."""
        return " · ".join(filter(None, (self.address, self.name)))


@dataclass(frozen=True)
class Stop:
    """A stop of a round: `metres` from the stop before it."""

    point: Point
    metres: int


@dataclass(frozen=True)
class Round:
    """The stops in their order, what has no place, and whether there was more than one round takes."""

    start: Place
    stops: list[Stop]
    unplaced: list[Point]
    more: bool

    @property
    def metres(self) -> int:
        """The whole way."""
        return sum(stop.metres for stop in self.stops)


def points(
    actor: Actor, on: date, states: tuple[str, ...] = visit_plans.PRESSING, narrow: Narrow = EVERYTHING
) -> list[Point]:
    """Where what is due stands, the most urgent first; at most 3,000."""
    return _points(actor, visit_plans.lines_of(actor, on, states, MOST_POINTS, narrow), on)


def round_of(
    actor: Actor,
    on: date,
    start: Place | None = None,
    states: tuple[str, ...] = visit_plans.PRESSING,
    narrow: Narrow = EVERYTHING,
) -> Round:
    """A short way round what is due, from `start` (the caller's unit when none is given); the 150 most urgent."""
    begin = start or start_of(actor)
    found = _points(actor, visit_plans.lines_of(actor, on, states, MOST_STOPS + 1, narrow), on)
    chosen = found[:MOST_STOPS]
    placed = [point for point in chosen if point.place is not None]
    places = [point.place for point in placed if point.place is not None]
    turns = routes.order(begin, places)
    ways = routes.legs(begin, [places[turn] for turn in turns])
    stops = [Stop(placed[turn], round(metres)) for turn, metres in zip(turns, ways, strict=True)]
    return Round(begin, stops, [point for point in chosen if point.place is None], len(found) > MOST_STOPS)


def start_of(actor: Actor) -> Place:
    """Where the caller's unit is; the middle of the city where nobody knows."""
    unit = db.session.get(Unit, actor.unit_id) if actor.unit_id else None
    if unit is None or unit.lat is None or unit.lon is None:
        return CENTRE
    return unit.lat, unit.lon


def _points(actor: Actor, lines: list[Line], on: date) -> list[Point]:
    columns = (Elevator.id, Elevator.label_code, Elevator.name, Elevator.address, Elevator.lat, Elevator.lon)
    ids = [line.elevator_id for line in lines]
    rows = {
        row.id: row for row in db.session.execute(policy.scope(actor, Elevator, *columns).where(Elevator.id.in_(ids)))
    }
    found = []
    for line in lines:
        row = rows[line.elevator_id]
        place = (row.lat, row.lon) if row.lat is not None and row.lon is not None else None
        state = visit_plans.state_of(line.due_on, on)
        found.append(Point(row.label_code, row.name, row.address, line.due_on, state, place))
    return found
