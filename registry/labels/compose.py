"""What stands where on a label, in millimetres: the same for the PDF and for the preview."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from registry.codes import grouped
from registry.labels.fonts import Font, printable
from registry.labels.layouts import Box, Face

LINE_SPACING = 1.25
LINES_TO_TITLE = 0.85
SMALLEST_TYPE = 1.6  # mm: about 4.5 point, the smallest Chinese type that office printers keep open
ELLIPSIS = "…"
_ASCENT = 0.88  # of the em, from the top of a Chinese character's body to the baseline
_STEP = 0.94

# Words, numbers and telephone numbers stay whole; no line begins with a closing mark.
_PIECES = re.compile(r"\s+|[（【《“]*(?:[!-~]+|.)[，。、；：！？）】》”]*")


@dataclass(frozen=True, slots=True)
class Label:
    """One label to print.

    `code_url` is the text of the symbol, `code` what people read; `title` is the filling station or use
    unit, `lines` whatever else belongs there: register number, service telephone. No personal data.
    """

    code_url: str
    code: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text: left end of its baseline, type size in mm, and its narrowing (1 = none)."""

    x: float
    baseline: float
    size: float
    narrowing: float
    text: str


def compose(label: Label, face: Face, typeface: Font) -> list[Words]:
    """All text of a label in mm from its corner; what does not fit is made smaller, then cut with `…`."""
    return [*_code(label.code, face, typeface), *_paragraphs(label, face, typeface)]


def _code(code: str, face: Face, typeface: Font) -> list[Words]:
    """The code in its rows: the height is kept, the width gives way."""
    groups = grouped(code).split(" ")
    per_row = -(-len(groups) // face.code_rows)
    rows = [" ".join(groups[start : start + per_row]) for start in range(0, len(groups), per_row)]
    size = face.capital / typeface.capital_height
    pitch = (face.code.height - face.capital) / max(face.code_rows - 1, 1)
    widest = max(typeface.width(row) for row in rows) * size
    narrowing = min(1.0, face.code.width / widest)
    first = face.code.y + face.capital
    return [Words(face.code.x, first + index * pitch, size, narrowing, row) for index, row in enumerate(rows)]


def _paragraphs(label: Label, face: Face, typeface: Font) -> list[Words]:
    return paragraphs((label.title, *label.lines), face.text, face.type_size, typeface)


def paragraphs(texts: Sequence[str], box: Box, size: float, typeface: Font) -> list[Words]:
    """Texts one below the other in a box, the first in type of `size` mm where it fits, the others a little smaller."""
    clean = [text for text in (printable(text, typeface) for text in texts) if text]
    words = []
    top = box.y
    for em, line in _set(clean, box, size, typeface):
        words.append(Words(box.x, top + _ASCENT * em, em, 1.0, line))
        top += em * LINE_SPACING
    return words


def _set(texts: Sequence[str], box: Box, size: float, typeface: Font) -> list[tuple[float, str]]:
    """Lines with their type sizes, as large as the box allows and never larger than `size`."""
    while True:
        sizes = [size, *[max(size * LINES_TO_TITLE, SMALLEST_TYPE)] * (len(texts) - 1)][: len(texts)]
        wrapped = [wrap(text, box.width / em, typeface) for text, em in zip(texts, sizes, strict=True)]
        paragraphs = [lines for lines, _ in wrapped]
        whole_words = not any(broken for _, broken in wrapped)
        if (whole_words and _height(paragraphs, sizes) <= box.height) or size <= SMALLEST_TYPE:
            break
        size = max(size * _STEP, SMALLEST_TYPE)
    kept = _cut(paragraphs, sizes, box, typeface)
    return [(em, line) for em, lines in zip(sizes, kept, strict=False) for line in lines]


def _height(paragraphs: Sequence[Sequence[str]], sizes: Sequence[float]) -> float:
    """Height of the set lines; the last one needs no space below."""
    if not paragraphs:
        return 0
    pitches = sum(len(lines) * size for lines, size in zip(paragraphs, sizes, strict=False)) * LINE_SPACING
    return pitches - (LINE_SPACING - 1) * sizes[len(paragraphs) - 1]


def _cut(paragraphs: Sequence[Sequence[str]], sizes: Sequence[float], box: Box, typeface: Font) -> list[list[str]]:
    """Lines that fit the box: the longest text loses first, so that as many texts as can show a line."""
    kept = [list(lines) for lines in paragraphs]
    while _height(kept, sizes) > box.height:
        longest = max(range(len(kept)), key=lambda index: len(kept[index]))
        if len(kept[longest]) > 1:
            kept[longest].pop()
        elif len(kept) > 1:
            kept.pop()
            longest = len(kept) - 1
        else:
            break
        kept[longest][-1] = _with_ellipsis(kept[longest][-1], box.width / sizes[longest], typeface)
    return kept


def _with_ellipsis(line: str, width: float, typeface: Font) -> str:
    line = line.rstrip(ELLIPSIS)
    while line and typeface.width(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS


@lru_cache(maxsize=8192)
def wrap(text: str, width: float, typeface: Font) -> tuple[tuple[str, ...], bool]:
    """Break `text` into lines of at most `width` ems; the flag says that a word had to be broken."""
    lines = [""]
    room = width
    broken = False
    for piece in _PIECES.findall(text):
        needed = typeface.width(piece)
        if needed <= room:
            parts = [piece]
        elif needed <= width or piece.isspace():
            parts = ["", piece.strip()]
        else:
            parts = _broken(piece, room, width, typeface)
            broken = True
        lines[-1] += parts[0]
        room -= needed
        if len(parts) > 1:
            lines.extend(parts[1:])
            room = width - typeface.width(lines[-1])
    return tuple(line.rstrip() for line in lines if line.strip()), broken


def _broken(word: str, room: float, width: float, typeface: Font) -> list[str]:
    """A word too long for any line, in parts: the first fits `room`, the others `width`."""
    parts = [""]
    for character in word:
        if typeface.width(parts[-1] + character) > room:
            parts.append("")
            room = width
        parts[-1] += character
    return parts
