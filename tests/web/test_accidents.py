"""The pages of accidents."""

from __future__ import annotations

import pytest

from registry import clock
from seeds import cast
from tests.accidents_factory import reported, values, walk

pytestmark = pytest.mark.usefixtures("app")


def form(**changes: str) -> dict[str, str]:
    found = {name: str(value) for name, value in values().items()}
    at = f"{clock.now().astimezone(clock.CITY_ZONE):%Y-%m-%dT%H:%M}"
    return {**found, "happened_at": at, "told_at": at, "received_at": "", **changes}


def test_an_officer_reports_and_finds_it_in_the_list(browser_of) -> None:
    browser = browser_of("county")
    answer = browser.post("/accidents/new", data=form(), follow_redirects=True)
    assert answer.status_code == 200
    assert "一般事故" in answer.text
    assert "13905570000" in answer.text
    assert "1号楼电梯困人" in browser.get("/accidents/").text
    assert "1号楼电梯困人" not in browser_of("dangshan").get("/accidents/").text


def test_what_was_typed_stays_when_something_is_wrong(browser_of) -> None:
    answer = browser_of("county").post("/accidents/new", data=form(unit="没有这个单位", course="经过原样保留"))
    assert answer.status_code == 422
    assert "没有这个单位" in answer.text
    assert "经过原样保留" in answer.text
    empty = browser_of("county").post("/accidents/new", data={})
    assert empty.status_code == 422
    assert "请填写这一项" in empty.text


def test_moves_have_pages_for_those_who_make_them(browser_of) -> None:
    row = reported()
    county = browser_of("county")
    page = county.get(f"/accidents/{row.no}").text
    assert f"/accidents/{row.no}/verify" in page
    assert f"/accidents/{row.no}/form-team" not in page
    sent = {"done_at": f"{clock.now().astimezone(clock.CITY_ZONE):%Y-%m-%dT%H:%M}", "note": "属实", "version": 1}
    # The minute typed began before the report arrived.
    assert county.post(f"/accidents/{row.no}/verify", data=sent).status_code in (302, 422)
    assert county.get(f"/accidents/{row.no}/follow-up").status_code == 200
    assert county.get(f"/accidents/{row.no}/form-team").status_code == 403
    assert browser_of("dangshan").get(f"/accidents/{row.no}").status_code == 404
    assert browser_of("filler").get("/accidents/").status_code == 403


@pytest.mark.parametrize("verb", ["verify", "form_team", "file_report", "close"])
def test_every_stage_can_be_seen(browser_of, verb: str) -> None:
    row = walk(reported(), verb)
    for login in ("section", "county", "property"):
        answer = browser_of(login).get(f"/accidents/{row.no}")
        assert answer.status_code == 200
        assert row.title in answer.text


def test_a_company_sees_who_reported_nothing_of_it(browser_of) -> None:
    row = walk(reported(), "file_report", responsible="company")
    page = browser_of("company").get(f"/accidents/{row.no}").text
    assert row.title in page
    assert "13905570000" not in page
    assert cast.unit("company").name in page
