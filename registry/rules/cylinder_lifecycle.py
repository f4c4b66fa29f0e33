"""The register statuses of a cylinder, the legal moves between them, its events and its custody.

cylinders.md §3 (statuses), §5.1 (events). Everything is read from `tables/cylinder_*.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from registry.rules.cylinders import kind_matches, reason_text
from registry.rules.limits import edition


@dataclass(frozen=True, slots=True)
class Status:
    """`live`: the registration still stands; `counts_in_use`: indicators count the cylinder; `transferable`:
    the office may write it over to another owner."""

    id: str
    zh: str
    en: str
    live: bool
    counts_in_use: bool
    transferable: bool
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Move:
    """A legal change of status.

    `by`: `any` (station or office), `office`, or what makes it by itself: `inspection`, `transfer`. `needs` names
    what must come with it: `document`, `reason`. `custody`: where the cylinder is afterwards, empty where that does
    not change. `voids_code`: its label codes are void from then on and never reused (Law art. 48).
    """

    source: str
    target: str
    verb: str
    zh: str
    en: str
    by: str
    needs: tuple[str, ...]
    custody: str
    voids_code: bool
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of step in a cylinder's life (§5.1). `number`: status number of older bottled-gas systems; `by`: the
    parties that may tell it (`PARTIES`; what only the system tells comes from another record); `scanned`: whether the
    page for scanning offers it; `asks`: what that page asks for with it; `move`: the change of status that comes
    with it."""

    kind: str
    zh: str
    en: str
    number: int | None
    by: frozenset[str]
    scanned: bool
    asks: str
    move: str

    @property
    def sent(self) -> bool:
        """Whether somebody may report it as an event."""
        return self.by != {"system"}


@dataclass(frozen=True, slots=True)
class Custody:
    """Where a cylinder is: one of the custody statuses of §3."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is plausible for a field of a kind of cylinder, both ends included, in `unit` (L, kg, MPa, ...)."""

    minimum: Decimal
    maximum: Decimal
    unit: str


INITIAL_STATUSES = ("draft", "in_use")
CUSTODIES = (
    "empty_in_station",
    "prechecked",
    "filling",
    "filled_unchecked",
    "full_in_station",
    "in_delivery",
    "at_depot_full",
    "at_depot_empty",
    "at_user",
    "returning",
    "at_inspection",
    "lost",
)


@cache
def statuses(on: date = date.max) -> Mapping[str, Status]:
    """The statuses by identifier, of a day or (without one) of the newest edition."""
    return MappingProxyType(
        {
            row["status"]: Status(
                row["status"],
                row["zh"],
                row["en"],
                row["live"] == "1",
                row["counts_in_use"] == "1",
                row["transferable"] == "1",
                row["basis"],
                row["certainty"],
            )
            for row in edition("cylinder_status", on)
        }
    )


@cache
def moves(on: date = date.max) -> tuple[Move, ...]:
    """All legal moves, of a day or (without one) of the newest edition."""
    return tuple(
        Move(
            row["from"],
            row["to"],
            row["verb"],
            row["zh"],
            row["en"],
            row["by"],
            tuple(need for need in ("document", "reason") if row[need] == "1"),
            row["custody"],
            row["voids_code"] == "1",
            row["basis"],
            row["certainty"],
        )
        for row in edition("cylinder_moves", on)
    )


STATUSES = statuses()
MOVES = moves()
LIVE = frozenset(status.id for status in STATUSES.values() if status.live)


def moves_from(status: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done with a cylinder of this status; `KeyError` for an unknown status."""
    known = statuses(on)[status].id
    return tuple(move for move in moves(on) if move.source == known)


def move(status: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a status; None when the verb is not legal there."""
    return next((found for found in moves_from(status, on) if found.verb == verb), None)


def move_by_hand(status: str, verb: str, is_office: bool, on: date = date.max) -> Move | None:
    """Like `move`, for a person: only those moves that nothing else makes, and that this side may make."""
    found = move(status, verb, on)
    allowed = ("any", "office") if is_office else ("any",)
    return found if found and found.by in allowed else None


@cache
def events(on: date = date.max) -> Mapping[str, Event]:
    """The kinds of events by identifier."""
    return MappingProxyType(
        {
            row["kind"]: Event(
                row["kind"],
                row["zh"],
                row["en"],
                int(row["number"]) if row["number"] else None,
                frozenset(row["by"].split()),
                row["scanned"] == "1",
                row["asks"],
                row["move"],
            )
            for row in edition("cylinder_events", on)
        }
    )


EVENTS = events()


def custody_after(kind: str, custody: str, on: date) -> tuple[str, bool]:
    """Where a cylinder is after an event, and whether that event was to be expected from where it was.

    An event that does not fit is still a fact somebody reported: the cylinder is where the event says.
    """
    rows = [row for row in edition("cylinder_custody", on) if row["kind"] == kind]
    for row in rows:
        if custody in row["from"].split():
            return row["to"], True
    return (rows[-1]["to"], False) if rows else (custody, True)


def brought_in(custody: str, on: date) -> bool:
    """Whether a cylinder that stands in the station now must have come in unscanned (§6: a customer brings it)."""
    rows = [row for row in edition("cylinder_custody", on) if row["kind"] == "enter_station"]
    return any(custody in row["from"].split() and custody != row["to"] for row in rows)


def event_of(verb: str, on: date = date.max) -> Event | None:
    """The kind of event that comes with a change of status; None where §5.1 names none."""
    return next((event for event in events(on).values() if event.move == verb), None)


@cache
def custodies(on: date = date.max) -> Mapping[str, Custody]:
    """The custody statuses by identifier."""
    day = min(on, date(9999, 1, 1))
    return MappingProxyType(
        {
            name: Custody(name, reason_text(f"custody.{name}", day), reason_text(f"custody.{name}", day, "en"))
            for name in CUSTODIES
        }
    )


@cache
def bounds(field: str, kind: str, on: date) -> Bounds | None:
    """What is plausible for a field of this kind; None when the table says nothing."""
    for row in edition("cylinder_bounds", on):
        if row["field"] == field and kind_matches(row["kinds"], kind):
            return Bounds(Decimal(row["minimum"]), Decimal(row["maximum"]), row["unit"])
    return None


@cache
def holds(kind: str, medium: str, on: date) -> bool:
    """Whether a cylinder of this kind is made for the medium at all; kinds the table does not name hold any."""
    for row in edition("cylinder_media", on):
        if kind_matches(row["kinds"], kind):
            return kind_matches(row["media"], medium)
    return True
