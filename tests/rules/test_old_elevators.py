"""Age bands, points and the three small workflows, with their boundary days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import fault_reports, old_elevators, renewals, workflow
from registry.rules.dates import whole_years
from registry.rules.old_elevators import Facts, band_of, bands, is_old, made_by, score

ON = date(2026, 11, 24)

POINTS = [
    (Facts(None), 0),
    (Facts(14), 0),
    (Facts(15), 2),
    (Facts(19), 2),
    (Facts(20), 3),
    (Facts(40), 3),
    (Facts(3, entrapments=4), 4),
    (Facts(3, inspection_failed=True), 2),
    (Facts(3, overdue_cycles=1), 1),
    (Facts(3, overdue_cycles=4), 1),
    (Facts(3, uninsured=True), 1),
    (Facts(21, 3, True, 2, True), 10),
]


@pytest.mark.parametrize(("facts", "points"), POINTS)
def test_points(facts, points) -> None:
    found = score(facts, ON)
    assert found.points == points
    assert sum(part.points for part in found.parts) == points
    assert all(part.points for part in found.hit)


@given(
    st.builds(
        Facts,
        st.none() | st.integers(0, 60),
        st.integers(0, 20),
        st.booleans(),
        st.integers(0, 4),
        st.booleans(),
    )
)
def test_points_are_the_formula(facts) -> None:
    age = facts.age or 0
    assert score(facts, ON).points == (
        2 * (age >= 15)
        + (age >= 20)
        + facts.entrapments
        + 2 * facts.inspection_failed
        + (facts.overdue_cycles > 0)
        + facts.uninsured
    )


def test_every_line_of_the_sum_says_what_it_is() -> None:
    parts = score(Facts(21, 2), ON).parts
    assert [(part.fact, part.value, part.points) for part in parts] == [
        ("age", 21, 2),
        ("age", 21, 1),
        ("entrapments", 2, 2),
        ("inspection_failed", 0, 0),
        ("overdue_cycles", 0, 0),
        ("uninsured", 0, 0),
    ]
    assert all(part.zh and part.en and part.certainty for part in parts)


BANDS = [(0, "under_5"), (4, "under_5"), (5, "from_5"), (9, "from_5"), (10, "from_10"), (14, "from_10"),
         (15, "from_15"), (19, "from_15"), (20, "from_20"), (77, "from_20")]  # fmt: skip


@pytest.mark.parametrize(("age", "band"), BANDS)
def test_bands(age, band) -> None:
    assert band_of(age, ON).id == band


def test_bands_follow_each_other_without_gaps() -> None:
    assert bands(ON)[0].from_years == 0
    assert bands(ON)[-1].below_years is None
    assert all(one.below_years == two.from_years for one, two in pairwise(bands(ON)))


OLD = [(None, False), (14, False), (15, True)]


@pytest.mark.parametrize(("age", "old"), OLD)
def test_old_from_fifteen_years(age, old) -> None:
    assert is_old(age, ON) is old


@given(st.dates(date(1980, 1, 1), date(2026, 12, 31)), st.dates(date(2020, 1, 1), date(2028, 12, 31)))
def test_the_last_day_of_manufacture_says_the_same_as_the_age(made, on) -> None:
    """The database asks the day, the rule asks the age: leap days included."""
    for years in (5, 10, 15, 20):
        assert (made <= made_by(years, on)) is (whole_years(made, on) >= years)


def test_entrapments_count_for_twelve_months() -> None:
    assert old_elevators.entrapments_since(ON) == date(2025, 11, 24)
    assert set(old_elevators.conclusions(ON)) == {"continue", "repair", "alter", "renew", "scrap"}


@pytest.mark.parametrize("name", ["renewal", "fault_report"])
def test_a_workflow_is_whole(name) -> None:
    """Every state is reached from the first one, every end but those that may be sent back is an end."""
    states, moves = workflow.states(name), workflow.moves(name)
    first = next(iter(states))
    reached, added = {first}, {first}
    while added:
        added = {m.target for m in moves if m.source in added} - reached
        reached |= added
    assert reached == set(states)
    assert {m.source for m in moves} | {m.target for m in moves} == set(states)
    assert len({(m.source, m.verb) for m in moves}) == len(moves)
    for state in states.values():
        leads = workflow.moves_from(name, state.id)
        assert all(m.verb == "reopen" for m in leads) if state.ended else leads


def test_only_registering_needs_the_new_lift() -> None:
    assert [m.verb for m in renewals.MOVES if "new_elevator" in m.needs] == ["register"]
    assert renewals.find_move("applied", "start") is None


CHECK = [(100, {"bond": 60, "owners": 40}, 0), (100, {"bond": 60}, 40), (100, {"bond": 160}, -60)]


@pytest.mark.parametrize(("cost", "amounts", "lack"), CHECK)
def test_the_funds_make_up_the_cost(cost, amounts, lack) -> None:
    assert renewals.shortfall(cost, amounts) == lack


def test_only_a_trapped_rider_has_to_call() -> None:
    urgent = [kind for kind in fault_reports.KINDS.values() if kind.emergency]
    assert [kind.id for kind in urgent] == ["entrapment"]
    assert "96366" in urgent[0].advice.zh
    assert "96366" in urgent[0].advice.en
