"""Cases as rules: what a decision waits for day by day, who may ask for a hearing, when one may be held, amounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registry.rules import cases as rules
from registry.rules import enforcement_clocks as clocks
from registry.rules.cases import Said
from registry.rules.chinese_numbers import yuan_in_words
from registry.rules.enforcement_clocks import Calendar

DUE = date(2026, 11, 10)
SAID = Said(DUE, None, False, False, 0, False, False, False, False, False)
RIGHT = replace(SAID, hearing_due=DUE, right=True, spoken=True, discussed=True)


@pytest.mark.parametrize(
    ("said", "on", "waits"),
    [
        (replace(SAID, statement_due=None), DUE, "service"),
        (SAID, DUE, "statement"),
        (SAID, date(2026, 11, 11), ""),
        (replace(SAID, spoken=True), DUE, ""),
        (replace(SAID, spoken=True, unanswered=1), date(2026, 12, 1), "answer"),
        (RIGHT, DUE, "hearing"),
        (RIGHT, date(2026, 11, 11), ""),
        (replace(RIGHT, waived=True), DUE, ""),
        (replace(RIGHT, heard=True), DUE, ""),
        (replace(RIGHT, heard=True, discussed=False), DUE, "discussion"),
        (replace(RIGHT, heard=True, investigate=True), DUE, "investigation"),
        (replace(SAID, spoken=True, serious=True), DUE, "discussion"),
        (replace(SAID, spoken=True, serious=True, discussed=True), DUE, ""),
    ],
)
def test_what_a_decision_waits_for(said: Said, on: date, waits: str) -> None:
    assert rules.waits_for(said, on) == waits


@pytest.mark.parametrize(("yuan", "grave", "right"), [(99_999, False, False), (100_000, False, True), (0, True, True)])
def test_who_may_ask_for_a_hearing(yuan: int, grave: bool, right: bool) -> None:
    assert rules.hearing_right(yuan, grave, DUE) is right


def test_seven_working_days_before_a_hearing() -> None:
    assert rules.earliest_hearing(date(2026, 11, 3), Calendar()) == date(2026, 11, 12)
    assert rules.earliest_hearing(date(2026, 11, 3), Calendar([date(2026, 11, 12)])) == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("key", "more", "due"),
    [
        ("suit", 0, date(2027, 5, 3)),
        ("reconsideration", 0, date(2027, 1, 4)),  # 2 January is a Saturday
        ("decision", 0, date(2027, 2, 1)),
        ("decision", 10, date(2027, 2, 11)),
    ],
)
def test_months_and_days_left_out(key: str, more: int, due: date) -> None:
    assert clocks.due(date(2026, 11, 3), key, more_days=more) == due


def test_the_partys_own_days() -> None:
    assert rules.party_clocks(DUE) == {"statement", "hearing_request", "reconsideration", "suit"}


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        (0, "零元整"),
        (10, "壹拾元整"),
        (105, "壹佰零伍元整"),
        (3000, "叁仟元整"),
        (10_500, "壹万零伍佰元整"),
        (50_000, "伍万元整"),
        (100_005, "壹拾万零伍元整"),
        (100_050_000, "壹亿零伍万元整"),
    ],
)
def test_amounts_in_capitals(yuan: int, words: str) -> None:
    assert yuan_in_words(yuan) == words


@pytest.mark.parametrize("yuan", [-1, 10**12])
def test_amounts_that_have_no_words(yuan: int) -> None:
    with pytest.raises(ValueError, match=str(yuan)):
        yuan_in_words(yuan)
