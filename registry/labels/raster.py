"""A label as dots: what a thermal printer burns, drawn here so that the symbol is ours module by module.

A printer's own QR command chooses the mask itself, and its own fonts lack Chinese; a bitmap leaves it no choice.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from registry.labels import qr
from registry.labels.compose import Label, Words, compose
from registry.labels.fonts import FONT_PATH, font
from registry.labels.layouts import Box, Layout

RESOLUTIONS = {203: 8.0, 300: 300 / 25.4}
"""Dots per inch to dots per mm; what is sold as 203 dpi has 8 dots a mm."""

_INK = 128  # of 255: where a dot that is partly covered is burnt


def raster(label: Label, layout: Layout, dpi: int, font_path: Path | None = None) -> Image.Image:
    """One label of `layout`, black is 0 and white 255 (mode L, no greys); every module whole dots wide.

    ValueError when `dpi` is not one of RESOLUTIONS.
    """
    if dpi not in RESOLUTIONS:
        raise ValueError(f"resolution must be one of {sorted(RESOLUTIONS)}: {dpi}")
    scale = RESOLUTIONS[dpi]
    image = Image.new("L", (round(layout.width * scale), round(layout.height * scale)), 255)
    for words in compose(label, layout.face, font(font_path)):
        _write(image, words, scale, font_path or FONT_PATH)
    image = image.point([0 if value < _INK else 255 for value in range(256)])
    paint_symbol(image, label.code_url, layout.face.qr, scale, layout.level)
    return image


def _write(image: Image.Image, words: Words, scale: float, path: Path) -> None:
    typeface = _type(path, round(words.size * scale * 4) / 4)
    left, baseline = words.x * scale, round(words.baseline * scale)
    if words.narrowing == 1.0:
        ImageDraw.Draw(image).text((left, baseline), words.text, fill=0, font=typeface, anchor="ls")
        return
    width, above = round(typeface.getlength(words.text)) + 1, round(words.size * scale * 1.2)
    line = Image.new("L", (width, round(above * 1.4)), 255)
    ImageDraw.Draw(line).text((0, above), words.text, fill=0, font=typeface, anchor="ls")
    narrow = line.resize((max(1, round(width * words.narrowing)), line.height), Image.Resampling.LANCZOS)
    dark = narrow.point([255 - value for value in range(256)])
    image.paste(0, (round(left), baseline - above), dark)


@lru_cache(maxsize=64)
def _type(path: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def paint_symbol(image: Image.Image, url: str, box: Box, scale: float, level: str = "Q") -> None:
    """The symbol in whole dots a module, in the middle of its square. Up to half a module of the quiet zone may lie
    outside it, where a whole dot a module is won by that: no field of ours begins closer."""
    shape = qr.shape_of(url, level)
    side = round(box.width * scale)
    dots = max(1, side // (shape.size + 2 * qr.QUIET_ZONE - 1))
    packed = qr.table(shape).bits(url).to_bytes(shape.size * shape.stride // 8, "big")
    modules = Image.frombytes("1", (shape.size, shape.size), bytes(byte ^ 0xFF for byte in packed)).convert("L")
    drawn = modules.resize((shape.size * dots, shape.size * dots), Image.Resampling.NEAREST)
    margin = (side - drawn.width) // 2
    image.paste(drawn, (round(box.x * scale) + margin, round(box.y * scale) + margin))
