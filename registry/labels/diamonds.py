"""Danger diamonds of GB 190 (the transport labels) as polygons of our own: background, border, symbol, class number.

A diamond is drawn in a square of side 1, y downwards, one shape over the other; a symbol's holes are shapes in the
colour of the ground. A printer of one colour draws them too: it leaves coloured grounds white.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, pi, radians, sin

Point = tuple[float, float]
BLACK, WHITE = "#000000", "#ffffff"
_GROUNDS = {"2.1": "#d8232a", "2.2": "#1e8a3c", "2.3": WHITE, "5.1": "#f7d917", "6.1": WHITE, "8": WHITE}
CLASSES = tuple(_GROUNDS)
_STEPS = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon. `fill` on colour printers; `dark` whether a printer of one colour fills it."""

    points: tuple[Point, ...]
    fill: str
    dark: bool


def number_of(name: str) -> str:
    """The figure in the lower corner: the class without its division, but 5.1 in full."""
    return name if name.startswith("5") else name.partition(".")[0]


@cache
def diamond(name: str) -> tuple[Shape, ...]:
    """The diamond of a class; KeyError for a class without one."""
    ground = _GROUNDS[name]
    shapes = [
        _shape(_square(0.5), BLACK),
        _shape(_square(0.488), ground, dark=False),
        _shape(_square(0.45), BLACK),
        _shape(_square(0.438), ground, dark=False),
    ]
    if name == "8":
        shapes.append(_shape(((0.062, 0.5), (0.938, 0.5), (0.5, 0.938)), BLACK))
    return (*shapes, *_SYMBOLS[name](ground))


def _shape(points: Iterable[Point], fill: str, dark: bool | None = None) -> Shape:
    return Shape(tuple(points), fill, fill == BLACK if dark is None else dark)


def _square(half: float) -> tuple[Point, ...]:
    return ((0.5, 0.5 - half), (0.5 + half, 0.5), (0.5, 0.5 + half), (0.5 - half, 0.5))


def _placed(points: Iterable[Point], x: float, y: float, scale: float = 1, turn: float = 0) -> tuple[Point, ...]:
    """Points about the origin, scaled, turned clockwise by degrees, put at (x, y)."""
    c, s = cos(radians(turn)), sin(radians(turn))
    return tuple((x + scale * (px * c - py * s), y + scale * (px * s + py * c)) for px, py in points)


def _circle(x: float, y: float, radius: float) -> tuple[Point, ...]:
    return tuple((x + radius * cos(2 * pi * step / 40), y + radius * sin(2 * pi * step / 40)) for step in range(40))


def _box(width: float, height: float) -> tuple[Point, ...]:
    w, h = width / 2, height / 2
    return ((-w, -h), (w, -h), (w, h), (-w, h))


def _capsule(length: float, radius: float) -> tuple[Point, ...]:
    """A bar with round ends along x."""
    half = length / 2 - radius
    angles = [pi * step / _STEPS - pi / 2 for step in range(_STEPS + 1)]
    right = [(half + radius * cos(angle), radius * sin(angle)) for angle in angles]
    return (*right, *((-x, -y) for x, y in right))


def _curve(start: Point, pieces: Sequence[tuple[Point, Point, Point]]) -> tuple[Point, ...]:
    """Cubic Bézier pieces, flattened."""
    points = [start]
    for first, second, end in pieces:
        x0, y0 = points[-1]
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            u = 1 - t
            a, b, c, d = u**3, 3 * u * u * t, 3 * u * t * t, t**3
            points.append(
                (a * x0 + b * first[0] + c * second[0] + d * end[0], a * y0 + b * first[1] + c * second[1] + d * end[1])
            )
    return tuple(points)


# A flame 1 high and about 0.8 wide, its foot at the origin.
_FLAME = _curve(
    (0.0, 0.0),
    [
        ((-0.34, 0.0), (-0.46, -0.22), (-0.36, -0.44)),
        ((-0.31, -0.55), (-0.24, -0.60), (-0.25, -0.76)),
        ((-0.16, -0.70), (-0.12, -0.62), (-0.13, -0.54)),
        ((-0.03, -0.66), (0.02, -0.82), (-0.05, -1.0)),
        ((0.14, -0.90), (0.24, -0.74), (0.20, -0.56)),
        ((0.26, -0.58), (0.29, -0.64), (0.28, -0.70)),
        ((0.44, -0.48), (0.50, 0.0), (0.0, 0.0)),
    ],
)
_TONGUE = _curve(
    (0.02, -0.04),
    [
        ((-0.16, -0.04), (-0.22, -0.20), (-0.12, -0.32)),
        ((-0.05, -0.40), (0.02, -0.42), (0.02, -0.54)),
        ((0.14, -0.44), (0.26, -0.06), (0.02, -0.04)),
    ],
)


