"""Directives: days of service and recheck, ways of serving, the moves."""

from datetime import date

import pytest

from registry.rules import directives as rules

HOLIDAYS = frozenset({date(2026, 10, day) for day in range(1, 8)})
WORKDAYS = frozenset({date(2026, 9, 27), date(2026, 10, 10)})


@pytest.mark.parametrize(
    ("reported", "due"),
    [
        (date(2026, 11, 2), date(2026, 11, 16)),  # two plain weeks: the day of the report is not counted
        (date(2026, 11, 6), date(2026, 11, 20)),  # a Friday
        (date(2026, 11, 7), date(2026, 11, 20)),  # a Saturday counts from the Monday
        (date(2026, 9, 24), date(2026, 10, 13)),  # over the holidays, with two working weekend days
    ],
)
def test_ten_working_days(reported: date, due: date) -> None:
    assert rules.recheck_due(reported, HOLIDAYS, WORKDAYS) == due


@pytest.mark.parametrize(
    ("way", "served"),
    [("direct", date(2026, 11, 2)), ("mail", date(2026, 11, 2)), ("notice", date(2026, 12, 2))],
)
def test_a_notice_counts_after_thirty_days(way: str, served: date) -> None:
    on = date(2026, 11, 2)
    assert rules.served_on(rules.deliveries(on)[way], on) == served


def test_electronic_service_needs_the_signed_consent() -> None:
    ways = rules.deliveries(date(2026, 11, 2))
    assert "consent" in ways["electronic"].needs
    assert set(ways["leave"].needs) == {"note", "files"}
    assert set(ways) == {"direct", "leave", "mail", "electronic", "notice"}


def test_every_state_is_reached_and_left() -> None:
    assert {move.target for move in rules.MOVES} | {rules.FIRST_STATE} == set(rules.STATES)
    for state in rules.STATES.values():
        assert bool(rules.moves_from(state.id)) is not state.ended


def test_two_inspectors() -> None:
    assert rules.inspectors_needed(date(2026, 11, 2)) == 2
