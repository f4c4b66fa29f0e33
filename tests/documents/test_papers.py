"""The printed papers: their text can be read out of the PDF, and the mark's symbol leads to the public page."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date

import pypdfium2
import pytest
import zxingcpp

from registry import codes
from registry.documents import registration_form, status_form, use_mark
from registry.documents.paper import Cell, Paper, head
from registry.errors import Conflict, Forbidden, Missing
from registry.queries import elevators as queries
from registry.services import elevator_parts, elevators, inspections, registrations, rescue
from registry.settings import current
from tests import elevators_factory as make


def text_of(pdf: bytes) -> str:
    """As another program reads it: `pdftotext` where there is one, pdfium otherwise."""
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
        return re.sub(r"\s", "", done.stdout.decode())
    document = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


def size_mm(pdf: bytes) -> tuple[int, int]:
    page = pypdfium2.PdfDocument(pdf)[0]
    return round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)


@pytest.fixture
def inspected(actor):
    row = make.maintained(actor("section"))
    record = {"kind": "periodic_inspection", "done_on": date(2026, 6, 1), "conclusion": "pass", "report_no": "DT-9"}
    inspections.record(actor("inspector"), row.id, {**record, "valid_until": date(2030, 3, 31)})
    rescue.enrol(actor("desk"), row.id, "035302", date(2024, 5, 1), date(2024, 5, 1))
    return row


@pytest.mark.parametrize(("size", "mm"), [("mark", (140, 100)), ("a4", (297, 210))])
def test_the_use_mark_and_its_symbol(actor, inspected, size, mm) -> None:
    pdf = use_mark.pdf(actor("property"), inspected.label_code, size)
    text = text_of(pdf)
    for said in ("特种设备使用标志", "梯11皖L00001(20)", "安徽迅安电梯工程有限公司", "96366", "035302", "2030年03月"):
        assert said in text, said
    assert size_mm(pdf) == mm
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72, grayscale=True).to_pil()
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == codes.qr_url(current().base_url, inspected.label_code, current().label_keys)
    assert found.text.lower().endswith(queries.label_path(inspected.label_code).lower())


def test_the_symbol_of_the_mark_opens_the_public_page(actor, inspected, client) -> None:
    picture = pypdfium2.PdfDocument(use_mark.pdf(actor("section"), inspected.label_code))[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(picture)
    page = client.get(found.text.removeprefix(current().base_url.upper()))
    assert page.status_code == 200
    assert "汴河中路88号" in page.text


def test_no_mark_without_registration_or_inspection(actor) -> None:
    new = make.register(actor("section"), 1)
    overdue = make.in_use(actor("section"), 2)
    for row in (new, overdue):
        with pytest.raises(Conflict):
            use_mark.pdf(actor("section"), row.label_code)


def test_the_registration_form_holds_everything_on_a4(actor) -> None:
    row = make.register(actor("property"), use_unit_id=None, model="KX-1000", designer="江南电梯设计院")
    parts = [{"name": f"安全部件{number}", "number": f"N{number}"} for number in range(1, 11)]
    elevator_parts.set_parts(actor("property"), row.id, parts)
    case = registrations.open_case(actor("property"), row.id, "new")
    pdf = registration_form.pdf(actor("property"), case.no)
    text = text_of(pdf)
    for said in (
        "特种设备使用登记表",
        "登记类别：新设备首次启用",
        case.no,
        "曳引与强制驱动电梯",
        "江南电梯设计院",
        "31103412020150001",
        "宿州汇源物业服务有限公司",
        "张敏",
        "安全部件10",
        "额定载重量（kg）",
        "（登记机关专用章）",
    ):
        assert said in text, said
    assert size_mm(pdf) == (210, 297)


def test_the_stop_form_says_when_the_office_was_told(actor) -> None:
    row = make.in_use(actor("section"))
    with pytest.raises(Missing):
        status_form.pdf(actor("county"), row.label_code)
    papers = {**make.STOP_PAPERS, "planned_until": date(2026, 1, 1), "notified_on": date(2024, 7, 1)}
    elevators.change_status(actor("county"), row.id, "suspend", date(2024, 5, 1), "商场改造", "停字1号", papers=papers)
    text = text_of(status_form.pdf(actor("property"), row.label_code))
    for said in ("■停用", "□报废", "商场改造", "停字1号", "切断电源", "2024-07-01（逾期，应于2024-05-31前）"):
        assert said in text, said


@pytest.mark.parametrize("login", ["company", "insurer", "inspector", "auditor"])
def test_others_do_not_print(actor, inspected, login) -> None:
    for paper in (use_mark, status_form):
        with pytest.raises(Forbidden):
            paper.pdf(actor(login), inspected.label_code)


def test_a_long_paper_goes_on_over_the_page_and_ends_none_with_a_heading(actor) -> None:
    from registry.documents.paper import Cell, head

    paper = Paper("t")
    for number in range(30):
        paper.table([[head(f"H{number}", 2)], [Cell("字" * 60), Cell("b")]], (1, 1))
    document = pypdfium2.PdfDocument(paper.pdf())
    texts = [page.get_textpage().get_text_range().split() for page in document]
    assert len(texts) > 1
    for text in texts:
        assert not [word for word in text if word[0] in "Hb"][-1].startswith("H")


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    sheet = Paper("t")
    rows = [[head("序号")], *([Cell(str(number))] for number in range(200))]
    sheet.table(rows, (1,), heads=1)
    assert len(sheet._pages) > 2
    assert all(page.words[0].text == "序号" for page in sheet._pages)
    assert sum(word.text.isdigit() for page in sheet._pages for word in page.words) == 200
