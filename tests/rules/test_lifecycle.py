"""Statuses of an elevator: which count, which moves are legal, what a restart needs."""

from datetime import date

import pytest

from registry.rules import lifecycle
from registry.rules.lifecycle import INITIAL_STATUSES, MOVES, STATUSES, in_use, move, moves_from, restart_needs

TABLE = [
    # status, counts in use, maintenance clock runs
    ("not_in_use", False, False),
    ("in_use_unregistered", False, True),
    ("in_use", True, True),
    ("stopped", False, False),
    ("temporarily_stopped", True, True),
    ("scrapped", False, False),
    ("dismantled", False, False),
    ("moved_out", False, False),
    ("cancelled", False, False),
]


@pytest.mark.parametrize(("status", "counts", "maintained"), TABLE)
def test_statuses(status, counts, maintained) -> None:
    assert in_use(status) is counts
    assert STATUSES[status].maintained is maintained


def test_no_other_status() -> None:
    assert set(STATUSES) == {row[0] for row in TABLE}


LEGAL = {
    ("not_in_use", "register"): "in_use",
    ("not_in_use", "report_unregistered"): "in_use_unregistered",
    ("in_use_unregistered", "register"): "in_use",
    ("in_use", "suspend"): "stopped",
    ("stopped", "resume"): "in_use",
    ("in_use", "halt"): "temporarily_stopped",
    ("temporarily_stopped", "resume"): "in_use",
    ("in_use", "scrap"): "scrapped",
    ("stopped", "scrap"): "scrapped",
    ("scrapped", "cancel"): "cancelled",
    ("cancelled", "dismantle"): "dismantled",
    ("in_use", "move_out"): "moved_out",
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", sorted({verb for _, verb in LEGAL}))
def test_every_status_with_every_verb(status, verb) -> None:
    found = move(status, verb)
    assert (found.target if found else None) == LEGAL.get((status, verb))


def test_a_verb_means_one_thing_from_a_status() -> None:
    assert len({(one.source, one.verb) for one in MOVES}) == len(MOVES) == len(LEGAL)


def test_every_status_can_be_reached_and_the_ends_are_ends() -> None:
    reached = set(INITIAL_STATUSES)
    for _ in STATUSES:
        reached |= {one.target for one in MOVES if one.source in reached}
    assert reached == set(STATUSES)
    assert [status for status in STATUSES if not moves_from(status)] == ["dismantled", "moved_out"]


def test_what_a_move_needs() -> None:
    assert move("in_use", "scrap").needs == ("document", "reason")
    assert move("not_in_use", "register").needs == ("document",)
    assert move("in_use", "halt").needs == ("reason",)


def test_unknown_status() -> None:
    for question in (moves_from, in_use):
        with pytest.raises(KeyError):
            question("gone")


RESTARTS = [
    (date(2025, 3, 1), date(2026, 2, 28), True, None),
    (date(2025, 3, 1), date(2026, 2, 28), False, "due_duty"),
    (date(2025, 3, 1), date(2026, 3, 1), True, "periodic_inspection"),
    (date(2025, 3, 1), date(2026, 3, 1), False, "periodic_inspection"),
    (date(2024, 2, 29), date(2025, 2, 27), True, None),
    (date(2024, 2, 29), date(2025, 2, 28), True, "periodic_inspection"),
]


@pytest.mark.parametrize(("stopped", "on", "in_date", "needs"), RESTARTS)
def test_restart(stopped, on, in_date, needs) -> None:
    assert restart_needs(stopped, on, in_date) == needs


def test_notices_within_thirty_days() -> None:
    assert lifecycle.stop_notice_by(date(2028, 2, 10)) == date(2028, 3, 11)
    assert lifecycle.registration_by(date(2026, 12, 31)) == date(2027, 1, 30)
