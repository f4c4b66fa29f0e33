"""The rescue desk, one call, the responder's phone and the figures, as pages."""

from __future__ import annotations

from uuid import uuid4

import pytest

from registry.queries import calls as queries
from seeds import cast
from tests.calls_factory import CODE, PHONE, asked, lift, move, seen, taken, walk
from tests.responders_factory import station

pytestmark = pytest.mark.usefixtures("app")


def intake(**changes: str) -> dict[str, str]:
    return {"q": CODE, "kind": "entrapment", "source": "phone_96366", "ref": str(uuid4()), **changes}


def test_one_line_finds_the_elevator_and_takes_the_call(browser_of) -> None:
    elevator, desk = lift(), browser_of("desk")
    page = desk.get("/calls/desk").text
    assert "data-find=" in page
    found = desk.get("/calls/desk/find", query_string={"q": CODE}).text
    assert f'value="{elevator.label_code}" checked' in found
    answer = desk.post("/calls/desk", data=intake(elevator=elevator.label_code, trapped="2", caller_phone=PHONE))
    assert answer.status_code == 302
    shown = desk.get(answer.location).text
    assert elevator.address in shown
    assert PHONE in shown
    assert "安徽迅安电梯工程有限公司" in shown
    # The same line says that somebody is on it already.
    assert "正在救援：JY-" in desk.get("/calls/desk/find", query_string={"q": CODE}).text
    assert "JY-" in desk.get("/calls/desk/running").text


def test_sent_twice_it_is_one_call(browser_of) -> None:
    elevator, desk = lift(), browser_of("desk")
    sent = intake(elevator=elevator.label_code)
    assert desk.post("/calls/desk", data=sent).location == desk.post("/calls/desk", data=sent).location


def test_a_line_that_names_no_elevator_is_the_place(browser_of) -> None:
    desk = browser_of("desk")
    answer = desk.post("/calls/desk", data=intake(q="火车站东广场", elevator=""))
    page = desk.get(answer.location).text
    assert "火车站东广场" in page
    assert "电梯未确定" in page


def test_what_was_typed_stays_when_something_is_wrong(browser_of) -> None:
    answer = browser_of("desk").post("/calls/desk", data=intake(q="原样保留", elevator="", trapped="很多"))
    assert answer.status_code == 422
    assert "原样保留" in answer.text
    assert "请填写整数" in answer.text
    empty = browser_of("desk").post("/calls/desk", data=intake(q="", elevator=""))
    assert empty.status_code == 422
    assert "请填写电梯、地点" in empty.text


def test_the_desk_speaks_for_units_with_one_press(browser_of) -> None:
    row, desk = taken(lift()), browser_of("desk")
    own = asked(row, "company")
    for verb in ("answer", "depart", "arrive"):
        sent = {"version": row.version, "dispatch": own.id}
        assert desk.post(f"/calls/{row.no}/{verb}", data=sent).status_code == 302, verb
    assert seen(row).state == "on_site"
    assert desk.post(f"/calls/{row.no}/decline", data={"version": 1, "dispatch": own.id}).status_code == 422
    page = desk.get(f"/calls/{row.no}/withdraw", query_string={"dispatch": asked(row, "property").id}).text
    assert f'value="{asked(row, "property").id}" selected' in page


def test_the_nearest_team_is_sent_with_one_press(browser_of) -> None:
    near = station("城东站", unit="station")
    row, desk = taken(lift()), browser_of("desk")
    page = desk.get(f"/calls/{row.no}/responders").text
    assert "城东站" in page
    answer = desk.post(f"/calls/{row.no}/upgrade", data={"responders": str(near.id), "version": row.version})
    assert answer.status_code == 302
    assert seen(row).level == 2
    assert "没有可以出动的救援队伍" in desk.get(f"/calls/{row.no}/responders").text
    assert browser_of("tech1").get(f"/calls/{row.no}/responders").status_code == 403


def test_a_slower_operator_reads_who_was_faster(browser_of) -> None:
    row = taken(lift())
    move("desk2", row, "hand_over", service="119")
    answer = browser_of("desk").post(f"/calls/{row.no}/mark-false-alarm", data={"note": "误按", "version": 1})
    assert answer.status_code == 422
    assert "邓凯" in answer.text
    assert "误按" in answer.text


