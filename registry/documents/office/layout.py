"""The measures of official papers as the table of GB/T 9704-2012 gives them, and the typefaces they are set in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from registry.rules import tables

TWIPS_A_MM = Decimal(1440) / Decimal("25.4")
# The usual Chinese office typefaces are not free: a Word file names them, a PDF is set in what is there.
SONG_HEAD = "方正小标宋简体"
FANG_SONG = "仿宋_GB2312"
KAI = "楷体_GB2312"
HEI = "黑体"
SONG = "宋体"
SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
# What a typeface is set in where it is missing: family and weight.
STAND_INS: dict[str, tuple[str, int]] = {
    SONG_HEAD: (SERIF, 700),
    FANG_SONG: (SERIF, 400),
    KAI: (SERIF, 400),
    HEI: (SANS, 700),
    SONG: (SERIF, 400),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The measures in force on a day; lengths in millimetres and points as their names say."""

    values: dict[str, Decimal]

    def __getitem__(self, key: str) -> float:
        return float(self.values[key])

    def twips(self, key: str) -> int:
        """A length of the table in twentieths of a point, as Word wants it."""
        return round(self.values[key] * TWIPS_A_MM)

    @property
    def text_width(self) -> float:
        """The width of the text area in millimetres."""
        return self["page_width"] - self["margin_left"] - self["margin_right"]

    @property
    def tracking(self) -> float:
        """How much closer than their size characters stand, in points, so that 28 of them fill a line."""
        width = self.text_width / 25.4 * 72
        return width / self["characters_a_line"] - self["body_size"]


@cache
def layout(on: date) -> Layout:
    """The measures in force on a day."""
    return Layout({row["key"]: Decimal(row["value"]) for row in tables.rows("paper_layout", on)})
