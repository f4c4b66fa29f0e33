"""Where an elevator stands in its inspections: the records it has, read by the rule of years (elevators.md §4.1).

`inspection.duty` asks for the years that are done; this reads them off a list of records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.rules.inspection import (
    ANCHORS,
    NEW_BASE,
    PERIODIC_INSPECTION,
    SELF_TEST,
    Base,
    Duty,
    base_of,
    dropped_by_repair,
    duty,
    new_base_since,
    year_of,
)

PASSED = frozenset({"pass", "pass_after_fix"})


@dataclass(frozen=True, slots=True)
class Record:
    """A finished inspection: `kind` and `conclusion` as in `rules.inspection`."""

    kind: str
    done_on: date
    conclusion: str = "pass"

    @property
    def passed(self) -> bool:
        return self.conclusion in PASSED


@dataclass(frozen=True, slots=True)
class Origin:
    """The days from which years may be counted, best first; None where nobody knows."""

    installation: date | None = None
    registered: date | None = None
    in_use: date | None = None
    made: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The base of the years, the latest inspection that gives the month, and the years done."""

    base: Base
    month_anchor: date | None
    done_years: frozenset[int]

    def duty(self, on: date) -> Duty:
        """The duty to show on a day."""
        return duty(self.base.day, self.month_anchor, self.done_years, on)


def standing(origin: Origin, records: Iterable[Record]) -> Standing | None:
    """What the passed records add up to; None when no day is known from which years could be counted."""
    passed = sorted((record for record in records if record.passed), key=lambda record: record.done_on)
    started = [record.done_on for record in passed if _begins_anew(record)]
    installation = max([*started, *([origin.installation] if origin.installation else [])], default=None)
    base = base_of(installation, origin.registered, origin.in_use, origin.made)
    if base is None:
        return None
    found = Standing(base, None, frozenset())
    for record in passed:
        if record.done_on > base.day:
            found = _after(found, record)
    return found


def _begins_anew(record: Record) -> bool:
    """Installation always; alteration since the rule of 2023 (elevators.md §4.1: "under the new rule")."""
    old_alteration = record.kind == "alteration_supervision" and record.done_on < new_base_since()
    return record.kind in NEW_BASE and not old_alteration


def _after(before: Standing, record: Record) -> Standing:
    """The standing after one more passed record."""
    year = _year_done(before, record)
    return Standing(
        before.base,
        record.done_on if record.kind in ANCHORS else before.month_anchor,
        before.done_years | ({year} if year else set()),
    )


def _year_done(before: Standing, record: Record) -> int | None:
    """The year whose duty the record fulfils or drops; None when it is beside the pattern.

    A periodic inspection is more than a self-test and stands in for one; the reverse does not hold.
    """
    if record.kind == "major_repair_supervision":
        return dropped_by_repair(before.base.day, record.done_on)
    if record.kind == "restart_inspection":
        # It moves the month, so what it fulfils is the duty of its own calendar year: the next is due a year later.
        year = year_of(before.base.day, record.done_on)
        return year if year > max(before.done_years, default=0) else None
    pending = before.duty(record.done_on)
    if record.kind == SELF_TEST and pending.kind != SELF_TEST:
        return None
    if record.kind in (PERIODIC_INSPECTION, SELF_TEST) and pending.state == "later":
        # Earlier than its window: it belongs to the calendar year it was made in, unless that one is done.
        year = year_of(before.base.day, record.done_on)
        return year if year > max(before.done_years, default=0) else None
    return pending.year


def valid_until(origin: Origin, records: Iterable[Record], latest: Record) -> date | None:
    """The last day that `latest` covers: the end of the month of the duty that follows it.

    None when it failed, or when no day is known from which years could be counted.
    """
    if not latest.passed:
        return None
    after = standing(origin, [*records, latest])
    return after.duty(latest.done_on).due_by if after else None
