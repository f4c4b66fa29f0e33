"""What safety officers owe on which day (总局令第74号), and what speaks against a record."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.rules import safety
from registry.rules.safety import Problem, Sent, Span

D = date
DAY = timedelta(days=1)

PERIODS = [
    ("daily", D(2026, 2, 28), D(2026, 2, 28), D(2026, 2, 28)),
    ("weekly", D(2026, 11, 23), D(2026, 11, 23), D(2026, 11, 29)),  # a Monday
    ("weekly", D(2026, 11, 29), D(2026, 11, 23), D(2026, 11, 29)),  # the Sunday of the same week
    ("weekly", D(2026, 11, 30), D(2026, 11, 30), D(2026, 12, 6)),
    ("weekly", D(2027, 1, 1), D(2026, 12, 28), D(2027, 1, 3)),  # across the year
    ("monthly", D(2024, 2, 29), D(2024, 2, 1), D(2024, 2, 29)),
    ("monthly", D(2026, 12, 31), D(2026, 12, 1), D(2026, 12, 31)),
    ("monthly", D(2027, 1, 1), D(2027, 1, 1), D(2027, 1, 31)),
]


@pytest.mark.parametrize(("cycle", "day", "first", "last"), PERIODS)
def test_the_period_of_a_day(cycle, day, first, last) -> None:
    assert safety.period(cycle, day) == Span(first, last)


# cycle, a day of the period, recorded, today -> state. A week may be reported from Thursday and one day after Sunday;
# a month from seven days before its end and five days after it.
STATES = [
    ("daily", D(2026, 11, 24), False, D(2026, 11, 23), "later"),
    ("daily", D(2026, 11, 24), False, D(2026, 11, 24), "due"),
    ("daily", D(2026, 11, 24), False, D(2026, 11, 25), "late"),
    ("daily", D(2026, 11, 24), True, D(2026, 11, 25), "done"),
    ("weekly", D(2026, 11, 24), False, D(2026, 11, 25), "later"),
    ("weekly", D(2026, 11, 24), False, D(2026, 11, 26), "due"),
    ("weekly", D(2026, 11, 24), False, D(2026, 11, 30), "due"),
    ("weekly", D(2026, 11, 24), False, D(2026, 12, 1), "late"),
    ("monthly", D(2026, 11, 1), False, D(2026, 11, 22), "later"),
    ("monthly", D(2026, 11, 1), False, D(2026, 11, 23), "due"),
    ("monthly", D(2026, 11, 1), False, D(2026, 12, 5), "due"),
    ("monthly", D(2026, 11, 1), False, D(2026, 12, 6), "late"),
]


@pytest.mark.parametrize("subject", ["elevator", "filling"])
@pytest.mark.parametrize(("cycle", "day", "recorded", "today", "state"), STATES)
def test_the_state_of_a_period(subject, cycle, day, recorded, today, state) -> None:
    duty = safety.duties(subject)[cycle]
    assert safety.state_of(duty, safety.period(cycle, day), recorded, today) == state


# On which day which period is asked for: until its last day in time, then the next.
ASKED = [
    ("daily", D(2026, 11, 24), D(2026, 11, 24)),
    ("weekly", D(2026, 11, 29), D(2026, 11, 23)),
    ("weekly", D(2026, 11, 30), D(2026, 11, 23)),
    ("weekly", D(2026, 12, 1), D(2026, 11, 30)),
    ("monthly", D(2026, 12, 5), D(2026, 11, 1)),
    ("monthly", D(2026, 12, 6), D(2026, 12, 1)),
]


@pytest.mark.parametrize(("cycle", "today", "first"), ASKED)
def test_the_period_asked_for(cycle, today, first) -> None:
    assert safety.current(safety.duties("elevator")[cycle], today).first == first


# cycle, window -> first days of the periods that fall due in it (daily: 0 days of grace, weekly 1, monthly 5)
FALLING_DUE = [
    ("daily", Span(D(2026, 2, 27), D(2026, 3, 1)), [D(2026, 2, 27), D(2026, 2, 28), D(2026, 3, 1)]),
    ("weekly", Span(D(2026, 11, 24), D(2026, 11, 29)), []),
    ("weekly", Span(D(2026, 11, 24), D(2026, 11, 30)), [D(2026, 11, 23)]),
    ("weekly", Span(D(2026, 11, 30), D(2026, 11, 30)), [D(2026, 11, 23)]),
    ("weekly", Span(D(2026, 12, 1), D(2026, 12, 6)), []),
    ("monthly", Span(D(2026, 11, 6), D(2026, 12, 4)), []),
    ("monthly", Span(D(2026, 11, 6), D(2026, 12, 5)), [D(2026, 11, 1)]),
    ("monthly", Span(D(2026, 11, 5), D(2026, 12, 5)), [D(2026, 10, 1), D(2026, 11, 1)]),
]


@pytest.mark.parametrize(("cycle", "window", "firsts"), FALLING_DUE)
def test_what_falls_due_in_a_window(cycle, window, firsts) -> None:
    duty = safety.duties("elevator")[cycle]
    assert [span.first for span in safety.falling_due(duty, window)] == firsts


def test_nothing_is_owed_for_periods_without_a_day_of_use() -> None:
    duties = safety.duties("elevator")
    november = Span(D(2026, 11, 1), D(2026, 11, 30))
    used = {D(2026, 11, 8), D(2026, 11, 9)}  # a Sunday and the Monday after it
    assert safety.owed(duties["daily"], november, used) == [
        Span(D(2026, 11, 8), D(2026, 11, 8)),
        Span(D(2026, 11, 9), D(2026, 11, 9)),
    ]
    assert [span.first for span in safety.owed(duties["weekly"], november, used)] == [D(2026, 11, 2), D(2026, 11, 9)]
    assert safety.owed(duties["monthly"], november, used) == []
    assert safety.owed(duties["daily"], november, safety.NO_DAYS) == []


TODAY = D(2026, 11, 24)
GOOD = Sent(
    cycle="daily",
    appointed=True,
    signed=True,
    first_day=TODAY,
    due_on=TODAY,
    opens_on=TODAY,
    late_days=7,
    zero_risk=True,
)
LIGHT = Problem("按钮不亮", frozenset({"called"}), False)
GRAVE = Problem("层门不能闭合", frozenset({"stopped", "reported"}), True)

JUDGED = [
    ({}, []),
    ({"appointed": False}, ["S01"]),
    ({"opens_on": TODAY + DAY}, ["S02"]),
    ({"due_on": TODAY - DAY}, ["S11"]),
    ({"due_on": TODAY - 7 * DAY}, ["S11"]),
    ({"due_on": TODAY - 8 * DAY}, ["S03"]),
    ({"listed": False}, ["S12"]),
    ({"opened": False}, ["S04"]),
    ({"unseen": 1}, ["S05"]),
    ({"zero_risk": False}, ["S06"]),
    ({"problems": (LIGHT,)}, ["S07"]),
    ({"problems": (LIGHT,), "zero_risk": False}, []),
    ({"problems": (replace(LIGHT, text=" "),), "zero_risk": False}, ["S08"]),
    ({"problems": (replace(LIGHT, actions=frozenset()),), "zero_risk": False}, ["S08"]),
    ({"problems": (GRAVE,), "zero_risk": False}, []),
    ({"problems": (replace(GRAVE, actions=frozenset({"stopped"})),), "zero_risk": False}, ["S09"]),
    ({"problems": (replace(GRAVE, actions=frozenset({"reported", "called"})),), "zero_risk": False}, ["S09"]),
    ({"signed": False}, ["S10"]),
    ({"cycle": "weekly", "zero_risk": False}, []),
    ({"cycle": "weekly", "zero_risk": False, "unplanned": 1}, ["S13"]),
    ({"cycle": "monthly", "zero_risk": False, "decided": False}, ["S14"]),
]


@pytest.mark.parametrize(("changes", "rules"), JUDGED)
def test_what_speaks_against_a_record(changes, rules) -> None:
    verdict = safety.judge(replace(GOOD, **changes), TODAY)
    assert [finding.rule for finding in verdict.findings] == rules
    assert all(finding.text and finding.text_en for finding in verdict.findings)


def test_all_that_is_wrong_is_said_at_once() -> None:
    verdict = safety.judge(replace(GOOD, appointed=False, opened=False, zero_risk=False, signed=False), TODAY)
    assert {finding.rule for finding in verdict.findings} == {"S01", "S04", "S06", "S10"}
    assert verdict.worst == "block"


CONCERNS = [
    ("E10", [("D", "mall")], True),
    ("E10", [("A", "mall")], False),
    ("E08", [("A", "residential")], True),
    ("E08", [("A", "office")], False),
    ("E08", [("D", "residential"), ("A", "office")], False),  # both on one elevator, not one on each
    ("E01", [(None, None)], True),
]


@pytest.mark.parametrize(("code", "found", "expected"), CONCERNS)
def test_which_points_concern_a_unit(code, found, expected) -> None:
    risk = next(risk for risk in safety.risks("elevator") if risk.code == code)
    assert risk.concerns(found) is expected


def test_every_subject_has_its_duties_roles_points_and_papers() -> None:
    for subject in safety.subjects():
        assert tuple(safety.duties(subject)) == safety.CYCLES
        assert {duty.role for duty in safety.duties(subject).values()} <= set(safety.roles(subject))
        assert len({risk.code for risk in safety.risks(subject)}) == len(safety.risks(subject)) > 5
        assert len(safety.papers(subject)) == 7
