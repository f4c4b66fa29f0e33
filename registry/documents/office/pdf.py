"""The PDF of a Word file of ours: its paragraphs, tables and pictures set again by typst, measure for measure.

It reads what the papers of the office are made of (exact line pitch, borders, spans, page numbers, pictures), not all
that Word can do: what it does not know it sets as plain text, and nothing is left out.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import typst
from docx import Document
from docx.oxml.ns import qn

from registry.documents.office.layout import STAND_INS
from registry.settings import current

FONTS = Path(__file__).resolve().parents[3] / "static" / "dist" / "fonts"
EMU_A_POINT = 12_700
DEFAULT_SIZE = 16.0
SIDES = {"w:top": "top", "w:bottom": "bottom"}
ALIGNMENT = {"center": "center", "right": "right", "end": "right", "both": "left", "left": "left", "start": "left"}
LONG_WORD = re.compile(r"[!-~]{8,}")
MARKS = re.compile(r"[-/_.@:]")
# A place where a line may end that leaves no character in the text: a number that is copied or searched is whole.
MAY_BREAK = "#box(width: 0pt)"
CHAPTER = re.compile(r"[一二三四五六七八九十]+、|附件\d*(?![：\d])")
Told = Callable[[str, int, int, str], None]
ONE_LINE = 16.0  # points: a row of this height needs no care
CELL_INSET = (4.0, 5.0)  # points, across and down
PRELUDE = """
#let atleast(height, body) = layout(size => {
  let found = measure(block(width: size.width, body)).height
  block(width: 100%, height: calc.max(found, height), body)
})
"""


@dataclass
class Setting:
    """What is collected while a file is read: pictures by the name they are stored under."""

    document: Any
    pictures: dict[str, bytes] = field(default_factory=dict)


def to_pdf(word: bytes, title: str = "", told: Told | None = None) -> bytes:
    """The PDF; its text can be selected and searched. Takes about 0.1 s a page on a first call, less afterwards.
    `told("chapter", done, of, heading)` is called as each chapter begins, `told("pages", 0, 1, "")` before the pages.

    Raises:
        FileNotFoundError: the fonts are not there: build the assets first.
    """
    if not FONTS.is_dir():
        raise FileNotFoundError(f"fonts of papers are missing, build the assets first: {FONTS}")
    setting = Setting(Document(io.BytesIO(word)))
    source = _source(setting, title, told)
    if told:
        told("pages", 0, 1, "")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in setting.pictures.items():
            (Path(folder) / name).write_bytes(content)
        main = Path(folder) / "main.typ"
        main.write_text(source, encoding="utf-8")
        made = typst.compile(str(main), root=folder, font_paths=_font_paths(), ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made


def _font_paths() -> list[str]:
    """Ours, and before them what the office has licences for."""
    own = current().fonts_dir
    return [str(folder) for folder in (own, FONTS) if folder]


def _source(setting: Setting, title: str, told: Told | None) -> str:
    section = setting.document.sections[0]
    page = (
        f"#set page(width: {_points(section.page_width)}, height: {_points(section.page_height)}, "
        f"margin: (top: {_points(section.top_margin)}, bottom: {_points(section.bottom_margin)}, "
        f"left: {_points(section.left_margin)}, right: {_points(section.right_margin)}), "
        f"footer-descent: 7mm, footer: context {{ {_footer(setting, section)} }})"
    )
    text = (
        f"#set document(title: {_quoted(title)})\n"
        '#set text(lang: "zh", region: "cn", cjk-latin-spacing: none, top-edge: 0.8em, bottom-edge: -0.2em, '
        "costs: (widow: 0%, orphan: 0%), "
        f'font: {_family("仿宋_GB2312")[0]}, size: {DEFAULT_SIZE}pt)\n#set par(justify: true, linebreaks: "simple")'
    )
    body = "\n".join(_chapters(setting, setting.document.element.body, told))
    return f"{page}\n{text}\n{PRELUDE}\n{_top(setting)}{body}\n"


def _top(setting: Setting) -> str:
    """Word keeps the space before a document's first line, typst drops it at the top of a page."""
    first = next(iter(setting.document.element.body), None)
    before = _shape(first).before if first is not None and first.tag == qn("w:p") else 0
    return f"#v({before:.2f}pt)\n" if before else ""


