"""What attacks have found, each by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registry import clock
from registry.errors import Invalid
from registry.services import assessments
from seeds import cast
from tests.elevators_factory import maintained


@pytest.mark.parametrize("path", ["/calls/", "/call-drills/"])
def test_a_wrong_token_is_told_so_on_pages_of_the_desk(client: Any, path: str) -> None:
    answer = client.get(path, headers={"Authorization": "Bearer nobody"})
    assert answer.status_code == 401
    assert "令牌无效" in answer.text


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 400, "9" * 5000])
@pytest.mark.parametrize("path", ["/people/", "/calls/", "/api/v1/people/", "/api/v1/stations/"])
def test_a_number_that_no_row_has_is_not_found(browser_of: Any, api_of: Any, path: str, number: str) -> None:
    api = api_of("section")
    ask = api.client.get if path.startswith("/api") else browser_of("section").get
    assert ask(path + number, headers=api.headers if path.startswith("/api") else {}).status_code == 404


@pytest.mark.parametrize("number", ["²", "+-5", "9" * 5000, "--1", "+", "１２３x"])
def test_a_number_that_is_none_is_refused(api_of: Any, browser_of: Any, number: str) -> None:
    assert api_of("section").get("/people", limit=number).status_code == 422
    assert browser_of("section").get("/people/", query_string={"limit": number}).status_code < 500


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_no_json(api_of: Any, text: str) -> None:
    api = api_of("section")
    sent = {"data": json.dumps({"area": text}), "content_type": "application/json"}
    assert api.client.post("/api/v1/rescue-codes/give", headers=api.headers, **sent).status_code in (400, 422)
    whole = {"data": json.dumps({"name": "\U0001f600", "listing": "people.index"}), "content_type": "application/json"}
    assert api.client.post("/api/v1/saved-views", headers=api.headers, **whole).status_code < 400


def test_a_correction_without_its_day_is_refused(app: Any) -> None:
    elevator = maintained(cast.actor("section"), 71, "company")
    said = {"assessed_on": clock.today(), "conclusion": "repair", "organisation": "检测机构"}
    row = assessments.record(cast.actor("section"), elevator.id, said)
    with pytest.raises(Invalid) as refused:
        assessments.correct(cast.actor("section"), row.id, {"assessed_on": None}, "写错了")
    assert set(refused.value.errors) == {"assessed_on"}
