"""On-demand maintenance after 国市监特设〔2020〕56号: conditions, and what holds when one fails (elevators.md §2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.limits import edition, limit

WORK_TYPE = "FM"
GOOD_GRADES = ("A", "B")  # "not C or lower"
GRADES = (*GOOD_GRADES, "C", "D")


@dataclass(frozen=True, slots=True)
class Span:
    """Days `[since, until)`; None is open."""

    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether a day lies in it."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


Facts = Mapping[str, Sequence[Span]]
"""By condition, the days on which it was met."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a day; `failed_on`: since when it is not met, None while it is."""

    key: str
    zh: str
    en: str
    failed_on: date | None
    basis: str
    certainty: str

    @property
    def met(self) -> bool:
        """Whether it is met."""
        return self.failed_on is None


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Where an elevator under an on-demand contract stands: `days` as agreed, `conditions` all of them."""

    days: int
    conditions: tuple[Condition, ...]

    @property
    def failed(self) -> tuple[Condition, ...]:
        """The conditions that are not met."""
        return tuple(condition for condition in self.conditions if not condition.met)

    @property
    def fell_back_on(self) -> date | None:
        """Since when the fixed interval holds again; None while every condition is met."""
        return min((c.failed_on for c in self.conditions if c.failed_on is not None), default=None)

    def due(self, last: date, fixed_days: int) -> date:
        """The day of the next visit: the agreed interval, or the fixed one from the day a condition failed."""
        agreed = last + timedelta(days=self.days)
        fell_back_on = self.fell_back_on
        if fell_back_on is None:
            return agreed
        return min(agreed, max(last, fell_back_on) + timedelta(days=fixed_days))


def standing(facts: Facts, days: int | None, since: date, on: date) -> OnDemand:
    """What holds on a day under a contract that began on `since`; `days`: the agreed interval, None for the default.

    A condition that no fact speaks of is not met since the contract began.
    """
    return OnDemand(
        agreed_days(days, on),
        tuple(
            Condition(
                row["key"],
                row["zh"],
                row["en"],
                _failed_on(facts.get(row["key"], ()), since, on),
                row["basis"],
                row["certainty"],
            )
            for row in edition("on_demand_conditions", on)
        ),
    )


def agreed_days(days: int | None, on: date) -> int:
    """The interval of a contract: the default where none is agreed, never more than is allowed."""
    if days is None:
        return limit("maintenance_limits", "onsite_days_default", on)
    return min(days, limit("maintenance_limits", "onsite_days_most", on))


def _failed_on(spans: Iterable[Span], since: date, on: date) -> date | None:
    ended = since
    for span in spans:
        if span.holds(on):
            return None
        if span.until is not None and span.until <= on:
            ended = max(ended, span.until)
    return ended
