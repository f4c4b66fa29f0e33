"""Label sheets and rolls as PDF: symbols as one-bit images, text in an embedded subset of an open font."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from registry.labels import qr
from registry.labels.compose import Label, compose
from registry.labels.fonts import Font, font
from registry.labels.layouts import Layout

# Pages as bytes, not as text: a quarter smaller, and nothing reads PDFs over seven-bit mail any more.
rl_config.useA85 = 0

_POINTS = 72 / 25.4
# A reportlab font keeps a read position while it is subset, so two documents must not use it at once.
ONE_DOCUMENT = threading.Lock()

_Placed = tuple[tuple[float, float], Label]


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
    out = io.BytesIO()
    with ONE_DOCUMENT:
        size = (layout.page_width * _POINTS, layout.page_height * _POINTS)
        canvas = Canvas(out, pagesize=size, pageCompression=1, initialFontName=typeface.name)
        canvas.setTitle(title)
        pages = 0
        for page in _pages(labels, layout, start_position):
            _draw_page(canvas, page, layout, typeface)
            pages += 1
        if not pages:
            raise ValueError("no labels to print")
        canvas.save()
    return out.getvalue()


def _pages(labels: Iterable[Label], layout: Layout, start: int) -> Iterator[list[_Placed]]:
    corners = list(layout.corners())
    page: list[_Placed] = []
    for position, label in enumerate(labels, start):
        page.append((corners[position % layout.per_page], label))
        if position % layout.per_page == layout.per_page - 1:
            yield page
            page = []
    if page:
        yield page


def _draw_page(canvas: Canvas, page: list[_Placed], layout: Layout, typeface: Font) -> None:
    for corner, label in page:
        canvas.addLiteral(_symbol(label.code_url, corner, layout))
    canvas.addLiteral("BT")
    for (left, top), label in page:
        for words in compose(label, layout.face, typeface):
            x, y = (left + words.x) * _POINTS, (layout.page_height - top - words.baseline) * _POINTS
            canvas.addLiteral(f"{100 * words.narrowing:.1f} Tz 1 0 0 1 {x:.2f} {y:.2f} Tm")
            _show(canvas, words.text, words.size * _POINTS, typeface.typeface)
    canvas.addLiteral("ET")
    canvas.showPage()


def _show(canvas: Canvas, text: str, size: float, typeface: TTFont) -> None:
    """Operators that show `text` at the current place; several when the font's subset is in parts.

    Written out here because reportlab's text objects spend most of a sheet's time on numbers.
    """
    document = canvas._doc
    for part, encoded in typeface.splitString(text, document):
        name = typeface.getSubsetInternalName(part, document)
        canvas.addLiteral(f"{name} {size:.2f} Tf ({escapePDF(encoded)}) Tj")


def _symbol(url: str, corner: tuple[float, float], layout: Layout) -> str:
    """Operators that paint the symbol as an inline stencil: dark modules black, light ones left bare."""
    shape = qr.shape_of(url)
    box = layout.face.qr
    module = box.width / (shape.size + 2 * qr.QUIET_ZONE) * _POINTS
    x = (corner[0] + box.x) * _POINTS + qr.QUIET_ZONE * module
    y = (layout.page_height - corner[1] - box.y) * _POINTS - (qr.QUIET_ZONE + shape.size) * module
    side = shape.size * module
    rows = f"{qr.table(shape).bits(url):0{shape.size * shape.stride // 4}X}"
    return (
        f"q {side:.3f} 0 0 {side:.3f} {x:.2f} {y:.2f} cm BI /W {shape.size} /H {shape.size}"
        f" /IM true /BPC 1 /D [1 0] /F /AHx ID {rows}>\nEI Q"
    )
