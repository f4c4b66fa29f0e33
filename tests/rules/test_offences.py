"""Offences: what fits a finding, order first, ranges, on the spot, limitation; and the clocks of art. 80."""

from datetime import UTC, date, datetime

import pytest

from registry.rules import enforcement_clocks as clocks
from registry.rules import offences as rules
from registry.rules.enforcement_clocks import Calendar
from registry.rules.offences import Facts

ON = date(2026, 11, 3)
CALENDAR = Calendar(
    frozenset({date(2026, 10, day) for day in range(1, 8)}), frozenset({date(2026, 9, 27), date(2026, 10, 10)})
)


def facts(**changes) -> Facts:
    return Facts(**{"acted_on": ON, "found_on": ON, **changes})


@pytest.mark.parametrize(
    ("finding", "fit"),
    [
        ("pi_overdue", ["pi_not_applied", "use_uninspected"]),
        ("unregistered", ["unreg_use"]),
        ("directive_refused", ["disobey_directive"]),
    ],
)
def test_what_fits(finding: str, fit: list[str]) -> None:
    assert [one.key for one in rules.fitting(finding, ON)] == fit


def test_the_catalogue_is_whole() -> None:
    known = rules.offences(ON)
    assert len(known) == 29
    assert all(one.min_yuan < one.max_yuan for one in known.values())
    assert {key for one in rules.findings(ON).values() for key in one.offences} <= set(known)


@pytest.mark.parametrize(
    ("key", "on", "there"),
    [
        ("disobey_directive", date(2022, 6, 30), False),
        ("disobey_directive", date(2022, 7, 1), True),
        ("unreg_use", date(2013, 12, 31), False),
        ("unreg_use", date(2014, 1, 1), True),
    ],
)
def test_a_range_holds_from_its_day(key: str, on: date, there: bool) -> None:
    assert (key in rules.offences(on)) is there


@pytest.mark.parametrize(
    ("key", "ordered", "uncorrected", "first"),
    [
        ("pi_not_applied", False, False, True),
        ("pi_not_applied", True, False, True),
        ("pi_not_applied", True, True, False),
        ("use_uninspected", False, False, False),
    ],
)
def test_order_first(key: str, ordered: bool, uncorrected: bool, first: bool) -> None:
    judged = rules.judge(rules.offences(ON)[key], facts(ordered=ordered, uncorrected=uncorrected))
    assert judged.order_first is first
    assert ("offence.order_first" in {one.rule for one in judged.verdict.findings}) is first


@pytest.mark.parametrize(
    ("fine", "serious", "allowed"),
    [
        (4999, False, False),
        (5000, False, True),
        (100000, False, True),
        (100001, False, False),
        (100000, True, True),
        (99999, True, False),
        (200001, True, False),
    ],
)
def test_ranges_with_their_ends(fine: int, serious: bool, allowed: bool) -> None:
    judged = rules.judge(rules.offences(ON)["disobey_directive"], facts(fine_yuan=fine, serious=serious))
    assert judged.verdict.allowed is allowed


@pytest.mark.parametrize(("yuan", "may"), [(3000, True), (3001, False)])
def test_on_the_spot(yuan: int, may: bool) -> None:
    assert rules.may_on_the_spot(yuan, ON) is may
    assert not any(rules.judge(one, facts()).on_the_spot for one in rules.offences(ON).values())


@pytest.mark.parametrize(
    ("acted", "ended", "harmed", "lapsed"),
    [
        (date(2024, 11, 3), None, False, False),
        (date(2024, 11, 2), None, False, True),
        (date(2020, 1, 1), date(2024, 11, 3), False, False),
        (date(2021, 11, 3), None, True, False),
        (date(2021, 11, 2), None, True, True),
    ],
)
def test_two_and_five_years(acted: date, ended: date | None, harmed: bool, lapsed: bool) -> None:
    found = rules.judge(rules.offences(ON)["use_uninspected"], facts(acted_on=acted, ended_on=ended, harmed=harmed))
    assert found.lapsed is lapsed


@pytest.mark.parametrize(
    ("paid", "yuan"),
    [(date(2026, 11, 3), 0), (date(2026, 11, 4), 300), (date(2026, 12, 6), 9900), (date(2026, 12, 7), 10000)],
)
def test_the_surcharge_stops_at_the_fine(paid: date, yuan: int) -> None:
    assert rules.surcharge(10000, ON, paid) == yuan


@pytest.mark.parametrize(
    ("start", "keys", "end"),
    [
        (date(2026, 11, 3), ("clue",), date(2026, 11, 24)),
        (date(2026, 11, 3), ("clue", "clue_extended"), date(2026, 12, 15)),
        (date(2026, 11, 3), ("decision",), date(2027, 2, 1)),
        (date(2026, 11, 3), ("decision", "decision_extended"), date(2027, 3, 3)),
        (date(2026, 9, 16), ("payment",), date(2026, 10, 8)),  # ends on a holiday: the first working day after
        (date(2026, 11, 6), ("payment",), date(2026, 11, 23)),  # ends on a Saturday
        (date(2026, 9, 1), ("seal",), date(2026, 10, 1)),  # a power of the office ends on its day
        (date(2026, 9, 1), ("seal", "seal_extended"), date(2026, 10, 31)),
        (date(2026, 9, 29), ("statement",), date(2026, 10, 12)),  # the Saturday made a working day counts
    ],
)
def test_clocks(start: date, keys: tuple[str, ...], end: date) -> None:
    assert clocks.due(start, *keys, calendar=CALENDAR) == end


def test_hours_run_through_holidays() -> None:
    at = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
    assert clocks.due_at(at, "seal_report") == datetime(2026, 10, 2, 15, 0, tzinfo=UTC)
