"""A label as it will be printed, as SVG: for a page with its words as text, for makers with every letter as a path."""

from __future__ import annotations

from html import escape
from pathlib import Path

from registry.labels import qr
from registry.labels.compose import Label, Words, compose
from registry.labels.fonts import font
from registry.labels.layouts import Layout
from registry.labels.outlines import outline


def preview_svg(label: Label, layout: Layout, font_path: Path | None = None, *, outlined: bool = False) -> str:
    """One label of `layout` as an SVG document in millimetres, set exactly as the PDF sets it.

    `outlined`: paths only, no fonts, for a laser, an engraver or a ceramic printer.
    """
    typeface = font(font_path)
    words = compose(label, layout.face, typeface)
    dark, side = qr.path(label.code_url, layout.level)
    box = layout.face.qr
    size = f"{layout.width:g} {layout.height:g}"
    if outlined:
        text = f'<path fill="#000" d="{"".join(outline(line, font_path) for line in words)}"/>'
    else:
        lines = "".join(_text(line, typeface.width(line.text)) for line in words)
        text = f'<g font-family="Noto Sans SC, sans-serif" fill="#000">{lines}</g>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"'
        f' width="{layout.width:g}mm" height="{layout.height:g}mm" role="img" aria-label="{escape(label.code)}">'
        f'<rect width="{layout.width:g}" height="{layout.height:g}" fill="#fff"/>'
        f'<path fill="#000" shape-rendering="crispEdges"'
        f' transform="translate({box.x:g} {box.y:g}) scale({box.width / side:.5f})" d="{dark}"/>'
        f"{text}</svg>"
    )


def _text(line: Words, width: float) -> str:
    """A line held to its printed width, whatever font the browser has."""
    length = width * line.size * line.narrowing
    return (
        f'<text x="{line.x:g}" y="{line.baseline:.3f}" font-size="{line.size:.3f}"'
        f' textLength="{length:.3f}" lengthAdjust="spacingAndGlyphs">{escape(line.text)}</text>'
    )
