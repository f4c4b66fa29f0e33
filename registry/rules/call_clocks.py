"""The clocks of an emergency call, to the second: who must have done what, and when to call on the next level.

Pure: facts and a moment in, clocks out. An escalation is proposed on its second (`now >= due`) and issued by a person;
a limit is kept on its second and broken after it (`now > due`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registry.rules import calls, tables
from registry.rules.calls import Asked, Facts

ESCALATIONS = ("level2", "level3")
VOID, WAITS, RUNS, LATE, MISSED = "void", "waits", "runs", "late", "missed"
DONE, DONE_LATE, PROPOSED = "done", "done_late", "proposed"


@dataclass(frozen=True, slots=True)
class Limits:
    """What an office chose, in seconds; everything else is a row of the law."""

    level2: int
    level3: int
    goal: int


@dataclass(frozen=True, slots=True)
class Timer:
    """One clock. `asked` names the dispatch it is about; `why`: what brought an escalation forward.

    `state`: waits (not begun), runs, late, done, done_late, missed (was late, and nobody has to any more), void (nobody
    had to), and of an escalation proposed. `left`: seconds until it is due, below nothing when it is past; None when it
    does not run.
    """

    key: str
    zh: str
    en: str
    basis: str
    certainty: str
    begun: datetime | None
    due: datetime | None
    done: datetime | None
    state: str
    asked: int | None = None
    role: str = ""
    why: str = ""
    left: int | None = None

    @property
    def red(self) -> bool:
        """Whether it asks for somebody now."""
        return self.state in (LATE, PROPOSED)


def due(facts: Facts, limits: Limits, now: datetime, on: date) -> list[Timer]:
    """All clocks of a call, in the order of the work; a call that sends nobody has none."""
    if not calls.kinds()[facts.kind].dispatched:
        return []
    rows = {(row["timer"], row["role"]): row for row in calls.timer_rows(on)}
    found = [_dispatch(facts, rows["dispatch", ""], now)]
    for one in facts.asked:
        found += [
            _of_dispatch(facts, one, name, rows, now) for name in ("answer", "depart") if (name, one.role) in rows
        ]
    if facts.kind == calls.ENTRAPMENT:
        found += [_escalation(facts, limits, name, rows, now, on) for name in ESCALATIONS]
        minutes = {"goal": timedelta(seconds=limits.goal), "arrive": _arrival(facts, on)}
        found += [_arrive(facts, rows[name, ""], facts.received_at + within, now) for name, within in minutes.items()]
    return found


def proposed(timers: list[Timer]) -> Timer | None:
    """The escalation that waits for somebody to issue it; the higher one when both do."""
    waiting = [one for one in timers if one.key in ESCALATIONS and one.state == PROPOSED]
    return waiting[-1] if waiting else None


def arrival_due(facts: Facts, on: date) -> datetime:
    """By when rescuers must be there."""
    return facts.received_at + _arrival(facts, on)


def _arrival(facts: Facts, on: date) -> timedelta:
    return timedelta(minutes=calls.arrival_minutes(facts.area, on))


def _dispatch(facts: Facts, row: tables.Row, now: datetime) -> Timer:
    done = min((one.dispatched_at for one in facts.asked), default=None)
    return _timer(row, facts.received_at, _after(facts.received_at, row), done, facts.over_at, now)


def _of_dispatch(
    facts: Facts, one: Asked, name: str, rows: Mapping[tuple[str, str], tables.Row], now: datetime
) -> Timer:
    row = rows[name, one.role]
    done = _first(one.answered_at, one.declined_at) if name == "answer" else _first(one.departed_at, one.arrived_at)
    there = _rescuers_at(facts)
    ended = _first(one.withdrawn_at, facts.over_at, there, one.declined_at if name == "depart" else None)
    return _timer(row, one.dispatched_at, _after(one.dispatched_at, row), done, ended, now, one)


def _arrive(facts: Facts, row: tables.Row, last: datetime, now: datetime) -> Timer:
    return _timer(row, facts.received_at, last, _rescuers_at(facts), facts.over_at, now)


def _rescuers_at(facts: Facts) -> datetime | None:
    """When the first was there who can free people."""
    return _first(*(one.arrived_at for one in facts.asked if one.rescues))


def _escalation(
    facts: Facts,
    limits: Limits,
    name: str,
    rows: Mapping[tuple[str, str], tables.Row],
    now: datetime,
    on: date,
) -> Timer:
    row = rows[name, ""]
    level = int(name[-1])
    done = min((one.dispatched_at for one in facts.asked if one.level >= level), default=None)
    begun = min((one.dispatched_at for one in facts.asked), default=None)
    if begun is None and ((facts.tied and not facts.servable) or (level == 3 and facts.injured)):
        begun = facts.received_at
    if done is not None:
        state, last, why = DONE, done, ""
    elif facts.over_at is not None or begun is None:
        state, last, why = (VOID if facts.over_at else WAITS), None, ""
    else:
        last, why = _escalates(facts, limits, level, begun, on)
        state = WAITS if last is None else PROPOSED if now >= last else RUNS
        if last is None and _coming(facts, on):
            state = VOID
    left = round((last - now).total_seconds()) if last and state in (RUNS, PROPOSED) else None
    return Timer(
        name, row["zh"], row["en"], row["basis"], row["certainty"], begun, last, done, state, why=why, left=left
    )


def _escalates(facts: Facts, limits: Limits, level: int, begun: datetime, on: date) -> tuple[datetime | None, str]:
    """When the next level is called on, and what brought that forward; (None, "") while somebody comes in time."""
    if level == 3 and facts.injured:
        return begun, "injured"
    if _coming(facts, on):
        return None, ""
    last = begun + timedelta(seconds=limits.level2 if level == 2 else limits.level3)
    below = [one for one in facts.asked if one.rescues and one.level < level]
    if level == 3 and not any(one.level == 2 for one in below):
        return last, ""  # level 2 was not tried yet: only the clock calls on level 3
    earlier = _failed(facts, below, begun, on)
    return min([(last, ""), *earlier], key=lambda pair: pair[0])


def _failed(facts: Facts, below: list[Asked], begun: datetime, on: date) -> list[tuple[datetime, str]]:
    """The moments at which nobody below could come any more, or said that he comes too late."""
    if not below:
        return [(begun, "nobody")]
    gone = [_first(one.declined_at, one.withdrawn_at) for one in below]
    ended = [at for at in gone if at is not None]
    if len(ended) == len(below):
        return [(max(ended), "declined")]
    limit = arrival_due(facts, on)
    slow = [one for one in below if one.accepted and one.expected_at and one.expected_at > limit]
    return [(min(one.answered_at for one in slow if one.answered_at), "too_late")] if slow else []


def _coming(facts: Facts, on: date) -> bool:
    """Whether somebody who can free people has accepted and did not say that he comes too late."""
    limit = arrival_due(facts, on)
    return any(
        one.accepted and one.rescues and (one.arrived_at or one.expected_at is None or one.expected_at <= limit)
        for one in facts.asked
    )


def _timer(
    row: tables.Row,
    begun: datetime,
    last: datetime,
    done: datetime | None,
    ended: datetime | None,
    now: datetime,
    one: Asked | None = None,
) -> Timer:
    if done is not None:
        state = DONE if done <= last else DONE_LATE
    elif ended is not None:
        state = VOID if ended <= last else MISSED
    else:
        state = LATE if now > last else RUNS
    left = round((last - now).total_seconds()) if state in (RUNS, LATE) else None
    return Timer(
        row["timer"],
        row["zh"],
        row["en"],
        row["basis"],
        row["certainty"],
        begun,
        last,
        done,
        state,
        one.id if one else None,
        one.role if one else "",
        "",
        left,
    )


def _after(begun: datetime, row: tables.Row) -> datetime:
    return begun + timedelta(seconds=int(row["amount"]))


def _first(*moments: datetime | None) -> datetime | None:
    known = [at for at in moments if at is not None]
    return min(known) if known else None
