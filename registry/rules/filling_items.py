"""What has to be looked at before a cylinder is filled (TSG 23-2021 ch. 8, cylinders.md §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registry.rules import tables
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
    """One item of the check before filling."""

    id: str
    zh: str
    en: str
    basis: str
    certainty: str


def items_for(medium: str | None, on: date) -> tuple[CheckItem, ...]:
    """The items a person answers for a medium; what the register answers itself is left out."""
    gas = MEDIA.get(medium or "")
    oxidising = gas is not None and gas.oxidising
    return tuple(
        CheckItem(row["item"], row["zh"], row["en"], row["basis"], row["certainty"])
        for row in tables.rows("precheck_items", on)
        if row["read_by"] == BY_PERSON and (row["needs"] != "oxidising" or oxidising)
    )


def item_name(item: str, on: date) -> str:
    """The Chinese name of an item; a station's own item is called what the station calls it."""
    row = tables.first("precheck_items", on, lambda row: row["item"] == item)
    return row["zh"] if row else item


def failed(answers: Mapping[str, str] | None, on: date) -> tuple[str, ...] | None:
    """The names of the items that are not in order; None when nobody looked."""
    if not answers:
        return None
    return tuple(item_name(item, on) for item, result in answers.items() if result == NOT_OK)


def unanswered(answers: Mapping[str, str] | None, medium: str | None, on: date) -> tuple[Finding, ...]:
    """A warning that names the items nobody answered; none when there are none, or no answers at all."""
    missing = [item for item in items_for(medium, on) if answers and item.id not in answers]
    if not missing:
        return ()
    zh = "、".join(item.zh for item in missing)
    en = ", ".join(item.en for item in missing)
    return (Finding(RULE, "warn", f"充前检查未填写：{zh}", f"Not checked before filling: {en}", missing[0].basis, "G"),)
