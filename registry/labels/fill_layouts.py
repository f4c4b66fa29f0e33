"""Where things stand on the label of a fill: danger diamonds, what the gas is, what to beware of, who filled it when.

All lengths in millimetres from the label's top left corner; the layouts are data.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.labels.layouts import Box
from registry.messages import T


@dataclass(frozen=True, slots=True)
class Places:
    """The boxes of one label: `diamonds` takes one to three diamonds, `heading` signal word, gas and UN number in type
    of `heading_size`, `sentences` hazards and precautions, `fill` the fill in type of `fill_size`, `qr` the cylinder's
    symbol."""

    diamonds: Box
    heading: Box
    heading_size: float
    sentences: Box
    sentence_size: float
    fill: Box
    fill_size: float
    qr: Box


@dataclass(frozen=True, slots=True)
class FillLayout:
    """A page of equal labels, filled row by row; a roll is a page of one label."""

    key: str
    name: T
    page_width: float
    page_height: float
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap_x: float
    gap_y: float
    places: Places

    @property
    def per_page(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """One label a page, for a label printer."""
        return self.per_page == 1

    def corner(self, position: int) -> tuple[float, float]:
        """The top left corner of the label at a position of its page."""
        row, column = divmod(position, self.columns)
        return self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y)


_WIDE = Places(
    diamonds=Box(1.5, 1.5, 32, 32),
    heading=Box(35, 2, 62, 11.5),
    heading_size=4.6,
    sentences=Box(35, 14.2, 62, 26),
    sentence_size=2.6,
    fill=Box(2.5, 43.2, 66, 22.5),
    fill_size=2.7,
    qr=Box(70.5, 39.5, 27, 27),
)
_UPRIGHT = Places(
    diamonds=Box(1.5, 1.5, 24, 24),
    heading=Box(27, 2.5, 31, 23),
    heading_size=4.2,
    sentences=Box(2, 27, 56, 28.5),
    sentence_size=2.5,
    fill=Box(2, 58, 56, 15),
    fill_size=2.4,
    qr=Box(17, 73.5, 26, 26),
)

FILL_LAYOUTS: dict[str, FillLayout] = {
    layout.key: layout
    for layout in (
        FillLayout(
            "a4-99x68", T("A4 不干胶 8 枚（99.1×67.7 毫米）"), 210, 297, 2, 4, 99.1, 67.7, 4.65, 13.1, 2.5, 0, _WIDE
        ),
        FillLayout("roll-100x70", T("标签卷 100×70 毫米"), 100, 70, 1, 1, 100, 70, 0, 0, 0, 0, _WIDE),
        FillLayout("roll-60x100", T("标签卷 60×100 毫米"), 60, 100, 1, 1, 60, 100, 0, 0, 0, 0, _UPRIGHT),
    )
}
