"""The wall, the exercises and the joining of callers, as pages."""

from __future__ import annotations

import pytest

from seeds import cast
from tests.calls_factory import CODE, PHONE, lift, move, seen, taken
from tests.web.test_calls import intake

pytestmark = pytest.mark.usefixtures("app")


def test_the_wall_shows_calls_and_no_phones(browser_of) -> None:
    elevator = lift()
    row = taken(elevator)
    taken(elevator, drill=True)
    page = browser_of("section").get("/calls/wall").text
    assert row.no in page
    assert "演练" in page
    assert "call-clock" in page
    assert f'data-lat="{elevator.lat}"' in page
    assert PHONE not in page
    assert "李女士" not in page
    assert "tel:" not in page
    part = browser_of("county").get("/calls/wall", headers={"HX-Request": "true"}).text
    assert "call-wall-sums" in part
    assert "<html" not in part
    assert browser_of("tech1").get("/calls/wall").status_code == 403


def test_the_line_offers_to_join_the_running_call(browser_of) -> None:
    elevator, desk = lift(), browser_of("desk")
    taken(elevator, drill=True)
    assert "join:" not in desk.get("/calls/desk/find", query_string={"q": CODE}).text
    row = taken(elevator)
    found = desk.get("/calls/desk/find", query_string={"q": CODE}).text
    assert f'value="join:{row.no}" checked' in found
    refused = desk.post("/calls/desk", data=intake(elevator=elevator.label_code))
    assert refused.status_code == 422
    assert "正在救援" in refused.text
    sent = intake(elevator=f"join:{row.no}", caller_phone="13700001111", kind="entrapment")
    for _ in range(2):
        assert desk.post("/calls/desk", data=sent).location.endswith(row.no)
    assert [one.caller_phone for one in seen(row).callers] == ["13700001111"]
    assert "13700001111" in desk.get(f"/calls/{row.no}").text
    assert "13700001111" not in browser_of("section").get(f"/calls/{row.no}").text
    other = desk.post("/calls/desk", data=intake(elevator=f"another:{elevator.label_code}"))
    assert not other.location.endswith(row.no)


def test_a_drill_is_marked_wherever_it_is_seen(browser_of) -> None:
    lift()
    desk = browser_of("desk")
    sent = {"elevator": CODE, "scenario": "住宅困人", "roles": "maintenance", "trapped": "1"}
    answer = desk.post("/call-drills/new", data=sent)
    assert answer.status_code == 302
    no = answer.location.rsplit("/", 1)[1]
    for login, path in (
        ("desk", answer.location),
        ("desk", "/calls/desk/running"),
        ("desk", "/calls/"),
        ("section", f"/call-drills/{no}"),
        ("section", "/calls/wall"),
        ("tech1", "/calls/mine"),
        ("tech1", f"/calls/{no}/arrive-here"),
        ("tech1", f"/calls/{no}/decline"),
    ):
        page = browser_of(login).get(path)
        assert page.status_code == 200, path
        assert "演练" in page.text.split("<main", 1)[-1], path
    bad = desk.post("/call-drills/new", data={**sent, "elevator": "999999"})
    assert bad.status_code == 422
    assert "住宅困人" in bad.text


def test_a_phones_moves_carry_its_time_and_come_once(browser_of) -> None:
    row, phone = taken(lift()), browser_of("tech1")
    move("tech1", row, "answer")
    page = phone.get("/calls/mine").text
    assert f'data-key="call {row.no} arrive ' in page
    assert f'data-key="call {row.no} release ' in page
    ref = "7d2a3a52-31f0-4c4f-9a53-0d6f5fb2a001"
    sent = {"ref": ref, "phone_at": "1970-01-01T00:00:00Z", "version": "1"}
    for _ in range(2):
        assert phone.post(f"/calls/{row.no}/arrive-here", data=sent).status_code == 302
    after = seen(row)
    assert [step.verb for step in after.steps].count("arrive") == 1
    assert after.steps[-1].data["phone_at"].startswith("1970")
    done = phone.post(f"/calls/{row.no}/release", data={"result": "rescued", "version": "1", "phone_at": "nonsense"})
    assert done.status_code == 302
    assert seen(row).state == "released"


def test_programs_start_and_evaluate_drills(api_of) -> None:
    lift()
    desk = api_of("desk")
    made = desk.post("/call-drills", {"elevator": CODE, "scenario": "困人", "roles": ["use"]})
    assert made.status_code == 201
    no = made.json["no"]
    assert desk.get("/call-drills").json["items"][0]["no"] == no
    assert desk.get("/call-drills/JY-1999-000001").status_code == 404
    early = desk.post(f"/call-drills/{no}/evaluate", {"participants": 1, "went_well": "好"})
    assert early.status_code == 409
    assert api_of("tech1").get("/call-drills").status_code == 403
    assert cast.actor("desk").role == "rescue_desk"
