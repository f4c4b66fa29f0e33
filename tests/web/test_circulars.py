"""Pages of circulars, the month table and the ladder of escalation."""

from __future__ import annotations

import pytest

from registry import clock
from tests.hazards_factory import Clock, reported, walk

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> str:
    time = Clock(monkeypatch)
    hazard = walk(reported(), "RECTIFYING")
    time.forward(days=46)
    return hazard.no


def test_a_circular_is_written_and_issued(late: str, browser_of) -> None:
    section = browser_of("section")
    answer = section.get("/circulars/new")
    assert answer.status_code == 200
    page = answer.text
    assert late in page
    assert "<kept-form" in page
    today = clock.today()
    since = today.replace(day=1).isoformat()
    wrong = section.post(
        "/circulars/new", data={"since": since, "until": "2099-01-01", "problems": "推进缓慢"}, headers=HEADERS
    )
    assert wrong.status_code == 422
    assert "推进缓慢" in wrong.text
    done = section.post("/circulars/new", data={"since": since, "until": today.isoformat()}, headers=HEADERS)
    assert done.status_code == 302
    again = section.post("/circulars/new", data={"since": since, "until": today.isoformat()}, headers=HEADERS)
    assert again.location == done.location, "sent twice is issued once"
    other = {"since": since, "until": today.isoformat(), "demands": "限期整改"}
    assert section.post("/circulars/new", data=other, headers=HEADERS).location != done.location
    shown = section.get(done.location).text
    assert "宿市监特通" in shown
    assert "宿市监特通" in section.get("/circulars/").text


def test_the_month_table_on_the_page_and_as_a_book(late: str, browser_of) -> None:
    county = browser_of("county")
    assert "埇桥区" in county.get("/circulars/month?since=2026-11-01&until=2026-11-30").text
    assert county.get("/circulars/month?since=2026-11-30&until=2026-11-01").status_code in (422, 400)
    book = county.get("/circulars/month.xlsx?since=2026-11-01&until=2026-11-30")
    assert book.data[:2] == b"PK"
    assert county.get("/circulars/ledger.xlsx").data[:2] == b"PK"


def test_proposals_lead_to_the_move(late: str, browser_of) -> None:
    page = browser_of("county-leader").get("/circulars/escalations").text
    assert f"/hazards/{late}/list-supervision" in page
    assert "已超过整改时限" in page
    assert f"/hazards/{late}/" not in browser_of("auditor").get("/circulars/escalations").text.replace(
        f'/hazards/{late}"', ""
    )
    assert "已超过整改时限" in browser_of("county-leader").get(f"/hazards/{late}").text


@pytest.mark.parametrize("path", ["/circulars/", "/circulars/month", "/circulars/new", "/circulars/escalations"])
def test_units_have_no_business_there(path: str, browser_of) -> None:
    assert browser_of("property").get(path).status_code == 403


def test_only_heads_issue(browser_of) -> None:
    assert browser_of("county").get("/circulars/new").status_code == 403
