"""A round trip's order: nearest neighbour, then 2-opt, over great-circle distances (no streets are known)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

Place = tuple[float, float]
"""(latitude, longitude) in WGS-84 degrees."""

EARTH_M = 6_371_009.0
MOST_PASSES = 30


def distance(a: Place, b: Place) -> float:
    """Metres between two places on the sphere; within 0.6 % of the geodesic, which is enough to compare ways."""
    lat, lon = radians(b[0] - a[0]), radians(b[1] - a[1])
    h = sin(lat / 2) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(lon / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(h)))


def order(start: Place, stops: Sequence[Place]) -> list[int]:
    """The indexes of the stops in a short order from the start; the way ends at the last stop."""
    points = [start, *stops]
    metres = [[distance(a, b) for b in points] for a in points]
    return [stop - 1 for stop in _improved(_nearest(metres), metres)[1:]]


def legs(start: Place, stops: Sequence[Place]) -> list[float]:
    """Metres from each place to the next, the start before the first stop."""
    points = [start, *stops]
    return [distance(a, b) for a, b in pairwise(points)]


def _nearest(metres: list[list[float]]) -> list[int]:
    """Always to the nearest stop that is left, from the start (0)."""
    way, left = [0], set(range(1, len(metres)))
    while left:
        here = metres[way[-1]]
        following = min(left, key=lambda stop: (here[stop], stop))
        way.append(following)
        left.remove(following)
    return way


def _improved(way: list[int], metres: list[list[float]]) -> list[int]:
    """Turn round stretches of the way while that makes it shorter; the start stays first, the end is open."""
    size = len(way)
    for _ in range(MOST_PASSES):
        shorter = False
        for first in range(1, size - 1):
            before = metres[way[first - 1]]
            for last in range(first + 1, size):
                saved = before[way[first]] - before[way[last]]
                if last + 1 < size:
                    saved += metres[way[last]][way[last + 1]] - metres[way[first]][way[last + 1]]
                if saved > 1e-6:
                    way[first : last + 1] = reversed(way[first : last + 1])
                    shorter = True
        if not shorter:
            break
    return way