def test_the_road_on_the_phone(browser_of) -> None:
    row, phone = taken(lift()), browser_of("tech1")
    page = phone.get("/calls/mine").text
    assert PHONE in page
    assert "接单" in page
    for verb in ("answer", "depart"):
        assert phone.post(f"/calls/{row.no}/{verb}", data={"version": 1}).location.endswith("/calls/mine")
    here = {"latitude": "33.6402", "longitude": "116.978", "accuracy": "9", "version": "1"}
    assert phone.get(f"/calls/{row.no}/arrive-here").status_code == 200
    assert phone.post(f"/calls/{row.no}/arrive-here", data=here).status_code == 302
    assert asked(row, "company").arrived_distance_m == 0
    assert phone.post(f"/calls/{row.no}/release", data={"version": seen(row).version}).status_code == 422
    sent = {"version": seen(row).version, "result": "rescued", "trapped": "2"}
    assert phone.post(f"/calls/{row.no}/release", data=sent).status_code == 302
    assert phone.get(f"/calls/{row.no}/repair").status_code == 200
    assert "修复完成" in phone.get("/calls/mine").text


def test_without_a_position_the_arrival_counts_all_the_same(browser_of) -> None:
    row, phone = taken(lift()), browser_of("tech1")
    empty = {"latitude": "", "longitude": "", "accuracy": "", "version": "1"}
    assert phone.post(f"/calls/{row.no}/arrive-here", data=empty).status_code == 302
    assert seen(row).arrived_at is not None
    assert asked(row, "company").arrived_distance_m is None


def test_declining_needs_a_reason_and_keeps_what_was_typed(browser_of) -> None:
    row, phone = taken(lift()), browser_of("tech1")
    wrong = phone.post(f"/calls/{row.no}/decline", data={"version": 1, "note": "说明保留"})
    assert wrong.status_code == 422
    assert "说明保留" in wrong.text
    assert phone.post(f"/calls/{row.no}/decline", data={"version": 1, "reason": "人员都在救援中"}).status_code == 302
    assert queries.mine(cast.actor("tech1"))[0].moves == ()


def test_who_sees_which_page(browser_of) -> None:
    row = taken(lift())
    for login in ("section", "county", "auditor", "company", "property", "desk"):
        page = browser_of(login).get(f"/calls/{row.no}")
        assert page.status_code == 200, login
        assert (PHONE in page.text) is (login in ("desk", "company", "property")), login
    for login in ("company2", "dangshan", "property2"):
        assert browser_of(login).get(f"/calls/{row.no}").status_code == 404, login
    for login in ("filler", "insurer"):
        assert browser_of(login).get(f"/calls/{row.no}").status_code == 403, login
    assert browser_of("section").get("/calls/desk").status_code == 403
    assert browser_of("desk").get("/calls/mine").status_code == 403
    assert browser_of("desk").get(f"/calls/{row.no}/fly").status_code == 404
    assert browser_of("section").post("/calls/desk", data=intake()).status_code == 403


@pytest.mark.parametrize("verb", ["answer", "arrive", "release", "repair", "call_back", "close"])
def test_every_stage_can_be_seen(browser_of, verb: str) -> None:
    row = walk(taken(lift()), verb)
    for login in ("desk", "section", "tech1", "property"):
        assert browser_of(login).get(f"/calls/{row.no}").status_code == 200
    for path in ("/calls/", "/calls/desk", "/calls/statistics", "/calls/?state=open&kind=entrapment&q=JY"):
        assert browser_of("desk").get(path).status_code == 200


def test_every_move_that_is_offered_has_its_page(browser_of) -> None:
    elevator = lift()
    everybody, offices = ("desk", "tech1", "county"), ("desk", "county")
    rows = [
        (taken(elevator), everybody),
        (walk(taken(elevator), "release"), everybody),
        (walk(taken(elevator)), everybody),
        (taken(elevator, kind="complaint"), offices),
    ]
    for row, logins in rows:
        for login in logins:
            browser = browser_of(login)
            for step in queries.show(cast.actor(login), row.no).moves:
                answer = browser.get(f"/calls/{row.no}/{step.verb.replace('_', '-')}")
                assert answer.status_code == 200, (login, step.verb)


def test_figures_on_a_page(browser_of) -> None:
    walk(taken(lift()))
    taken(lift(2, "030002"), drill=True)
    page = browser_of("section").get("/calls/statistics", query_string={"since": "2020-01-01"}).text
    assert "门系统" in page
    assert "平均到场" in page
    assert browser_of("tech1").get("/calls/statistics").status_code == 403
    assert browser_of("section").get("/calls/statistics?since=x").status_code == 422


def test_an_elevators_page_has_its_calls(browser_of) -> None:
    elevator = lift()
    row = taken(elevator)
    for login in ("section", "property"):
        assert row.no in browser_of(login).get(f"/elevators/{elevator.label_code}").text, login
    other = taken(elevator, kind="consult")  # nobody of the unit was asked
    assert other.no not in browser_of("property").get(f"/elevators/{elevator.label_code}").text


def test_in_english(browser_of) -> None:
    row, desk = taken(lift()), browser_of("desk")
    desk.get("/account/language/en")
    for path in ("/calls/desk", f"/calls/{row.no}", "/calls/statistics", "/calls/"):
        assert desk.get(path).status_code == 200, path
