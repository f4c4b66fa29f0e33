"""The pages of visits: the day, the phone page, the list, the evidence, the use unit's word."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.models import Visit, VisitAnomaly
from registry.rules.maintenance import items_for
from registry.services import visits
from tests import visits_factory as make


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def typed(**changes: Any) -> dict[str, Any]:
    """The phone page filled in as by a worker 45 minutes after check-in."""
    place = make.north(10)
    form: dict[str, Any] = {
        "ref": str(uuid.uuid4()),
        "at": (make.NOW - timedelta(minutes=45)).isoformat(),
        "cycle": "half_month",
        "in_latitude": place["lat"],
        "in_longitude": place["lon"],
        "in_accuracy_m": 9,
        "out_latitude": place["lat"],
        "out_longitude": place["lon"],
        "second_worker": "tech2",
        "signature_1": make.data_url(make.PNG + b"1", "image/png"),
        "signature_2": make.data_url(make.PNG + b"2", "image/png"),
        "photo": make.JPEG + b"car roof",
        "photo-A-1-06": make.JPEG + b"brake",
        "value-A-1-29": "7.5",
        **{f"result-{item.code}": "normal" for item in items_for("traction_passenger", "half_month", date.today())},
    }
    return {key: value for key, value in {**form, **changes}.items() if value is not None}


def send(browser: Any, code: str, form: dict[str, Any]) -> Any:
    """Post it; each time with fresh streams, as a browser does."""
    parts = {k: (io.BytesIO(v), "picture.jpg") if isinstance(v, bytes) else v for k, v in form.items()}
    return browser.post(f"/visits/log/{code}", data=parts, content_type="multipart/form-data")


def recorded(actor: Any, **changes: Any) -> Visit:
    return visits.record(actor("tech1"), make.visit(make.elevator().label_code, **changes))[0]


def how_many() -> int:
    return db.session.scalar(select(func.count()).select_from(Visit)) or 0


def test_the_day_lists_what_is_overdue_with_a_button(browser_of):
    late = make.elevator(since=date(2026, 11, 1), name="北梯")
    calm = make.elevator(since=date(2026, 11, 19), name="南梯")
    page = browser_of("tech1").get("/visits/today")
    assert page.status_code == 200
    assert f"/visits/new?code={late.label_code}" in page.text
    assert calm.label_code not in page.text
    assert calm.label_code in browser_of("tech1").get("/visits/today?state=later").text
    assert late.label_code not in browser_of("company2").get("/visits/today").text


def test_scanning_in_leads_to_an_address_that_survives_a_reload(browser_of):
    elevator = make.elevator()
    browser = browser_of("tech1")
    answer = browser.get(f"/visits/new?code=https://example.test/Q/{elevator.label_code.lower()}")
    assert answer.status_code == 302
    assert re.search(
        rf"/visits/log/{elevator.label_code}\?cycle=\w+&ref=[0-9a-f-]{{36}}&at=2026-11-20T03", answer.location
    )
    first, second = browser.get(answer.location), browser.get(answer.location)
    ref = r'name="ref" value="([0-9a-f-]{36})"'
    assert re.findall(ref, first.text) == re.findall(ref, second.text) != []
    assert "朱军" in first.text
    assert browser.get(f"/visits/log/{elevator.label_code}").status_code == 302


@pytest.mark.parametrize("code", ["SZ000", "SZ000ZPA6EMV4137", "无此编号"])
def test_an_unknown_code_is_said_beside_the_scanner(browser_of, code):
    page = browser_of("tech1").get("/visits/new", query_string={"code": code})
    assert page.status_code == 422
    assert code in page.text
    assert "error-summary" in page.text


def test_the_scan_page_itself(browser_of):
    page = browser_of("tech1").get("/visits/new")
    assert page.status_code == 200
    assert "qr-scanner" in page.text


def test_a_visit_from_the_phone_waits_only_for_the_use_unit(browser_of):
    code = make.elevator().label_code
    browser = browser_of("tech1")
    answer = send(browser, code, typed())
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert 'data-waiting="true"' in page.text
    visit = db.session.scalars(select(Visit)).one()
    assert {finding["rule"] for finding in visit.findings} == {"P18", "P09"}
    assert (visit.ended_at, visit.check_out["metres"]) == (make.NOW, 10)
    assert visit.answers["others"][-1] == {"item": "A-1-29", "result": "normal", "value": "7.5"}


def test_a_double_tap_is_one_visit(browser_of, monkeypatch):
    code, form, browser = make.elevator().label_code, typed(), browser_of("tech1")
    first = send(browser, code, form)
    monkeypatch.setattr(clock, "now", lambda: make.NOW + timedelta(seconds=2))
    second = send(browser, code, form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert how_many() == 1
    changed = send(browser, code, {**form, "note-A-1-01": "已清扫"})
    assert changed.status_code == 422
    assert how_many() == 1


def test_what_is_missing_is_told_on_the_result_page(browser_of):
    code = make.elevator().label_code
    browser = browser_of("tech1")
    answer = send(browser, code, typed(out_latitude=None, out_longitude=None, signature_2=None, photo=None))
    page = browser.get(answer.location)
    assert 'data-waiting="false"' in page.text
    for rule in ("P06", "P12", "P14"):
        assert rule in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value-A-1-29": "很宽"}, "A-1-29"),
        ({"photo": b"<html>"}, "JPEG"),
        ({"photo-A-1-06": b"%PDF-1.7"}, "A-1-06"),
        ({"signature_1": "scribble"}, "JPEG"),
        ({"second_worker": "company2"}, "本单位没有这名作业人员"),
        ({"at": "yesterday"}, "签到时间"),
        ({"at": (make.NOW + timedelta(hours=1)).isoformat()}, "时间不能晚于现在"),
        ({"in_latitude": "95"}, "error-summary"),
        ({"ref": "1"}, "UUID"),
    ],
)
def test_what_is_wrong_is_said_and_the_answers_stay(browser_of, changes, said):
    code = make.elevator().label_code
    page = send(browser_of("tech1"), code, typed(**{"result-A-1-02": "abnormal", "note-A-1-02": "手柄缺失"}, **changes))
    assert page.status_code == 422
    assert said in page.text
    assert "手柄缺失" in page.text
    assert how_many() == 0


def test_a_wrong_cycle_in_the_address(browser_of):
    code = make.elevator().label_code
    assert browser_of("tech1").get(f"/visits/log/{code}?cycle=weekly&ref={uuid.uuid4()}").status_code == 422


@pytest.mark.parametrize(("login", "status"), [("company2", 404), ("property", 403), ("section", 403), ("filler", 403)])
def test_others_cannot_log(browser_of, login, status):
    code = make.elevator().label_code
    browser = browser_of(login)
    assert browser.get(f"/visits/log/{code}?ref={uuid.uuid4()}").status_code == status
    assert send(browser, code, typed()).status_code == status


def test_strangers_are_sent_to_sign_in(client):
    for path in ("/visits/", "/visits/today", "/visits/new", "/visits/log/X", "/visits/1", "/visits/1/photos/1"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/account/sign-in" in answer.location


def test_the_list_filters_and_keeps_what_was_chosen(browser_of, actor):
    visit = recorded(actor)
    browser = browser_of("section")
    assert f'id="visit-{visit.id}"' in browser.get("/visits/").text
    hit = browser.get("/visits/?area=341302&cycle=half_month&paperless=no&since=2026-11-20&until=2026-11-20")
    assert f'id="visit-{visit.id}"' in hit.text
    assert 'value="341302" selected' in hit.text
    assert f'id="visit-{visit.id}"' not in browser.get("/visits/?paperless=yes").text
    wrong = browser.get("/visits/?since=soon")
    assert wrong.status_code == 422
    assert "2024-03-18" in wrong.text
    assert browser_of("filler").get("/visits/").status_code == 403
    assert f'id="visit-{visit.id}"' not in browser_of("dangshan").get("/visits/").text


def test_what_waits_for_the_use_unit(browser_of, actor):
    visit = recorded(actor)
    page = browser_of("property").get("/visits/to-confirm", follow_redirects=True)
    assert f'id="visit-{visit.id}"' in page.text
    visits.confirm(actor("property"), visit.id, {})
    page = browser_of("property").get("/visits/to-confirm", follow_redirects=True)
    assert f'id="visit-{visit.id}"' not in page.text


def test_the_evidence_and_the_buttons_by_role(browser_of, actor):
    visit = recorded(actor, check_out=None)
    shown = {login: browser_of(login).get(f"/visits/{visit.id}") for login in ("tech1", "section", "property")}
    assert {login: page.status_code for login, page in shown.items()} == {"tech1": 200, "section": 200, "property": 200}
    assert "P13" in shown["section"].text
    assert {login: "confirm-form" in page.text for login, page in shown.items()} == {
        "tech1": False,
        "section": False,
        "property": True,
    }
    assert browser_of("property2").get(f"/visits/{visit.id}").status_code == 404
    assert browser_of("tech1").get("/visits/987654").status_code == 404


def test_the_use_unit_confirms_on_the_page(browser_of, actor):
    visit = recorded(actor)
    browser = browser_of("property")
    form = {"signature": make.data_url(make.PNG + b"manager", "image/png"), "note": "两人到场"}
    answer = browser.post(f"/visits/{visit.id}/confirm", data=form)
    assert answer.status_code == 302
    page = browser.get(answer.location)
    assert "已计入" in page.text
    assert "两人到场" in page.text
    again = browser.post(f"/visits/{visit.id}/confirm", data=form)
    assert again.status_code == 422
    assert "已经确认" in again.text


def test_a_word_from_the_worker_s_own_phone_is_noticed(browser_of, actor):
    visit = recorded(actor, device="phone-1")
    browser = browser_of("property")
    assert 'name="device" data-device' in browser.get(f"/visits/{visit.id}").text
    sent = {"signature": make.data_url(make.PNG + b"manager", "image/png"), "device": "phone-1"}
    assert browser.post(f"/visits/{visit.id}/confirm", data=sent).status_code == 302
    found = db.session.scalars(select(VisitAnomaly).where(VisitAnomaly.visit_id == visit.id)).all()
    assert [(row.code, row.key) for row in found] == [("F3", "device")]


def test_the_use_unit_declines_with_a_reason(browser_of, actor):
    visit = recorded(actor)
    browser = browser_of("property")
    empty = browser.post(f"/visits/{visit.id}/decline", data={"reason": " "})
    assert empty.status_code == 422
    assert "f-reason-error" in empty.text
    assert browser.post(f"/visits/{visit.id}/decline", data={"reason": "没有人来"}).status_code == 302
    assert "没有人来" in browser.get(f"/visits/{visit.id}").text
    assert browser_of("tech1").post(f"/visits/{visit.id}/decline", data={"reason": "x"}).status_code == 403
    assert browser_of("property2").post(f"/visits/{visit.id}/confirm", data={}).status_code == 404


def test_photos_are_for_those_who_see_the_visit(browser_of, actor):
    visit, other = recorded(actor), recorded(actor)
    photo, foreign = visit.check_in["photo"]["file"], other.check_in["photo"]["file"]
    path = f"/visits/{visit.id}/photos/{photo}"
    answer = browser_of("property").get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.data.startswith(make.JPEG)
    assert browser_of("section").get(path).status_code == 200
    assert browser_of("property2").get(path).status_code == 404
    assert browser_of("company2").get(path).status_code == 404
    assert browser_of("inspector").get(path).status_code == 403
    assert browser_of("section").get(f"/visits/{visit.id}/photos/{foreign}").status_code == 404
