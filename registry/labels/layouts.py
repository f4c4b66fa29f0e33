"""Label sheets and rolls as data. All lengths in millimetres, measured from the top left corner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.labels.qr import QUIET_ZONE, shape_of
from registry.messages import T


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a label; `x`, `y` is its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Face:
    """Where things stand on one label.

    `qr` is the square of the symbol with its quiet zone. `code` holds the code in `code_rows` rows of
    whole groups, in capitals `capital` high (3 mm at least, to be read without a scanner). `text` takes
    title and lines, the title in type of `type_size`, the lines a little smaller.
    """

    qr: Box
    code: Box
    code_rows: int
    capital: float
    text: Box
    type_size: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A page of equal labels, filled row by row; a roll is a page of one label.

    `left`, `top`: the first label's corner; `gap_x`, `gap_y`: between neighbours. `level` is the error correction of
    the symbol: Q on paper, H on plates that are scratched and painted over for years.
    """

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
    face: Face
    level: str = "Q"

    @property
    def per_page(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """One label a page, for a label printer."""
        return self.per_page == 1

    def corners(self) -> Iterator[tuple[float, float]]:
        """The labels' top left corners on the page, row by row."""
        for row in range(self.rows):
            for column in range(self.columns):
                x = self.left + column * (self.width + self.gap_x)
                yield x, self.top + row * (self.height + self.gap_y)

    def module_mm(self, url: str) -> float:
        """The side of one module of `url`'s symbol on this label."""
        return self.face.qr.width / (shape_of(url, self.level).size + 2 * QUIET_ZONE)


def _sheet(
    key: str,
    name: T,
    grid: tuple[int, int],
    label: tuple[float, float],
    margin: tuple[float, float],
    gap: tuple[float, float],
    face: Face,
) -> Layout:
    return Layout(key, name, 210, 297, *grid, *label, *margin, *gap, face)


def _roll(key: str, name: T, width: float, height: float, face: Face) -> Layout:
    return Layout(key, name, width, height, 1, 1, width, height, 0, 0, 0, 0, face)


def _plate(key: str, name: T, width: float, height: float, face: Face) -> Layout:
    return Layout(key, name, width, height, 1, 1, width, height, 0, 0, 0, 0, face, "H")


LAYOUTS: dict[str, Layout] = {
    layout.key: layout
    for layout in (
        _sheet(
            "a4-70x37",
            T("A4 不干胶 24 枚（70×37 毫米）"),
            (3, 8),
            (70, 37),
            (0, 0.5),
            (0, 0),
            # Office printers leave about 4 mm of the paper's edge blank, and this sheet has no margin.
            Face(
                qr=Box(4.5, 5, 27, 27),
                code=Box(32.5, 5, 33, 7.2),
                code_rows=2,
                capital=3,
                text=Box(32.5, 13.6, 33, 18.4),
                type_size=3.2,
            ),
        ),
        _sheet(
            "a4-99x38",
            T("A4 不干胶 14 枚（99.1×38.1 毫米）"),
            (2, 7),
            (99.1, 38.1),
            (4.65, 15.15),
            (2.5, 0),
            Face(
                qr=Box(2.5, 2.5, 33, 33),
                code=Box(37.5, 4, 59, 3.4),
                code_rows=1,
                capital=3.4,
                text=Box(37.5, 9.4, 59, 25),
                type_size=4,
            ),
        ),
        _sheet(
            "a4-38x21",
            T("A4 不干胶 65 枚（38.1×21.2 毫米）"),
            (5, 13),
            (38.1, 21.2),
            (4.75, 10.7),
            (2.5, 0),
            Face(
                qr=Box(0.8, 0.8, 19.6, 19.6),
                code=Box(21, 1.8, 16.3, 7),
                code_rows=2,
                capital=3,
                text=Box(21, 9.8, 16.3, 10.4),
                type_size=2.4,
            ),
        ),
        _sheet(
            "a4-50x50",
            T("A4 不干胶 20 枚（50×50 毫米）"),
            (4, 5),
            (50, 50),
            (5, 23.5),
            (0, 0),
            Face(
                qr=Box(9, 1.5, 32, 32),
                code=Box(2, 34, 46, 3.2),
                code_rows=1,
                capital=3.2,
                text=Box(2, 38.6, 46, 9.6),
                type_size=3,
            ),
        ),
        _roll(
            "roll-60x40",
            T("标签卷 60×40 毫米"),
            60,
            40,
            Face(
                qr=Box(1.5, 1.5, 31, 31),
                code=Box(2, 34, 56, 3.6),
                code_rows=1,
                capital=3.6,
                text=Box(33.5, 3, 25, 28.5),
                type_size=3.2,
            ),
        ),
        _roll(
            "roll-40x30",
            T("标签卷 40×30 毫米"),
            40,
            30,
            Face(
                qr=Box(0.6, 0.4, 25.4, 25.4),
                code=Box(1.2, 26, 37.6, 3),
                code_rows=1,
                capital=3,
                text=Box(26, 2, 13.2, 22.6),
                type_size=2.6,
            ),
        ),
        _roll(
            "roll-30x20",
            T("标签卷 30×20 毫米"),
            30,
            20,
            Face(
                qr=Box(0.5, 0.6, 18.8, 18.8),
                code=Box(19.3, 1.2, 10.1, 13.2),
                code_rows=4,
                capital=3,
                text=Box(19.3, 15, 10.1, 4.4),
                type_size=2,
            ),
        ),
        _plate(
            "plate-40x30",
            T("金属牌、陶瓷牌 40×30 毫米"),
            40,
            30,
            Face(
                qr=Box(0.6, 0.4, 25.4, 25.4),
                code=Box(1.2, 26, 37.6, 3),
                code_rows=1,
                capital=3,
                text=Box(26, 2, 13.2, 22.6),
                type_size=2.6,
            ),
        ),
        _plate(
            "plate-30x40",
            T("金属牌、陶瓷牌 30×40 毫米（竖）"),
            30,
            40,
            Face(
                qr=Box(1.5, 0.5, 27, 27),
                code=Box(1.2, 27.8, 27.6, 3),
                code_rows=1,
                capital=3,
                text=Box(1.2, 31.6, 27.6, 7.8),
                type_size=2.2,
            ),
        ),
    )
}
