"""Guarded events: when a round is late, an event may start and a shift holds; limits are kept on their second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from registry.rules import guarded_events as rules

PLANNED = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
ON = PLANNED.date()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("done", "now", "over", "state"),
    [
        (None, PLANNED - 30 * MINUTE - SECOND, False, "waits"),
        (None, PLANNED - 30 * MINUTE, False, "due"),
        (None, PLANNED + 15 * MINUTE, False, "due"),
        (None, PLANNED + 15 * MINUTE + SECOND, False, "late"),
        (None, PLANNED + 15 * MINUTE + SECOND, True, "missed"),
        (None, PLANNED - timedelta(days=1), True, "missed"),
        (PLANNED + 15 * MINUTE, PLANNED + timedelta(days=1), False, "walked"),
        (PLANNED + 15 * MINUTE + SECOND, PLANNED + timedelta(days=1), False, "walked_late"),
        (PLANNED, PLANNED, True, "walked"),
    ],
)
def test_where_a_round_stands(done, now, over, state) -> None:
    assert rules.round_state(PLANNED, done, now, over, ON) == state


@pytest.mark.parametrize(
    ("now", "refusal"),
    [
        (PLANNED - timedelta(hours=24) - SECOND, "too_early"),
        (PLANNED - timedelta(hours=24), None),
        (PLANNED, None),
        (PLANNED + timedelta(hours=2) - SECOND, None),
        (PLANNED + timedelta(hours=2), "over"),
    ],
)
def test_when_an_event_may_start(now, refusal) -> None:
    assert rules.start_refusal(PLANNED, PLANNED + timedelta(hours=2), now, ON) == refusal


def test_a_shift_holds_to_its_last_second() -> None:
    end = PLANNED + timedelta(hours=8)
    assert rules.stands(PLANNED, end, PLANNED)
    assert rules.stands(PLANNED, end, end - SECOND)
    assert not rules.stands(PLANNED, end, end)
    assert not rules.stands(PLANNED, end, PLANNED - SECOND)


def test_planned_times() -> None:
    hours = timedelta(hours=4)
    assert rules.times(PLANNED, PLANNED, 240) == [PLANNED]
    assert rules.times(PLANNED, PLANNED + 2 * hours, 240) == [PLANNED, PLANNED + hours, PLANNED + 2 * hours]
    assert len(rules.times(PLANNED, PLANNED + 2 * hours - SECOND, 240)) == 2
    assert len(rules.times(PLANNED, PLANNED + timedelta(days=90), 10)) == rules.MOST_ROUNDS + 1


def test_the_moves_lead_from_state_to_state() -> None:
    assert {move.source for move in rules.MOVES} | {move.target for move in rules.MOVES} == set(rules.STATES)
    for state in rules.STATES.values():
        assert state.ended == (not rules.moves_from(state.id))
