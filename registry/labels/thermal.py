"""Labels in the languages of thermal printers: ZPL II (Zebra) and TSPL (TSC and its kin), as bitmaps of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from registry.labels.compose import Label
from registry.labels.layouts import Layout
from registry.labels.raster import raster

GAP_MM = 2  # between the labels of a roll, on the backing paper

_RUNS = re.compile(r"(.)\1*")
_TENS, _ONES = "ghijklmnopqrstuvwxyz", "GHIJKLMNOPQRSTUVWXY"


def zpl(labels: Iterable[Label], layout: Layout, dpi: int, font_path: Path | None = None) -> bytes:
    """One `^XA … ^XZ` a label. ValueError: an unknown resolution."""
    images = (raster(label, layout, dpi, font_path) for label in labels)
    return commands(images, "zpl", layout.width, layout.height)


def tspl(labels: Iterable[Label], layout: Layout, dpi: int, font_path: Path | None = None) -> bytes:
    """The size of the label once, then one bitmap a label. ValueError: an unknown resolution."""
    images = (raster(label, layout, dpi, font_path) for label in labels)
    return commands(images, "tspl", layout.width, layout.height)


def commands(images: Iterable[Image.Image], language: str, width: float, height: float) -> bytes:
    """Pictures of labels in a printer's language (`zpl` or `tspl`); `width` and `height` of a label in mm."""
    if language == "zpl":
        return b"".join(_zpl(image) for image in images)
    return _head(width, height) + b"".join(_tspl(image) for image in images)


def _head(width: float, height: float) -> bytes:
    return f"SIZE {width:g} mm,{height:g} mm\r\nGAP {GAP_MM} mm,0 mm\r\nDIRECTION 1\r\n".encode()


def _packed(image: Image.Image) -> tuple[int, int, int, int, bytes]:
    """Left, top, bytes a row, rows and dots (1 is black) of what is not white, begun at a whole byte."""
    ink = image.point([255 - value for value in range(256)])
    left, top, right, bottom = ink.getbbox() or (0, 0, 8, 1)
    left -= left % 8
    right += -(right - left) % 8
    dots = ink.crop((left, top, right, bottom)).convert("1", dither=Image.Dither.NONE)
    return left, top, (right - left) // 8, bottom - top, dots.tobytes()


def _zpl(image: Image.Image) -> bytes:
    left, top, across, rows, dots = _packed(image)
    total = across * rows
    coded = "".join(_rows(dots, across))
    return (
        f"^XA^PW{image.width}^LL{image.height}^LH0,0^FO{left},{top}^GFA,{total},{total},{across},{coded}^FS^PQ1^XZ\n"
    ).encode("ascii")


def _rows(dots: bytes, across: int) -> Iterator[str]:
    """Rows of hex in ZPL's own short form: runs counted, `:` for the row above, `,` for white up to the end."""
    above = b""
    for start in range(0, len(dots), across):
        row = dots[start : start + across]
        if row == above:
            yield ":"
        else:
            digits = row.hex().upper()
            kept = digits.rstrip("0")
            yield _RUNS.sub(_run, kept) + ("," if len(kept) < len(digits) else "")
        above = row


def _run(found: re.Match[str]) -> str:
    digit, length = found[1], len(found[0])
    if length < 3:
        return found[0]
    most, rest = divmod(length, 400)
    tens, ones = divmod(rest, 20)
    count = (_TENS[tens - 1] if tens else "") + (_ONES[ones - 1] if ones else "")
    return ("z" + digit) * most + (count + digit if count else "")


def _tspl(image: Image.Image) -> bytes:
    """Here a dot that is burnt is 0."""
    left, top, across, rows, dots = _packed(image)
    light = bytes(byte ^ 0xFF for byte in dots)
    return b"CLS\r\nBITMAP %d,%d,%d,%d,0,%s\r\nPRINT 1,1\r\n" % (left, top, across, rows, light)
