"""The papers of cases and accidents beside GB/T 9704-2012 (hazards.md §8.1): measured in the file, read in the PDF."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.shared import Mm, Pt

from registry.documents.office.filling_in import fill_in
from registry.documents.office.issued import BLANKS
from registry.documents.office.pdf import to_pdf
from registry.documents.office.templates import shipped
from registry.queries import accident_facts, case_facts
from registry.rules.papers import kinds

ON = date(2026, 11, 29)
LETTERS = ("penalty_notice", "hearing_notice", "penalty_decision", "case_transfer", "accident_closing")
FORMS = ("case_filing", "case_closing", "accident_first", "accident_follow_up")
UNIT = "宿州汇源物业服务有限公司"
NUMBER = "埇市监处罚〔2026〕5号"
LONG = "2号楼1单元电梯检验有效期届满后继续使用，指令书逾期未整改；" * 12


def facts(kind: str) -> dict[str, Any]:
    found = BLANKS[kind]()
    found["number"], found["today"] = NUMBER, "2026年11月29日"
    found["unit"]["name"] = UNIT
    if "case" in found:
        found["case"] |= {"facts": LONG, "fine": "200000元", "fine_words": "贰拾万元整", "title": "使用未经检验的电梯"}
        found["hearing_right"] = "yes"
    else:
        found["accident"] |= {"course": LONG, "cause": LONG, "title": "电梯困人事故", "no": "SG-341302-2026-0001"}
        found["move"]["sequence"] = "1"
    return found


def word_of(kind: str) -> bytes:
    return fill_in(shipped(kind, ON), facts(kind))


def text_of(kind: str) -> str:
    document = pypdfium2.PdfDocument(to_pdf(word_of(kind)))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


def test_every_paper_of_them_is_measured() -> None:
    known = {key for key, kind in kinds(ON).items() if kind.subject in ("case", "accident")}
    assert known == {*LETTERS, *FORMS} == {*case_facts.KINDS, *accident_facts.KINDS}


@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_has_margins_sizes_and_pitch_of_the_standard(kind: str) -> None:
    document = Document(io.BytesIO(word_of(kind)))
    section = document.sections[0]
    assert (section.page_width, section.page_height) == pytest.approx((Mm(210), Mm(297)), abs=Mm(0.1))
    for side, millimetres in {"top": 37, "left": 28, "right": 26, "bottom": 35}.items():
        assert getattr(section, f"{side}_margin") == pytest.approx(Mm(millimetres), abs=Mm(0.1)), side
    title = document.paragraphs[1]
    assert (title.runs[0].font.size, title.runs[0].font.name) == (Pt(22), "方正小标宋简体")
    assert title.text in (kinds(ON)[kind].zh, "关于电梯困人事故调查结案的报告")
    body = next(p for p in document.paragraphs if LONG[:20] in p.text or ("听证" in p.text and len(p.text) > 40))
    assert body.runs[0].font.size == Pt(16)
    assert body.runs[0].font.name == "仿宋_GB2312"
    assert body.paragraph_format.line_spacing == pytest.approx(Pt(28.95), abs=Pt(0.05))
    assert body.paragraph_format.first_line_indent == Pt(32)
    day = next(p for p in document.paragraphs if p.text == "2026年11月29日")
    assert day.paragraph_format.right_indent == Pt(4 * 16)


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_has_the_margins_and_sizes_of_forms(kind: str) -> None:
    document = Document(io.BytesIO(word_of(kind)))
    section = document.sections[0]
    for side in ("top", "left", "right", "bottom"):
        assert getattr(section, f"{side}_margin") == pytest.approx(Mm(20), abs=Mm(0.1)), side
    assert document.paragraphs[0].runs[0].font.size == Pt(22)
    cell = document.tables[0].rows[0].cells[0].paragraphs[0]
    assert cell.runs[0].font.size == Pt(12)
    assert cell.paragraph_format.line_spacing == pytest.approx(Pt(16.8), abs=Pt(0.1))
    assert sum(column.width for column in document.tables[0].columns) == pytest.approx(Mm(170), abs=Mm(0.5))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("case_filing", ("立案", "当事人", "涉嫌违反的规定")),
        ("penalty_notice", ("贰拾万元整", "有权陈述、申辩", "有权要求举行听证")),
        ("hearing_notice", ("公开举行听证", "申请回避")),
        ("penalty_decision", ("违法事实", "行政复议", "行政诉讼", "加处罚款")),
        ("case_closing", ("缴款日期", "部门负责人意见")),
        ("case_transfer", ("移送你单位处理", "接收单位")),
        ("accident_first", ("报送", "已采取的措施", "报告人", "责任主体", "SG-341302-2026-0001")),
        ("accident_follow_up", ("第1次", "情况变化时间", "直接经济损失")),
        ("accident_closing", ("事故原因和责任认定", "批复的送达和上报")),
    ],
)
def test_what_a_paper_says_can_be_searched(kind: str, said: tuple[str, ...]) -> None:
    text = text_of(kind)
    for words in (*said, UNIT, NUMBER):
        assert words in text, words


def test_without_the_right_the_notice_names_no_hearing() -> None:
    found = {**facts("penalty_notice"), "hearing_right": ""}
    word = fill_in(shipped("penalty_notice", ON), found)
    assert "听证" not in "".join(paragraph.text for paragraph in Document(io.BytesIO(word)).paragraphs)


def test_the_decision_on_the_spot_is_its_own() -> None:
    found = {**facts("penalty_decision"), "on_spot": "yes"}
    text = "".join(p.text for p in Document(io.BytesIO(fill_in(shipped("penalty_decision", ON), found))).paragraphs)
    assert text.startswith("当场行政处罚决定书") or "当场行政处罚决定书" in text
    assert "告知和听取意见" not in text
