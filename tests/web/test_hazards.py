"""The hazard pages: board, clue, one hazard, the form of each move."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest

from registry.rules.hazards import acceptance
from seeds import cast
from tests import elevators_factory
from tests.hazards_factory import Clock, move, person, reported, walk

JPEG = b"\xff\xd8\xff a picture"


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    return Clock(monkeypatch)


def clue_form(**changes):
    return {
        "title": "门锁短接",
        "description": "层门门锁被短接",
        "source": "routine_inspection",
        "unit": "宿州汇源物业服务有限公司",
        "suggested_clause": "4.6b",
        **changes,
    }


def kept_ids(page: str, name: str) -> list[str]:
    return re.findall(rf'<input type="hidden" name="{name}" value="(\d+)">', page)


def test_a_clue_is_noted_with_its_photos(time, browser_of) -> None:
    browser = browser_of("county")
    assert "建议判定条款" in browser.get("/hazards/new").text
    sent = clue_form(evidence=[(io.BytesIO(JPEG), "现场.jpg"), (io.BytesIO(b"MZ"), "x.html")])
    response = browser.post("/hazards/new", data=sent, content_type="multipart/form-data")
    assert response.headers["Location"] == "/hazards/ZDYH-341300-2026-0001"
    page = browser.get(response.headers["Location"])
    assert all(text in page.text for text in ("线索登记", "现场.jpg", "李明", "提交认定"))
    first, second = re.findall(r'href="(/hazards/[^"]+/files/\d+)"', page.text)
    picture = browser.get(first)
    assert (picture.data, picture.mimetype) == (JPEG, "image/jpeg")
    other = browser.get(second)
    assert other.mimetype == "application/octet-stream"
    assert other.headers["Content-Disposition"].startswith("attachment")
    for login, status in (("dangshan", 404), ("property2", 404), ("property", 200)):
        assert browser_of(login).get(first).status_code == status
    assert browser.get(first.rsplit("/", 1)[0] + "/999999").status_code == 404


def test_a_bad_clue_keeps_what_was_typed_and_uploaded(time, browser_of) -> None:
    browser = browser_of("county")
    sent = clue_form(unit="没有这个单位", evidence=[(io.BytesIO(JPEG), "a.jpg")])
    response = browser.post("/hazards/new", data=sent, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "没有这个单位" in response.text
    assert "层门门锁被短接" in response.text
    kept = kept_ids(response.text, "evidence")
    assert len(kept) == 1
    response = browser.post("/hazards/new", data=clue_form(evidence=kept))
    assert response.status_code == 302
    assert "a.jpg" in browser.get(response.headers["Location"]).text


@pytest.mark.parametrize(("login", "status"), [("county", 200), ("property", 200), ("filler", 403), ("insurer", 403)])
def test_who_may_note_a_clue(time, browser_of, login, status) -> None:
    response = browser_of(login).post("/hazards/new", data=clue_form(unit=""))
    assert response.status_code == (status if status == 403 else {"county": 422, "property": 302}[login])


def test_strangers_sign_in_first(time, client) -> None:
    hazard = reported()
    for path in ("/hazards/", "/hazards/new", f"/hazards/{hazard.no}", f"/hazards/{hazard.no}/submit"):
        assert "/account/sign-in" in client.get(path).headers["Location"]


def test_the_board_counts_by_state_and_shows_what_is_late(time, browser_of) -> None:
    late = walk(reported(title="超期的"), "LISTED")
    move("county-leader", late, "assign", due=date(2026, 11, 4))
    walk(reported(title="按期的"), "PLAN_DUE")
    reported(title="新线索")
    time.forward(days=3)
    browser = browser_of("section")
    page = browser.get("/hazards/").text
    assert "逾期 2 天" in page
    assert all(title in page for title in ("超期的", "按期的", "新线索"))
    for query, shown in (
        ("state=ASSIGNED", ["超期的"]),
        ("overdue=1", ["超期的"]),
        ("state=open", ["超期的", "按期的"]),
        ("area=341321", []),
        ("q=新线索", ["新线索"]),
        ("q=汇源物业", ["超期的", "按期的", "新线索"]),
        (f"q={late.no.lower()}", ["超期的"]),
    ):
        page = browser.get(f"/hazards/?{query}").text
        listed = {title for title in ("超期的", "按期的", "新线索") if f"<td>{title}" in page}
        assert listed == set(shown), query
    assert "超期的" not in browser_of("dangshan").get("/hazards/").text


def columns(page: str) -> dict[str, list[str]]:
    """The board as it is read: state -> the titles on its cards."""
    found = {}
    for column in page.split('<section class="hazard-column" id="')[1:]:
        state, _, rest = column.partition('"')
        found[state] = re.findall(r'<a href="/hazards/ZDYH[^"]+">([^<]+)</a>', rest.partition("</section>")[0])
    return found


def test_the_board_has_a_column_for_each_state_and_the_most_urgent_first(time, browser_of) -> None:
    later, sooner = (walk(reported(title=title), "LISTED") for title in ("较晚的", "较早的"))
    move("county-leader", later, "assign", due=date(2026, 11, 20))
    move("county-leader", sooner, "assign", due=date(2026, 11, 4))
    for number in range(10):
        reported(title=f"线索{number}")
    reported("dangshan", title="砀山的线索", unit=cast.unit("property2").credit_code)
    time.forward(days=3)

    city = browser_of("section").get("/hazards/").text
    found = columns(city)
    assert list(found) == ["DRAFT", "ASSIGNED"]
    assert found["ASSIGNED"] == ["较早的", "较晚的"]
    assert len(found["DRAFT"]) == 8
    assert "全部 11 条" in city
    assert "逾期 2 天" in city
    assert columns(browser_of("dangshan").get("/hazards/").text) == {"DRAFT": ["砀山的线索"]}
    assert columns(browser_of("section").get("/hazards/?area=341321").text) == {"DRAFT": ["砀山的线索"]}
    assert "砀山的线索" not in browser_of("county").get("/hazards/").text
    assert columns(browser_of("section").get("/hazards/?view=list").text) == {}
    assert "没有在办的隐患" in browser_of("company2").get("/hazards/").text


def test_whoever_maintains_the_elevator_sees_its_hazard(time, browser_of) -> None:
    elevator = elevators_factory.maintained(cast.actor("section"))
    hazard = walk(reported(elevator=elevator.label_code), "RECTIFYING")
    page = browser_of("company").get(f"/hazards/{hazard.no}").text
    assert "登记整改进展" in page
    assert browser_of("tech1").get(f"/hazards/{hazard.no}").status_code == 200
    assert browser_of("company2").get(f"/hazards/{hazard.no}").status_code == 404


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def test_a_leader_signs_by_hand_and_the_approval_shows_it(time, browser_of) -> None:
    hazard = walk(reported(), "COUNTY_REVIEW")
    path, leader = f"/hazards/{hazard.no}/sign-county", browser_of("county-leader")
    assert "<signature-pad" in leader.get(path).text
    drawn = f"data:image/png;base64,{PIXEL}"
    again = leader.post(path, data={"signature": "周卫东", "drawn_signature": drawn})
    assert again.status_code == 422
    kept = re.search(r'name="drawn_signature"[^>]* value="(\d+)"', again.text)
    assert kept
    assert "已签名，不用重新签" in again.text
    sent = {"opinion": "同意", "signature": "周卫东", "drawn_signature": kept[1]}
    assert leader.post(path, data=sent).status_code == 302
    page = leader.get(f"/hazards/{hazard.no}").text
    assert 'class="hazard-signature"' in page
    assert 'class="hazard-signature"' not in browser_of("property").get(f"/hazards/{hazard.no}").text


@pytest.mark.parametrize("sent", ["data:image/png;base64,????", "data:image/png;base64,QUJD", "<svg>", "99999999"])
def test_what_is_no_drawing_is_not_kept(time, browser_of, sent) -> None:
    hazard = walk(reported(), "COUNTY_REVIEW")
    leader = browser_of("county-leader")
    values = {"opinion": "同意", "signature": "周卫东", "drawn_signature": sent}
    answer = leader.post(f"/hazards/{hazard.no}/sign-county", data=values)
    assert answer.status_code == (422 if sent == "99999999" else 302)
    assert 'class="hazard-signature"' not in leader.get(f"/hazards/{hazard.no}").text


def test_the_page_says_what_each_move_still_needs_and_who_had_which_part(time, browser_of) -> None:
    hazard = walk(reported(suggested_clause="4.6b"), "RECTIFYING")
    page = browser_of("property").get(f"/hazards/{hazard.no}").text
    assert "还需要：单位自验意见、整改完成日期、整改前照片、整改后照片、整改情况说明" in page
    city = browser_of("section").get(f"/hazards/{hazard.no}").text
    people = city.partition('class="hazard-people"')[2].partition("</dl>")[0]
    assert re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", people)).split()[1:3] == ["发现和登记", "埇桥区市场监督管理局"]
    assert all(text in people for text in ("治理方案", "张敏", "方案审查", "赵倩"))
    masked = page.partition('class="hazard-people"')[2].partition("</dl>")[0]
    assert "张敏" in masked
    assert "赵倩" not in masked


# What a head of an office may issue while nothing has been issued yet: no talk to record, nothing to delist.
SUPERVISION = ("remind", "supervise", "list-supervision", "summon", "transfer-case")


def test_the_page_offers_only_what_i_may_do(time, browser_of) -> None:
    hazard = move("county-leader", walk(reported(), "COUNTY_REVIEW"), "sign_county")
    path = f"/hazards/{hazard.no}"
    offered = {
        login: set(re.findall(rf'href="{path}/([a-z-]+)"', browser_of(login).get(path).text))
        for login in ("county-leader", "county-leader2", "county", "property", "section")
    }
    assert offered == {
        "county-leader": {"return-to-verifying", "return-to-rectifying", "suspend", *SUPERVISION},
        "county-leader2": {
            *("sign-county-second", "return-to-verifying", "return-to-rectifying", "suspend"),
            *SUPERVISION,
        },
        "county": {"remind"},
        "property": set(),
        "section": set(SUPERVISION),
    }
    assert "签字人不得是核查人" in browser_of("county-leader").get(path).text


def test_people_are_shown_to_offices_and_to_their_own_unit(time, browser_of) -> None:
    elevator = elevators_factory.maintained(cast.actor("section"))
    hazard = reported("company", unit=None, elevator=elevator.label_code)
    hazard = walk(hazard, "RECTIFYING")
    path = f"/hazards/{hazard.no}"
    for login, shown, hidden in (
        ("section", ("李明", "139****0001"), ("13955700001",)),
        ("property", ("张敏", "13955700001"), ("李明", "周卫东")),
        ("company", ("何志强",), ("张敏", "13955700001", "李明")),
    ):
        main = browser_of(login).get(path).text.partition("<main")[2]
        assert all(text in main for text in shown), login
        assert not any(text in main for text in hidden), login


def test_signing_on_the_page(time, browser_of) -> None:
    hazard = walk(reported(), "CITY_REVIEW", "city")
    path = f"/hazards/{hazard.no}/sign-city"
    browser = browser_of("leader")
    assert 'value="陈立新"' in browser.get(path).text
    bad = browser.post(path, data={"version": hazard.version, "signature": "陈立新"})
    assert bad.status_code == 422
    assert re.search(r'id="f-opinion-error".*?请填写“意见”', bad.text, re.DOTALL)
    good = {"version": hazard.version, "opinion": "同意销号", "signature": "陈立新"}
    assert browser.post(path, data=good).headers["Location"] == f"/hazards/{hazard.no}"
    assert "同意销号" in browser.get(f"/hazards/{hazard.no}").text
    again = browser.post(path, data=good)
    assert again.status_code == 409
    assert "销号公示中" in again.text


def test_a_stale_page_is_told_and_keeps_what_was_typed(time, browser_of) -> None:
    hazard = walk(reported(), "RECTIFYING")
    seen = hazard.version
    move("property", hazard, "report_progress")
    path = f"/hazards/{hazard.no}/report-progress"
    sent = {"version": seen, "progress": "门锁已装好", "progress_on": "2026-11-03"}
    browser = browser_of("property")
    response = browser.post(path, data=sent)
    assert response.status_code == 422
    assert "张敏已办理“登记整改进展”" in response.text
    assert "门锁已装好" in response.text
    assert f'name="version" value="{seen + 1}"' in response.text
    assert browser.post(path, data={**sent, "version": seen + 1}).status_code == 302


def test_the_acceptance_list_on_the_page(time, browser_of) -> None:
    hazard = walk(reported(), "VERIFYING")
    path = f"/hazards/{hazard.no}/pass-verification"
    browser = browser_of("county")
    page = browser.get(path).text
    assert all(point.zh in page for point in acceptance(date(2026, 11, 3)))
    answers = {f"checklist-{point.item}": "yes" for point in acceptance(date(2026, 11, 3))}
    sent = {
        "version": hazard.version,
        "site_date": "2026-11-03",
        "verifier_signatures": [person("county"), person("officer")],
        "unit_signature": "张敏",
        **answers,
        "checklist-similar_checked": "not_applicable",
        "site_photos": (io.BytesIO(JPEG), "site.jpg"),
    }
    bad = browser.post(path, data=sent, content_type="multipart/form-data")
    assert bad.status_code == 422
    assert "“不适用”须说明理由" in bad.text
    kept = kept_ids(bad.text, "site_photos")
    good = {**sent, "site_photos": kept, "checklist-similar_checked-reason": "该单位仅此一台电梯"}
    assert browser.post(path, data=good).status_code == 302
    assert "该单位仅此一台电梯" in browser.get(f"/hazards/{hazard.no}").text


@pytest.mark.parametrize(
    ("login", "verb", "status"),
    [
        ("property", "recognise", 403),
        ("section", "no-such-step", 404),
        ("dangshan", "submit", 404),
        ("county-leader", "assign", 409),
        ("county-leader", "recognise", 200),
    ],
)
def test_moves_that_are_not_there(time, browser_of, login, verb, status) -> None:
    hazard = walk(reported(), "PENDING_RECOGNITION")
    assert browser_of(login).get(f"/hazards/{hazard.no}/{verb}").status_code == status


def test_every_move_has_its_form(time, browser_of) -> None:
    """The forms of the whole road are drawn, each for who makes the move."""
    from tests.hazards_factory import ROADS

    hazard = reported()
    for login, verb in ROADS["city"]:
        if verb == "close":
            time.forward(days=8)
        page = browser_of(login).get(f"/hazards/{hazard.no}/{verb.replace('_', '-')}")
        assert page.status_code == 200, verb
        assert "f-files" in page.text
        hazard = move(login, hazard, verb)
    assert "已销号" in browser_of("property").get(f"/hazards/{hazard.no}").text


def test_the_verifiers_offered_are_certified_and_not_involved(time, browser_of) -> None:
    hazard = walk(reported(), "CLOSE_REQUESTED")
    page = browser_of("county2").get(f"/hazards/{hazard.no}/accept-request").text
    offered = set(re.findall(r'name="verifiers" value="(\d+)"', page))
    assert offered == {str(person(login)) for login in ("county", "county2", "officer")}


def test_a_recurrence_within_a_year_is_pointed_out(time, browser_of) -> None:
    elevator = elevators_factory.maintained(cast.actor("section"))
    old = walk(reported(elevator=elevator.label_code), "NOTICE")
    time.forward(days=8)
    move("county2", old, "close")
    time.at += timedelta(days=100)
    new = reported(elevator=elevator.label_code)
    assert old.no in browser_of("county").get(f"/hazards/{new.no}").text
