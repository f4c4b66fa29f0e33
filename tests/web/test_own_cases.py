"""Pages and API of a case as its party sees it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from registry import clock
from registry.queries import own_cases as own_queries
from registry.services import own_cases
from seeds import cast
from tests.enforcement_factory import discussed, notified, served, step, told

pytestmark = pytest.mark.usefixtures("app")
LINK = re.compile(r'href="/papers/(\d+)"')
HEADERS = {"Sec-Fetch-Site": "same-origin"}


def test_the_party_reads_speaks_and_asks_for_a_hearing(browser_of) -> None:
    row = served(told(200_000))
    party, county = browser_of("property"), browser_of("county")
    assert row.no in party.get("/own-cases/").text
    assert "可以陈述申辩或者要求听证的案件" in party.get("/todo").text
    page = party.get(f"/own-cases/{row.id}").text
    due = own_queries.show(cast.actor("property"), row.id).deadlines[0].row.due_on
    for said in (due.isoformat(), "行政处罚告知书", "可以要求听证", "要求听证", "定期检验不合格后继续使用"):
        assert said in page, said
    for inside in ("调查终结报告", "立案审批表", "李明", "同意立案"):
        assert inside not in page, inside
    wrong = party.post(f"/own-cases/{row.id}/hear", data={"spoken": "written", "note": ""}, headers=HEADERS)
    assert wrong.status_code == 422
    statement = {"spoken": "written", "note": "已停用并整改", "files": (io.BytesIO(b"%PDF-1"), "proof.pdf")}
    assert party.post(f"/own-cases/{row.id}/hear", data=statement, headers=HEADERS).status_code == 302
    page = party.get(f"/own-cases/{row.id}").text
    kept = page.split(f"/own-cases/{row.id}/files/")[1].split('"')[0]
    assert party.get(f"/own-cases/{row.id}/files/{kept}").data == b"%PDF-1"
    assert "已停用并整改" in county.get(f"/cases/{row.id}").text
    asked = party.post(f"/own-cases/{row.id}/request-hearing", data={"note": "要求听证"}, headers=HEADERS)
    assert asked.status_code == 302
    assert "听证中" in party.get(f"/own-cases/{row.id}").text
    discussion = browser_of("county-leader").get(f"/cases/{row.id}").text
    assert "通知听证" not in discussion  # the officer's, not the leader's
    assert "通知听证" in county.get(f"/cases/{row.id}").text


def test_the_papers_of_the_party_open_and_no_others(browser_of) -> None:
    row = notified()
    party = browser_of("property")
    page = party.get(f"/own-cases/{row.id}").text
    (number,) = set(LINK.findall(page))
    assert party.get(f"/papers/{number}").status_code == 200
    office = browser_of("county").get(f"/cases/{row.id}").text
    others = set(LINK.findall(office)) - {number}
    assert others
    for other in others:
        assert party.get(f"/papers/{other}").status_code == 404


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("property", "/own-cases/{id}", 200),
        ("property", "/own-cases/{id}/hear", 200),
        ("property", "/own-cases/{id}/request-hearing", 404),  # the fine is too small
        ("property", "/own-cases/{id}/decide", 404),
        ("property", "/own-cases/{id}/files/1", 404),
        ("property", "/cases/{id}", 403),
        ("property", "/cases/{id}/hear", 403),
        ("company", "/own-cases/{id}", 404),
        ("station", "/own-cases/{id}/hear", 404),
        ("county", "/own-cases/{id}", 403),
        ("tech1", "/own-cases/", 403),
    ],
)
def test_who_sees_what(browser_of, login: str, path: str, status: int) -> None:
    login = {"station": "filling"}.get(login, login)
    assert browser_of(login).get(path.format(id=notified().id)).status_code == status


def test_what_the_heads_discussed_stays_inside(browser_of) -> None:
    row = discussed(notified(serious=True), note="内部意见")
    assert "内部意见" in browser_of("county-leader").get(f"/cases/{row.id}").text
    assert "内部意见" not in browser_of("property").get(f"/own-cases/{row.id}").text


def test_the_api_of_the_party(api_of) -> None:
    row, unserved = served(told(200_000)), told()
    party, office = api_of("property"), api_of("county")
    (one,) = party.get("/own-cases").json["items"]
    assert one["id"] == row.id
    assert {due["key"] for due in one["deadlines"]} == {"statement", "hearing_request"}
    assert one["moves"] == ["hear", "request_hearing"]
    assert not {"handler", "steps", "discussions", "clocks"} & set(one)
    path = f"/own-cases/{row.id}"
    assert party.get(f"/own-cases/{unserved.id}").status_code == 404
    assert party.post(f"{path}/hear", {"spoken": "oral", "note": "x"}).status_code == 422
    assert party.post(f"{path}/hear", {"spoken": "written"}).status_code == 422
    assert party.post(f"{path}/hear", {"spoken": "written", "note": "x", "version": 1}).status_code == 409
    assert party.post(f"{path}/dance", {"note": "x"}).status_code == 404
    assert party.post(f"/cases/{row.id}/hear", {"spoken": "written", "note": "x"}).status_code == 403
    assert api_of("company").post(f"{path}/hear", {"spoken": "written", "note": "x"}).status_code == 404
    assert office.post(f"{path}/hear", {"spoken": "written", "note": "x"}).status_code == 403
    done = party.post(f"{path}/hear", {"spoken": "written", "note": "已整改"})
    assert (done.status_code, done.json["statements"][0]["text"]) == (200, "已整改")
    assert party.post(f"{path}/request-hearing", {"note": "要求听证"}).json["state"] == "hearing"
    assert party.post(f"{path}/withdraw-hearing", {"note": "撤回"}).json["state"] == "notified"


def test_the_office_serves_and_hears_by_api(api_of) -> None:
    row = told()
    office = api_of("county")
    given: dict[str, Any] = {"delivery": "direct", "served_on": clock.today().isoformat(), "receiver": "张敏"}
    assert office.post(f"/cases/{row.id}/serve-notice", {**given, "receiver": ""}).status_code == 422
    found = office.post(f"/cases/{row.id}/serve-notice", given).json
    assert [one["kind"] for one in found["papers"]] == ["case_filing", "penalty_notice"]
    assert found["waits"] == "statement"
    own_cases.speak(cast.actor("property"), row.id, "hear", {"spoken": "written", "note": "请从轻"})
    assert office.get(f"/cases/{row.id}").json["waits"] == "answer"
    assert office.post(f"/cases/{row.id}/answer", {"adopted": "maybe", "note": "x"}).status_code == 422
    found = office.post(f"/cases/{row.id}/answer", {"adopted": "no", "note": "无新证据"}).json
    assert (found["waits"], found["statements"][0]["adopted"]) == ("", "no")


def test_the_forms_of_the_office_open(browser_of) -> None:
    row = served(told(200_000))
    own_cases.speak(cast.actor("property"), row.id, "request_hearing", {"note": "要求听证"})
    county = browser_of("county")
    form = county.get(f"/cases/{row.id}/notify-hearing").text
    assert 'type="datetime-local"' in form
    refused = county.post(
        f"/cases/{row.id}/notify-hearing",
        data={"meets_at": "2026-11-05T09:00", "place": "县局会议室", "host": str(cast.person("section").id)},
        headers=HEADERS,
    )
    assert refused.status_code == 422
    assert "满7个工作日" in refused.text
    assert "县局会议室" in refused.text
    step(row, "county", "withdraw_hearing", note="当事人未出席")
    assert "还需要" in browser_of("county-leader").get(f"/cases/{row.id}").text
