"""Labels of fills drawn: as PDF, as a picture for a page, as dots for a thermal printer."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from registry.labels import qr, thermal
from registry.labels.fill_label import Drawn, FillLabel, pages, set_label
from registry.labels.fill_layouts import FillLayout
from registry.labels.fonts import FONT_PATH, font
from registry.labels.outlines import outline
from registry.labels.pdf import ONE_DOCUMENT
from registry.labels.raster import RESOLUTIONS, paint_symbol

_POINTS = 72 / 25.4
_INK = 128


def fill_labels_pdf(
    labels: Sequence[FillLabel], layout: FillLayout, start: int = 0, font_path: Path | None = None, title: str = ""
) -> bytes:
    """The labels on pages of `layout` at their true size, diamonds in colour, text in an embedded font subset.

    Raises:
        ValueError: no labels, or a start position outside the sheet.
        FileNotFoundError: the label font is not there.
    """
    if not labels:
        raise ValueError("no labels to print")
    if not 0 <= start < layout.per_page:
        raise ValueError(f"start position must be 0 to {layout.per_page - 1}: {start}")
    typeface = font(font_path)
    out = io.BytesIO()
    size = (layout.page_width * _POINTS, layout.page_height * _POINTS)
    with ONE_DOCUMENT:
        canvas = Canvas(out, pagesize=size, pageCompression=1, initialFontName=typeface.name)
        canvas.setTitle(title)
        for page in pages(labels, layout, start):
            for position, label in page:
                _draw(canvas, set_label(label, layout, typeface), typeface.name, layout, layout.corner(position))
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, drawn: Drawn, name: str, layout: FillLayout, corner: tuple[float, float]) -> None:
    left, top = corner

    def at(x: float, y: float) -> tuple[float, float]:
        return (left + x) * _POINTS, (layout.page_height - top - y) * _POINTS

    for shape in drawn.shapes:
        canvas.setFillColor(shape.fill)
        path = canvas.beginPath()
        path.moveTo(*at(*shape.points[0]))
        for point in shape.points[1:]:
            path.lineTo(*at(*point))
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    for words, light in drawn.words:
        canvas.setFillColor("#ffffff" if light else "#000000")
        canvas.setFont(name, words.size * _POINTS)
        canvas.drawString(*at(words.x, words.baseline), words.text)
    canvas.setFillColor("#000000")
    for x, y, width, height in _modules(drawn):
        canvas.rect(*at(x, y + height), width * _POINTS, height * _POINTS, stroke=0, fill=1)


def _modules(drawn: Drawn) -> Iterable[tuple[float, float, float, float]]:
    """The dark runs of the symbol as rectangles in mm."""
    if not drawn.code_url:
        return
    rows = qr.matrix(drawn.code_url)
    module = drawn.qr.width / (len(rows) + 2 * qr.QUIET_ZONE)
    for y, row in enumerate(rows, qr.QUIET_ZONE):
        start = None
        for x, dark in enumerate([*row, False], qr.QUIET_ZONE):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield drawn.qr.x + start * module, drawn.qr.y + y * module, (x - start) * module, module
                start = None


def fill_label_svg(label: FillLabel, layout: FillLayout, font_path: Path | None = None) -> str:
    """One label as an SVG document in millimetres: paths only."""
    typeface = font(font_path)
    drawn = set_label(label, layout, typeface)
    size = f"{layout.width:g} {layout.height:g}"
    parts = [f'<path fill="{shape.fill}" d="{_path(shape.points)}"/>' for shape in drawn.shapes]
    for words, light in drawn.words:
        parts.append(f'<path fill="{"#fff" if light else "#000"}" d="{outline(words, font_path)}"/>')
    dark = "".join(f"M{x:.3f} {y:.3f}h{w:.3f}v{h:.3f}h-{w:.3f}z" for x, y, w, h in _modules(drawn))
    parts.append(f'<path d="{dark}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{layout.width:g}mm"'
        f' height="{layout.height:g}mm" role="img" aria-label="{escape(label.gas)}">'
        f'<rect width="{layout.width:g}" height="{layout.height:g}" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.3f} {y:.3f}" for x, y in points) + "z"


def raster(label: FillLabel, layout: FillLayout, dpi: int, font_path: Path | None = None) -> Image.Image:
    """One label for a printer of one colour, black is 0 and white 255; ValueError for an unknown resolution."""
    if dpi not in RESOLUTIONS:
        raise ValueError(f"resolution must be one of {sorted(RESOLUTIONS)}: {dpi}")
    scale = RESOLUTIONS[dpi]
    drawn = set_label(label, layout, font(font_path))
    image = Image.new("L", (round(layout.width * scale), round(layout.height * scale)), 255)
    pen = ImageDraw.Draw(image)
    for shape in drawn.shapes:
        pen.polygon([(x * scale, y * scale) for x, y in shape.points], fill=0 if shape.dark else 255)
    for words, light in drawn.words:
        typeface = ImageFont.truetype(str(font_path or FONT_PATH), words.size * scale)
        place = (words.x * scale, words.baseline * scale)
        pen.text(place, words.text, fill=255 if light else 0, font=typeface, anchor="ls")
    image = image.point([0 if value < _INK else 255 for value in range(256)])
    if drawn.code_url:
        paint_symbol(image, drawn.code_url, drawn.qr, scale)
    return image


def burnt(
    labels: Iterable[FillLabel], layout: FillLayout, language: str, dpi: int, font_path: Path | None = None
) -> bytes:
    """The labels in the language of a thermal printer: `zpl` or `tspl`."""
    images = (raster(label, layout, dpi, font_path) for label in labels)
    return thermal.commands(images, language, layout.width, layout.height)
