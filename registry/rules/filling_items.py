"""What has to be looked at before a cylinder is filled (TSG 23-2021 ch. 8, cylinders.md §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from registry.rules import tables
from registry.rules.cylinder_marks import colour_text, residual_text
from registry.rules.cylinders import same_medium
from registry.rules.kinds import MEDIA
from registry.rules.verdict import Finding

OK, NOT_OK, NOT_APPLICABLE = "ok", "not_ok", "n_a"
RESULTS: Mapping[str, tuple[str, str]] = {
    OK: ("合格", "in order"),
    NOT_OK: ("不合格", "not in order"),
    NOT_APPLICABLE: ("不涉及", "not applicable"),
}
BY_PERSON = "person"
RULE = "R22"


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item of the check before filling, in one part of the cylinder."""

    id: str
    zh: str
    en: str
    part: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a cylinder that is looked at as one."""

    id: str
    zh: str
    en: str


@cache
def parts(on: date) -> tuple[Part, ...]:
    """The parts a cylinder is looked at by, in the order they are looked at."""
    return tuple(Part(row["part"], row["zh"], row["en"]) for row in tables.rows("check_parts", on))


@lru_cache(maxsize=256)
def items_for(medium: str | None, on: date) -> tuple[CheckItem, ...]:
    """The items a person answers for a medium; what the register answers itself is left out."""
    gas = MEDIA.get(medium or "")
    groups = {"", "oxidising" if gas is not None and gas.oxidising else ""}
    if gas is not None and same_medium(gas.id, "lpg", on):
        groups.add("lpg")
    return tuple(
        CheckItem(row["item"], *_told(row, medium, on), row["part"], row["basis"], row["certainty"])
        for row in tables.rows("precheck_items", on)
        if row["read_by"] == BY_PERSON and row["needs"] in groups
    )


# What a person needs to know to answer an item, by medium: said beside it.
TOLD = {"colour": colour_text, "residual": residual_text}


def _told(row: tables.Row, medium: str | None, on: date) -> tuple[str, str]:
    """The words of an item, with what the medium wants."""
    more = TOLD[row["item"]](medium, on) if medium and row["item"] in TOLD else None
    if more is None:
        return row["zh"], row["en"]
    return f"{row['zh']}（{more[0]}）", f"{row['en']} ({more[1]})"


def item_name(item: str, on: date) -> str:
    """The Chinese name of an item; a station's own item is called what the station calls it."""
    row = tables.first("precheck_items", on, lambda row: row["item"] == item)
    return row["zh"] if row else item


def failed(
    answers: Mapping[str, str] | None, on: date, names: Mapping[str, str] | None = None
) -> tuple[str, ...] | None:
    """The names of the items that are not in order; None when nobody looked. `names` of another list than this."""
    if not answers:
        return None
    bad = [item for item, result in answers.items() if result == NOT_OK]
    return tuple(item_name(item, on) if names is None else names.get(item, item) for item in bad)


@cache
def _facts_of_items(on: date) -> Mapping[str, tuple[tuple[str, Mapping[str, bool]], ...]]:
    """item -> (fact, answer -> what the answer says of it); an answer that says nothing is left out."""
    found = {}
    for row in tables.rows("precheck_items", on):
        facts = []
        for cell in row["fact"].split():
            name, _, values = cell.partition("=")
            answers = zip((OK, NOT_OK, NOT_APPLICABLE), values.split("/"), strict=True)
            facts.append((name, {answer: value == "1" for answer, value in answers if value}))
        found[row["item"]] = tuple(facts)
    return found


def facts_of(answers: Mapping[str, str] | None, on: date) -> dict[str, bool]:
    """What the answers say of the facts of the decision table; what they do not say is left out."""
    known = _facts_of_items(on)
    return {
        fact: says[result]
        for item, result in (answers or {}).items()
        for fact, says in known.get(item, ())
        if result in says
    }


def unanswered(answers: Mapping[str, str] | None, medium: str | None, on: date) -> tuple[Finding, ...]:
    """A warning that names the items nobody answered; none when there are none, or no answers at all."""
    missing = [item for item in items_for(medium, on) if answers and item.id not in answers]
    if not missing:
        return ()
    zh = "、".join(item.zh for item in missing)
    en = ", ".join(item.en for item in missing)
    return (Finding(RULE, "warn", f"充前检查未填写：{zh}", f"Not checked before filling: {en}", missing[0].basis, "G"),)
