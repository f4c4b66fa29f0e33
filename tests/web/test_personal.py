"""Personal data is masked by default; each showing has a reason and an entry in the trail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from blueprints import job_runner
from registry import clock
from registry.db import db, transaction
from registry.errors import Forbidden, Invalid, Missing
from registry.models import Call, Hazard, Person, TrailEntry
from registry.queries import calls, hazard_ledger, people
from registry.queries import personal as queries
from registry.rules import masking
from registry.services import personal
from seeds import cast
from tests import calls_factory, hazards_factory
from tests.elevators_factory import maintained
from tests.web.test_exports import fetch


def entries(act: str = "personal.shown") -> list[TrailEntry]:
    return list(db.session.scalars(select(TrailEntry).where(TrailEntry.act == act).order_by(TrailEntry.id)))


@pytest.fixture
def job_done(app: Any) -> Any:
    """The rows of a list that a job makes: (browser, page of the job) -> rows."""

    def rows(browser: Any, page: str) -> list[dict[str, Any]]:
        assert job_runner.run_next(app, "one")
        found = re.search(r'href="(/jobs/\d+/file[^"]*)"', browser.get(page).text)
        assert found
        return fetch(browser, found.group(1))

    return rows


def phone(login: str) -> str:
    return db.session.scalar(select(Person.phone).where(Person.login == login)) or ""


@pytest.mark.parametrize(
    ("mask", "text", "left"),
    [
        (masking.phone, "13812345678", "138****5678"),
        (masking.phone, "0557-3021111", "055****1111"),
        (masking.phone, "119", "****"),
        (masking.phone, "", ""),
        (masking.phone, None, ""),
        (masking.name, "张三丰", "张*"),
        (masking.name, "王先生", "王先生"),
        (masking.name, None, ""),
        (masking.number, "341300198001010013", "****0013"),
        (masking.number, "T-12", "****"),
        (masking.mobiles, [{"value": "电话13812345678、0557-3021111"}], [{"value": "电话138****5678、0557-3021111"}]),
        (masking.mobiles, "2138123456789", "2138123456789"),
    ],
)
def test_what_is_left_of_it(mask: Any, text: Any, left: Any) -> None:
    assert mask(text) == left


@pytest.mark.parametrize(
    ("reader", "of", "sees"),
    [
        ("tech1", "tech1", True),
        ("company", "tech1", True),
        ("tech2", "tech1", True),
        ("section", "leader", True),  # one office
        ("section", "tech1", False),
        ("county", "tech1", False),
        ("security", "tech1", False),
        ("auditor", "tech1", False),
        ("property", "tech1", False),
        ("company2", "tech1", False),
        ("desk", "tech1", False),  # of no rescue team
    ],
)
def test_who_needs_a_phone(app: Any, reader: str, of: str, sees: bool) -> None:
    row = cast.person(of)
    assert queries.sees(cast.actor(reader), row) is sees
    assert (queries.shown(cast.actor(reader), row, "phone") == phone(of)) is sees


def test_it_is_shown_for_a_reason_and_the_trail_says_who_saw_whose_what_and_why(app: Any, browser_of: Any) -> None:
    browser, number = browser_of("section"), phone("tech1")
    person = cast.person("tech1").id
    page = browser.get(f"/people/{person}").text
    assert number not in page
    assert f'href="/personal/person/{person}?back=/people/{person}"' in page
    assert f"显示{masking.phone(number)}的完整内容" in page  # for who does not see the button
    asked = browser.get(f"/personal/person/{person}?back=/people/{person}")
    assert number not in asked.text
    assert not entries()
    assert browser.post(f"/personal/person/{person}", data={"reason": "  "}).status_code == 422
    assert not entries()
    shown = browser.post(f"/personal/person/{person}?back=/people/{person}", data={"reason": "核实维保记录"})
    assert f'href="tel:{number}"' in shown.text
    assert f'href="/people/{person}"' in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    (entry,) = entries()
    assert (entry.subject, entry.subject_id, entry.person_id) == ("person", person, cast.actor("section").person_id)
    assert entry.data == {
        "kind": "person",
        "key": str(person),
        "fields": ["number", "phone"],
        "reason": "核实维保记录",
    }
    assert number not in browser.get(f"/people/{person}").text  # until it is asked for again


def test_it_leads_back_to_a_page_of_ours_only(app: Any, browser_of: Any) -> None:
    person = cast.person("tech1").id
    address = f"/personal/person/{person}?back=//elsewhere.example/"
    assert 'href="//elsewhere' not in browser_of("section").get(address).text


def test_the_interface_masks_and_shows(app: Any, api_of: Any) -> None:
    api, number, person = api_of("county"), phone("tech1"), cast.person("tech1").id
    found = api.get(f"/people/{person}").get_json()
    assert found["phone"] == masking.phone(number)
    assert all(one["number"].startswith("****") for one in found["certificates"])
    assert all(number not in str(api.get(address).get_json()) for address in ("/people", f"/people/{person}"))
    assert api.post(f"/personal/person/{person}", {"reason": ""}).status_code == 422
    shown = api.post(f"/personal/person/{person}", {"reason": "联系本人核实"}).get_json()
    assert {"name": "phone", "label": "电话", "value": number} in shown["items"]
    assert len(entries()) == 1
    own = api_of("company").get(f"/people/{person}").get_json()
    assert own["phone"] == number
    assert "****" not in str(own["certificates"])


def test_nothing_is_shown_to_who_may_not_or_does_not_see_the_row(app: Any, api_of: Any) -> None:
    person, foreign = cast.person("tech1").id, cast.person("company2").id
    assert api_of("property").post(f"/personal/person/{person}", {"reason": "想知道"}).status_code == 403
    assert api_of("auditor").post(f"/personal/person/{person}", {"reason": "想知道"}).status_code == 403
    assert api_of("county").post(f"/personal/person/{foreign}", {"reason": "核实记录"}).status_code == 404
    for kind, key in (("unit", "1"), ("person", "x"), ("person", "9" * 30), ("fault_report", "BX-1"), ("call", "'")):
        with pytest.raises(Missing):
            personal.show(cast.actor("section"), kind, key, "核实记录")
    assert not entries()


def test_a_phone_that_is_not_seen_survives_a_correction(app: Any, browser_of: Any) -> None:
    person, number = cast.person("tech1").id, phone("tech1")
    browser = browser_of("section")
    page = browser.get(f"/people/{person}/edit").text
    assert number not in page
    assert masking.phone(number) not in page
    browser.post(f"/people/{person}/edit", data={"name": "马超超", "phone": ""})
    assert (cast.person("tech1").name, phone("tech1")) == ("马超超", number)
    browser_of("company").post(f"/people/{person}/edit", data={"name": "马超超", "phone": ""})
    assert phone("tech1") == ""


def test_the_desk_reads_the_caller_while_the_call_runs_and_asks_afterwards(app: Any, browser_of: Any) -> None:
    row = calls_factory.taken(maintained(cast.actor("section"), 61, "company"), caller="钱多多")
    desk, number = browser_of("desk"), row.caller_phone or ""
    running = desk.get(f"/calls/{row.no}").text
    assert f'href="tel:{number}"' in running
    assert "钱多多" in running
    officer = browser_of("county").get(f"/calls/{row.no}").text
    assert number not in officer
    assert "钱多多" not in officer
    assert "钱*" in officer
    with transaction() as session:
        session.get(Call, row.id).closed_at = clock.now()
    closed = desk.get(f"/calls/{row.no}").text
    assert number not in closed
    assert "钱多多" not in closed
    shown = desk.post(f"/personal/call/{row.no}", data={"reason": "回访未接通，再次联系"}).text
    assert number in shown
    assert "钱多多" in shown
    assert set(entries()[-1].data["fields"]) >= {"caller", "caller_phone"}
    assert number not in str(entries()[-1].data)


def test_a_hazards_responsible_phone_is_the_units_own(app: Any) -> None:
    row = hazards_factory.reported()
    with transaction() as session:
        session.get(Hazard, row.id).responsible_phone = "13955700001"
    found = db.session.get(Hazard, row.id)
    owner = next(login for login in ("property", "company", "filling") if cast.actor(login).unit_id == found.unit_id)
    assert queries.shown(cast.actor(owner), found, "responsible_phone") == "13955700001"
    assert queries.shown(cast.actor("county"), found, "responsible_phone") == "139****0001"
    assert hazard_ledger.may_see_people(cast.actor("county"), type("S", (), {"unit_id": found.unit_id}))


def test_lists_leave_masked_and_whole_only_for_a_reason(app: Any, browser_of: Any, job_done: Any) -> None:
    number, browser = phone("tech1"), browser_of("section")
    (row,) = fetch(browser, "/exports/people.xlsx?q=马超")
    assert row["手机号码"] == masking.phone(number)
    assert row["证件编号"].startswith("****")
    assert not entries("personal.exported")
    assert "/personal/exports/people" in browser.get("/people/").text
    assert browser.post("/personal/exports/people?q=马超", data={"reason": ""}).status_code == 422
    asked = browser.post("/personal/exports/people?q=马超", data={"reason": "培训通知"})
    assert asked.status_code == 302
    (entry,) = entries("personal.exported")
    assert entry.data == {"listing": "people", "filters": {"q": "马超"}, "reason": "培训通知"}
    (whole,) = job_done(browser, asked.location)
    assert whole["手机号码"] == number
    assert not whole["证件编号"].startswith("****")


def test_who_may_not_take_a_list_whole(app: Any, browser_of: Any) -> None:
    assert browser_of("company").post("/personal/exports/people", data={"reason": "培训通知"}).status_code == 403
    assert browser_of("officer").get("/personal/exports/people").status_code == 403
    assert browser_of("section").get("/personal/exports/hazards").status_code == 404
    with pytest.raises(Forbidden):
        personal.export(cast.actor("company"), "people", {}, "培训通知")
    with pytest.raises(Invalid):
        personal.export(cast.actor("section"), "people", {}, "无")
    assert "/personal/exports/people" not in browser_of("company").get("/people/").text


def test_a_list_asks_no_statement_a_row(app: Any) -> None:
    page = people.page(cast.actor("section"), {"limit": 30})
    before = len(page.items)
    with db.session.no_autoflush:
        shown = [queries.shown(cast.actor("desk"), row, "phone", asking=False) for row in page.items]
    assert len(shown) == before > 20
    assert calls.shown_caller(cast.actor("auditor"), Call(dispatches=[], closed_at=None), "钱多多") == "钱*"
