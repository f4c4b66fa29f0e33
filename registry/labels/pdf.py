"""Label sheets and rolls as PDF: symbols as one-bit images, text in an embedded subset of an open font."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from registry.labels import qr
from registry.labels.compose import Label, Words, compose
from registry.labels.fonts import Font, font
from registry.labels.layouts import Layout
from registry.labels.pages import assembled

# Pages as bytes, not as text: a quarter smaller, and nothing reads PDFs over seven-bit mail any more.
rl_config.useA85 = 0

_POINTS = 72 / 25.4
# A reportlab font keeps a read position while it is subset, so two documents must not use it at once.
ONE_DOCUMENT = threading.Lock()
SHARED_FROM = 4  # labels of a roll that say the same at the same place, from where a shared form is the smaller way


def labels_pdf(
    labels: Iterable[Label],
    layout: Layout,
    start_position: int = 0,
    font_path: Path | None = None,
    title: str = "",
) -> bytes:
    """The labels on pages of `layout`, as a PDF at its true size.

    `start_position` counts the label positions already used up on the first sheet. Characters that the
    font lacks are printed as `〓` (`fonts.missing_characters` names them beforehand).

    Raises:
        ValueError: no labels, or a start position outside the sheet.
        FileNotFoundError: the label font is not there.
    """
    if not 0 <= start_position < layout.per_page:
        raise ValueError(f"start position must be 0 to {layout.per_page - 1}: {start_position}")
    typeface = font(font_path)
    printed = list(labels)
    if not printed:
        raise ValueError("no labels to print")
    size = (layout.page_width * _POINTS, layout.page_height * _POINTS)
    out = io.BytesIO()
    with ONE_DOCUMENT:
        canvas = Canvas(out, pagesize=size, pageCompression=1, initialFontName=typeface.name)
        canvas.setTitle(title)
        pen = Pen(canvas, typeface, layout)
        pages, forms = _roll(printed, pen) if layout.is_roll else (_sheets(printed, start_position, pen), [])
        canvas.showPage()
        canvas.save()
    return assembled(out.getvalue(), pages, size, forms)


class Pen:
    """Writes the operators of labels, and notes in a reportlab document which characters of the font they use."""

    def __init__(self, canvas: Canvas, typeface: Font, layout: Layout) -> None:
        self.layout, self.typeface = layout, typeface
        self._document = canvas._doc

    def text(self, lines: Iterable[Words], corner: tuple[float, float] = (0, 0)) -> bytes:
        """Lines of a label whose corner lies there on the page, in mm from its top left."""
        out = []
        left, top = corner
        narrowing = 1.0
        for words in lines:
            x, y = (left + words.x) * _POINTS, (self.layout.page_height - top - words.baseline) * _POINTS
            if words.narrowing != narrowing:
                narrowing = words.narrowing
                out.append(b"%.1f Tz" % (100 * narrowing))
            out.append(b"1 0 0 1 %.2f %.2f Tm" % (x, y))
            out.extend(self._show(words.text, words.size * _POINTS))
        return b"q BT\n" + b"\n".join(out) + b"\nET Q\n" if out else b""

    def _show(self, text: str, size: float) -> Iterator[bytes]:
        """Operators that show `text` at the current place; several when the font's subset is in parts."""
        face, document = self.typeface.typeface, self._document
        for part, encoded in face.splitString(text, document):
            name = face.getSubsetInternalName(part, document).encode()
            yield b"%s %.2f Tf(%s)Tj" % (name, size, _escaped(encoded))

    def symbol(self, url: str, corner: tuple[float, float] = (0, 0)) -> bytes:
        """Operators that paint the symbol as an inline stencil: dark modules black, light ones left bare."""
        shape = qr.shape_of(url, self.layout.level)
        box = self.layout.face.qr
        module = box.width / (shape.size + 2 * qr.QUIET_ZONE) * _POINTS
        x = (corner[0] + box.x) * _POINTS + qr.QUIET_ZONE * module
        y = (self.layout.page_height - corner[1] - box.y) * _POINTS - (qr.QUIET_ZONE + shape.size) * module
        side = shape.size * module
        rows = qr.table(shape).bits(url).to_bytes(shape.size * shape.stride // 8, "big")
        coded = b""
        if b"EI" in rows:  # what a careless reader takes for the end of the image
            coded, rows = b"/F/AHx", rows.hex().upper().encode() + b">"
        return b"q %.3f 0 0 %.3f %.2f %.2f cm BI/W %d/H %d/IM true/BPC 1/D[1 0]%s ID %s\nEI Q\n" % (
            *(side, side, x, y, shape.size, shape.size, coded, rows),
        )


def _escaped(encoded: bytes) -> bytes:
    for mark in (b"\\", b"(", b")"):
        encoded = encoded.replace(mark, b"\\" + mark)
    return encoded.replace(b"\r", b"\\r")  # a bare one would be read as a line feed


def _roll(labels: Sequence[Label], pen: Pen) -> tuple[list[bytes], list[bytes]]:
    """One label a page. What several of them say at the same place is kept once, as a form that their pages show."""
    texts = [compose(label, pen.layout.face, pen.typeface) for label in labels]
    # Rows of the code are left out: two codes may have four characters in common, and nothing else.
    rows = pen.layout.face.code_rows
    said = Counter(chain.from_iterable(text[rows:] for text in texts))
    often = {words for words, count in said.items() if count >= SHARED_FROM}
    forms: dict[tuple[Words, ...], int] = {}
    pages = []
    for label, text in zip(labels, texts, strict=True):
        shared = tuple(words for words in text[rows:] if words in often)
        own = [*text[:rows], *(words for words in text[rows:] if words not in often)]
        shows = b"/t%d Do\n" % forms.setdefault(shared, len(forms)) if shared else b""
        pages.append(pen.symbol(label.code_url) + shows + pen.text(own))
    return pages, [pen.text(shared) for shared in forms]


def _sheets(labels: Sequence[Label], start: int, pen: Pen) -> list[bytes]:
    """Labels on sheets, row by row, from a position of the first sheet on."""
    corners = list(pen.layout.corners())
    pages: list[list[bytes]] = []
    for position, label in enumerate(labels, start):
        corner = corners[position % len(corners)]
        if not pages or position % len(corners) == 0:
            pages.append([])
        words = compose(label, pen.layout.face, pen.typeface)
        pages[-1].append(pen.symbol(label.code_url, corner) + pen.text(words, corner))
    return [b"".join(page) for page in pages]
