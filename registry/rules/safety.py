"""Duties of safety officers (总局令第74号: 日管控, 周排查, 月调度): who owes what by when (elevators.md §5).

Which equipment is meant is a `subject`: elevators of a use unit, cylinders of a filling station. Both have the same
duties, each with rows of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from registry.rules.dates import end_of_month
from registry.rules.limits import edition
from registry.rules.verdict import Finding, Verdict

DAY = timedelta(days=1)
NO_DAYS: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a unit's officers look after. `days`: what makes a day of use; `things`: what a check has to name."""

    id: str
    zh: str
    en: str
    capacity: str
    days: str
    things: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role by appointment; of a `single` one there is one at a time; who is `trained` needs an examination."""

    subject: str
    id: str
    zh: str
    en: str
    single: bool
    trained: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """A record that is owed once a period. It may be made from `opens_days` before the period's last day, and is due
    `grace_days` after it."""

    subject: str
    cycle: str
    role: str
    zh: str
    en: str
    short: tuple[str, str]
    opens_days: int
    grace_days: int
    basis: str


@dataclass(frozen=True, slots=True)
class Action:
    """What was done about a problem; a serious hazard needs all that are `serious`."""

    id: str
    zh: str
    en: str
    serious: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """A point of the reference list. Empty `annexes` or `places`: everywhere."""

    code: str
    annexes: frozenset[str]
    places: frozenset[str]
    zh: str
    en: str
    check: tuple[str, str]
    serious: bool
    basis: str

    def concerns(self, found: Iterable[tuple[str | None, str | None]]) -> bool:
        """Whether one of the (annex, kind of place) of a unit's equipment has it."""
        return any(
            (not self.annexes or annex in self.annexes) and (not self.places or place in self.places)
            for annex, place in found
        )


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to keep. `source` says what proves it: a file, the risk list, an appointment, trainings."""

    id: str
    zh: str
    en: str
    source: str
    basis: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def days(self) -> Iterable[date]:
        """Each day."""
        return (self.first + DAY * number for number in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class Problem:
    """What was noted in a daily check, as far as it is judged."""

    text: str
    actions: frozenset[str]
    serious: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A record as it was sent, as far as it is judged."""

    cycle: str
    appointed: bool
    signed: bool
    first_day: date
    due_on: date
    opens_on: date
    late_days: int
    listed: bool = True
    opened: bool = True
    unseen: int = 0
    zero_risk: bool = False
    problems: tuple[Problem, ...] = ()
    unplanned: int = 0
    decided: bool = True


@cache
def subjects(on: date = date.max) -> Mapping[str, Subject]:
    """The subjects by identifier."""
    names = ("subject", "zh", "en", "capacity", "days", "things")
    rows = (Subject(*(row[name] for name in names)) for row in edition("safety_subjects", on))
    return MappingProxyType({row.id: row for row in rows})


@cache
def roles(subject: str, on: date = date.max) -> Mapping[str, Role]:
    """The roles of a subject, the highest first."""
    return MappingProxyType(
        {
            row["role"]: Role(subject, row["role"], row["zh"], row["en"], row["single"] == "1", row["trained"] == "1")
            for row in edition("safety_roles", on)
            if row["subject"] == subject
        }
    )


@cache
def duties(subject: str, on: date = date.max) -> Mapping[str, Duty]:
    """The duties of a subject by cycle."""
    return MappingProxyType(
        {
            row["cycle"]: Duty(
                subject,
                row["cycle"],
                row["role"],
                row["zh"],
                row["en"],
                (row["short_zh"], row["short_en"]),
                int(row["opens_days"]),
                int(row["grace_days"]),
                row["basis"],
            )
            for row in edition("safety_duties", on)
            if row["subject"] == subject
        }
    )


@cache
def actions(on: date = date.max) -> Mapping[str, Action]:
    """What may be done about a problem."""
    return MappingProxyType(
        {
            row["action"]: Action(row["action"], row["zh"], row["en"], row["serious"] == "1")
            for row in edition("safety_actions", on)
        }
    )


