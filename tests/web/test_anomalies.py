"""The pages of anomalies and of corrections."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Visit, VisitAnomaly
from registry.services import visits
from seeds import cast
from tests import anomalies_factory as anomalies
from tests import visits_factory as make


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def text(answer: Any) -> str:
    return answer.get_data(as_text=True)


def test_the_work_list_counts_and_says_what_was_found(browser_of):
    row = anomalies.too_short()
    page = text(browser_of("section").get("/anomalies/"))
    assert "维保29分钟，少于30分钟" in page
    assert f'href="/anomalies/{row.id}"' in page
    assert "时长不足" in page
    assert "没有符合条件的维保异常" in text(browser_of("section").get("/anomalies/?state=confirmed"))
    assert browser_of("section").get("/anomalies/?since=never").status_code == 422


@pytest.mark.parametrize(
    ("login", "status"),
    [("section", 200), ("county", 200), ("company", 200), ("tech1", 403), ("property", 403), ("filler", 403)],
)
def test_who_opens_the_list(browser_of, login, status):
    assert browser_of(login).get("/anomalies/").status_code == status


def test_strangers_sign_in_first(client):
    for path in ("/anomalies/", "/anomalies/1", "/anomalies/1/confirm", "/visits/1/correct"):
        assert client.get(path).status_code == 302


def test_one_shows_both_visits_with_their_photos(browser_of):
    row = anomalies.same_photo()
    page = text(browser_of("county").get(f"/anomalies/{row.id}"))
    assert "照片文件与另一次维保完全相同" in page
    assert page.count('anomaly-side"') == 2
    assert page.count('class="visit-photo"') == 2
    assert "马超" in page
    assert browser_of("dangshan").get(f"/anomalies/{row.id}").status_code == 404
    assert browser_of("company2").get(f"/anomalies/{row.id}").status_code == 404
    assert browser_of("section").get("/anomalies/99").status_code == 404


def test_the_company_explains_and_the_county_confirms_on_the_page(browser_of):
    row = anomalies.too_short()
    company, county = browser_of("company"), browser_of("county")
    assert f"/anomalies/{row.id}/explain" in text(company.get(f"/anomalies/{row.id}"))
    assert county.get(f"/anomalies/{row.id}/confirm").status_code == 404
    empty = company.post(f"/anomalies/{row.id}/explain", data={"explanation": "", "version": 1})
    assert (empty.status_code, "请填写" in text(empty)) == (422, True)
    sent = company.post(f"/anomalies/{row.id}/explain", data={"explanation": "只做了清洁", "version": 1})
    assert sent.status_code == 302
    stale = county.post(f"/anomalies/{row.id}/dismiss", data={"reason": "说明属实", "version": 1})
    assert (stale.status_code, "说明属实" in text(stale)) == (422, True)
    page = county.post(f"/anomalies/{row.id}/confirm", data={"reason": "监控无人", "version": 2}, follow_redirects=True)
    assert "已认定属实" in text(page)
    assert "ZDYH-341300-2026-0001" in text(page)
    assert db.session.get_one(VisitAnomaly, row.id).state == "confirmed"
    assert company.post(f"/anomalies/{row.id}/confirm", data={"reason": "x"}).status_code == 403


def test_the_visit_s_page_leads_to_what_was_found(browser_of):
    row = anomalies.too_short()
    for login, linked in (("section", True), ("company", True), ("tech1", False), ("property", False)):
        page = text(browser_of(login).get(f"/visits/{row.visit_id}"))
        assert (f'href="/anomalies/{row.id}"' in page) is linked, login


def test_the_first_page_says_what_waits(browser_of):
    row = anomalies.too_short()
    assert "/anomalies/?state=found" in text(browser_of("company").get("/todo"))
    assert "/anomalies/?state=explained" not in text(browser_of("county").get("/todo"))
    anomalies.explained(row)
    assert "/anomalies/?state=explained" in text(browser_of("county").get("/todo"))


def test_the_list_leaves_as_a_spreadsheet(browser_of):
    anomalies.too_short()
    answer = browser_of("section").get("/exports/anomalies.xlsx?code=F5")
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
    assert browser_of("tech1").get("/exports/anomalies.xlsx").status_code == 403


def test_a_record_is_corrected_on_its_page(browser_of):
    visit, _ = visits.record(cast.actor("tech1"), make.visit(make.elevator().label_code))
    browser, path = browser_of("tech1"), f"/visits/{visit.id}/correct"
    assert path in text(browser.get(f"/visits/{visit.id}"))
    page = text(browser.get(path))
    assert 'name="result-A-1-01" value="normal" checked' in page
    answers = {f"result-{answer['item']}": answer["result"] for answer in make.answers()}
    values = {f"value-{a['item']}": str(a["value"]) for a in make.answers() if a.get("value") is not None}
    form = {"ref": str(uuid.uuid4()), "cycle": "half_month", **answers, **values}
    form |= {"result-A-1-01": "abnormal", "note-A-1-01": "积水"}
    missing = browser.post(path, data=form)
    assert (missing.status_code, "积水" in text(missing)) == (422, True)
    done = browser.post(path, data={**form, "reason": "漏填积水"})
    assert done.status_code == 303
    new = db.session.scalars(select(Visit).where(Visit.corrects_id == visit.id)).one()
    changed = [answer["item"] for answer in new.answers["others"] if answer["result"] != "normal"]
    assert changed == ["A-1-01"]
    assert [a["photo"]["file"] for a in new.answers["others"] if a.get("photo")]
    assert "漏填积水" in text(browser.get(f"/visits/{new.id}"))
    assert f'href="/visits/{new.id}"' in text(browser.get(f"/visits/{visit.id}"))
    assert browser.get(path).status_code == 409
    assert browser_of("property").get(f"/visits/{new.id}/correct").status_code == 403
    assert browser_of("company2").get(f"/visits/{new.id}/correct").status_code == 404
    assert browser.get(f"/visits/{new.id}/correct?cycle=weekly").status_code == 422


def test_the_night_s_command_finds_nothing_new(app):
    anomalies.too_short()
    runner = app.test_cli_runner()
    for _ in range(2):
        result = runner.invoke(args=["night", "visits", "--on", "2026-11-20"])
        assert (result.exit_code, result.output.strip()) == (0, "0")
