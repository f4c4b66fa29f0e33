"""Letters as outlines: a laser, an engraver or a ceramic printer has no fonts, so a drawing must bring its shapes.

Read from the `glyf` table of the label font (TrueType, OpenType 1.9 "glyf"): simple and compound glyphs.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFontFile

from registry.labels.compose import Words
from registry.labels.fonts import FONT_PATH

Contour = tuple[tuple[float, float, bool], ...]  # x, y in font units, whether on the curve
_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_WORDS, _XY, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO = 1, 2, 8, 32, 64, 128


class Outlines:
    """The glyphs of a TrueType font."""

    def __init__(self, path: Path) -> None:
        self._file = TTFontFile(str(path), charInfo=1)
        data = self._file.get_table
        head, loca = data("head"), data("loca")
        self.units = struct.unpack(">H", head[18:20])[0]
        long = struct.unpack(">h", head[50:52])[0]
        count = len(loca) // (4 if long else 2)
        self._places = struct.unpack(f">{count}{'L' if long else 'H'}", loca)
        if not long:
            self._places = tuple(2 * place for place in self._places)
        self._glyf = data("glyf")
        hhea, maxp, hmtx = data("hhea"), data("maxp"), data("hmtx")
        self._widths = _advances(hmtx, struct.unpack(">H", hhea[34:36])[0], struct.unpack(">H", maxp[4:6])[0])
        self._glyphs = self._file.charToGlyph

    def glyph(self, character: str) -> tuple[tuple[Contour, ...], float]:
        """The contours of a character and its width, in ems, y upwards."""
        number = self._glyphs.get(ord(character), 0)
        contours = tuple(
            tuple((x / self.units, y / self.units, on) for x, y, on in contour) for contour in self._contours(number)
        )
        return contours, self._widths[number] / self.units

    def _contours(self, number: int, depth: int = 0) -> list[Contour]:
        start, end = self._places[number], self._places[number + 1]
        if start == end or depth > 8:
            return []
        data = self._glyf[start:end]
        count = struct.unpack(">h", data[:2])[0]
        return _simple(data, count) if count >= 0 else self._compound(data, depth)

    def _compound(self, data: bytes, depth: int) -> list[Contour]:
        found: list[Contour] = []
        at, flags = 10, _MORE
        while flags & _MORE:
            flags, number = struct.unpack(">HH", data[at : at + 4])
            at += 4
            shape = ">hh" if flags & _WORDS else ">bb"
            x, y = struct.unpack(shape, data[at : at + struct.calcsize(shape)])
            at += struct.calcsize(shape)
            if not flags & _XY:
                x = y = 0
            a, b, c, d = 1.0, 0.0, 0.0, 1.0
            if flags & _SCALE:
                a = d = _f2dot14(data, at)
                at += 2
            elif flags & _XY_SCALE:
                a, d = _f2dot14(data, at), _f2dot14(data, at + 2)
                at += 4
            elif flags & _TWO_BY_TWO:
                a, b, c, d = (_f2dot14(data, at + step) for step in (0, 2, 4, 6))
                at += 8
            for contour in self._contours(number, depth + 1):
                found.append(tuple((a * px + c * py + x, b * px + d * py + y, on) for px, py, on in contour))
        return found


def _advances(hmtx: bytes, metrics: int, glyphs: int) -> list[int]:
    widths = [struct.unpack(">H", hmtx[4 * index : 4 * index + 2])[0] for index in range(metrics)]
    return widths + [widths[-1]] * (glyphs - metrics)


def _f2dot14(data: bytes, at: int) -> float:
    return float(struct.unpack(">h", data[at : at + 2])[0]) / 16384


def _simple(data: bytes, count: int) -> list[Contour]:
    at = 10
    ends = struct.unpack(f">{count}H", data[at : at + 2 * count])
    at += 2 * count
    at += 2 + struct.unpack(">H", data[at : at + 2])[0]  # instructions
    total = ends[-1] + 1 if ends else 0
    flags: list[int] = []
    while len(flags) < total:
        flag = data[at]
        at += 1
        times = 1
        if flag & _REPEAT:
            times += data[at]
            at += 1
        flags.extend([flag] * times)
    xs, at = _deltas(data, at, flags, _X_SHORT, _X_SAME)
    ys, at = _deltas(data, at, flags, _Y_SHORT, _Y_SAME)
    points = [(x, y, bool(flag & _ON)) for x, y, flag in zip(xs, ys, flags, strict=True)]
    starts = (0, *(end + 1 for end in ends[:-1]))
    return [tuple(points[start : end + 1]) for start, end in zip(starts, ends, strict=True)]


def _deltas(data: bytes, at: int, flags: list[int], short: int, same: int) -> tuple[list[int], int]:
    found, value = [], 0
    for flag in flags:
        if flag & short:
            value += data[at] if flag & same else -data[at]
            at += 1
        elif not flag & same:
            value += struct.unpack(">h", data[at : at + 2])[0]
            at += 2
        found.append(value)
    return found, at


@lru_cache(maxsize=2)
def _outlines(path: Path, _changed: int) -> Outlines:
    return Outlines(path)


def outline(words: Words, font_path: Path | None = None) -> str:
    """The SVG path of a line of text in mm, y downwards, its baseline where the label has it."""
    path = font_path or FONT_PATH
    shapes = _outlines(path, path.stat().st_mtime_ns)
    parts: list[str] = []
    x = words.x
    for character in words.text:
        contours, width = shapes.glyph(character)
        across = words.size * words.narrowing
        parts.extend(_contour(contour, x, words.baseline, across, words.size) for contour in contours)
        x += width * across
    return "".join(parts)


def _contour(contour: Contour, x: float, baseline: float, across: float, size: float) -> str:
    """A closed quadratic spline; between two points off the curve lies one on it that the font leaves out."""
    points = [(x + px * across, baseline - py * size, on) for px, py, on in contour]
    whole: list[tuple[float, float, bool]] = []
    for index, point in enumerate(points):
        before = points[index - 1]
        if not before[2] and not point[2]:
            whole.append(((before[0] + point[0]) / 2, (before[1] + point[1]) / 2, True))
        whole.append(point)
    first = next(index for index, point in enumerate(whole) if point[2])
    whole = whole[first:] + whole[: first + 1]
    parts = [f"M{whole[0][0]:.3f} {whole[0][1]:.3f}"]
    control = ""
    for px, py, on in whole[1:]:
        if not on:
            control = f"Q{px:.3f} {py:.3f} "
        else:
            parts.append(f"{control or 'L'}{px:.3f} {py:.3f}")
            control = ""
    return "".join(parts) + "z"
