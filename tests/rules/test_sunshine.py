"""Clips of fills: what they show, whether a camera recorded it, how long it is kept; drawing fills by weight."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from registry.rules import spot_checks as draws
from registry.rules import sunshine as rules
from registry.rules.spot_checks import Drawn

DAY = date(2026, 11, 22)
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
END = START + timedelta(minutes=3)


def second(number: int) -> timedelta:
    return timedelta(seconds=number)


def camera(**values) -> rules.Camera:
    given = {"registered_at": START - timedelta(days=9), "retired_at": None, "last_seen_at": END, **values}
    return rules.Camera(1, **given)


def test_a_clip_shows_ten_seconds_more_on_both_sides() -> None:
    assert rules.window(START, END, DAY) == (START - second(10), END + second(10))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"last_seen_at": END - second(1)}, False),
        ({"last_seen_at": None}, False),
        ({"registered_at": START}, True),
        ({"registered_at": START + second(1)}, False),
        ({"retired_at": END}, True),
        ({"retired_at": END - second(1)}, False),
        ({"outages": ((START - second(9), START),)}, True),
        ({"outages": ((START - second(9), START + second(1)),)}, False),
        ({"outages": ((END, END + second(9)),)}, True),
        ({"outages": ((END - second(1), END + second(9)),)}, False),
        ({"outages": ((START - second(9), END + second(9)),)}, False),
    ],
)
def test_a_camera_recorded_what_it_worked_through(values, expected) -> None:
    assert rules.recorded(camera(**values), START, END) is expected


@pytest.mark.parametrize(("days", "last"), [(None, date(2027, 2, 20)), (30, date(2026, 12, 22))])
def test_how_long_a_recording_is_kept(days, last) -> None:
    assert rules.kept_until(DAY, days) == last


def test_silence_counts_inside_the_period_only() -> None:
    spans = [(START - second(30), START + second(5)), (END - second(7), END + second(60)), (END, END + second(1))]
    assert rules.silent_seconds(spans, START, END) == 12


@pytest.mark.parametrize(
    ("key", "value", "met"),
    [
        ("clips", "0.98", True),
        ("clips", "0.9799", False),
        ("scan_to_fill", "0.995", True),
        ("scan_to_fill", "0.9949", False),
        ("overdue_fills", "0", True),
        ("overdue_fills", "1", False),
        ("clips", None, None),
    ],
)
def test_targets(key, value, met) -> None:
    assert rules.kpis(DAY)[key].met(None if value is None else Decimal(value)) is met


POOL = [Drawn(number, 1 + number % 4) for number in range(1, 301)]


def test_the_same_seed_draws_the_same_from_a_pool_in_any_order() -> None:
    first = draws.draw("seed", POOL, 20)
    assert first == draws.draw("seed", POOL[::-1], 20)
    assert len({each.id for each in first}) == 20
    assert first != draws.draw("another", POOL, 20)
    assert draws.draw("seed", POOL, 5) == first[:5]
    assert draws.digest(POOL) == draws.digest(POOL[::-1])
    assert draws.digest(POOL) != draws.digest([*POOL[:-1], Drawn(300, 9)])


def test_a_small_pool_is_drawn_whole() -> None:
    assert sorted(each.id for each in draws.draw("s", POOL[:3], 10)) == [1, 2, 3]


def test_weight_three_is_drawn_first_three_times_as_often() -> None:
    pool = [Drawn(1, 3), Drawn(2, 1)]
    first = Counter(draws.draw(str(seed), pool, 1)[0].id for seed in range(4000))
    assert 2900 < first[1] < 3100


@pytest.mark.parametrize(
    ("circumstances", "expected"),
    [((), 1), (("unscanned",), 3), (("unscanned", "unscanned", "typed"), 4), (("anomaly", "warned", "offline"), 6)],
)
def test_weights(circumstances, expected) -> None:
    assert draws.weight(circumstances, draws.weights(DAY)) == expected


def test_every_move_leads_from_a_state_to_a_state() -> None:
    states = draws.states(draws.WORKFLOW)
    for move in draws.moves(draws.WORKFLOW):
        assert {move.source, move.target} <= set(states)
        assert not states[move.source].ended
    assert {item.id for item in draws.items(DAY)} == {"legal", "staff", "scanned", "checked", "reweighed"}
