"""/api/v1/sealings and /api/v1/rules/offence: the ladder of every endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from seeds import cast
from tests import elevators_factory
from tests.enforcement_factory import sealing, sealing_data

pytestmark = pytest.mark.usefixtures("app")


def test_propose_repeat_and_move(api_of) -> None:
    county, leader = api_of("county"), api_of("county-leader")
    data = sealing_data(elevators_factory.in_use(cast.actor("county")))
    done = county.post("/sealings", data)
    assert (done.status_code, done.json["sealing"]["state"]) == (201, "proposed")
    assert county.post("/sealings", data).headers["Idempotent-Replay"] == "true"
    assert county.post("/sealings", {**data, "facts": "别的"}).status_code == 409
    path = f"/sealings/{done.json['sealing']['id']}"
    assert county.post(f"{path}/approve").status_code == 403
    assert leader.post(f"{path}/refuse").status_code == 422
    assert leader.post(f"{path}/approve").json["sealing"]["state"] == "approved"
    assert leader.post(f"{path}/approve").status_code == 409
    assert county.post(f"{path}/execute", {"note": "笔录", "version": 1}).status_code == 409
    assert county.post(f"{path}/execute", {"note": "笔录"}).json["sealing"]["state"] == "in_force"
    assert [one["state"] for one in county.get("/sealings", state="open").json["items"]] == ["in_force"]
    assert county.post(f"{path}/dance").status_code == 404


@pytest.mark.parametrize(
    ("login", "changes", "status"),
    [
        ("property", {}, 403),
        ("dangshan", {}, 422),
        ("county", {"term_days": 31}, 422),
        ("county", {"elevators": ["NONE"]}, 422),
        ("county", {"nonsense": 1}, 422),
    ],
)
def test_propose_is_refused(api_of, login: str, changes: dict[str, Any], status: int) -> None:
    data = sealing_data(elevators_factory.in_use(cast.actor("county")), **changes)
    assert api_of(login).post("/sealings", data).status_code == status


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [("county", "/sealings/999", 404), ("dangshan", "/sealings/{id}", 404), ("tech1", "/sealings", 403)],
)
def test_who_reads(api_of, login: str, path: str, status: int) -> None:
    row = sealing(elevators_factory.in_use(cast.actor("county")))
    assert api_of(login).get(path.format(id=row.id)).status_code == status


def test_what_the_law_says_of_an_overdue_elevator(api_of) -> None:
    asked = {"finding": "pi_overdue", "acted_on": "2026-10-01", "found_on": "2026-11-03"}
    found = api_of("county").post("/rules/offence", asked).json["offences"]
    assert [(one["key"], one["order_first"], one["min_yuan"]) for one in found] == [
        ("pi_not_applied", True, 10000),
        ("use_uninspected", False, 30000),
    ]
    assert found[0]["limitation_ends"] == "2028-10-01"
    assert [one["rule"] for one in found[0]["findings"]] == ["offence.order_first"]
    given = {"offence": "pi_not_applied", "ordered": True, "uncorrected": True, "fine_yuan": 100001}
    one = api_of("property").post("/rules/offence", given).json["offences"][0]
    assert [finding["rule"] for finding in one["findings"]] == ["offence.range"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"offence": "none"},
        {"offence": "disobey_directive", "acted_on": "2022-06-30", "found_on": "2022-07-30"},
        {"offence": "unreg_use", "acted_on": "2026-11-04", "found_on": "2026-11-03"},
    ],
)
def test_a_question_without_sense(api_of, asked: dict[str, Any]) -> None:
    assert api_of("county").post("/rules/offence", asked).status_code == 422


def test_the_rule_book_asks_it_too(browser_of) -> None:
    answer = browser_of("property").post(
        "/rulebook/ask/offence", data={"finding": "pi_overdue"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert "30000" in answer.text.replace(",", "")
