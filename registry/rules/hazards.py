"""The workflow of major hazards (一单四制): states, moves, deadlines and the catalogue of clauses.

The legal moves come from one table; `check_move` says whether a person may make one now. Permission is
asked elsewhere, under `Move.permission`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules import escalation_guards as _escalation_guards  # noqa: F401  # its guards join the others
from registry.rules import hazard_case, hazard_guards, tables
from registry.rules.dates import add_months, add_working_days, is_working_day
from registry.rules.hazard_case import GUARDS, Case, note
from registry.rules.hazard_facts import LEVELS, ActorFacts, Calendar, HazardFacts
from registry.rules.verdict import Finding, Verdict

NO_CALENDAR = Calendar()
SUPERVISION = "E"  # how the numbers of such moves begin
STAYS = "="  # the target of a move that leaves the hazard where it stands
BEFORE_ASSIGNMENT = ("DRAFT", "PENDING_RECOGNITION", "LISTED")


@dataclass(frozen=True, slots=True)
class State:
    """A state of the workflow. `open` counts as an open hazard; `terminal` has no way on (but to reopen)."""

    code: str
    zh: str
    en: str
    terminal: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time to act: `unit` is hours, days, working_days or months."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Move:
    """One legal move. `needs` are the fields that must come with it, `accepts` those that may; `office` is '',
    county, list or city.

    `deadline` is the time for making the move from entering `source`; `clock` says what the move does to
    the rectification clock: keep, start, pause, run, stop.
    """

    number: str
    verb: str
    source: str
    target: str
    list_levels: tuple[str, ...]
    office: str
    zh: str
    en: str
    needs: tuple[str, ...]
    accepts: tuple[str, ...]
    deadline: Deadline | None
    clock: str
    basis: str
    certainty: str
    since: date
    until: date | None

    @property
    def permission(self) -> str:
        return f"hazard.{self.verb}"

    @property
    def is_supervision(self) -> bool:
        """Whether the move leaves the hazard where it stands and presses for it to be dealt with (§1.6)."""
        return self.number.startswith(SUPERVISION)

    def applies(self, state: str, list_level: str) -> bool:
        """Whether the move leads on from a state on a list."""
        return self.source == state and (not self.list_levels or list_level in self.list_levels)

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause a hazard is judged by: `level` major (GB 45067) or severe (SAMR order 57 art. 25)."""

    clause: str
    key: str
    standard: str
    applies_to: tuple[str, ...]
    level: str
    condition: str
    zh: str
    en: str
    requires_test: bool
    severe_key: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class DeadlineCase:
    """The default time for rectifying a class of hazards, the longest allowed, and whether use stops."""

    case: str
    zh: str
    en: str
    deadline: Deadline
    longest: Deadline | None
    stop_use: bool
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source of hazards."""

    source: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class AcceptancePoint:
    """One of the six points; `may_not_apply` where "not applicable" with a reason will do."""

    item: str
    zh: str
    en: str
    may_not_apply: bool


@dataclass(frozen=True, slots=True)
class DueTerm:
    """A due date and the day from which it was valid."""

    set_on: date
    due: date


def _states() -> dict[str, State]:
    rows = tables.load("hazard_states")
    return {r["state"]: State(r["state"], r["zh"], r["en"], bool(r["terminal"]), bool(r["open"])) for r in rows}


def _moves() -> tuple[Move, ...]:
    return tuple(_move(row, source) for row in tables.load("hazard_moves") for source in row["sources"].split())


def _move(row: tables.Row, source: str) -> Move:
    amount = row["deadline_amount"]
    return Move(
        number=row["number"],
        verb=row["verb"],
        source=source,
        target=source if row["target"] == STAYS else row["target"],
        list_levels=tuple(row["list_levels"].split()),
        office=row["office"],
        zh=row["zh"],
        en=row["en"],
        needs=tuple(row["needs"].split()),
        accepts=tuple(row["accepts"].split()),
        deadline=Deadline(int(amount), row["deadline_unit"]) if amount else None,
        clock=row["clock"],
        basis=row["basis"],
        certainty=row["certainty"],
        since=date.fromisoformat(row["since"]),
        until=date.fromisoformat(row["until"]) if row["until"] else None,
    )


STATES = _states()
MOVES = _moves()
VERBS = tuple(dict.fromkeys(move.verb for move in MOVES))
OPEN_STATES = tuple(state.code for state in STATES.values() if state.open)


def moves_from(state: str, list_level: str, on: date) -> tuple[Move, ...]:
    """The moves that lead on from a state on a list (`county`, `city`, `province`), in workflow order."""
    return tuple(move for move in MOVES if move.applies(state, list_level) and move.in_force(on))


def find_move(verb: str, state: str, list_level: str, on: date) -> Move | None:
    """The move a verb means in a state, None when it is not possible there."""
    return next((move for move in moves_from(state, list_level, on) if move.verb == verb), None)


def check_move(
    move: Move,
    facts: HazardFacts,
    actor: ActorFacts,
    data: Mapping[str, object],
    on: date,
    calendar: Calendar = NO_CALENDAR,
) -> Verdict:
    """Whether this person may make this move now, with this data; all findings at once.

    A missing field is the finding `need.<field>`; other findings are named `<invariant>.<guard>`.
    Data holds what the fields of `hazard_fields` say: days as dates, `verifiers` as a sequence of
    Verifier, `checklist` as a mapping of AcceptanceAnswer, `verifier_signatures` as person ids.
    """
    case = Case(move.verb, facts, actor, data, on, calendar)
    if not move.in_force(on):
        return Verdict.of([note("no_move", on)])
    if not move.applies(facts.state, facts.list_level):
        return Verdict.of([note("wrong_state", on)])
    found: list[Finding] = [*hazard_case.needed(case, move.needs), *hazard_case.days(case)]
    found += hazard_case.office(case, move.office)
    if move.verb == "close":
        deadline = move.deadline or Deadline(0, "working_days")
        published = case.day("notice_published_on")
        end = None if published is None else deadline_day(deadline, published, calendar)
        found += hazard_guards.notice_over(case, end)
    found += [finding for guard in GUARDS.get(move.verb, ()) for finding in guard(case)]
    return Verdict.of(dict.fromkeys(found))


def standing(verdict: Verdict, on: date) -> tuple[Finding, ...]:
    """The findings that no data can cure: they lie in the hazard, or in who acts."""
    keys = {row["key"] for row in tables.rows("hazard_guards", on) if row["standing"]}
    return tuple(found for found in verdict.findings if found.rule.rpartition(".")[2] in keys)


def acceptance(on: date) -> tuple[AcceptancePoint, ...]:
    """The points of acceptance that a verification answers, in order."""
    return tuple(
        AcceptancePoint(row["item"], row["zh"], row["en"], bool(row["may_not_apply"]))
        for row in tables.rows("hazard_acceptance", on)
    )


def sources(on: date) -> tuple[Source, ...]:
    """Where a hazard may have come from."""
    return tuple(Source(row["source"], row["zh"], row["en"]) for row in tables.rows("hazard_sources", on))


def deadline_day(deadline: Deadline, start: date, calendar: Calendar = NO_CALENDAR) -> date:
    """The last day of a deadline; the start day is not counted.

    One in days or months that ends on a day off moves to the next working day (PROC art. 80); hours run
    through days off and are given as the day they end on.
    """
    if deadline.unit == "working_days":
        return add_working_days(start, deadline.amount, calendar.holidays, calendar.extra_workdays)
    if deadline.unit == "hours":
        return start + timedelta(days=-(-deadline.amount // 24))
    if deadline.unit == "days":
        end = start + timedelta(days=deadline.amount)
    elif deadline.unit == "months":
        end = add_months(start, deadline.amount)
    else:
        raise ValueError(f"a deadline has no unit {deadline.unit!r}")
    while end > start and not is_working_day(end, calendar.holidays, calendar.extra_workdays):
        end += timedelta(days=1)
    return end


def clauses(on: date) -> tuple[Clause, ...]:
    """The catalogue of clauses in force on a day: GB 45067 4.1, 4.3-4.6 and SAMR order 57 art. 25."""
    return tuple(_clause(row) for row in tables.rows("hazard_clauses", on))


def clause(number: str, on: date) -> Clause | None:
    """A clause of the catalogue by its number (`4.6a`, `s3`)."""
    row = tables.first("hazard_clauses", on, lambda row: row["clause"] == number)
    return _clause(row) if row else None


def _clause(row: tables.Row) -> Clause:
    return Clause(
        clause=row["clause"],
        key=row["key"],
        standard=row["standard"],
        applies_to=tuple(row["applies_to"].split()),
        level=row["level"],
        condition=row["condition"],
        zh=row["zh"],
        en=row["en"],
        requires_test=bool(row["requires_test"]),
        severe_key=row["severe_key"],
        basis=row["basis"],
        certainty=row["certainty"],
    )


def deadline_cases(on: date) -> tuple[DeadlineCase, ...]:
    """The classes of rectification deadlines in force on a day."""
    return tuple(
        DeadlineCase(
            case=row["case"],
            zh=row["zh"],
            en=row["en"],
            deadline=Deadline(int(row["amount"]), row["unit"]),
            longest=Deadline(int(row["max_amount"]), row["unit"]) if row["max_amount"] else None,
            stop_use=bool(row["stop_use"]),
            basis=row["basis"],
            certainty=row["certainty"],
        )
        for row in tables.rows("hazard_deadlines", on)
        if row["purpose"] == "rectify"
    )


def default_due(case: str, start: date, calendar: Calendar = NO_CALENDAR) -> date | None:
    """The due date offered for a class of hazards found on a day; None for a class nobody knows."""
    found = next((c for c in deadline_cases(start) if c.case == case), None)
    return deadline_day(found.deadline, start, calendar) if found else None


def overdue(due: date | None, closed: date | None, on: date, paused_days: int = 0) -> int:
    """Days overdue on a day, 0 when not: counted to the closing, less the days the clock stood still."""
    if due is None:
        return 0
    end = on if closed is None else min(closed, on)
    return max(0, (end - due).days - paused_days)


def overdue_days(terms: Sequence[DueTerm], closed: date | None, on: date) -> int:
    """All days overdue under the due date valid on each: a late extension removes none of the past (I6)."""
    end = on if closed is None else min(closed, on)
    total = 0
    for place, term in enumerate(terms):
        first = max(term.due, term.set_on - timedelta(days=1))
        following = terms[place + 1].set_on - timedelta(days=1) if place + 1 < len(terms) else end
        total += max(0, (min(end, following) - first).days)
    return total


def recurs(closed_on: date, found_on: date) -> bool:
    """Whether the same clause on the same device, found again, should reopen the closed hazard."""
    row = tables.first("hazard_deadlines", found_on, lambda row: row["case"] == "recurrence")
    return row is not None and closed_on <= found_on < add_months(closed_on, int(row["amount"]))


def check_level_change(state: str, level: str, new_level: str, clause_numbers: Sequence[str], on: date) -> Verdict:
    """Whether the level may change: never down after assignment (I7), up to major only by a clause (I16)."""
    found = []
    if LEVELS.index(new_level) < LEVELS.index(level) and state not in BEFORE_ASSIGNMENT:
        found.append(note("level_lowered", on))
    if new_level == "major" != level and not any(clause(number, on) for number in clause_numbers):
        found.append(note("upgrade_without_clause", on))
    return Verdict.of(found)


def check_return_to_use(open_major: bool, agreed_to_resume: bool, on: date) -> Verdict:
    """Whether a device may go back into use: closed, or a written agreement to resume (WSL art. 65, I5)."""
    return Verdict.of([note("open_major", on)] if open_major and not agreed_to_resume else [])
