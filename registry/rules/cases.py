"""Enforcement cases (行政处罚案件): the moves, which clock each starts and stops, and what a decision waits for
(hazards.md §4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules import tables, workflow
from registry.rules.dates import is_working_day
from registry.rules.enforcement_clocks import Calendar
from registry.rules.limits import edition, limit
from registry.rules.workflow import Move, State

NAME = "case"
FIRST_STATE = "clue"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
OPEN = tuple(state.id for state in STATES.values() if not state.ended)
LIMITS = "enforcement_limits"
# verb -> the clocks it starts, the clocks it stops
STARTS: Mapping[str, tuple[str, ...]] = {
    "file": ("decision",),
    "submit_review": ("review",),
    "serve_notice": ("statement",),
    "request_hearing": ("hearing_notice",),
    "hold_hearing": ("hearing_report",),
    "serve_decision": ("payment", "reconsideration", "suit"),
}
STOPS: Mapping[str, tuple[str, ...]] = {
    "file": ("clue",),
    "refuse_filing": ("clue",),
    "decide_on_spot": ("clue",),
    "return_review": ("review",),
    "notify": ("review",),
    "hear": ("statement",),
    "request_hearing": ("hearing_request",),
    "serve_hearing_notice": ("hearing_notice",),
    "report_hearing": ("hearing_report",),
    "withdraw_hearing": ("hearing_notice", "hearing_report"),
    "reinvestigate": ("statement", "hearing_request"),
    "decide": ("statement", "hearing_request", "decision"),
    "pay": ("payment",),
}
# These run for the party after the file is closed, too.
REMEDIES = ("reconsideration", "suit")
EXTENDS: Mapping[str, tuple[str, str]] = {
    "extend_clue": ("clue", "clue_extended"),
    "extend": ("decision", "decision_extended"),
}
FINES = ("notify", "decide", "decide_on_spot")
# What the party itself does on its own page; the office enters it by the same move when it comes on paper.
PARTY_MOVES = ("hear", "request_hearing", "withdraw_hearing")
SPOKEN: Mapping[str, tuple[str, str]] = {
    "written": ("书面陈述申辩", "In writing"),
    "oral": ("口头陈述申辩", "By word of mouth"),
    "waived": ("放弃陈述申辩和听证", "Waived, the hearing too"),
}
ADOPTED: Mapping[str, tuple[str, str]] = {
    "yes": ("采纳", "Adopted"),
    "partly": ("部分采纳", "Adopted in part"),
    "no": ("不予采纳", "Not adopted"),
}
RESULTS: Mapping[str, tuple[str, str]] = {
    "keep": ("维持拟处罚意见", "Keep the proposed penalty"),
    "reduce": ("减轻处罚", "Reduce it"),
    "drop": ("不予处罚", "No penalty"),
    "investigate": ("补充调查", "Investigate further"),
}
INVESTIGATE = "investigate"
ABOUT: Mapping[str, tuple[str, str]] = {
    "penalty": ("处罚决定", "The penalty"),
    "extension": ("继续延期", "Another extension"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """How far the party had its say. Days are the last of its terms, None where they have not begun; `unanswered`
    statements; `right`: it may ask for a hearing; `heard`: it was held and reported; `investigate`: as the report asks;
    `discussed`: by the heads. What was said before the party was told anew does not count."""

    statement_due: date | None
    hearing_due: date | None
    spoken: bool
    waived: bool
    unanswered: int
    right: bool
    heard: bool
    investigate: bool
    serious: bool
    discussed: bool


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def papers_of(verb: str, on: date) -> tuple[str, ...]:
    """The papers that a move brings forth."""
    return tuple(row["paper"] for row in tables.rows("case_papers", on) if row["verb"] == verb)


def hearing_right(fine_yuan: int, grave: bool, on: date) -> bool:
    """Whether the party may ask for a hearing: a large fine, or a `grave` measure beside it (business stopped, a
    licence revoked, much confiscated)."""
    return grave or fine_yuan >= limit(LIMITS, "hearing_fine_yuan", on)


def waits_for(said: Said, on: date) -> str:
    """What a decision still waits for: `service`, `statement`, `answer`, `hearing`, `investigation`, `discussion`;
    empty for nothing."""
    if said.statement_due is None:
        return "service"
    if not said.spoken and on <= said.statement_due:
        return "statement"
    if said.unanswered:
        return "answer"
    if said.right and not (said.heard or said.waived) and said.hearing_due is not None and on <= said.hearing_due:
        return "hearing"
    if said.investigate:
        return "investigation"
    return "discussion" if must_discuss(said.serious, said.right) and not said.discussed else ""


def must_discuss(serious: bool, right: bool) -> bool:
    """Whether the heads decide together: a serious case, or a penalty so heavy that a hearing may be asked for."""
    return serious or right


def people_of_discussion(on: date) -> int:
    """How many discuss at least."""
    return limit(LIMITS, "discussion_people", on)


def earliest_hearing(notice: date, calendar: Calendar) -> date:
    """The first day on which a hearing may be held: whole working days lie between it and its notice."""
    day, left = notice, limit(LIMITS, "hearing_notice_days", notice)
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, calendar.holidays, calendar.workdays)
    return day


def party_clocks(on: date) -> frozenset[str]:
    """The clocks that are the party's own days: nobody of the office is late by them."""
    return frozenset(row["key"] for row in edition("enforcement_clocks", on) if row["party"] == "1")