def _flame(x: float, y: float, scale: float, ground: str) -> list[Shape]:
    return [
        _shape(_placed(_FLAME, x, y, scale), BLACK),
        _shape(_placed(_TONGUE, x, y, scale), ground, dark=False),
    ]


def _flammable(ground: str) -> list[Shape]:
    return [*_flame(0.5, 0.60, 0.40, ground), _shape(_placed(_box(0.36, 0.022), 0.5, 0.635), BLACK)]


def _oxidising(ground: str) -> list[Shape]:
    ring = [_shape(_circle(0.5, 0.525, 0.105), BLACK), _shape(_circle(0.5, 0.525, 0.077), ground, dark=False)]
    return [*_flame(0.5, 0.435, 0.28, ground), *ring, _shape(_placed(_box(0.34, 0.02), 0.5, 0.65), BLACK)]


def _cylinder(ground: str) -> list[Shape]:
    """A gas cylinder, lying aslant."""
    turn = -32

    def at(points: Iterable[Point]) -> tuple[Point, ...]:
        return _placed(points, 0.47, 0.45, 0.88, turn)

    body = _capsule(0.42, 0.075)
    foot = tuple((x - 0.175, y) for x, y in _box(0.07, 0.15))
    neck = tuple((x + 0.225, y) for x, y in _box(0.06, 0.05))
    valve = tuple((x + 0.262, y) for x, y in _box(0.028, 0.10))
    return [_shape(at(part), BLACK) for part in (body, foot, neck, valve)]


def _skull(ground: str) -> list[Shape]:
    bones: list[Shape] = []
    for turn in (24, -24):
        bones.append(_shape(_placed(_capsule(0.44, 0.022), 0.5, 0.52, 1, turn), BLACK))
        for end in (-0.205, 0.205):
            for side in (-0.022, 0.022):
                x, y = _placed([(end, side)], 0.5, 0.52, 1, turn)[0]
                bones.append(_shape(_circle(x, y, 0.028), BLACK))
    head = [
        _shape(_circle(0.5, 0.33, 0.135), BLACK),
        _shape(_placed(_box(0.15, 0.12), 0.5, 0.45), BLACK),
    ]
    holes = [
        _circle(0.452, 0.335, 0.034),
        _circle(0.548, 0.335, 0.034),
        ((0.5, 0.375), (0.522, 0.415), (0.478, 0.415)),
        *(_placed(_box(0.008, 0.05), x, 0.485) for x in (0.46, 0.487, 0.513, 0.54)),
    ]
    outline = [_shape(_circle(0.5, 0.33, 0.148), ground, dark=False)]
    return [*bones, *outline, *head, *(_shape(hole, ground, dark=False) for hole in holes)]


def _corrosive(ground: str) -> list[Shape]:
    """Two tubes that pour: on a bar to the left, on a hand to the right."""
    shapes: list[Shape] = []
    for x, turn in ((0.415, -20), (0.585, 20)):
        shapes.append(_shape(_placed(_capsule(0.19, 0.034), x, 0.245, 1, turn), BLACK))
        shapes.append(_shape(_placed(_capsule(0.165, 0.022), x, 0.245, 1, turn), ground, dark=False))
    for x in (0.325, 0.675):
        for y in (0.315, 0.355):
            shapes.append(_shape(_placed(_DROP, x, y, 0.03), BLACK))
    bar = (
        (0.22, 0.415),
        (0.29, 0.415),
        (0.305, 0.435),
        (0.345, 0.435),
        (0.36, 0.415),
        (0.43, 0.415),
        (0.43, 0.465),
        (0.22, 0.465),
    )
    hand = _curve(
        (0.55, 0.465),
        [
            ((0.56, 0.43), (0.60, 0.415), (0.64, 0.42)),
            ((0.66, 0.44), (0.69, 0.44), (0.71, 0.42)),
            ((0.76, 0.415), (0.80, 0.43), (0.83, 0.44)),
            ((0.80, 0.47), (0.70, 0.475), (0.55, 0.465)),
        ],
    )
    return [*shapes, _shape(bar, BLACK), _shape(hand, BLACK)]


_DROP = _curve(
    (0.0, -0.6),
    [
        ((0.15, -0.2), (0.45, 0.0), (0.35, 0.3)),
        ((0.2, 0.6), (-0.2, 0.6), (-0.35, 0.3)),
        ((-0.45, 0.0), (-0.15, -0.2), (0.0, -0.6)),
    ],
)
_SYMBOLS = {"2.1": _flammable, "2.2": _cylinder, "2.3": _skull, "5.1": _oxidising, "6.1": _skull, "8": _corrosive}
