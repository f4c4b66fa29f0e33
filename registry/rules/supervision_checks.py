"""Supervision inspections (监督检查, hazards.md §4): kinds, quotas, key units, check lists and what a record needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.limits import edition, limit
from registry.rules.verdict import Finding, Verdict
from registry.rules.workflow import Move, State, find_move, moves, moves_from, states

WORKFLOW, PLAN_WORKFLOW = "supervision", "supervision_plan"
LIMITS = "supervision_limits"
OK, NOT_OK, NOT_APPLICABLE, IMPOSSIBLE = "ok", "not_ok", "not_applicable", "impossible"
RESULTS = (OK, NOT_OK, NOT_APPLICABLE, IMPOSSIBLE)
NOTED = (NOT_OK, IMPOSSIBLE)  # results that need a word
USE = "elevator_use"
OPEN = ("planned", "drawn", "notified", "in_progress")
MEASURES = ("directive", "seal", "detain", "other")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of inspection: whether a yearly plan and a random draw belong to it, and the source of its clues."""

    key: str
    zh: str
    en: str
    planned: bool
    drawn: bool
    hazard_source: str
    basis: str
    certainty: str


@cache
def kinds(on: date) -> Mapping[str, Kind]:
    """The four kinds in their order."""
    return {
        row["kind"]: Kind(
            row["kind"],
            row["zh"],
            row["en"],
            row["plan"] == "yes",
            row["drawn"] == "yes",
            row["hazard_source"],
            row["basis"],
            row["certainty"],
        )
        for row in edition("supervision_kinds", on)
    }


def limit_of(key: str, on: date) -> int:
    """One number of the table `supervision_limits`."""
    return limit(LIMITS, key, on)


@dataclass(frozen=True, slots=True)
class CheckList:
    """A kind of unit with a check list of its own; `capacity` is what such a unit is in the register."""

    key: str
    zh: str
    en: str
    capacity: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a check list. `applies_to`: kinds of elevators it is asked for, empty for all; `hazard_key`: the clause
    (`hazard_clauses.key`) that a clue opened from it suggests."""

    code: str
    zh: str
    en: str
    legal_ref: str
    applies_to: tuple[str, ...]
    hazard_key: str
    certainty: str


@cache
def lists(on: date) -> Mapping[str, CheckList]:
    """The kinds of units that are checked, each with its list."""
    return {
        row["list"]: CheckList(row["list"], row["zh"], row["en"], row["capacity"])
        for row in edition("supervision_lists", on)
    }


def items(list_kind: str, on: date, device_kinds: Iterable[str] = ()) -> tuple[Item, ...]:
    """The lines of a list on a day; those for certain kinds of elevators only where such a one is checked."""
    present = set(device_kinds)
    return tuple(item for item in _items(list_kind, on) if not item.applies_to or present & set(item.applies_to))


@cache
def _items(list_kind: str, on: date) -> tuple[Item, ...]:
    return tuple(
        Item(
            row["code"],
            row["zh"],
            row["en"],
            row["legal_ref"],
            tuple(row["applies_to"].split()),
            row["hazard_key"],
            row["certainty"],
        )
        for row in edition("supervision_items", on)
        if row["list"] == list_kind
    )


def item_name(list_kind: str, code: str, on: date) -> str:
    """The words of a line; its code where it is not known on the day."""
    return next((item.zh for item in _items(list_kind, on) if item.code == code), code)


@cache
def weights(on: date) -> Mapping[str, int]:
    """What each circumstance adds to the weight of a unit in a draw."""
    return {row["key"]: int(row["weight"]) for row in edition("supervision_weights", on)}


@dataclass(frozen=True, slots=True)
class Quota:
    """How many units a plan must sample: `units` of all use units, among them `keys` key units."""

    pool: int
    key_units: int
    user_percent: int
    key_percent: int
    units: int
    keys: int


def quota(pool: int, key_units: int, on: date) -> Quota:
    """At least 5 % of the use units and 50 % of the key units, rounded up; key units count towards the 5 %."""
    users, keys = limit_of("user_percent", on), limit_of("key_percent", on)
    wanted_keys = -(-key_units * keys // 100)
    return Quota(pool, key_units, users, keys, max(-(-pool * users // 100), wanted_keys), wanted_keys)


@cache
def public_places(on: date) -> frozenset[str]:
    """The places that art. 9 of SAMR order 57 counts as public, as the risk rules know them."""
    return frozenset(row["place"] for row in edition("risk_places", on) if row["exposure"] == "public")


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What the register knows of a unit (SAMR order 57 art. 9): `places` are words for its public places with
    equipment, `accidents` of the last years, `complaints` verified lately, `manual` reasons given by an office."""

    places: tuple[str, ...] = ()
    accidents: int = 0
    complaints: int = 0
    manual: tuple[str, ...] = ()


def key_reasons(facts: KeyFacts, on: date) -> tuple[str, ...]:
    """Why a unit is a key unit, in words; empty where it is none."""
    reasons = []
    if facts.places:
        reasons.append(f"公众聚集场所：{'、'.join(facts.places)}")
    if facts.accidents:
        reasons.append(f"近{limit_of('accident_years', on)}年发生事故且负有责任{facts.accidents}起")
    if facts.complaints >= limit_of("complaints", on):
        reasons.append(f"近{limit_of('complaint_months', on)}个月属实投诉举报{facts.complaints}件")
    return (*reasons, *(f"人工列入：{reason}" for reason in facts.manual))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item."""

    item: str
    result: str
    note: str = ""
    photos: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What a record of a check holds, as far as it is judged. `unit_kinds`: the unit's kinds of equipment in use,
    `checked`: the kinds of the devices looked at; `signed`: how many inspectors signed of `inspectors`."""

    list_kind: str
    asked: tuple[Item, ...]
    answers: tuple[Answer, ...]
    inspectors: int
    signed: int
    unit_signed: bool
    refusal_note: str = ""
    refusal_witness: str = ""
    refusal_photos: int = 0
    facts: str = ""
    problems: str = ""
    measures: tuple[str, ...] = field(default=())
    measures_note: str = ""
    unit_kinds: Mapping[str, int] = field(default_factory=dict)
    checked: tuple[str, ...] = ()


