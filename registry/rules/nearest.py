"""The nearest of many points on the WGS-84 ellipsoid, exactly, and with hardly a geodesic worked out.

Points are kept as earth-centred coordinates. For two points on the ellipsoid let `c` be the straight chord and `s` the
geodesic between them. Then

    c <= s <= 2 R asin(c / 2R),    R = b²/a = 6,335,439 m,

the left because nothing is shorter than the chord, the right by Schur's comparison theorem: a geodesic's curvature is
the normal curvature of the surface, which is nowhere above 1/R (the meridian at the equator), so its chord is no
shorter than that of an arc of a circle of radius R and the same length. The two bounds are 0.1 mm apart at 5 km, 1 mm
at 10 km and 1 m at 100 km. So the order by chord is that by geodesic wherever the bounds do not overlap; where they
do, and where they leave the whole metre open, the geodesic itself is asked for.

What is exact: which points are returned, their order, and `metres` (the geodesic rounded to whole metres). The bounds
are widened by a micrometre for the rounding of floating-point numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
E2 = FLATTENING * (2 - FLATTENING)
LEAST_RADIUS_M = SEMI_MAJOR_M * (1 - E2)
SLACK_M = 1e-6
FARTHEST_M = 1_000_000.0  # beyond this the bounds say little: geodesics alone

Place = tuple[float, float]
Measure = Callable[[Place, Place], float]
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """One of the points: `penalty_m` is added to its distance for the order alone."""

    key: int
    lat: float
    lon: float
    penalty_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """A point that was found, and its geodesic distance in whole metres."""

    key: int
    metres: int


def earth_centred(lat: float, lon: float) -> Vector:
    """Earth-centred coordinates in metres of a place on the ellipsoid, in degrees."""
    phi, lam = radians(lat), radians(lon)
    sine, cosine = sin(phi), cos(phi)
    radius = SEMI_MAJOR_M / sqrt(1 - E2 * sine * sine)
    return radius * cosine * cos(lam), radius * cosine * sin(lam), radius * (1 - E2) * sine


def longest_m(chord: float) -> float:
    """The longest that the geodesic over a chord can be."""
    half = chord / (2 * LEAST_RADIUS_M)
    return 2 * LEAST_RADIUS_M * asin(half) + SLACK_M if half < 1 else float("inf")


class Nearest:
    """Points to be asked for the nearest. `measure` gives the geodesic of two (lat, lon) in metres.

    The points lie sorted along the direction in which they are spread most. A search goes outwards from the place and
    stops where that one coordinate alone is farther than the best found: a projection is never longer than the chord.
    """

    def __init__(self, points: Iterable[Point], measure: Measure) -> None:
        self.measure = measure
        found = [(earth_centred(each.lat, each.lon), each) for each in points]
        self.axis = _axis([vector for vector, _ in found])
        a, b, c = self.axis
        rows = sorted(((a * x + b * y + c * z, (x, y, z), each) for (x, y, z), each in found), key=lambda row: row[0])
        self.along = [along for along, _, _ in rows]
        self.vectors = [vector for _, vector, _ in rows]
        self.points = [each for _, _, each in rows]
        self.penalties = [each.penalty_m for each in self.points]

    def __len__(self) -> int:
        return len(self.points)

    def find(self, lat: float, lon: float, limit: int = 1) -> list[Found]:
        """The `limit` nearest by geodesic and penalty, the nearest first; equal ones by penalty, then by key."""
        if limit < 1 or not self.points:
            return []
        near = self._candidates(earth_centred(lat, lon), limit)
        if _settled(near, limit):
            return [Found(self.points[place].key, self._metres((lat, lon), place, chord)) for _, chord, place in near]
        return self._by_geodesic((lat, lon), near, limit)

    def _candidates(self, here: Vector, limit: int) -> list[tuple[float, float, int]]:
        """(chord and penalty, chord, place in the lists) of all that may be among the nearest, by the first."""
        x, y, z = here
        a, b, c = self.axis
        origin = a * x + b * y + c * z
        along, vectors, penalties = self.along, self.vectors, self.penalties
        down = bisect_left(along, origin) - 1
        up, count = down + 1, len(along)
        best: list[tuple[float, float, int]] = []
        reach = float("inf")
        while True:
            left = origin - along[down] if down >= 0 else float("inf")
            right = along[up] - origin if up < count else float("inf")
            if left <= right:
                place, gap = down, left
                down -= 1
            else:
                place, gap = up, right
                up += 1
            if gap > reach or gap == float("inf"):
                return [each for each in best if each[0] - SLACK_M <= reach]
            px, py, pz = vectors[place]
            px, py, pz = px - x, py - y, pz - z
            chord = sqrt(px * px + py * py + pz * pz)
            rank = chord + penalties[place]
            if rank - SLACK_M <= reach:
                best.append((rank, chord, place))
                best.sort()
                if len(best) >= limit:
                    reach = max(longest_m(chord) + rank - chord for rank, chord, _ in best[:limit])
                    while best[-1][0] - SLACK_M > reach:
                        best.pop()

    def _metres(self, here: Place, place: int, chord: float) -> int:
        if chord < FARTHEST_M:
            shortest = round(chord - SLACK_M)
            if shortest == round(longest_m(chord)):
                return shortest
        point = self.points[place]
        return round(self.measure(here, (point.lat, point.lon)))

    def _by_geodesic(self, here: Place, near: list[tuple[float, float, int]], limit: int) -> list[Found]:
        measured = []
        for _, _, place in near:
            point = self.points[place]
            metres = self.measure(here, (point.lat, point.lon))
            measured.append((metres + point.penalty_m, point.penalty_m, point.key, metres))
        return [Found(key, round(metres)) for _, _, key, metres in sorted(measured)[:limit]]


def _settled(near: list[tuple[float, float, int]], limit: int) -> bool:
    """Whether the bounds leave no doubt which are nearest and in which order."""
    if len(near) > limit or near[-1][1] >= FARTHEST_M:
        return False
    return all(
        longest_m(chord) + rank - chord < following[0] - SLACK_M for (rank, chord, _), following in pairwise(near)
    )


def _axis(vectors: list[Vector]) -> Vector:
    """The direction, east or north of the middle of the points, in which they are spread most."""
    if not vectors:
        return 1.0, 0.0, 0.0
    x, y, z = (sum(vector[i] for vector in vectors) / len(vectors) for i in range(3))
    level = sqrt(x * x + y * y) or 1.0
    whole = sqrt(x * x + y * y + z * z) or 1.0
    east = (-y / level, x / level, 0.0)
    north = (-x * z / (level * whole), -y * z / (level * whole), level / whole)
    return max(east, north, key=lambda axis: _spread(vectors, axis))


def _spread(vectors: list[Vector], axis: Vector) -> float:
    lengths = [sum(a * b for a, b in zip(axis, vector, strict=True)) for vector in vectors]
    return max(lengths) - min(lengths)
