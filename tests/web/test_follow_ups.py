"""Pages of what it takes and of the lists: what was ticked and typed stays when something is wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from registry import clock
from seeds import cast
from tests import elevators_factory

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}
EFFORT = "/follow-ups/effort/paperless_maintenance"


@pytest.fixture
def elevator(actor):
    return elevators_factory.maintained(actor("section"), 1)


def test_from_the_figure_to_the_list_to_the_answer(elevator, browser_of) -> None:
    section, company = browser_of("section"), browser_of("company")
    assert EFFORT in section.get("/indicators/paperless_maintenance").text
    page = section.get(EFFORT).text
    unit = cast.unit("company")
    assert f'value="{unit.id}"' in page
    assert "只差使用单位确认" in page
    due = (clock.today() + timedelta(days=5)).isoformat()
    given = {"unit_ids": str(unit.id), "due_on": due, "note": "请尽快"}
    wrong = section.post(EFFORT, data={**given, "due_on": "2020-01-01"}, headers=HEADERS)
    assert wrong.status_code == 422
    assert "请尽快" in wrong.text
    assert f'value="{unit.id}" checked' in wrong.text
    assert section.post(EFFORT, data={"due_on": due}, headers=HEADERS).status_code == 422
    done = section.post(EFFORT, data=given, headers=HEADERS)
    assert done.status_code == 302
    assert unit.name in section.get(done.location).text
    listed = company.get("/follow-ups/").text
    (path,) = set(re.findall(r'href="/follow-ups/(\d+)"', listed))
    shown = company.get(f"/follow-ups/{path}").text
    assert elevator.address in shown
    assert "没有维保记录" in shown
    refused = company.post(f"/follow-ups/{path}/answer", data={"note": "下周完成"}, headers=HEADERS)
    assert refused.status_code == 422
    assert "下周完成" in refused.text
    answer = {"note": "下周完成", "promised_on": due}
    assert company.post(f"/follow-ups/{path}/answer", data=answer, headers=HEADERS).status_code == 302
    assert "下周完成" in section.get(f"/follow-ups/{path}").text


@pytest.mark.parametrize("login", ["filler", "insurer", "inspector"])
def test_others_have_no_business_there(login: str, elevator, browser_of) -> None:
    assert browser_of(login).get("/follow-ups/").status_code == 403


def test_missing(browser_of) -> None:
    section = browser_of("section")
    for path in ("/follow-ups/999999", "/follow-ups/effort/nothing", "/follow-ups/999999/close"):
        assert section.get(path).status_code == 404