def judge(record: Record, on: date) -> Verdict:
    """Everything that stands against keeping a record, each with its article."""
    return Verdict.of(
        (*_crew(record, on), *_devices(record, on), *_answers(record), *_words(record), *_unit_side(record))
    )


def _block(rule: str, zh: str, en: str, basis: str) -> Finding:
    return Finding(rule, "block", zh, en, basis)


def _crew(record: Record, on: date) -> Iterator[Finding]:
    least = limit_of("inspectors", on)
    basis = "特种设备安全监督检查办法 第十九条"
    if record.inspectors < least:
        yield _block("SC1", f"监督检查人员不得少于{least}人", f"At least {least} inspectors are needed", basis)
    elif record.signed < record.inspectors:
        yield _block(
            "SC2", "每名监督检查人员都要签名", "Every inspector has to sign", "特种设备安全监督检查办法 第二十一条"
        )


def _devices(record: Record, on: date) -> Iterator[Finding]:
    """At a use unit at least one device of each type."""
    least, seen = limit_of("devices_per_type", on), Counter(record.checked)
    for kind, count in record.unit_kinds.items():
        if seen[kind] < min(least, count):
            yield _block(
                f"SC3 {kind}",
                f"{_kind_name(kind, 'zh')}至少抽查{least}台",
                f"Check at least {least} of: {_kind_name(kind, 'en')}",
                "市监特设发〔2022〕59号",
            )


def _kind_name(kind: str, language: str) -> str:
    known = ELEVATOR_KINDS.get(kind)
    return str(getattr(known, language)) if known else kind


def _answers(record: Record) -> Iterator[Finding]:
    times = Counter(answer.item for answer in record.answers)
    open_items = [item.code for item in record.asked if times[item.code] != 1]
    if open_items:
        listed = "、".join(open_items)
        yield _block("SC4", f"还有项目没有回答：{listed}", f"Items without an answer: {listed}", "")
    strange = sorted(set(times) - {item.code for item in record.asked})
    if strange:
        yield _block("SC5", f"没有这些项目：{'、'.join(strange)}", f"No such items: {', '.join(strange)}", "")
    for answer in record.answers:
        if answer.result not in RESULTS:
            yield _block(f"SC6 {answer.item}", f"{answer.item}的结果不正确", f"{answer.item}: no such result", "")
        elif answer.result in NOTED and not answer.note.strip():
            yield _block(f"SC7 {answer.item}", f"{answer.item}请写明情况", f"{answer.item}: say what was found", "")


def _words(record: Record) -> Iterator[Finding]:
    basis = "特种设备安全监督检查办法 第二十一条"
    if not record.facts.strip():
        yield _block("SC8", "请填写检查情况", "Say what was checked", basis)
    found = any(answer.result == NOT_OK for answer in record.answers)
    if found and not record.problems.strip():
        yield _block("SC9", "有不符合项，请填写发现的问题", "Something does not conform: say what", basis)
    if record.problems.strip() and not record.measures:
        yield _block("SC10", "发现问题的，请选择处理措施", "Problems were found: choose the measures", basis)
    if "other" in record.measures and not record.measures_note.strip():
        yield _block("SC11", "请写明其他处理措施", "Say what the other measures are", basis)


def _unit_side(record: Record) -> Iterator[Finding]:
    """The unit signs, or its refusal is written down with picture and witness."""
    basis = "特种设备安全监督检查办法 第二十一条"
    refused = bool(record.refusal_note.strip() or record.refusal_witness.strip() or record.refusal_photos)
    if record.unit_signed and refused:
        yield _block("SC12", "被检查单位已签名，不能再记为拒签", "The unit signed; it did not refuse", basis)
    elif not record.unit_signed and not refused:
        yield _block("SC13", "请被检查单位签名；拒签的，记录拒签情况", "The unit signs, or its refusal is noted", basis)
    elif refused:
        if not record.refusal_note.strip():
            yield _block("SC14", "请写明拒签情况", "Say how the unit refused", basis)
        if not record.refusal_witness.strip():
            yield _block("SC15", "请填写见证人", "Name the witness", basis)
        if not record.refusal_photos:
            yield _block("SC16", "请附拒签的照片", "Add a photo of the refusal", basis)


__all__ = [
    "IMPOSSIBLE",
    "MEASURES",
    "NOTED",
    "NOT_APPLICABLE",
    "NOT_OK",
    "OK",
    "OPEN",
    "PLAN_WORKFLOW",
    "RESULTS",
    "USE",
    "WORKFLOW",
    "Answer",
    "CheckList",
    "Item",
    "KeyFacts",
    "Kind",
    "Move",
    "Quota",
    "Record",
    "State",
    "find_move",
    "item_name",
    "items",
    "judge",
    "key_reasons",
    "kinds",
    "limit_of",
    "lists",
    "moves",
    "moves_from",
    "public_places",
    "quota",
    "states",
    "weights",
]
