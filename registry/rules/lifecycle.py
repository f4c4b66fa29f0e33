"""The statuses of an elevator and the legal moves between them (elevators.md §1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from registry.rules.dates import add_months
from registry.rules.limits import edition, limit


@dataclass(frozen=True, slots=True)
class Status:
    """`counts_in_use`: whether indicators count the elevator; `maintained`: whether the maintenance
    clock runs (it stops from 停用 on, not while an elevator merely stands still)."""

    id: str
    zh: str
    en: str
    counts_in_use: bool
    maintained: bool
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Move:
    """A legal change of status; `needs` names what must come with it: `document`, `reason`, `measures` (protective
    measures), `certificate` (what became of the certificate). `authority`: one who is not the owner needs the owner's
    written authority; `notice`: the limit within which the registration authority must hear of it, "" for none."""

    source: str
    target: str
    verb: str
    zh: str
    en: str
    needs: tuple[str, ...]
    basis: str
    certainty: str
    authority: bool = False
    notice: str = ""


NEEDS = ("document", "reason", "measures", "certificate")
CERTIFICATE_ENDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "returned": ("使用登记证已交回", "Certificate returned"),
        "declared_lost": ("使用登记证遗失，已声明作废", "Certificate lost and declared void"),
        "none_issued": ("未领取使用登记证", "No certificate was issued"),
    }
)
INITIAL_STATUSES = ("not_in_use", "in_use_unregistered")  # an elevator found by patrol begins unregistered


@cache
def statuses(on: date = date.max) -> Mapping[str, Status]:
    """The statuses by identifier, of a day or (without one) of the newest edition."""
    return MappingProxyType(
        {
            row["status"]: Status(
                row["status"],
                row["zh"],
                row["en"],
                row["counts_in_use"] == "1",
                row["maintained"] == "1",
                row["basis"],
                row["certainty"],
            )
            for row in edition("elevator_status", on)
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
            tuple(need for need in NEEDS if row[need] == "1"),
            row["basis"],
            row["certainty"],
            row["authority"] == "1",
            row["notice"],
        )
        for row in edition("elevator_moves", on)
    )


STATUSES = statuses()
MOVES = moves()


def moves_from(status: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done with an elevator of this status; `KeyError` for an unknown status."""
    known = statuses(on)[status].id
    return tuple(move for move in moves(on) if move.source == known)


def move(status: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a status; None when the verb is not legal there."""
    return next((found for found in moves_from(status, on) if found.verb == verb), None)


def in_use(status: str, on: date = date.max) -> bool:
    """Whether indicators count an elevator of this status as in use."""
    return statuses(on)[status].counts_in_use


def restart_needs(stopped_on: date, on: date, inspection_in_date: bool) -> str | None:
    """What must be passed before a stopped elevator runs again (elevators.md §1.4, §4.1).

    `periodic_inspection` after a year or more; `due_duty` (the inspection or self-test that fell due
    meanwhile) after less; None when nothing is in the way.
    """
    if on >= add_months(stopped_on, limit("elevator_limits", "long_stop_months", on)):
        return "periodic_inspection"
    return None if inspection_in_date else "due_duty"


def long_stop_ends(stopped_on: date) -> date:
    """The first day on which a stop has lasted so long that it is a stop by the law (停用), not a pause (临时停梯)."""
    return add_months(stopped_on, limit("elevator_limits", "long_stop_months", stopped_on))


def notice_by(move: Move, since: date) -> date | None:
    """The last day to tell the registration authority of a move that takes effect on `since`; None without a limit."""
    return since + timedelta(days=limit("elevator_limits", move.notice, since)) if move.notice else None


def stop_notice_by(stopped_on: date) -> date:
    """The last day to tell the registration authority of a stop planned for a year or more."""
    return stopped_on + timedelta(days=limit("elevator_limits", "stop_notice_days", stopped_on))


def registration_by(used_since: date) -> date:
    """The last day to register an elevator that is in use already."""
    return used_since + timedelta(days=limit("elevator_limits", "registration_days", used_since))
