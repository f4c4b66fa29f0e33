"""Use registration as a case: types, papers, moves, deadlines, certificate numbers (elevators.md §1.2, §1.3).

TSG 08-2017; TSG 08-2026 is in force since 2026-05-01 but could not be read: its rows repeat the older edition under
a lower mark of certainty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules import dates, identifiers
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import registration_by
from registry.rules.limits import edition, limit
from registry.rules.verdict import Finding, Verdict

FIRST_STATE = "DRAFT"
LAST_PLAIN_NUMBER = 99_999
NUMBERS_A_LETTER = 10_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
POSTCODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class RegistrationType:
    """登记类别. `changes` says what of the register it alters: product, place, unit, name, life or nothing; `verb` is
    the change of status that the grant makes; `new_number` whether a certificate number is given."""

    id: str
    zh: str
    en: str
    statuses: frozenset[str]
    changes: str
    verb: str
    new_number: bool
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that comes with an application; `required` by the rule, else where it applies."""

    id: str
    zh: str
    en: str
    required: bool
    basis: str


@dataclass(frozen=True, slots=True)
class State:
    """`waits_for`: unit or office, "" at the end."""

    id: str
    zh: str
    en: str
    open: bool
    waits_for: str


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a case: `side` makes it (unit, office); `limit` is the office's clock that it starts, in working days;
    `needs` is reason or missing (the list of what is missing)."""

    source: str
    target: str
    verb: str
    zh: str
    en: str
    side: str
    needs: tuple[str, ...]
    limit: str
    basis: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form that belongs to the application, not to the elevator: type text, phone, postcode or day."""

    name: str
    zh: str
    en: str
    type: str
    required: bool


@cache
def types(on: date = date.max) -> Mapping[str, RegistrationType]:
    """The types of registration by identifier, of a day or of the newest edition."""
    return MappingProxyType(
        {
            row["type"]: RegistrationType(
                row["type"],
                row["zh"],
                row["en"],
                frozenset(row["statuses"].split()),
                row["changes"],
                row["verb"],
                row["number"] == "new",
                row["basis"],
                row["certainty"],
            )
            for row in edition("registration_types", on)
        }
    )


@cache
def papers(kind: str, on: date = date.max) -> tuple[Paper, ...]:
    """The papers of a type of registration, in the order of the form."""
    return tuple(
        Paper(row["paper"], row["zh"], row["en"], row["required"] == "1", row["basis"])
        for row in edition("registration_papers", on)
        if row["type"] == kind
    )


@cache
def states(on: date = date.max) -> Mapping[str, State]:
    """The states of a case."""
    return MappingProxyType(
        {
            row["state"]: State(row["state"], row["zh"], row["en"], row["open"] == "1", row["waits_for"])
            for row in edition("registration_states", on)
        }
    )


@cache
def moves(on: date = date.max) -> tuple[Move, ...]:
    """All legal steps."""
    return tuple(
        Move(
            row["from"],
            row["to"],
            row["verb"],
            row["zh"],
            row["en"],
            row["side"],
            tuple(need for need in ("reason", "missing") if row[need] == "1"),
            row["limit"],
            row["basis"],
        )
        for row in edition("registration_moves", on)
    )


@cache
def form_fields(on: date = date.max) -> tuple[FormField, ...]:
    """The fields of the form that are kept with the case."""
    return tuple(
        FormField(row["name"], row["zh"], row["en"], row["type"], row["required"] == "1")
        for row in edition("registration_fields", on)
    )


TYPES = types()
STATES = states()
MOVES = moves()
VERBS = tuple(dict.fromkeys(move.verb for move in MOVES))
OPEN = frozenset(state.id for state in STATES.values() if state.open)
PAPERS = tuple(dict.fromkeys(row["paper"] for row in edition("registration_papers", date.max)))


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done with a case in this state; `KeyError` for an unknown state."""
    known = states(on)[state].id
    return tuple(move for move in moves(on) if move.source == known)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The step a verb makes from a state; None when it is not legal there."""
    return next((move for move in moves_from(state, on) if move.verb == verb), None)


def types_for(status: str, on: date = date.max) -> tuple[RegistrationType, ...]:
    """What can be applied for with an elevator of this status."""
    return tuple(kind for kind in types(on).values() if status in kind.statuses)


