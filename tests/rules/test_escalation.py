"""The ladder of escalation as a table of boundary days, and how figures are compared and ranked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.rules.comparisons import change_of_count, change_of_rate, rank
from registry.rules.escalation import Standing, amount, propose, rung

ON = date(2026, 11, 29)
CASES = [
    (Standing(days_left=8), []),
    (Standing(days_left=7), ["remind"]),
    (Standing(days_left=0), ["remind"]),
    (Standing(days_left=-1, overdue_days=1), ["supervise"]),
    (Standing(overdue_days=14), ["supervise"]),
    (Standing(overdue_days=15), ["list_supervision", "supervise"]),
    (Standing(overdue_days=29), ["list_supervision", "supervise"]),
    (Standing(overdue_days=30), ["summon", "list_supervision", "supervise"]),
    (Standing(level=2, overdue_days=15), ["list_supervision"]),
    (Standing(level=3, overdue_days=29), []),
    (Standing(level=4, overdue_days=300), []),
    (Standing(plan_late_days=0), []),
    (Standing(plan_late_days=1), ["supervise"]),
    (Standing(days_without_progress=29), []),
    (Standing(days_without_progress=30), ["remind"]),
    (Standing(days_without_progress=6, is_listed=True), []),
    (Standing(days_without_progress=7, is_listed=True), ["remind"]),
    (Standing(failed_verifications=1), []),
    (Standing(failed_verifications=2), ["summon"]),
    (Standing(circulars_in_a_row=1), []),
    (Standing(circulars_in_a_row=2), ["summon"]),
    (Standing(days_left=None), []),
]


@pytest.mark.parametrize(("standing", "expected"), CASES)
def test_what_is_proposed(standing: Standing, expected: list[str]) -> None:
    assert [proposal.verb for proposal in propose(standing, ON)] == expected


def test_a_proposal_says_why_in_both_languages() -> None:
    proposal = propose(Standing(overdue_days=15), ON)[0]
    assert (proposal.level, proposal.zh, proposal.en) == (3, "已超过整改时限15天", "15 days overdue")


def test_before_the_table_nothing_is_proposed() -> None:
    assert propose(Standing(overdue_days=300), date(2022, 6, 30)) == ()


def test_the_rungs() -> None:
    verbs = ("remind", "supervise", "list_supervision", "summon", "transfer_case", "delist", "close")
    assert [rung(verb, ON) for verb in verbs] == [1, 2, 3, 4, 6, 0, 0]
    assert amount("list_supervision", "overdue_days", ON) == 15
    assert amount("list_supervision", "no_such_trigger", ON) is None


COUNTS = [
    (0, 0, 0, None, "flat"),
    (0, 3, 3, None, "new"),
    (4, 3, -1, Decimal("-0.25"), "down"),
    (4, 4, 0, Decimal(0), "flat"),
    (4, 6, 2, Decimal("0.5"), "up"),
]


@pytest.mark.parametrize(("before", "now", "difference", "ratio", "words"), COUNTS)
def test_counts_are_compared(before, now, difference, ratio, words) -> None:
    found = change_of_count(before, now)
    assert (found.difference, found.ratio, found.words) == (difference, ratio, words)


RATES = [
    (Decimal("0.8"), Decimal("0.85"), Decimal("5"), "up"),
    (Decimal("0.85"), Decimal("0.8"), Decimal("-5"), "down"),
    (Decimal("0.8"), Decimal("0.8"), Decimal("0"), "flat"),
    (None, Decimal("0.8"), None, ""),
    (Decimal("0.8"), None, None, ""),
]


@pytest.mark.parametrize(("before", "now", "points", "words"), RATES)
def test_rates_are_compared_in_percentage_points(before, now, points, words) -> None:
    found = change_of_rate(before, now)
    assert (found.difference, found.ratio, found.words) == (points, None, words)


def test_ranks_are_shared_and_what_is_unknown_has_none() -> None:
    values = [Decimal(1), Decimal("0.5"), None, Decimal("0.5"), Decimal("0.2")]
    assert rank(values) == [1, 2, None, 2, 4]
    assert rank(values, high_is_good=False) == [4, 2, None, 2, 1]
