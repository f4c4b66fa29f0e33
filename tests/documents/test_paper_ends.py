"""Where papers end and numbers break: the imprint on a page with what it belongs to, numbers whole when copied."""

from __future__ import annotations

import io
from datetime import date

import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn

from registry.documents.office.filling_in import fill_in
from registry.documents.office.pdf import to_pdf
from registry.documents.office.templates import shipped
from registry.documents.office.word import Cell, Each, WordPaper, head
from registry.queries import paper_facts

ON = date(2026, 11, 29)
NO = "ZDYH-341300-2026-0001"


def pages(word: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(to_pdf(word))
    return [page.get_textpage().get_text_range() for page in document]


def ending(rows: int, *, after: int = 0) -> bytes:
    """A paper whose last page holds a table of so many rows, then so many lines, then the imprint."""
    paper = WordPaper(ON)
    paper.body("正文")
    paper.attachment("附件1", "各县区情况表")
    cells = [Cell("{{ row }}", align="centre"), Cell("内容")]
    paper.table([1, 3], [[head("序号"), head("县区")], Each("row in rows", [cells])], heads=1)
    for number in range(after):
        paper.body(f"末行{number}")
    paper.imprint("抄送：市安委办。", "宿州市市场监督管理局　2026年11月29日印发")
    return fill_in(paper.save(), {"rows": [f"第{n}行" for n in range(1, rows + 1)]})


@pytest.mark.parametrize("rows", range(18, 24))
def test_the_imprint_brings_the_last_row_along(rows: int) -> None:
    *_, last = pages(ending(rows))
    assert "抄送：市安委办。" in last
    assert "印发" in last
    assert f"第{rows}行" in last
    assert "县区" in last  # the head of the table is on its last page


@pytest.mark.parametrize("after", range(12, 17))
def test_the_imprint_brings_the_last_line_along(after: int) -> None:
    *_, last = pages(ending(2, after=after))
    assert "抄送：市安委办。" in last
    assert f"末行{after - 1}" in last


def test_word_is_told_the_same() -> None:
    body = Document(io.BytesIO(ending(5))).element.body
    table = next(body.iter(qn("w:tbl")))
    kept = [all(p.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None for p in row.iter(qn("w:p"))) for row in table]
    assert [one for row, one in zip(table, kept, strict=True) if row.tag == qn("w:tr")] == [False] * 5 + [True]


def test_a_number_in_a_narrow_column_is_whole_when_copied() -> None:
    paper = WordPaper(ON)
    paper.table((1, 5), [[Cell("{{ no }}"), Cell("内容")]])
    (text,) = pages(fill_in(paper.save(), {"no": NO}))
    assert "\u200b" not in text
    assert NO in "".join(text.split())


def test_the_closing_notice_says_the_number_in_one_piece() -> None:
    facts = paper_facts.blank_hazard()
    facts["hazard"]["no"] = NO
    document = pypdfium2.PdfDocument(to_pdf(fill_in(shipped("close_notice", ON), facts)))
    text = document[0].get_textpage()
    assert text.search(NO).get_next() is not None
    assert "\u200b" not in text.get_text_range()


@pytest.mark.parametrize("lines", range(16, 23))
def test_the_signature_brings_the_last_line_along(lines: int) -> None:
    paper = WordPaper(ON)
    for number in range(lines):
        paper.body(f"第{number}行")
    paper.signature("宿州市市场监督管理局", "2026年11月29日")
    *_, last = pages(paper.save())
    assert f"第{lines - 1}行" in last
    assert "2026年11月29日" in last
