"""The clocks of an emergency call, to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import call_clocks, calls
from registry.rules.call_clocks import Limits, Timer, due, proposed
from registry.rules.calls import Asked, Facts
from tests.rules.test_calls import ON, T0, asked, at, facts

LIMITS = Limits(180, 300, 900)


def clocks(known: Facts, second: int) -> dict[tuple[str, str], Timer]:
    return {(one.key, one.role): one for one in due(known, LIMITS, at(second), ON)}


def eta(minutes: int, answered: int = 30, role: str = "maintenance") -> Asked:
    return replace(asked(role, answered=answered), eta_minutes=minutes)


# (what, facts, second, state)
BOUNDARIES = [
    (("dispatch", ""), facts(), 300, "runs"),
    (("dispatch", ""), facts(), 301, "late"),
    (("dispatch", ""), facts(asked(dispatched=300)), 900, "done"),
    (("dispatch", ""), facts(asked(dispatched=301)), 900, "done_late"),
    (("answer", "use"), facts(asked("use")), 30, "runs"),
    (("answer", "use"), facts(asked("use")), 31, "late"),
    (("answer", "use"), facts(asked("use", answered=30)), 99, "done"),
    (("answer", "use"), facts(asked("use", answered=31)), 99, "done_late"),
    (("answer", "maintenance"), facts(asked()), 60, "runs"),
    (("answer", "maintenance"), facts(asked()), 61, "late"),
    (("answer", "maintenance"), facts(asked(declined=60)), 99, "done"),
    (("answer", "maintenance"), facts(asked(withdrawn=60)), 99, "void"),
    (("answer", "maintenance"), facts(asked(withdrawn=90)), 99, "missed"),
    (("answer", "use"), facts(asked(arrived=30), asked("use")), 99, "void"),  # rescuers are there
    (("answer", "use"), facts(asked(arrived=40), asked("use")), 99, "missed"),
    (("answer", "station"), facts(asked("station", dispatched=200)), 260, "runs"),
    (("answer", "station"), facts(asked("station", dispatched=200)), 261, "late"),
    (("depart", "use"), facts(asked("use", answered=10)), 180, "runs"),
    (("depart", "use"), facts(asked("use", answered=10)), 181, "late"),
    (("depart", "station"), facts(asked("station")), 300, "runs"),
    (("depart", "station"), facts(asked("station")), 301, "late"),
    (("depart", "station"), facts(asked("station", declined=20)), 301, "void"),
    (("level2", ""), facts(asked()), 179, "runs"),
    (("level2", ""), facts(asked()), 180, "proposed"),
    (("level2", ""), facts(asked(dispatched=60)), 239, "runs"),  # from the dispatch, not from the call
    (("level2", ""), facts(asked(dispatched=60)), 240, "proposed"),
    (("level2", ""), facts(asked(answered=179)), 180, "void"),
    (("level2", ""), facts(asked(answered=190)), 191, "void"),
    (("level2", ""), facts(asked("use", answered=10), asked()), 180, "proposed"),  # the use unit frees nobody
    (("level2", ""), facts(asked(declined=20)), 20, "proposed"),
    (("level2", ""), facts(asked("use")), 0, "proposed"),  # no maintenance company
    (("level2", ""), facts(asked(), asked("station", dispatched=180)), 500, "done"),
    (("level2", ""), facts(asked(), asked("119", dispatched=180)), 500, "done"),
    (("level2", ""), facts(servable=False), 0, "proposed"),
    (("level2", ""), facts(), 999, "waits"),
    (("level3", ""), facts(asked()), 299, "runs"),
    (("level3", ""), facts(asked()), 300, "proposed"),
    (("level3", ""), facts(asked(), asked("station", dispatched=180)), 299, "runs"),
    (("level3", ""), facts(asked(declined=10), asked("station", dispatched=20, declined=50)), 49, "runs"),
    (("level3", ""), facts(asked(declined=10), asked("station", dispatched=20, declined=50)), 50, "proposed"),
    (("level3", ""), facts(asked(answered=30)), 999, "void"),
    (("level3", ""), facts(asked(answered=30), injured=1), 31, "proposed"),
    (("level3", ""), facts(injured=1), 1, "proposed"),
    (("level3", ""), facts(asked(), asked("110", dispatched=100)), 999, "done"),
    (("goal", ""), facts(asked()), 900, "runs"),
    (("goal", ""), facts(asked()), 901, "late"),
    (("arrive", ""), facts(asked()), 1800, "runs"),
    (("arrive", ""), facts(asked()), 1801, "late"),
    (("arrive", ""), facts(asked(arrived=1800)), 9999, "done"),
    (("arrive", ""), facts(asked(arrived=1801)), 9999, "done_late"),
    (("arrive", ""), facts(asked("use", arrived=60)), 1801, "late"),
    (("arrive", ""), facts(asked(), released_at=at(600)), 9999, "void"),
    (("arrive", ""), facts(asked(), released_at=at(1801)), 9999, "missed"),
    # accepted after 30 s: 29 minutes on the way are in time, 30 are not
    (("level2", ""), facts(eta(29)), 30, "void"),
    (("level2", ""), facts(eta(30)), 30, "proposed"),
    (("level3", ""), facts(eta(40)), 299, "runs"),
    (("level3", ""), facts(eta(40), eta(40, 200, "station")), 200, "proposed"),
]


@pytest.mark.parametrize(("what", "known", "second", "state"), BOUNDARIES)
def test_to_the_second(what, known: Facts, second: int, state: str) -> None:
    assert clocks(known, second)[what].state == state


def test_a_county_has_an_hour() -> None:
    county = replace(facts(asked()), area="341321")
    assert clocks(county, 3600)["arrive", ""].state == "runs"
    assert clocks(county, 3601)["arrive", ""].state == "late"


def test_the_higher_level_is_proposed() -> None:
    waiting = due(facts(asked()), LIMITS, at(300), ON)
    assert proposed(waiting).key == "level3"
    assert proposed(due(facts(asked()), LIMITS, at(299), ON)).key == "level2"
    assert proposed(due(facts(asked()), LIMITS, at(179), ON)) is None


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (facts(asked(declined=20)), "declined"),
        (facts(asked("use")), "nobody"),
        (facts(eta(90)), "too_late"),
        (facts(asked()), ""),
    ],
)
def test_what_brought_it_forward(known: Facts, why: str) -> None:
    assert clocks(known, 180)["level2", ""].why == why


def test_an_enquiry_has_no_clocks_and_a_fault_no_escalation() -> None:
    assert due(facts(kind="consult"), LIMITS, at(9), ON) == []
    assert {key for key, _role in clocks(facts(asked(), kind="fault"), 999)} == {"dispatch", "answer"}


def test_seconds_left() -> None:
    assert clocks(facts(asked()), 100)["level2", ""].left == 80
    assert clocks(facts(asked()), 70)["answer", "maintenance"].left == -10
    assert clocks(facts(asked(answered=5)), 70)["answer", "maintenance"].left is None


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_once_red_a_clock_turns_by_an_act_alone(first: int, later: int) -> None:
    """Time makes clocks red; nothing but somebody's act makes them good again."""
    first, later = sorted((first, later))
    known = facts(asked(), asked("use"))
    before, after = clocks(known, first), clocks(known, later)
    assert all(after[key].red for key, one in before.items() if one.red)


def test_limits_hold_on_their_second_and_proposals_come_on_theirs() -> None:
    known = facts(asked())
    for one in due(known, LIMITS, T0, ON):
        if one.due is None or one.done is not None:
            continue
        on_it = {(each.key, each.role): each for each in due(known, LIMITS, one.due, ON)}[one.key, one.role]
        assert on_it.red is (one.key in call_clocks.ESCALATIONS)
        after = due(known, LIMITS, one.due + timedelta(seconds=1), ON)
        assert {(each.key, each.role): each for each in after}[one.key, one.role].red


def test_every_role_that_is_asked_has_its_row() -> None:
    timed = {row["role"] for row in calls.timer_rows(ON) if row["timer"] == "answer"}
    assert timed == {"use", "maintenance", "station"}