def _footer(setting: Setting, section: Any) -> str:
    odd = _footing(setting, section.footer)
    if not setting.document.settings.odd_and_even_pages_header_footer:
        return f"[{odd}]"
    even = _footing(setting, section.even_page_footer)
    return f"if calc.odd(here().page()) [{odd}] else [{even}]"


def _footing(setting: Setting, footer: Any) -> str:
    return "".join(_paragraph(setting, paragraph._p) for paragraph in footer.paragraphs)


def _chapters(setting: Setting, body: Any, told: Told | None) -> Iterator[str]:
    """The blocks of the whole paper, telling as each chapter begins."""
    headings = {element: text for element in body if (text := _heading(element))} if told else {}
    done = 0
    for element in body:
        if told and element in headings:
            told("chapter", done, len(headings), headings[element])
            done += 1
        yield from _blocks(setting, (element,))


def _heading(element: Any) -> str:
    """The text of a paragraph that begins a chapter or an attachment, else nothing."""
    if element.tag != qn("w:p"):
        return ""
    text = "".join(piece.text or "" for piece in element.iter(qn("w:t")))
    return text[:40] if CHAPTER.match(text) else ""


def _blocks(setting: Setting, parent: Any, room: float = 0) -> Iterator[str]:
    """What stands one below the other; `room` is the width of a narrow column in points."""
    for element in parent:
        if element.tag == qn("w:p"):
            yield _paragraph(setting, element, room)
        elif element.tag == qn("w:tbl"):
            yield _table(setting, element)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a paragraph stands. Lengths in points; `pitch` 0: as the type asks for."""

    align: str
    justify: bool
    before: float
    after: float
    pitch: float
    first: float
    left: float
    right: float
    new_page: bool
    keeps: bool
    borders: dict[str, tuple[float, str, float]]


def _paragraph(setting: Setting, element: Any, room: float = 0) -> str:
    shape = _shape(element)
    runs = [piece for run in element.iter(qn("w:r")) for piece in _run(setting, run, room)]
    size = max([size for _text, size in runs] or [DEFAULT_SIZE])
    pitch = shape.pitch or size * 1.3
    content = "".join(text for text, _size in runs) or f"#box(height: {size}pt)"
    begin = "#pagebreak(weak: true)\n" if shape.new_page else ""
    leading = f"{pitch - size:.2f}pt"
    styled = (
        f"#par(leading: {leading}, first-line-indent: (amount: {shape.first:.2f}pt, all: true), "
        f"justify: {'true' if shape.justify else 'false'})[{content}]"
    )
    lines = [
        f"{side}: ({width:.2f}pt + rgb({_quoted('#' + colour)}))" for side, (width, colour, _s) in shape.borders.items()
    ]
    strokes = f"stroke: ({', '.join(lines)}), " if lines else ""
    insets = [f"{side}: {space:.1f}pt" for side, (_w, _c, space) in shape.borders.items()]
    inset = f"inset: ({', '.join([*insets, f'left: {shape.left:.1f}pt', f'right: {shape.right:.1f}pt'])}), "
    keeps = "sticky: true, " if shape.keeps else ""
    above = pitch - size + shape.before
    # Word draws a line's extra room above the type; so does the block above it.
    return (
        f"{begin}#block(width: 100%, above: {above:.2f}pt, below: {shape.after:.2f}pt, {strokes}{inset}{keeps})"
        f"[#set align({shape.align})\n{styled}]"
    )


def _shape(element: Any) -> Shape:
    found = element.find(qn("w:pPr"))
    spacing = _child(found, "w:spacing")
    indent = _child(found, "w:ind")
    align = _value(_child(found, "w:jc")) or "both"
    rule = _attribute(spacing, "w:lineRule")
    line = float(_attribute(spacing, "w:line") or 0) / 20
    borders = {}
    for name, side in SIDES.items():
        edge = _child(_child(found, "w:pBdr"), name)
        if edge is not None:
            colour = _attribute(edge, "w:color") or "000000"
            borders[side] = (
                float(_attribute(edge, "w:sz") or 4) / 8,
                "000000" if colour == "auto" else colour,
                float(_attribute(edge, "w:space") or 0),
            )
    return Shape(
        ALIGNMENT.get(align, "left"),
        align == "both",
        float(_attribute(spacing, "w:before") or 0) / 20,
        float(_attribute(spacing, "w:after") or 0) / 20,
        line if rule in ("exact", "atLeast") else 0,
        float(_attribute(indent, "w:firstLine") or 0) / 20,
        float(_attribute(indent, "w:left") or _attribute(indent, "w:start") or 0) / 20,
        float(_attribute(indent, "w:right") or _attribute(indent, "w:end") or 0) / 20,
        _child(found, "w:pageBreakBefore") is not None,
        _child(found, "w:keepNext") is not None,
        borders,
    )


def _run(setting: Setting, element: Any, room: float = 0) -> Iterator[tuple[str, float]]:
    """The pieces of a run, each with its type size."""
    found = element.find(qn("w:rPr"))
    size = float(_value(_child(found, "w:sz")) or DEFAULT_SIZE * 2) / 2
    fonts = _child(found, "w:rFonts")
    family, weight = _family(_attribute(fonts, "w:eastAsia") or _attribute(fonts, "w:ascii") or "")
    if _child(found, "w:b") is not None:
        weight = 700
    colour = _value(_child(found, "w:color")) or ""
    fill = f", fill: rgb({_quoted('#' + colour)})" if len(colour) == 6 else ""
    tracking = float(_value(_child(found, "w:spacing")) or 0) / 20
    style = f"font: {family}, weight: {weight}, size: {size}pt, tracking: {tracking:.3f}pt{fill}"
    for piece in element:
        if piece.tag == qn("w:t") and piece.text:
            pieces = (f"#text({style}, {_quoted(part)})" for part in _parts(piece.text, room / size))
            yield MAY_BREAK.join(pieces), size
        elif piece.tag == qn("w:tab"):
            yield "#h(2em)", size
        elif piece.tag == qn("w:br"):
            yield "#pagebreak()" if _attribute(piece, "w:type") == "page" else "#linebreak()", size
        elif piece.tag == qn("w:instrText") and "PAGE" in (piece.text or ""):
            yield f"#text({style})[#context counter(page).display()]", size
        elif piece.tag == qn("w:drawing"):
            yield from _drawing(setting, piece, size)


def _parts(text: str, ems: float) -> list[str]:
    """A long number or address may break before its marks where the column is too narrow for the whole of it; a hyphen
    at the end of a line would be taken for the division of a word, and be lost when the number is copied."""
    ends = [
        mark.start()
        for word in LONG_WORD.finditer(text)
        if ems and len(word[0]) * 0.6 > ems
        for mark in MARKS.finditer(text, word.start() + 1, word.end())
    ]
    return [text[start:end] for start, end in pairwise([0, *ends, len(text)])]


def _drawing(setting: Setting, element: Any, size: float) -> Iterator[tuple[str, float]]:
    for blip in element.iter(qn("a:blip")):
        part = setting.document.part.related_parts[blip.get(qn("r:embed"))]
        name = f"picture{len(setting.pictures)}.{part.partname.ext}"
        setting.pictures[name] = part.blob
        extent = next(element.iter(qn("wp:extent")))
        width, height = (int(extent.get(side)) / EMU_A_POINT for side in ("cx", "cy"))
        yield f'#box(image("{name}", width: {width:.1f}pt, height: {height:.1f}pt))', size


def _table(setting: Setting, element: Any) -> str:
    rows = element.findall(qn("w:tr"))
    return _kept_end(setting, element, rows) if len(rows) > 2 and _keeps(rows[-1]) else _rows(setting, element, rows)


def _keeps(row: Any) -> bool:
    """Whether a row stays on the page of what follows the table."""
    return all(_shape(paragraph).keeps for paragraph in row.iter(qn("w:p")))


def _kept_end(setting: Setting, element: Any, rows: list[Any]) -> str:
    """A table whose last row goes with what follows it: over the page too, where its head is said again."""
    heads = [row for row in rows if _child(row.find(qn("w:trPr")), "w:tblHeader") is not None]
    before, last = _rows(setting, element, rows[:-1]), _rows(setting, element, [rows[-1]])
    begun_anew = _rows(setting, element, [*heads, rows[-1]])
    return (
        f"#block(below: 0pt)[{before}]\n"
        f"#block(width: 100%, above: 0pt, breakable: false, sticky: true, context {{ let top = here().position().y\n"
        f"if top <= page.margin.top + 1pt [{begun_anew}] else [{last}] }})"
    )


def _rows(setting: Setting, element: Any, rows: list[Any]) -> str:
    widths = [float(column.get(qn("w:w"))) / 20 for column in element.find(qn("w:tblGrid"))]
    spans = _spans(rows)
    head: list[str] = []
    body: list[str] = []
    for number, row in enumerate(rows):
        cells = "".join(
            _cell(setting, cell, row, spans[number, at], sum(widths[at : at + spans[number, at][0]]))
            for at, cell in _cells(row)
            if (number, at) in spans
        )
        heading = _child(row.find(qn("w:trPr")), "w:tblHeader") is not None
        (head if heading and not body else body).append(cells)
    columns = ", ".join(f"{width:.2f}pt" for width in widths)
    begin = f"table.header({''.join(head)}), " if head else ""
    split = "" if all(_child(row.find(qn("w:trPr")), "w:cantSplit") is None for row in rows) else "breakable: false, "
    return (
        f"#align(center, {{ set table.cell({split}align: horizon)\n"
        f"table(columns: ({columns},), stroke: 0.5pt, "
        f"inset: (x: {CELL_INSET[0]}pt, y: {CELL_INSET[1]}pt), {begin}{''.join(body)}) }})"
    )


def _cells(row: Any) -> Iterator[tuple[int, Any]]:
    """Each cell of a row with the column it begins in."""
    at = 0
    for cell in row.findall(qn("w:tc")):
        yield at, cell
        at += _width(cell)


def _width(cell: Any) -> int:
    return int(_value(_child(cell.find(qn("w:tcPr")), "w:gridSpan")) or 1)


def _spans(rows: list[Any]) -> dict[tuple[int, int], tuple[int, int]]:
    """Where a cell begins: how many columns and rows it takes; what continues another cell is left out."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    running: dict[int, tuple[int, int]] = {}
    for number, row in enumerate(rows):
        for at, cell in _cells(row):
            merge = _child(cell.find(qn("w:tcPr")), "w:vMerge")
            if merge is not None and _value(merge) != "restart" and at in running:
                start = running[at]
                found[start] = (found[start][0], found[start][1] + 1)
                continue
            found[number, at] = (_width(cell), 1)
            if merge is not None:
                running[at] = (number, at)
            else:
                running.pop(at, None)
    return found


