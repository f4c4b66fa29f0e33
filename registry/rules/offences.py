"""Offences against the law of special equipment (hazards.md §4.5): which fit a finding, whether an order must come
first, the range of the fine on the day of the act, and whether the time to punish has passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.dates import add_months
from registry.rules.limits import limit
from registry.rules.tables import rows
from registry.rules.verdict import Finding, Verdict

LIMITS = "enforcement_limits"


@dataclass(frozen=True, slots=True)
class Offence:
    """An offence. Amounts in yuan; `after_order`: fined only when not corrected in time; `serious_*` and `person_*`
    None where the law names none; `person_percent` of the principal's yearly income."""

    key: str
    zh: str
    en: str
    after_order: bool
    min_yuan: int
    max_yuan: int
    serious_min_yuan: int | None
    serious_max_yuan: int | None
    person_min_yuan: int | None
    person_max_yuan: int | None
    person_percent: int | None
    measures_zh: str
    measures_en: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class FindingKind:
    """What was found; `offences` it may be, several where the office chooses."""

    key: str
    zh: str
    en: str
    offences: tuple[str, ...]
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an act. `ended_on`: of one that went on, None while it does not; `found_on` by the office;
    `ordered` and not corrected in time (`uncorrected`); `harmed`: life or health, with harm done; `fine_yuan` meant."""

    acted_on: date
    found_on: date
    ended_on: date | None = None
    ordered: bool = False
    uncorrected: bool = False
    harmed: bool = False
    serious: bool = False
    fine_yuan: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the law says of an act. The range is in yuan; `on_the_spot`: a fine small enough is possible."""

    offence: Offence
    min_yuan: int
    max_yuan: int
    order_first: bool
    on_the_spot: bool
    limitation_ends: date
    lapsed: bool
    verdict: Verdict


def _number(text: str) -> int | None:
    return int(text) if text else None


def offences(on: date) -> dict[str, Offence]:
    """The offences in force on a day, by key."""
    return {
        row["key"]: Offence(
            row["key"],
            row["zh"],
            row["en"],
            row["after_order"] == "1",
            int(row["min_yuan"]),
            int(row["max_yuan"]),
            _number(row["serious_min_yuan"]),
            _number(row["serious_max_yuan"]),
            _number(row["person_min_yuan"]),
            _number(row["person_max_yuan"]),
            _number(row["person_percent"]),
            row["measures_zh"],
            row["measures_en"],
            row["basis"],
            row["certainty"],
        )
        for row in rows("offences", on)
    }


def findings(on: date) -> dict[str, FindingKind]:
    """What may be found, with the offences it may be, on a day."""
    return {
        row["finding"]: FindingKind(
            row["finding"], row["zh"], row["en"], tuple(row["offences"].split()), row["basis"], row["certainty"]
        )
        for row in rows("offence_findings", on)
    }


def fitting(finding: str, on: date) -> list[Offence]:
    """The offences that fit a finding on a day; more than one means that the office chooses and says why.

    Raises:
        KeyError: no such finding on that day.
    """
    known = offences(on)
    return [known[key] for key in findings(on)[finding].offences if key in known]


def limitation_end(facts: Facts) -> date:
    """The last day on which the act can be found and still be punished: two years after it, five where life or health
    was harmed, from the end of an act that went on (行政处罚法 36)."""
    years = limit(LIMITS, "limitation_harm_years" if facts.harmed else "limitation_years", facts.found_on)
    return add_months(facts.ended_on or facts.acted_on, 12 * years)


def surcharge(fine_yuan: int, due_on: date, paid_on: date) -> int:
    """The surcharge in yuan on a fine paid late: a share for each day, never above the fine itself."""
    late = max((paid_on - due_on).days, 0)
    return min(fine_yuan * late * limit(LIMITS, "surcharge_percent", due_on) // 100, fine_yuan)


def judge(offence: Offence, facts: Facts) -> Judgement:
    """Judge one act: all that stands against a fine is found, not only the first."""
    low, high = offence.min_yuan, offence.max_yuan
    if facts.serious and offence.serious_min_yuan is not None and offence.serious_max_yuan is not None:
        low, high = offence.serious_min_yuan, offence.serious_max_yuan
    spot = limit(LIMITS, "on_the_spot_yuan", facts.found_on)
    order_first = offence.after_order and not (facts.ordered and facts.uncorrected)
    ends = limitation_end(facts)
    lapsed = facts.found_on > ends
    found = []
    if lapsed:
        found.append(
            _finding(
                "limitation",
                f"违法行为在{ends.isoformat()}以前未被发现，不再给予行政处罚",
                f"The act was not found until {ends.isoformat()}: no penalty",
                "行政处罚法第36条",
            )
        )
    if order_first:
        found.append(
            _finding(
                "order_first",
                "应当先责令限期改正，逾期未改正的才能罚款",
                "An order to correct comes first; a fine only when it was not corrected in time",
                offence.basis,
            )
        )
    if facts.fine_yuan is not None and not low <= facts.fine_yuan <= high:
        found.append(
            _finding(
                "range",
                f"罚款应在{low}元到{high}元之间",
                f"The fine lies between {low} and {high} yuan",
                offence.basis,
            )
        )
    return Judgement(offence, low, high, order_first, low <= spot and not order_first, ends, lapsed, Verdict.of(found))


def may_on_the_spot(fine_yuan: int, on: date) -> bool:
    """Whether a fine on an organisation is small enough for the procedure on the spot."""
    return fine_yuan <= limit(LIMITS, "on_the_spot_yuan", on)


def _finding(rule: str, zh: str, en: str, basis: str) -> Finding:
    return Finding(f"offence.{rule}", "block", zh, en, basis, "C")


def facts_of(given: Mapping[str, Any]) -> Facts:
    """Facts from what was asked; what is not given is not known and counts as no."""
    return Facts(**{name: given[name] for name in Facts.__slots__ if given.get(name) is not None})
