"""A printed paper: headings, tables of labelled cells and symbols, on as many pages as it takes. Lengths in mm."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportlab.pdfgen.canvas import Canvas

from registry.labels import qr
from registry.labels.fonts import Font, font, printable
from registry.labels.pdf import ONE_DOCUMENT

POINTS = 72 / 25.4
A4 = (210.0, 297.0)
LINE = 1.35  # of the type size
PADDING = 1.3
HEAD_ROOM = 16.0  # below a heading, so that it does not end a page
CLOSING = "，。；：！？、）》”’%"  # characters that no line begins with


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: `span` columns wide, `kind` value, label (grey) or head; `rows` lines high at least."""

    text: str
    span: int = 1
    kind: str = "value"
    rows: float = 1
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text at a place: `x` from the left, `y` of the baseline from the top."""

    text: str
    x: float
    y: float
    size: float


class Paper:
    """Collects what is drawn, page by page; `pdf` writes it."""

    def __init__(self, title: str, size: tuple[float, float] = A4, margin: float = 15) -> None:
        self.title = title
        self.width, self.height = size
        self.margin = margin
        self.typeface: Font = font()
        self.y = margin
        self._pages: list[_Page] = [_Page([], [], [], [])]

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.margin

    def heading(self, text: str, size: float = 6) -> None:
        """A centred line."""
        clean = printable(text, self.typeface)
        width = self.typeface.width(clean) * size
        self.words(clean, (self.width - width) / 2, self.y + size, size)
        self.y += size * 1.8

    def line(self, text: str, size: float = 3.4) -> None:
        """A paragraph from the left margin."""
        for part in self.wrapped(text, self.room, size):
            self._break(size * LINE)
            self.words(part, self.margin, self.y + size, size)
            self.y += size * LINE
        self.y += size * 0.4

    def pair(self, left: str, right: str, size: float = 3.4) -> None:
        """One line with a text at each margin."""
        clean = printable(right, self.typeface)
        self.words(printable(left, self.typeface), self.margin, self.y + size, size)
        self.words(clean, self.width - self.margin - self.typeface.width(clean) * size, self.y + size, size)
        self.y += size * 1.8

    def table(self, rows: Sequence[Sequence[Cell]], widths: Sequence[float], size: float = 3.1, heads: int = 0) -> None:
        """Rows of cells over columns of `widths` (shares of the room); a row is never broken over pages. The first
        `heads` rows are repeated on every page."""
        total = sum(widths)
        columns = [self.room * width / total for width in widths]
        for row in rows:
            self._row(row, columns, size, rows[:heads])

    def _row(
        self, row: Sequence[Cell], columns: Sequence[float], size: float, above: Sequence[Sequence[Cell]] = ()
    ) -> None:
        placed, at, x = [], 0, self.margin
        for cell in row:
            width = sum(columns[at : at + cell.span])
            lines = self.wrapped(cell.text, width - 2 * PADDING, size)
            placed.append((cell, x, width, lines))
            at, x = at + cell.span, x + width
        height = max(max(len(lines), cell.rows) * size * LINE for cell, _x, _w, lines in placed) + 2 * PADDING
        heads = any(cell.kind == "head" for cell, _x, _w, _l in placed)
        if self._break(height + HEAD_ROOM * heads) and row not in above:
            for each in above:
                self._row(each, columns, size)
        for cell, x, width, lines in placed:
            if cell.kind != "value":
                self._pages[-1].shades.append((x, self.y, width, height, 0.86 if cell.kind == "head" else 0.95))
            self._pages[-1].boxes.append((x, self.y, width, height))
            top = self.y + (height - len(lines) * size * LINE) / 2
            for number, text in enumerate(lines):
                indent = PADDING
                if cell.align == "centre" or cell.kind == "head":
                    indent = (width - self.typeface.width(text) * size) / 2
                self.words(text, x + indent, top + number * size * LINE + size * 1.02, size)
        self.y += height

    def wrapped(self, text: str, width: float, size: float) -> list[str]:
        """The lines of a text that fit into a width; each line of the text begins anew."""
        found: list[str] = []
        for part in text.split("\n"):
            line = ""
            for character in printable(part, self.typeface):
                fits = self.typeface.width(line + character) * size <= width
                if line and not fits and character not in CLOSING:
                    found.append(line.rstrip())
                    line = ""
                line += character
            found.append(line)
        return found

    def words(self, text: str, x: float, y: float, size: float) -> None:
        """Text at a place of the present page, as it stands."""
        self._pages[-1].words.append(Words(text, x, y, size))

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """A frame on the present page."""
        self._pages[-1].boxes.append((x, y, width, height))

    def symbol(self, url: str, x: float, y: float, side: float) -> None:
        """The QR symbol of an address, its quiet zone inside `side`."""
        self._pages[-1].symbols.append((url, x, y, side))

    def make_room(self, height: float) -> None:
        """Begin a page where what is so high would not fit on the present one."""
        self._break(height)

    def _break(self, height: float) -> bool:
        """Whether a page of its own had to begin for what is so high."""
        if self.y + height <= self.height - self.margin:
            return False
        self._pages.append(_Page([], [], [], []))
        self.y = self.margin
        return True

    def pdf(self) -> bytes:
        """The document."""
        out = io.BytesIO()
        with ONE_DOCUMENT:
            canvas = Canvas(
                out,
                pagesize=(self.width * POINTS, self.height * POINTS),
                pageCompression=1,
                initialFontName=self.typeface.name,
            )
            canvas.setTitle(self.title)
            for number, page in enumerate(self._pages, 1):
                if len(self._pages) > 1:
                    text = f"{number} / {len(self._pages)}"
                    page = replace(
                        page, words=[*page.words, Words(text, self.width - self.margin - 8, self.height - 8, 3)]
                    )
                self._draw(canvas, page)
                canvas.showPage()
            canvas.save()
        return out.getvalue()

    def _draw(self, canvas: Canvas, page: _Page) -> None:
        for x, y, width, height, grey in page.shades:
            canvas.setFillGray(grey)
            canvas.rect(x * POINTS, self._up(y + height), width * POINTS, height * POINTS, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setLineWidth(0.6)
        for x, y, width, height in page.boxes:
            canvas.rect(x * POINTS, self._up(y + height), width * POINTS, height * POINTS, stroke=1, fill=0)
        for words in page.words:
            canvas.setFont(self.typeface.name, words.size * POINTS)
            canvas.drawString(words.x * POINTS, self._up(words.y), words.text)
        for url, x, y, side in page.symbols:
            self._symbol(canvas, url, x, y, side)

    def _symbol(self, canvas: Canvas, url: str, x: float, y: float, side: float) -> None:
        modules = qr.matrix(url)
        unit = side / (len(modules) + 2 * qr.QUIET_ZONE)
        path = canvas.beginPath()
        for row, line in enumerate(modules):
            for column, dark in enumerate(line):
                if dark:
                    left = x + (qr.QUIET_ZONE + column) * unit
                    bottom = y + (qr.QUIET_ZONE + row + 1) * unit
                    path.rect(left * POINTS, self._up(bottom), unit * POINTS, unit * POINTS)
        canvas.drawPath(path, stroke=0, fill=1)

    def _up(self, y: float) -> float:
        """Points from the bottom of what is `y` millimetres from the top."""
        return (self.height - y) * POINTS


@dataclass(frozen=True)
class _Page:
    words: list[Words]
    boxes: list[tuple[float, float, float, float]]
    shades: list[tuple[float, float, float, float, float]]
    symbols: list[tuple[str, float, float, float]]


def label(text: str, span: int = 1) -> Cell:
    """The name of what stands beside it."""
    return Cell(text, span, "label")


def head(text: str, span: int = 1) -> Cell:
    """The heading of a block."""
    return Cell(text, span, "head")
