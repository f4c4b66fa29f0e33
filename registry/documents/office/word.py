"""Word files laid out as GB/T 9704-2012 says: what the shipped templates are written with."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from registry.documents.office.layout import FANG_SONG, HEI, KAI, SONG, SONG_HEAD, Layout, layout

RED = RGBColor(0xE6, 0x00, 0x00)
LINK = RGBColor(0x1F, 0x5F, 0xA8)
HEAD_SIZE = 36.0  # of the issuer's mark, in points: the standard leaves it to the office
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
HEADINGS = {1: HEI, 2: KAI, 3: FANG_SONG, 4: FANG_SONG}
PADDING = 1.2  # of a table cell, in millimetres


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a form: `span` columns wide; `kind` value, label or head; `height` in millimetres at least; `link` an
    address its text leads to."""

    text: str
    span: int = 1
    kind: str = "value"
    height: float = 0
    align: str = "left"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """Rows repeated in the filled-in paper: `loop` is what stands after `for`, such as `row in rows`."""

    loop: str
    rows: Sequence[Sequence[Cell]]


def label(text: str, span: int = 1) -> Cell:
    """The name of what stands beside it."""
    return Cell(text, span, "label", align="centre")


def head(text: str, span: int = 1) -> Cell:
    """The heading of a block or a column."""
    return Cell(text, span, "head", align="centre")


PICTURE = ".picture }}"


