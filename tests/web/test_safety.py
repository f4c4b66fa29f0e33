"""The pages of safety officers: board, unit, list, the three records, spreadsheets."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.models import Hazard, SafetyAppointment, SafetyCharge, SafetyProblem, SafetyRecord, SafetyRisk
from registry.services import safety, safety_records
from seeds import cast, past
from tests import safety_factory as make
from tests import visits_factory

HERE = "/safety-officers"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def code(app: Any) -> str:
    """The one elevator of an officer."""
    make.staffed()
    lift = make.lift()
    make.charged(lift)
    with past.at(past.moment(make.SINCE)):
        safety.list_risks(cast.actor("property"), "elevator")
    return lift.label_code


def made(code: str, **changes: Any) -> SafetyRecord:
    return safety_records.daily(cast.actor("property"), make.daily(code, **changes))[0]


def typed(code: str, **changes: Any) -> dict[str, Any]:
    """The phone page filled in."""
    return {
        "ref": make.daily()["ref"],
        "subject": "elevator",
        "day": make.TODAY.isoformat(),
        "opened_at": make.NOW.isoformat(),
        "seen": code,
        "zero_risk": "1",
        "signature": visits_factory.data_url(visits_factory.PNG + b"s", "image/png"),
        **changes,
    }


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(SafetyRecord)) or 0


def test_the_list_is_opened_first_and_then_the_day_is_signed(browser_of: Any, code: str) -> None:
    browser = browser_of("property")
    first = browser.get(f"{HERE}/record/daily")
    assert 'id="open-list"' in first.text
    assert 'id="daily-form"' not in first.text
    address = re.search(r'id="open-list" href="([^"]+)"', first.text)
    assert address is not None
    opened = browser.get(address.group(1).replace("&amp;", "&"))
    assert 'id="daily-form"' in opened.text
    assert f'value="{code}"' in opened.text
    sent = browser.post(f"{HERE}/record/daily", data=typed(code))
    assert sent.status_code == 303
    paper = browser.get(sent.headers["Location"])
    assert "零风险报告" in paper.text


def test_a_refused_day_loses_nothing_that_was_typed(browser_of: Any, code: str) -> None:
    changes = {"zero_risk": "", "p0-text": "门口有水", "p0-thing": code, "note": "雨天"}
    answer = browser_of("property").post(f"{HERE}/record/daily", data=typed(code, **changes))
    assert answer.status_code == 422
    assert "每个问题都要写明情况和采取的措施" in answer.text
    assert "门口有水" in answer.text
    assert "雨天" in answer.text
    assert kept() == 0


def test_a_photo_that_is_none_is_refused(browser_of: Any, code: str) -> None:
    sent = {**typed(code), "photos": (io.BytesIO(b"text"), "a.jpg")}
    answer = browser_of("property").post(f"{HERE}/record/daily", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert kept() == 0


def test_a_serious_problem_is_offered_as_a_clue(browser_of: Any, code: str) -> None:
    browser = browser_of("property")
    changes = {"zero_risk": "", "p0-text": "层门不能闭合", "p0-thing": code, "p0-serious": "1"}
    changes["p0-actions"] = ["stopped", "reported"]
    sent = browser.post(f"{HERE}/record/daily", data=typed(code, **changes))
    assert sent.status_code == 303
    page = browser.get(sent.headers["Location"])
    assert "作为隐患线索上报" in page.text
    problem = db.session.scalars(select(SafetyProblem)).one()
    before = db.session.scalar(select(func.count()).select_from(Hazard))
    assert browser.post(f"{HERE}/record/problems/{problem.id}/hazard").status_code == 302
    assert db.session.scalar(select(func.count()).select_from(Hazard)) == before + 1
    assert browser_of("property2").post(f"{HERE}/record/problems/{problem.id}/hazard").status_code == 404
    assert browser.get(f"{HERE}/record/problems/{problem.id}/solve").status_code == 200
    assert browser.post(f"{HERE}/record/problems/{problem.id}/solve", data={}).status_code == 422
    answer = browser.post(f"{HERE}/record/problems/{problem.id}/solve", data={"solution": "已修复"})
    assert answer.status_code == 302


def test_week_and_month_are_made_at_the_desk(browser_of: Any, code: str) -> None:
    week = make.TODAY - 7 * DAY
    made(code, day=week, problems=[make.problem(code)])
    problem = db.session.scalars(select(SafetyProblem)).one()
    director = browser_of("property-director")
    page = director.get(f"{HERE}/record/weekly?day={week}")
    assert "轿厢按钮不亮" in page.text
    form = {key: typed(code)[key] for key in ("ref", "subject", "signature")} | {"day": week.isoformat()}
    assert director.post(f"{HERE}/record/weekly", data=form).status_code == 422
    plan = {f"m{problem.id}-measure": "更换", f"m{problem.id}-owner": "李安", f"m{problem.id}-deadline": "2026-11-30"}
    wrong = director.post(f"{HERE}/record/weekly", data={**form, **plan, f"m{problem.id}-deadline": "soon"})
    assert wrong.status_code == 422
    sent = director.post(f"{HERE}/record/weekly", data={**form, **plan})
    assert sent.status_code == 303
    assert "李安" in director.get(sent.headers["Location"]).text
    head = browser_of("property-head")
    assert "人员" in head.get(f"{HERE}/record/monthly").text
    month = {**form, "ref": make.daily()["ref"], "day": make.TODAY.isoformat(), "held_on": make.TODAY.isoformat()}
    assert head.post(f"{HERE}/record/monthly", data=month).status_code == 422
    sent = head.post(f"{HERE}/record/monthly", data={**month, "attendees": "张敏\n李安", "decisions": "每日必记"})
    assert sent.status_code == 303
    assert "每日必记" in head.get(sent.headers["Location"]).text


def test_a_unit_arranges_its_people_list_and_papers(browser_of: Any, code: str) -> None:
    browser = browser_of("property")
    unit = cast.unit("property").id
    assert browser.get(f"{HERE}/own/appoint").status_code == 200
    sent = {"subject": "elevator", "role": "officer", "person": make.person("another"), "since": "2026-11-20"}
    assert browser.post(f"{HERE}/own/appoint", data=sent).status_code == 422
    sent |= {"document": "任8", "file": (io.BytesIO(b"%PDF-1"), "a.pdf")}
    assert browser.post(f"{HERE}/own/appoint", data=sent, content_type="multipart/form-data").status_code == 302
    row = db.session.scalars(select(SafetyAppointment).order_by(SafetyAppointment.id.desc())).first()
    assert row is not None
    assert browser.get(f"{HERE}/units/{unit}/files/{row.file_id}").data == b"%PDF-1"
    assert browser_of("dangshan").get(f"{HERE}/units/{unit}/files/{row.file_id}").status_code == 404
    assert browser.get(f"{HERE}/units/{unit}/files/999999").status_code == 404
    charge = {"officer": row.person_id, "elevators": [code], "since": "2026-11-24"}
    assert browser.get(f"{HERE}/own/charges?unassigned=1&q=x").status_code == 200
    assert browser.post(f"{HERE}/own/charges", data={"officer": row.person_id}).status_code == 422
    assert browser.post(f"{HERE}/own/charges", data=charge).status_code == 302
    assert db.session.scalars(select(SafetyCharge.person_id).where(SafetyCharge.until.is_(None))).all() == [
        row.person_id
    ]
    exam = {
        "subject": "elevator",
        "person": row.person_id,
        "kind": "examination",
        "done_on": "2026-11-23",
        "passed": "1",
    }
    assert browser.get(f"{HERE}/own/train").status_code == 200
    assert browser.post(f"{HERE}/own/train", data=exam).status_code == 302
    risk = db.session.scalars(select(SafetyRisk)).first()
    assert risk is not None
    for path in ("risks/new", f"risks/{risk.id}/edit", f"risks/{risk.id}/drop", "papers/new"):
        assert browser.get(f"{HERE}/own/{path}").status_code == 200
        assert browser.post(f"{HERE}/own/{path}", data={"subject": "elevator"}).status_code == 422
    assert browser.post(f"{HERE}/own/risks/new", data={"title": "积水", "check": "看底坑"}).status_code == 302
    assert browser.post(f"{HERE}/own/risks/{risk.id}/edit", data={"title": "新", "check": "看"}).status_code == 302
    other = db.session.scalars(select(SafetyRisk.id).where(SafetyRisk.until.is_(None)).order_by(SafetyRisk.id)).first()
    assert browser.post(f"{HERE}/own/risks/{other}/drop", data={"reason": "不适用"}).status_code == 302
    paper = {"subject": "elevator", "paper": "officer_code", "title": "守则", "since": "2026-11-24"}
    paper["file"] = (io.BytesIO(b"%PDF-2"), "code.pdf")
    assert browser.post(f"{HERE}/own/papers/new", data=paper, content_type="multipart/form-data").status_code == 302
    assert browser.post(f"{HERE}/own/risks/take-over?subject=elevator").status_code == 409
    assert browser.get(f"{HERE}/own/appointments/{row.id}/end").status_code == 200
    end = {"until": "2026-11-24", "reason": "调离"}
    assert browser.post(f"{HERE}/own/appointments/{row.id}/end", data=end).status_code == 302
    page = browser.get(f"{HERE}/units/{unit}")
    assert "守则" in page.text
    assert "调离" in page.text
    assert browser.get(f"{HERE}/units/{unit}/risks?until=2026-11-03").status_code == 200


def test_an_office_reads_and_does_not_act(browser_of: Any, code: str) -> None:
    row = made(code)
    unit = cast.unit("property").id
    county = browser_of("county")
    for path in ("/", "/gaps", "/records", f"/records/{row.id}", f"/units/{unit}", f"/units/{unit}/risks"):
        assert county.get(f"{HERE}{path}").status_code == 200, path
    for path in ("own/appoint", "own/train", "own/risks/new", "own/papers/new", "record/daily", "record/weekly"):
        assert county.get(f"{HERE}/{path}").status_code == 403, path
    for stranger in ("dangshan", "property2"):
        browser = browser_of(stranger)
        for path in (f"/records/{row.id}", f"/units/{unit}", f"/units/{unit}/risks"):
            assert browser.get(f"{HERE}{path}").status_code == 404, path
    assert browser_of("tech1").get(f"{HERE}/").status_code == 403
    assert county.get(f"{HERE}/records/{row.id}/pictures/{row.signature['file']}").status_code == 200
    assert county.get(f"{HERE}/records/{row.id}/pictures/999999").status_code == 404


def test_a_window_that_cannot_be_is_said_on_the_page(browser_of: Any, code: str) -> None:
    for path in ("/", "/gaps"):
        answer = browser_of("section").get(f"{HERE}{path}?since=2026-11-20&until=2026-11-01")
        assert answer.status_code == 422
        assert "不能早于开始日期" in answer.text


@pytest.mark.parametrize("name", ["safety-rates", "safety-gaps", "safety-records"])
def test_the_lists_leave_as_spreadsheets(browser_of: Any, code: str, name: str) -> None:
    made(code)
    answer = browser_of("county").get(f"/exports/{name}.xlsx?since=2026-11-20&until=2026-11-24")
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
    assert browser_of("tech1").get(f"/exports/{name}.xlsx").status_code == 403
