"""The order of a round."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import places, routes

START = (33.64, 116.96)
place = st.tuples(st.floats(33.0, 34.6), st.floats(116.1, 118.2))


def length(order: list[int], stops: list[tuple[float, float]]) -> float:
    return sum(routes.legs(START, [stops[n] for n in order]))


@given(st.lists(place, max_size=12))
def test_every_stop_once(stops) -> None:
    assert sorted(routes.order(START, stops)) == list(range(len(stops)))


@settings(max_examples=30)
@given(st.lists(place, min_size=2, max_size=25))
def test_never_longer_than_going_to_the_nearest(stops) -> None:
    here, left, way = START, list(range(len(stops))), []
    while left:
        following = min(left, key=lambda n: (routes.distance(here, stops[n]), n))
        way.append(following)
        left.remove(following)
        here = stops[following]
    assert length(routes.order(START, stops), stops) <= length(way, stops) + 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_close_to_the_best_of_all_orders(seed) -> None:
    rng = Random(seed)
    stops = [(33.5 + rng.random() / 5, 116.9 + rng.random() / 5) for _ in range(7)]
    best = min(length(list(order), stops) for order in permutations(range(7)))
    assert length(routes.order(START, stops), stops) <= best * 1.15


def test_a_crossing_is_undone() -> None:
    stops = [(33.64, 117.06), (33.74, 116.96), (33.74, 117.06), (33.64, 117.0)]
    assert routes.order(START, stops) == [3, 0, 2, 1]


def test_the_sphere_is_near_the_geodesic() -> None:
    a, b = (33.64, 116.96), (34.44, 116.35)
    assert routes.distance(a, b) == pytest.approx(places.distance_m(a, b), rel=0.006)