def _cell(setting: Setting, cell: Any, row: Any, span: tuple[int, int], width: float) -> str:
    properties = cell.find(qn("w:tcPr"))
    height = float(_attribute(_child(row.find(qn("w:trPr")), "w:trHeight"), "w:val") or 0) / 20
    content = "\n".join(_blocks(setting, cell, width - 2 * CELL_INSET[0]))
    shade = _attribute(_child(properties, "w:shd"), "w:fill") or ""
    fill = f"fill: rgb({_quoted('#' + shade)}), " if len(shade) == 6 and shade != "FFFFFF" else ""
    vertical = _value(_child(properties, "w:vAlign")) or "top"
    place = {"center": "horizon", "bottom": "bottom"}.get(vertical, "top")
    # The cell's own inset is part of the row's height in Word.
    inner = height - 2 * CELL_INSET[1]
    if inner > ONE_LINE:  # to measure a cell costs more than to set it
        content = f"#atleast({inner:.1f}pt, align({place})[{content}])"
    spans = f"colspan: {span[0]}, rowspan: {span[1]}, " if span != (1, 1) else ""
    return f"table.cell({spans}{fill}align: {place})[{content}], "


@cache
def _family(face: str) -> tuple[str, int]:
    """The typeface as asked for, then its stand-in, as typst writes a list of fonts; and the weight."""
    family, weight = STAND_INS.get(face, ("Noto Serif SC", 400))
    names = [face, family] if face in _installed() else [family]
    return f"({', '.join(_quoted(name) for name in [*names, 'Noto Sans SC'])})", (
        400 if face in _installed() else weight
    )


@cache
def _installed() -> frozenset[str]:
    return frozenset(typst.Fonts(include_system_fonts=False, font_paths=_font_paths()).families())


def _points(length: Any) -> str:
    return f"{int(length) / EMU_A_POINT:.2f}pt"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _child(element: Any, name: str) -> Any:
    return None if element is None else element.find(qn(name))


def _attribute(element: Any, name: str) -> str | None:
    return None if element is None else element.get(qn(name))


def _value(element: Any) -> str | None:
    return _attribute(element, "w:val")
