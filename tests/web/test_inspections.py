"""The pages around inspections, by the ladder: works, wrong role, stranger, bad input, missing."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from registry.queries import elevators
from registry.services import inspections, self_checks
from tests import elevators_factory as make
from tests.inspections_factory import inspected, stand_on
from tests.services.test_inspections import CHECK, answers

DAY = date(2024, 3, 5)
PDF = b"%PDF-1.4 report"


@pytest.fixture
def lift(actor, monkeypatch):
    stand_on(monkeypatch, DAY)
    row = make.maintained(actor("section"))
    inspected(actor("inspector"), row.id, date(2023, 3, 1), report_no="AHD2023-1")
    return row


PAGES = ["/inspection-due/", "/inspections/", "/part-tests/", "/self-checks/", "/inspection-orders/"]


@pytest.mark.parametrize("login", ["section", "county", "property", "company", "tech1", "inspector", "leader"])
def test_who_may_open_the_pages(browser_of, lift, login) -> None:
    browser = browser_of(login)
    assert [browser.get(page).status_code for page in PAGES] == [200] * len(PAGES)


@pytest.mark.parametrize("login", ["filler", "insurer"])
def test_who_may_not(browser_of, client, lift, login) -> None:
    browser = browser_of(login)
    assert {browser.get(page).status_code for page in PAGES} == {403}
    assert {client.get(page).status_code for page in PAGES} == {302}


def test_the_due_list_says_what_is_due_and_leads_on(browser_of, lift) -> None:
    page = browser_of("inspector").get("/inspection-due/?month=2024-03").text
    for text in ("定期检验", "第4年", "2024-03-31", "本月到期", "2024-02-29前申报", "安徽迅安电梯工程有限公司", "未做"):
        assert text in page, text
    assert f"/inspections/new?elevator={lift.label_code}" in page
    assert "没有符合条件的电梯" in browser_of("inspector").get("/inspection-due/?month=2024-04").text
    assert "没有符合条件的电梯" in browser_of("property2").get("/inspection-due/").text
    assert f"/self-checks/new?elevator={lift.label_code}" in browser_of("tech1").get("/inspection-due/").text


@pytest.mark.parametrize("query", ["state=soon", "month=2024", "kind=glance", "cursor=x", "within=-1"])
def test_bad_filters(browser_of, lift, query) -> None:
    assert browser_of("section").get(f"/inspection-due/?{query}").status_code == 422


def test_the_due_list_leaves_as_a_spreadsheet(browser_of, lift) -> None:
    answer = browser_of("section").get("/exports/inspection_due.xlsx?state=due")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[1][0] == lift.label_code
    assert "定期检验" in rows[1]
    records = browser_of("section").get("/exports/inspections.xlsx")
    assert any("AHD2023-1" in row for row in load_workbook(io.BytesIO(records.data)).active.values)


def record_url(lift) -> str:
    return f"/inspections/new?elevator={lift.label_code}"


def test_an_inspection_body_records_with_its_report(browser_of, actor, lift) -> None:
    browser = browser_of("inspector")
    form = browser.get(record_url(lift)).text
    assert 'name="body"' not in form
    assert 'value="self_test"' not in form
    sent = {"kind": "periodic_inspection", "done_on": "2024-03-01", "key_failed": "0", "general_failed": "2"}
    sent |= {"promised": "1", "report_no": "AHD2024-7", "notice_no": "YJ-1", "files": (io.BytesIO(PDF), "r.pdf")}
    answer = browser.post(record_url(lift), data=sent)
    assert answer.status_code == 302, answer.text
    page = browser.get(answer.location).text
    for text in ("整改后合格", "AHD2024-7", "YJ-1", "2025-03-31", "r.pdf", "已书面承诺"):
        assert text in page, text
    link = page.split('class="hazard-file" href="')[1].split('"')[0]
    assert browser.get(link).data == PDF
    assert browser_of("property").get(link).data == PDF
    assert browser_of("property2").get(link).status_code == 404


def test_bad_input_keeps_what_was_typed_and_the_file(browser_of, lift) -> None:
    sent = {"kind": "periodic_inspection", "done_on": "2024-03-06", "conclusion": "pass", "report_no": "AHD-KEPT"}
    answer = browser_of("inspector").post(record_url(lift), data={**sent, "files": (io.BytesIO(PDF), "r.pdf")})
    assert answer.status_code == 422
    for text in ("不能晚于今天", "AHD-KEPT", "已保存 1 个文件"):
        assert text in answer.text, text


def test_a_refusal_says_why(browser_of, lift) -> None:
    sent = {"kind": "self_test", "done_on": "2024-03-01", "conclusion": "pass"}
    answer = browser_of("property").post(record_url(lift), data=sent)
    assert (answer.status_code, "没有登记自行检测资质" in answer.text) == (422, True)


def test_a_failed_one_leads_to_its_clue(browser_of, lift) -> None:
    sent = {"kind": "periodic_inspection", "done_on": "2024-03-01", "conclusion": "fail"}
    answer = browser_of("inspector").post(record_url(lift), data=sent)
    assert "/hazards/" in browser_of("section").get(answer.location).text
    assert "检验不合格，需整改后复检" in browser_of("section").get("/inspection-due/?state=overdue").text


def test_corrections(browser_of, actor, lift) -> None:
    row = inspected(actor("inspector"), lift.id, date(2024, 3, 1), report_no="AHD2024-1")
    url = f"/inspections/{row.id}/correct"
    browser = browser_of("inspector")
    assert "AHD2024-1" in browser.get(url).text
    sent = {"kind": "periodic_inspection", "done_on": "2024-03-02", "conclusion": "pass", "report_no": "AHD2024-1"}
    assert "请填写这一项" in browser.post(url, data=sent).text
    answer = browser.post(url, data={**sent, "reason": "日期有误"})
    assert answer.status_code == 302, answer.text
    assert "日期有误" in browser.get(answer.location).text
    assert "已更正" in browser.get(f"/inspections/{row.id}").text
    assert browser_of("property").get(url).status_code in (200, 403)
    assert browser_of("property").post(url, data={**sent, "reason": "x"}).status_code == 403
    assert browser_of("property2").get(f"/inspections/{row.id}").status_code == 404
    assert browser.get("/inspections/999999").status_code == 404


def test_orders(browser_of, lift) -> None:
    section = browser_of("section")
    sent = {"document": "皖市监特函1号", "reason": "汛期", "due_from": "2024-03", "due_to": "2024-03"}
    answer = section.post("/inspection-orders/new", data={**sent, "shift_months": "0"})
    assert (answer.status_code, "推迟的月数" in answer.text) == (422, True)
    assert section.post("/inspection-orders/new", data={**sent, "shift_months": "2"}).status_code == 302
    assert "推迟2个月" in browser_of("property").get("/inspection-orders/").text
    assert "2024-05-31" in section.get("/inspection-due/").text
    assert "按皖市监特函1号调整" in section.get(f"/elevators/{lift.label_code}").text
    assert browser_of("county").post("/inspection-orders/new", data={**sent, "shift_months": "2"}).status_code == 403
    page = section.get("/inspection-orders/").text
    url = page[page.index("/inspection-orders/", page.index("推迟2个月")) :].split('"')[0]
    assert section.get("/inspection-orders/999999/end").status_code == 404
    assert section.post(url, data={"until": "2024-03-05"}).status_code == 302
    assert "已终止" in section.get("/inspection-orders/").text


def test_part_tests(browser_of, lift) -> None:
    url = f"/part-tests/new?elevator={lift.label_code}"
    sent = {"part": "governor_calibration", "done_on": "2024-03-01", "conclusion": "pass", "report_no": "X1"}
    assert browser_of("inspector").post(url, data=sent).status_code == 302
    assert "2026-03-01" in browser_of("property").get("/part-tests/").text
    assert "2026-03-01" in browser_of("property").get(f"/elevators/{lift.label_code}").text
    assert "没有符合条件" in browser_of("property2").get("/part-tests/").text
    bad = browser_of("company").post(url, data={**sent, "done_on": "2024-04-01"})
    assert (bad.status_code, "不能晚于今天" in bad.text) == (422, True)
    assert browser_of("tech1").post(url, data=sent).status_code == 403
    assert browser_of("company2").get(url).status_code == 404


def test_self_checks(browser_of, actor, lift) -> None:
    url = f"/self-checks/new?elevator={lift.label_code}"
    browser = browser_of("tech1")
    form = browser.get(url).text
    assert form.count('<fieldset class="item') == 76
    given = answers()
    sent = {f"result-{answer['item']}": "normal" for answer in given}
    sent |= {f"value-{answer['item']}": str(answer["value"]) for answer in given if "value" in answer}
    sent |= {"done_on": "2024-03-01", "checker": "tech1", "reviewer": "tech1"}
    bad = browser.post(url, data=sent)
    assert (bad.status_code, "不能是同一人" in bad.text) == (422, True)
    answer = browser.post(url, data={**sent, "reviewer": "company"})
    assert answer.status_code == 302, answer.text
    assert "何志强" in browser.get(answer.location).text
    assert "2024-03-01" in browser_of("section").get("/inspection-due/").text
    assert "何志强" not in browser_of("inspector").get("/self-checks/").text
    assert browser_of("company2").get(answer.location).status_code == 404
    assert browser_of("inspector").get(url).status_code == 403
    missing = browser.post(url, data={"done_on": "2024-03-02", "checker": "tech1", "reviewer": "company"})
    assert missing.status_code == 422


def test_the_first_page_tells_what_waits(browser_of, actor, lift) -> None:
    page = browser_of("section").get("/todo").text
    assert "30天内到期的检验" in page
    assert "检验超期的电梯" not in page
    row = make.in_use(actor("section"), 2)
    inspections.record(
        actor("section"), row.id, {"kind": "periodic_inspection", "done_on": date(2021, 3, 1), "conclusion": "pass"}
    )
    assert "检验超期的电梯" in browser_of("section").get("/todo").text
    assert "检验超期的电梯" not in browser_of("property2").get("/todo").text


def test_the_elevator_page_shows_self_checks(browser_of, actor, lift) -> None:
    row = self_checks.record(actor("tech1"), lift.id, {**CHECK, "answers": answers()})
    assert f"/self-checks/{row.id}" in browser_of("property").get(f"/elevators/{lift.label_code}").text
    assert elevators.detail(actor("property"), lift.label_code).self_checks[0].id == row.id