def due_by(move: Move, day: date, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> date | None:
    """The office's last day after a step of `day`; None when the step starts no clock of the office."""
    if not move.limit:
        return None
    return dates.add_working_days(day, limit("elevator_limits", move.limit, day), holidays, workdays)


def late_days(in_use_since: date | None, applied_on: date) -> int:
    """How many days after the legal thirty an application for the first registration came; 0 in time."""
    if in_use_since is None:
        return 0
    return max(0, (applied_on - registration_by(in_use_since)).days)


def checked(field: FormField, text: str) -> str:
    """A field of the form as it is kept.

    Raises:
        IdentifierError: a phone or a postcode that cannot be right.
    """
    if field.type == "phone":
        return identifiers.phone(text)
    plain = text.strip()
    if field.type == "postcode" and not (plain.isascii() and plain.isdecimal() and len(plain) == POSTCODE_DIGITS):
        raise identifiers.IdentifierError("邮政编码应为6位数字", "A postcode has 6 digits")
    return plain


def check_submission(
    kind: str,
    status: str,
    given_papers: Collection[str],
    fields: Mapping[str, object],
    changes: Mapping[str, object],
    has_use_unit: bool,
    on: date,
) -> Verdict:
    """All that an application still lacks: `fields` and `changes` by name, papers by identifier."""
    wanted = types(on)[kind]
    found: list[Finding] = []
    if status not in wanted.statuses:
        found.append(
            Finding(
                "registration_status",
                "block",
                f"电梯现在的状态不能申请“{wanted.zh}”",
                f"“{wanted.en}” cannot be applied for in the elevator's present status",
                wanted.basis,
                wanted.certainty,
            )
        )
    if not has_use_unit:
        found.append(
            Finding(
                "registration_use_unit",
                "block",
                "没有明确使用单位的电梯不得投入使用",
                "An elevator without a use unit must not be put into use",
                "安徽省电梯安全监督管理办法",
                "C",
            )
        )
    for field in form_fields(on):
        if field.required and not fields.get(field.name):
            found.append(_lacking(f"need.{field.name}", field.zh, field.en, wanted.basis))
    for paper in papers(kind, on):
        if paper.required and paper.id not in given_papers:
            found.append(_lacking(f"need.paper-{paper.id}", paper.zh, paper.en, paper.basis))
    if wanted.changes and not changes:
        found.append(_lacking("need.changes", "变更的内容", "What is to change", wanted.basis))
    return Verdict.of(found)


def _lacking(rule: str, zh: str, en: str, basis: str) -> Finding:
    return Finding(rule, "block", f"缺少：{zh}", f"Missing: {en}", basis, "C~")


def certificate_letters(city: str, on: date) -> tuple[str, str]:
    """The province's short name and the city's letter in certificate numbers; `KeyError` for an unknown city."""
    for row in edition("cert_letters", on):
        if row["city"] == city:
            return row["province"], row["letter"]
    raise KeyError(city)


def running_number(count: int) -> str:
    """The five characters of a running number from 1 on: 00001 … 99999, then A0000 … Z9999.

    The letters are a proposal (G), by analogy with other codes.

    Raises:
        ValueError: below 1, or beyond Z9999.
    """
    if 1 <= count <= LAST_PLAIN_NUMBER:
        return f"{count:05d}"
    letter, rest = divmod(count - LAST_PLAIN_NUMBER - 1, NUMBERS_A_LETTER)
    if count < 1 or letter >= len(LETTERS):
        raise ValueError(f"no running number for {count}")
    return f"{LETTERS[letter]}{rest:04d}"


def certificate_no(kind: str, city: str, count: int, on: date) -> str:
    """使用登记证编号 of the `count`-th elevator of a kind's digits in a year: 梯11皖L00001(26)."""
    province, letter = certificate_letters(city, on)
    return f"梯{ELEVATOR_KINDS[kind].cert_digits}{province}{letter}{running_number(count)}({on:%y})"


def certificate_series(kind: str, city: str, on: date) -> str:
    """What shares one row of running numbers in a year: 梯11皖L."""
    province, letter = certificate_letters(city, on)
    return f"梯{ELEVATOR_KINDS[kind].cert_digits}{province}{letter}"
