"""Official papers: what GB/T 9704-2012 asks for, measured in the Word file and in the PDF that is set from it."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from itertools import pairwise

import pypdfium2
import pytest
from docx import Document
from docx.shared import Mm, Pt
from PIL import Image

from registry.documents.office import filling_in
from registry.documents.office.filling_in import Picture, TemplateFault, fill_in
from registry.documents.office.pdf import to_pdf
from registry.documents.office.word import Cell, Each, WordPaper, head, label

ON = date(2026, 11, 29)
POINT = 25.4 / 72
SENTENCE = "各县区要按照一单四制要求压实责任倒排工期确保按期整改到位"  # 28 characters


def circular() -> bytes:
    paper = WordPaper(ON)
    paper.issuer("宿州市市场监督管理局文件")
    paper.number("宿市监特通〔2026〕5号")
    paper.title("{{ title }}")
    paper.addressee("各县、区市场监督管理局：")
    paper.heading("一、总体情况")
    for _ in range(4):
        paper.body("{{ text }}", indent=False)
    paper.signature("宿州市市场监督管理局", "2026年11月29日")
    paper.attachment("附件", "台账")
    paper.table(
        [1, 3],
        [[head("序号"), head("隐患")], Each("row in rows", [[Cell("{{ row.n }}"), Cell("{{ row.text }}")]])],
        heads=1,
    )
    paper.imprint("抄送：市安委办。", "宿州市市场监督管理局办公室　2026年11月29日印发")
    return paper.save()


def filled(**more: object) -> bytes:
    rows = [{"n": n, "text": f"第{n}项 <门锁> & 回路"} for n in range(1, 80)]
    return fill_in(circular(), {"title": "关于重大事故隐患的通报", "text": SENTENCE * 12, "rows": rows, **more})


@pytest.fixture(scope="module")
def word() -> bytes:
    return filled()


@pytest.fixture(scope="module")
def pdf(word: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(to_pdf(word, "通报"))


def test_the_word_file_has_the_margins_sizes_and_pitch_of_the_standard(word: bytes) -> None:
    document = Document(io.BytesIO(word))
    section = document.sections[0]
    assert (section.page_width, section.page_height) == pytest.approx((Mm(210), Mm(297)), abs=Mm(0.1))
    near = {"top": 37, "left": 28, "right": 26, "bottom": 35}
    for side, millimetres in near.items():
        assert getattr(section, f"{side}_margin") == pytest.approx(Mm(millimetres), abs=Mm(0.1)), side
    body = next(p for p in document.paragraphs if p.text.startswith(SENTENCE))
    assert body.runs[0].font.size == Pt(16)
    assert body.paragraph_format.line_spacing == pytest.approx(Pt(28.95), abs=Pt(0.05))
    title = next(p for p in document.paragraphs if p.text == "关于重大事故隐患的通报")
    assert title.runs[0].font.size == Pt(22)
    assert "方正小标宋" in title.runs[0].font.name


def test_a_full_page_of_the_pdf_has_22_lines_of_28_characters(pdf: pypdfium2.PdfDocument) -> None:
    page = pdf[1]
    text = page.get_textpage()
    boxes = [
        (text.get_charbox(n, loose=True), text.get_text_range(n, 1))
        for n in range(text.count_chars())
        if text.get_text_range(n, 1).strip()
    ]
    body = [(box, letter) for box, letter in boxes if box[1] * POINT > 35 - 0.5]
    lines = sorted({round(box[1]) for box, letter in body if "一" <= letter <= "鿿"}, reverse=True)
    baselines = _grouped(lines)
    assert len(baselines) == 22
    pitches = [before - after for before, after in pairwise(baselines)]
    assert all(abs(pitch - 28.95) < 1.6 for pitch in pitches), pitches
    first = [box for box, _ in body if abs(box[1] - baselines[0]) < 4]
    assert len(first) == 28
    assert min(box[0] for box in first) * POINT == pytest.approx(28, abs=0.6)
    assert max(box[2] for box in first) * POINT == pytest.approx(184, abs=0.8)


def _grouped(bottoms: list[int]) -> list[int]:
    """One height a line: the boxes of characters of a line differ by their strokes."""
    found: list[int] = []
    for bottom in bottoms:
        if not found or found[-1] - bottom > 8:
            found.append(bottom)
    return found


def test_the_pdf_is_a4_searchable_and_repeats_the_heads_of_its_table(pdf: pypdfium2.PdfDocument) -> None:
    assert pdf[0].get_size() == pytest.approx((210 / POINT, 297 / POINT), abs=0.5)
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    assert "宿市监特通〔2026〕5号" in pages[0]
    with_rows = [page for page in pages if "<门锁> & 回路" in page]
    assert len(with_rows) > 1
    assert all("序号" in page for page in with_rows)
    assert [f"— {number} —" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    assert "抄送：市安委办。" in pages[-1]


def test_the_head_is_red_and_the_red_line_as_wide_as_the_text(pdf: pypdfium2.PdfDocument) -> None:
    picture = pdf[0].render(scale=4).to_pil().convert("RGB")
    red = [
        (x, y)
        for y in range(0, picture.height // 2, 1)
        for x in range(0, picture.width, 8)
        if (colour := picture.getpixel((x, y)))[0] > 200 and colour[1] < 60
    ]
    millimetres = 25.4 / (72 * 4)
    line = max({y for _, y in red}, key=lambda y: sum(at == y for _, at in red))
    ends = [x * millimetres for x, y in red if y == line]
    assert min(ends) == pytest.approx(28, abs=1)
    assert max(ends) == pytest.approx(184, abs=1)
    top = min(y for _, y in red) * millimetres
    assert top == pytest.approx(37 + 35, abs=2)


def test_a_form_keeps_heights_lines_and_pictures() -> None:
    paper = WordPaper(ON, form=True)
    paper.title("交办单")
    paper.table([1, 3], [[label("描述"), Cell("{{ text }}", height=40)], [label("照片"), Cell("{{ photo }}")]])
    drawn = io.BytesIO()
    Image.new("RGB", (400, 300), (0, 120, 0)).save(drawn, "PNG")
    word = fill_in(paper.save(), {"text": "第一行\n第二行", "photo": Picture(drawn.getvalue(), 60)})
    document = pypdfium2.PdfDocument(to_pdf(word))
    text = document[0].get_textpage()
    assert "第一行" in text.get_text_bounded()
    assert "第一行第二行" not in text.get_text_bounded()
    picture = document[0].render(scale=1).to_pil().convert("RGB")
    green = [
        x
        for x in range(picture.width)
        if any(picture.getpixel((x, y)) == (0, 120, 0) for y in range(0, picture.height, 4))
    ]
    assert len(green) * POINT == pytest.approx(60, abs=1)


def test_a_template_that_names_what_is_not_there_is_refused() -> None:
    with pytest.raises(TemplateFault, match="unheard_of"):
        fill_in(_saying("{{ unheard_of }}"), {})


@pytest.mark.parametrize(
    "mark", ["{{ ''.__class__.__mro__ }}", "{{ text.__init__.__globals__ }}", "{% import 'os' as os %}"]
)
def test_an_offices_own_template_cannot_reach_beyond_its_facts(mark: str) -> None:
    with pytest.raises(TemplateFault):
        fill_in(_saying(mark), {"text": "x"})


def test_what_is_no_word_file_is_refused() -> None:
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("a.txt", "x")
    for content in (b"%PDF-1.7", b"", empty.getvalue()):
        with pytest.raises(TemplateFault, match="not a Word file"):
            filling_in.fill_in(content, {})


def _saying(text: str) -> bytes:
    paper = WordPaper(ON)
    paper.body(text)
    return paper.save()
