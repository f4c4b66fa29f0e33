"""The label of a fill as shapes, words and a symbol in millimetres: the same for PDF, picture and thermal printer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.labels.compose import Words, paragraphs
from registry.labels.diamonds import Shape, diamond, number_of
from registry.labels.fill_layouts import FillLayout
from registry.labels.fonts import Font
from registry.labels.layouts import Box

RULE_MM = 0.25
_FIGURE = 0.16  # of a diamond's side: the height of the class number


@dataclass(frozen=True, slots=True)
class FillLabel:
    """What a fill's label says; `code_url` is the text of the cylinder's symbol, empty for a cylinder without a code.

    No personal data: the station is named, the filler is not.
    """

    classes: tuple[str, ...]
    signal: str
    gas: str
    un: str
    sentences: tuple[str, ...]
    fill: tuple[str, ...]
    code_url: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A label set in a layout: shapes one over the other, then words (white where the flag says so), the symbol."""

    shapes: tuple[Shape, ...]
    words: tuple[tuple[Words, bool], ...]
    code_url: str
    qr: Box


def set_label(label: FillLabel, layout: FillLayout, typeface: Font) -> Drawn:
    """Everything of a label in mm from its corner; text that does not fit is made smaller, then cut with `…`."""
    places = layout.places
    shapes: list[Shape] = []
    words: list[tuple[Words, bool]] = []
    for name, box in zip(label.classes, squares(places.diamonds, len(label.classes)), strict=True):
        shapes.extend(_moved(shape, box) for shape in diamond(name))
        words.append(_figure(name, box, typeface))
    rule = places.fill.y - 1.2
    shapes.append(_line(2, rule, min(places.fill.x + places.fill.width, layout.width - 2)))
    plain = [
        *paragraphs([label.signal, f"{label.gas} UN{label.un}"], places.heading, places.heading_size, typeface),
        *paragraphs(label.sentences, places.sentences, places.sentence_size, typeface),
        *paragraphs(label.fill, places.fill, places.fill_size, typeface),
    ]
    words.extend((line, False) for line in plain)
    return Drawn(tuple(shapes), tuple(words), label.code_url, places.qr)


def squares(box: Box, count: int) -> list[Box]:
    """Room for one diamond, two one above the other, or three in two rows."""
    columns, rows = (1, 1) if count == 1 else (1, 2) if count == 2 else (2, 2)
    side = min(box.width / columns, box.height / rows)
    left = box.x + (box.width - side * columns) / 2
    places = [(left + (at % columns) * side, box.y + (at // columns) * side) for at in range(count)]
    if count == 3:
        places[2] = (left + side / 2, places[2][1])
    return [Box(x, y, side, side) for x, y in places]


def _moved(shape: Shape, box: Box) -> Shape:
    points = tuple((box.x + x * box.width, box.y + y * box.height) for x, y in shape.points)
    return Shape(points, shape.fill, shape.dark)


def _figure(name: str, box: Box, typeface: Font) -> tuple[Words, bool]:
    size = box.width * _FIGURE / typeface.capital_height * 0.8
    text = number_of(name)
    left = box.x + box.width / 2 - typeface.width(text) * size / 2
    return Words(left, box.y + box.height * 0.875, size, 1.0, text), name == "8"


def _line(left: float, y: float, right: float) -> Shape:
    return Shape(((left, y), (right, y), (right, y + RULE_MM), (left, y + RULE_MM)), "#000000", True)


def pages(labels: Sequence[FillLabel], layout: FillLayout, start: int) -> list[list[tuple[int, FillLabel]]]:
    """The labels on their pages with their positions, `start` positions of the first being used up."""
    found: list[list[tuple[int, FillLabel]]] = []
    for place, label in enumerate(labels, start):
        if not found or place % layout.per_page == 0:
            found.append([])
        found[-1].append((place % layout.per_page, label))
    return found