class WordPaper:
    """Writes one template from top to bottom; `save` gives the file."""

    def __init__(self, on: date, *, form: bool = False, landscape: bool = False) -> None:
        self.layout: Layout = layout(on)
        self.form = form
        self.document = Document()
        for paragraph in list(self.document.paragraphs):
            paragraph._p.getparent().remove(paragraph._p)
        self._page(landscape)
        self._normal()
        self._page_numbers()

    @property
    def size(self) -> float:
        """The type size of the text in points."""
        return self.layout["form_size" if self.form else "body_size"]

    @property
    def room(self) -> float:
        """The width between the margins in millimetres."""
        section = self.document.sections[0]
        assert section.page_width is not None
        assert section.left_margin is not None
        assert section.right_margin is not None
        return float((section.page_width - section.left_margin - section.right_margin) / Mm(1))

    # The parts of an official document, in their order.

    def issuer(self, text: str) -> None:
        """The red mark of the issuing office (发文机关标志), 35 mm below the top of the text area."""
        drop = self.layout["head_drop"] / 25.4 * 72
        paragraph = self._paragraph("centre", before=drop, pitch=0)
        self._run(paragraph, text, SONG_HEAD, HEAD_SIZE, RED)

    def number(self, text: str, signer: str = "") -> None:
        """The document number two lines below the mark, with the signer where it goes upwards."""
        self.blank(1)
        paragraph = self._paragraph("centre" if not signer else "justify")
        self._run(paragraph, text, FANG_SONG, self.size)
        if signer:
            self._run(paragraph, "　　　　签发人：", FANG_SONG, self.size)
            self._run(paragraph, signer, KAI, self.size)
        self._rule(paragraph, self.layout["rule_width"], "E60000", self.layout["rule_below_number"])

    def title(self, text: str) -> None:
        """The title: no. 2, centred, two lines below the red line."""
        if not self.form:
            self.blank(1)
        paragraph = self._paragraph("centre", before=self.size if not self.form else 0, pitch=36, after=6)
        self._run(paragraph, text, SONG_HEAD, self.layout["title_size"])

    def subtitle(self, text: str, align: str = "centre") -> None:
        """A line under the title: a form's number, a period."""
        paragraph = self._paragraph(align, pitch=24, after=4)
        self._run(paragraph, text, FANG_SONG, self.size)

    def addressee(self, text: str) -> None:
        """To whom, flush left, with a full-width colon."""
        self.blank(1)
        self._run(self._paragraph("left"), text, FANG_SONG, self.size)

    def heading(self, text: str, level: int = 1) -> None:
        """一、 (1), （一） (2), 1. (3), （1） (4)."""
        paragraph = self._paragraph("left", indent=True)
        paragraph.paragraph_format.keep_with_next = True
        self._run(paragraph, text, HEADINGS[level], self.size)

    def body(self, text: str, align: str = "justify", *, indent: bool = True) -> None:
        """A paragraph of the text, indented by two characters."""
        self._run(self._paragraph(align, indent=indent), text, FANG_SONG, self.size)

    def picture(self, mark: str) -> None:
        """A paragraph that holds a picture, as high as the picture is."""
        self._run(self._paragraph("centre", before=4, pitch=0), mark, FANG_SONG, self.size)

    def drawing(self, content: bytes, width: float) -> None:
        """A picture itself, `width` millimetres wide, for a paper that is no template."""
        run = self._paragraph("centre", before=4, pitch=0).add_run()
        run.add_picture(io.BytesIO(content), width=Mm(min(width, self.room)))

    def mark(self, text: str) -> None:
        """A paragraph that only holds a loop or a condition (`{%p …%}`) and is gone from the filled-in paper."""
        self._run(self._paragraph("left"), text, FANG_SONG, self.size)

    def blank(self, lines: int = 1) -> None:
        """Empty lines."""
        for _ in range(lines):
            self._paragraph("left")

    def attachments(self, text: str) -> None:
        """附件： one line below the text."""
        self.blank(1)
        self._run(self._paragraph("left", indent=True), text, FANG_SONG, self.size)

    def signature(self, office: str, day: str) -> None:
        """Who and when, at the right, never on a page without text; the place of the seal stays free."""
        before = self.document.paragraphs[-1] if self.document.paragraphs else None
        if before is not None and before.text and not before.text.startswith("{%"):
            before.paragraph_format.keep_with_next = True
        for paragraph in (self._paragraph("left"), self._paragraph("left")):
            paragraph.paragraph_format.keep_with_next = True
        for text, characters in ((office, 2), (day, 4)):
            paragraph = self._paragraph("right")
            paragraph.paragraph_format.keep_with_next = text == office
            paragraph.paragraph_format.right_indent = Pt(characters * self.size)
            paragraph.paragraph_format.keep_together = True
            self._run(paragraph, text, FANG_SONG, self.size)

    def attachment(self, text: str, title: str) -> None:
        """An attachment on a page of its own: 附件1 in 黑体 at the top left, its title below."""
        paragraph = self._paragraph("left")
        paragraph.paragraph_format.page_break_before = True
        self._run(paragraph, text, HEI, self.layout["body_size"])
        self.title(title)

    def imprint(self, copies: str, printed: str) -> None:
        """抄送 and 印发 at the end of the last page."""
        size = self.layout["imprint_size"]
        self.blank(1)
        first = self._paragraph("left", pitch=24)
        self._border(first, "top", self.layout["imprint_outer_line"])
        self._border(first, "bottom", self.layout["imprint_inner_line"])
        self._run(first, copies, FANG_SONG, size)
        last = self._paragraph("left", pitch=24)
        self._border(last, "bottom", self.layout["imprint_outer_line"])
        self._run(last, printed, FANG_SONG, size)

    def table(self, widths: Sequence[float], rows: Sequence[Sequence[Cell] | Each], *, heads: int = 0) -> None:
        """A table over columns of `widths` (shares of the room); the first `heads` rows stand on every page."""
        if not self.form:
            self._paragraph("left", pitch=6)
        total = sum(widths)
        columns = [self.room * width / total for width in widths]
        table = self.document.add_table(rows=0, cols=len(columns))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for number, row in enumerate(rows):
            if isinstance(row, Each):
                self._mark_row(table, columns, f"{{%tr for {row.loop} %}}")
                for cells in row.rows:
                    self._row(table, columns, cells)
                self._mark_row(table, columns, "{%tr endfor %}")
                continue
            made = self._row(table, columns, row)
            if number < heads:
                _flag(made._tr.get_or_add_trPr(), "w:tblHeader")
        for grid, width in zip(table._tbl.tblGrid.gridCol_lst, columns, strict=True):
            grid.w = Mm(width)
        self._paragraph("left", pitch=6)

    def save(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _mark_row(self, table: Any, columns: Sequence[float], text: str) -> None:
        self._row(table, columns, [Cell(text, len(columns))])

    def _row(self, table: Any, columns: Sequence[float], cells: Sequence[Cell]) -> Any:
        row = table.add_row()
        _flag(row._tr.get_or_add_trPr(), "w:cantSplit")
        row.height = Mm(max([7.0, *(cell.height for cell in cells)]))
        row.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
        at = 0
        for cell in cells:
            first = row.cells[at]
            place = first.merge(row.cells[at + cell.span - 1]) if cell.span > 1 else first
            place.width = Mm(sum(columns[at : at + cell.span]))
            place.vertical_alignment = (
                WD_ALIGN_VERTICAL.TOP if cell.height and cell.kind == "value" else WD_ALIGN_VERTICAL.CENTER
            )
            self._fill(place, cell)
            at += cell.span
        return row

    def _fill(self, place: Any, cell: Cell) -> None:
        for number, line in enumerate(cell.text.split("\n")):
            paragraph = place.paragraphs[0] if number == 0 else place.add_paragraph()
            paragraph.alignment = ALIGN[cell.align]
            if PICTURE not in line:  # as high as the picture is
                _pitch(paragraph, self.layout["form_size"] * 1.4)
            self._run(paragraph, line, HEI if cell.kind == "head" else FANG_SONG, self.layout["form_size"])
            if cell.link and line:
                _lead(paragraph, cell.link)

    def _paragraph(
        self,
        align: str,
        *,
        indent: bool = False,
        before: float = 0,
        after: float = 0,
        pitch: float | None = None,
    ) -> Paragraph:
        """A paragraph of exact line pitch in points (0: as the type asks for)."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = ALIGN[align]
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = Pt(before), Pt(after)
        wanted = (self.size * 1.5 if self.form else self.layout["line_pitch"]) if pitch is None else pitch
        if wanted:
            _pitch(paragraph, wanted)
        if indent:
            shape.first_line_indent = Pt(2 * self.size)
        return paragraph

    def _run(self, paragraph: Paragraph, text: str, face: str, size: float, colour: RGBColor | None = None) -> None:
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        run.font.name = face
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
        if colour is not None:
            run.font.color.rgb = colour
        if not self.form and size == self.size:
            spacing = OxmlElement("w:spacing")
            spacing.set(qn("w:val"), str(math.floor(self.layout.tracking * 20)))
            run._r.get_or_add_rPr().append(spacing)

    def _rule(self, paragraph: Paragraph, width_mm: float, colour: str, below_mm: float) -> None:
        self._border(paragraph, "bottom", width_mm, colour, min(31, round(below_mm / 25.4 * 72)))

    def _border(self, paragraph: Paragraph, side: str, width_mm: float, colour: str = "000000", space: int = 2) -> None:
        borders = paragraph._p.get_or_add_pPr().find(qn("w:pBdr"))
        if borders is None:
            borders = OxmlElement("w:pBdr")
            paragraph._p.get_or_add_pPr().insert_element_before(
                borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
            )
        line = OxmlElement(f"w:{side}")
        for name, value in (
            ("val", "single"),
            ("sz", str(round(width_mm / 25.4 * 72 * 8))),
            ("space", str(space)),
            ("color", colour),
        ):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)

    def _page(self, landscape: bool) -> None:
        section = self.document.sections[0]
        width, height = Mm(self.layout["page_width"]), Mm(self.layout["page_height"])
        section.page_width, section.page_height = (height, width) if landscape else (width, height)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        sides = ("top", "left", "right", "bottom")
        for side in sides:
            key = "form_margin" if self.form else f"margin_{side}"
            setattr(section, f"{side}_margin", Mm(self.layout[key]))
        below = self.layout["form_margin" if self.form else "margin_bottom"]
        drop = self.layout["page_number_drop"] + self.layout["imprint_size"] / 72 * 25.4
        section.footer_distance = Mm(max(below - drop, 8))
        section.header_distance = Mm(10)

    def _normal(self) -> None:
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = FANG_SONG, Pt(self.size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANG_SONG)
        style.paragraph_format.space_after = Pt(0)

    def _page_numbers(self) -> None:
        """— 1 — : at the right on odd pages, at the left on even ones, one character in."""
        section = self.document.sections[0]
        self.document.settings.odd_and_even_pages_header_footer = True
        for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.alignment = ALIGN[align]
            size = self.layout["imprint_size"]
            side = "right_indent" if align == "right" else "left_indent"
            setattr(paragraph.paragraph_format, side, Pt(size))
            self._run(paragraph, "— ", SONG, size)
            _field(paragraph, "PAGE", SONG, size)
            self._run(paragraph, " —", SONG, size)


def _lead(paragraph: Paragraph, address: str) -> None:
    """Make the last run of a paragraph a link."""
    run = paragraph.runs[-1]._r
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run.addprevious(link)
    link.append(run)
    paragraph_run = Run(run, paragraph)
    paragraph_run.font.underline = True
    paragraph_run.font.color.rgb = LINK


def _pitch(paragraph: Paragraph, points: float) -> None:
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(points)


def _flag(parent: Any, name: str) -> None:
    parent.append(OxmlElement(name))


def _field(paragraph: Paragraph, instruction: str, face: str, size: float) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        run = paragraph.add_run()
        run.font.name, run.font.size = face, Pt(size)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
