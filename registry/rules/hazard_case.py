"""One attempt at a move of the hazard workflow, and what is asked of every move."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from registry.rules import tables
from registry.rules.hazard_facts import LIST_RANKS, OFFICE_RANKS, ActorFacts, Calendar, HazardFacts, Verifier
from registry.rules.verdict import Finding


@dataclass(frozen=True, slots=True)
class Case:
    """One attempt at a move: the verb, the hazard, who acts, what was entered, the day."""

    verb: str
    facts: HazardFacts
    actor: ActorFacts
    data: Mapping[str, object]
    on: date
    calendar: Calendar

    def given(self, name: str) -> bool:
        """Whether a field was filled in; zero and False are answers."""
        value = self.data.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return False
        return not isinstance(value, (str, bytes, Collection)) or bool(value)

    def day(self, name: str) -> date | None:
        """A day of the data, None when left empty; raises TypeError for anything else."""
        value = self.data.get(name)
        if not self.given(name):
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            raise TypeError(f"{name} is a date, not {value!r}")
        return value

    def note(self, key: str, severity: str = "block", **filled: tuple[str, str] | str) -> Finding:
        return note(key, self.on, severity, **filled)


Guard = Callable[[Case], Iterable[Finding]]
GUARDS: dict[str, list[Guard]] = {}


def guard(*verbs: str) -> Callable[[Guard], Guard]:
    """Register a guard for verbs."""

    def register(function: Guard) -> Guard:
        for verb in verbs:
            GUARDS.setdefault(verb, []).append(function)
        return function

    return register


def note(key: str, on: date, severity: str = "block", **filled: tuple[str, str] | str) -> Finding:
    """The finding of a guard, its text from `hazard_guards`; a filled-in pair is (Chinese, English)."""
    row = next((row for row in tables.rows("hazard_guards", on) if row["key"] == key), None)
    if row is None:  # no text of that day: the move is refused all the same
        return Finding(f"M0.{key}", severity, key)
    chinese, english = (
        {name: value if isinstance(value, str) else value[place] for name, value in filled.items()} for place in (0, 1)
    )
    return Finding(
        f"{row['rule']}.{key}",
        severity,
        row["zh"].format_map(chinese),
        row["en"].format_map(english),
        row["basis"],
        row["certainty"],
    )


def field_name(field: str, on: date) -> tuple[str, str]:
    """The label of a field, Chinese and English."""
    row = tables.first("hazard_fields", on, lambda row: row["field"] == field)
    return (row["zh"], row["en"]) if row else (field, field)


def field_type(field: str, on: date) -> str:
    """The type of a field for forms (`text`, `past_day`, `due_day`, `files`, ...)."""
    row = tables.first("hazard_fields", on, lambda row: row["field"] == field)
    return row["type"] if row else "text"


def needed(case: Case, needs: Iterable[str]) -> Iterator[Finding]:
    """A finding `need.<field>` for every field that must be filled in and is not."""
    for name in needs:
        if not case.given(name):
            yield replace(case.note("field_missing", field=field_name(name, case.on)), rule=f"need.{name}")


def days(case: Case) -> Iterator[Finding]:
    """What has happened is not in the future (I4); what is set is not in the past (I6)."""
    for name in case.data:
        kind = field_type(name, case.on)
        if kind == "past_day" and (day := case.day(name)) and day > case.on:
            yield case.note("future_date", field=field_name(name, case.on))
        if kind == "due_day" and (day := case.day(name)) and day < case.on:
            yield case.note("past_date", field=field_name(name, case.on))


def office(case: Case, wanted: str) -> Iterator[Finding]:
    """An office acts in its own area and at its own level; a unit on its own hazards (I11)."""
    facts, actor = case.facts, case.actor
    rank = OFFICE_RANKS[actor.office_level]
    least = LIST_RANKS[facts.list_level] if wanted == "list" else OFFICE_RANKS.get(wanted, 0)
    if rank < least:
        yield case.note("office_too_low")
    if rank < OFFICE_RANKS["city"] and actor.area is not None and actor.area != facts.area:
        yield case.note("other_area")
    if rank == OFFICE_RANKS["unit"] and not actor.units & facts.units:
        yield case.note("other_unit")


def in_order(case: Case, *steps: tuple[str, date | None]) -> Iterator[Finding]:
    """Days that must be known and follow each other (I4)."""
    for name, day in steps:
        if day is None:
            yield case.note("date_missing", field=field_name(name, case.on))
    known = [(name, day) for name, day in steps if day is not None]
    for (earlier, before), (later, after) in pairwise(known):
        if after < before:
            yield case.note("date_order", earlier=field_name(earlier, case.on), later=field_name(later, case.on))


def number(name: str, on: date) -> int:
    """A number of the procedure in force on a day; raises LookupError when there is none."""
    row = tables.first("hazard_deadlines", on, lambda row: row["case"] == name)
    if row is None:
        raise LookupError(f"no {name} in force on {on}")
    return int(row["amount"])


def names_of(verifiers: Iterable[Verifier]) -> str:
    """Names in a row, to be shown; ids where no name is known."""
    return ", ".join(verifier.name or str(verifier.person) for verifier in verifiers)


def collection(case: Case, name: str) -> Collection[object]:
    """The values of a field that may hold several."""
    value = case.data.get(name)
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return value
    return () if value is None else (value,)