@cache
def risks(subject: str, on: date = date.max) -> tuple[Risk, ...]:
    """The reference list of risk points."""
    return tuple(
        Risk(
            row["code"],
            frozenset(row["annexes"].split()),
            frozenset(row["places"].split()),
            row["zh"],
            row["en"],
            (row["check_zh"], row["check_en"]),
            row["serious"] == "1",
            row["basis"],
        )
        for row in edition("safety_risks", on)
        if row["subject"] == subject
    )


@cache
def papers(subject: str, on: date = date.max) -> tuple[Paper, ...]:
    """The papers that a unit has to keep."""
    return tuple(
        Paper(row["paper"], row["zh"], row["en"], row["source"], row["basis"])
        for row in edition("safety_papers", on)
        if row["subject"] == subject
    )


def _one_day(day: date) -> Span:
    return Span(day, day)


def _week(day: date) -> Span:
    monday = day - DAY * day.weekday()
    return Span(monday, monday + 6 * DAY)


def _month(day: date) -> Span:
    return Span(day.replace(day=1), end_of_month(day.year, day.month))


PERIODS: Mapping[str, Callable[[date], Span]] = MappingProxyType(
    {"daily": _one_day, "weekly": _week, "monthly": _month}
)
CYCLES = tuple(PERIODS)


def period(cycle: str, day: date) -> Span:
    """The day, the week from Monday to Sunday, or the calendar month that a day lies in."""
    return PERIODS[cycle](day)


def due_on(duty: Duty, span: Span) -> date:
    """The last day on which the record of a period is in time."""
    return span.last + duty.grace_days * DAY


def opens_on(duty: Duty, span: Span) -> date:
    """The first day on which the record of a period may be made."""
    return max(span.first, span.last - duty.opens_days * DAY)


def falling_due(duty: Duty, days: Span) -> list[Span]:
    """The periods whose last day in time lies in `days`."""
    found = []
    span = period(duty.cycle, days.first - duty.grace_days * DAY)
    while due_on(duty, span) <= days.last:
        if due_on(duty, span) >= days.first:
            found.append(span)
        span = period(duty.cycle, span.last + DAY)
    return found


def current(duty: Duty, on: date) -> Span:
    """The period whose record is asked for on a day: the earliest that is not past its last day in time."""
    return period(duty.cycle, on - duty.grace_days * DAY)


def state_of(duty: Duty, span: Span, recorded: bool, on: date) -> str:
    """`done`, `later` (not open yet), `due` (may be made, in time) or `late`."""
    if recorded:
        return "done"
    if on < opens_on(duty, span):
        return "later"
    return "due" if on <= due_on(duty, span) else "late"


def owed(duty: Duty, days: Span, used: Collection[date]) -> list[Span]:
    """The periods falling due in `days` in which at least one day was a day of use."""
    return [span for span in falling_due(duty, days) if any(day in used for day in span.days())]


def judge(sent: Sent, on: date) -> Verdict:
    """Everything that speaks against a record."""
    return Verdict.of([_finding(rule, on) for rule in (*_of_the_day(sent, on), *_of_content(sent, on))])


def _of_the_day(sent: Sent, on: date) -> Iterable[str]:
    if not sent.appointed:
        yield "S01"
    if on < sent.opens_on:
        yield "S02"
    elif on > sent.due_on + sent.late_days * DAY:
        yield "S03"
    elif on > sent.due_on:
        yield "S11"
    if not sent.signed:
        yield "S10"


def _of_content(sent: Sent, on: date) -> Iterable[str]:
    if not sent.listed:
        yield "S12"
    if not sent.opened:
        yield "S04"
    if sent.unseen:
        yield "S05"
    if sent.cycle == "daily" and not sent.problems and not sent.zero_risk:
        yield "S06"
    if sent.problems and sent.zero_risk:
        yield "S07"
    if any(not problem.text.strip() or not problem.actions for problem in sent.problems):
        yield "S08"
    needed = {action.id for action in actions(on).values() if action.serious}
    if any(problem.serious and not needed <= problem.actions for problem in sent.problems):
        yield "S09"
    if sent.unplanned:
        yield "S13"
    if not sent.decided:
        yield "S14"


def _finding(rule: str, on: date) -> Finding:
    row = next(row for row in edition("safety_rules", on) if row["rule"] == rule)
    return Finding(rule, row["severity"], row["zh"], row["en"], row["basis"], row["certainty"])
