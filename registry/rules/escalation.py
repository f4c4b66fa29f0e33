"""The ladder of escalation (§1.6): what the rules propose for a hazard; a person issues it, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.rules import tables


@dataclass(frozen=True, slots=True)
class Standing:
    """A hazard as the ladder sees it on a day. Days count from 0; None where the clock does not run.

    `level` is the highest rung reached in the present round; `plan_late_days` 0 unless a plan is due;
    `circulars_in_a_row` up to the newest circular of its office.
    """

    level: int = 0
    days_left: int | None = None
    overdue_days: int = 0
    plan_late_days: int = 0
    days_without_progress: int | None = None
    is_listed: bool = False
    failed_verifications: int = 0
    circulars_in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """One rung that the rules propose, and why."""

    level: int
    verb: str
    zh: str
    en: str
    basis: str


def propose(standing: Standing, on: date) -> tuple[Proposal, ...]:
    """Every rung above the present one that something speaks for, the highest first; each rung once."""
    found: dict[str, Proposal] = {}
    for row in tables.rows("hazard_escalations", on):
        level = int(row["level"])
        measured = _measured(row["trigger"], standing)
        if level <= standing.level or measured is None or row["verb"] == "circulate":
            continue
        if _speaks(row["trigger"], measured, int(row["amount"])):
            found.setdefault(
                row["verb"],
                Proposal(level, row["verb"], row["zh"].format(n=measured), row["en"].format(n=measured), row["basis"]),
            )
    return tuple(sorted(found.values(), key=lambda proposal: -proposal.level))


def rung(verb: str, on: date) -> int:
    """The rung that an act reaches; 0 for acts that are no rung."""
    return next((int(row["level"]) for row in tables.rows("hazard_escalations", on) if row["verb"] == verb), 0)


def amount(verb: str, trigger: str, on: date) -> int | None:
    """The threshold of one trigger, None where the day's table does not know it."""
    rows = tables.rows("hazard_escalations", on)
    return next((int(row["amount"]) for row in rows if (row["verb"], row["trigger"]) == (verb, trigger)), None)


def _measured(trigger: str, standing: Standing) -> int | None:
    match trigger:
        case "due_within_days":
            return standing.days_left if standing.days_left is None or standing.days_left >= 0 else None
        case "no_progress_days":
            return None if standing.is_listed else standing.days_without_progress
        case "no_progress_days_listed":
            return standing.days_without_progress if standing.is_listed else None
        case "overdue_days" | "plan_late_days" | "failed_verifications" | "circulars_in_a_row":
            found: int = getattr(standing, trigger)
            return found
    return None


def _speaks(trigger: str, measured: int, threshold: int) -> bool:
    return measured <= threshold if trigger == "due_within_days" else measured >= threshold
