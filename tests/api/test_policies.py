"""Insurance through the API: it works, and says no to the wrong role, the stranger, bad and missing input."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry import clock
from tests import elevators_factory, policies_factory
from tests.policies_factory import values

REF = "0f0e0d0c-0000-4000-8000-00000000000a"


@pytest.fixture
def lifts(actor) -> list[Any]:
    return [elevators_factory.in_use(actor("section"), number) for number in (1, 2)]


def body(*codes: str, **changes: Any) -> dict[str, Any]:
    given = values(*codes, **changes)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}


@pytest.fixture
def policy(api_of, lifts) -> str:
    assert api_of("insurer").post("/policies", body(lifts[0].label_code, premium_fen=36_500)).status_code == 201
    return "/policies/JH-2026-0001"


def test_a_repeat_is_answered_like_the_first(api_of, lifts) -> None:
    api, given = api_of("insurer"), body(lifts[0].device_code, ref=REF)
    first, second = api.post("/policies", given), api.post("/policies", given)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.json == second.json
    assert first.json["premium_fen"] == first.json["proposed_fen"] == 9_300
    assert api.post("/policies", {**given, "note": "anders"}).status_code == 409


def test_bad_lines_are_named(api_of, lifts) -> None:
    answer = api_of("insurer").post("/policies", body(lifts[0].label_code, "nonsense"))
    assert answer.status_code == 422
    assert "nonsense" in answer.json["errors"]["codes"][0]
    assert api_of("tech1").post("/policies", body(lifts[0].label_code)).status_code == 403


def test_a_check_tells_what_is_needed_to_insure(api_of, lifts) -> None:
    asked = {
        "codes": [lifts[0].device_code, "nonsense"],
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "limit_per_accident_fen": 300_000_000,
    }
    good, bad = api_of("insurer").post("/policies/check", asked).json
    assert (good["code"], good["premium_fen"], good["problem"]) == (lifts[0].label_code, 8_370, None)
    assert set(good) == {"line", "text", "problem", "code", "address", "kind", "made_on", "premium_fen"}
    assert (bad["line"], bad["code"]) == (2, None)
    (stranger, _) = api_of("property2").post("/policies/check", asked).json
    assert (stranger["code"], stranger["address"]) == (None, None)
    assert set(api_of("insurer").post("/policies/check", {}).json["errors"]) == {"codes", "starts_on", "ends_on"}
    assert api_of("insurer").post("/policies/check", {**asked, "codes": "x"}).status_code == 422


CHANGES = [
    ("endorsements", {"since": "2026-06-01", "added": ["2"], "reason": "新增"}, 201, {"since", "reason"}),
    ("cancellation", {"cancelled_on": "2026-06-01", "reason": "拆除"}, 201, {"cancelled_on", "reason"}),
    ("claims", {"code": "1", "happened_on": "2026-02-01", "injury": "none"}, 201, {"happened_on", "injury"}),
]


@pytest.mark.parametrize(("path", "given", "status", "required"), CHANGES, ids=[path for path, *_ in CHANGES])
def test_the_ladder_of_changes(api_of, lifts, policy, path, given, status, required) -> None:
    codes = {"1": lifts[0].label_code, "2": lifts[1].label_code}
    given = {
        name: [codes.get(one, one) for one in value] if isinstance(value, list) else codes.get(value, value)
        for name, value in given.items()
    }
    assert api_of("property").post(f"{policy}/{path}", given).status_code == 403
    for stranger in ("property2", "filling"):
        assert api_of(stranger).post(f"{policy}/{path}", given).status_code == 404
    api = api_of("insurer")
    assert set(api.post(f"{policy}/{path}", {}).json["errors"]) == required
    assert api.post(f"/policies/none/{path}", given).status_code == 404
    assert api.post(f"{policy}/{path}", {**given, "colour": "red"}).status_code == 422
    if "code" in given:  # only an employer's policy covers people without a thing
        assert "code" in api.post(f"{policy}/{path}", {**given, "code": None}).json["errors"]
    answer = api.post(f"{policy}/{path}", given)
    assert answer.status_code == status, answer.text


def test_a_claim_is_recorded_once_and_decided(api_of, lifts, policy) -> None:
    api = api_of("insurer")
    given = {
        "ref": REF,
        "code": lifts[0].label_code,
        "happened_on": "2026-02-01",
        "injury": "light",
        "event": "trapped",
        "claimant": "passenger",
        "claimant_name": "王小二",
        "reserve_fen": 100,
    }
    first, second = api.post(f"{policy}/claims", given), api.post(f"{policy}/claims", given)
    assert (first.status_code, second.status_code, first.json["state"]) == (201, 200, "reported")
    path = f"{policy}/claims/{first.json['id']}"
    assert api.post(f"{path}/settle", {}).status_code == 422
    assert api.post(f"{path}/settle", {"paid_fen": 80}).json["state"] == "settled"
    assert api.post(f"{path}/settle", {"paid_fen": 80}).status_code == 409
    assert api.post(f"{path}/sell", {}).status_code == 409
    assert api.post(f"{policy}/claims/999/settle", {"paid_fen": 1}).status_code == 404
    assert api_of("property").post(f"{path}/settle", {"paid_fen": 80}).status_code == 403
    listed = api_of("property").get(f"{policy}/claims")
    assert "王小二" not in listed.text
    assert [row["paid_fen"] for row in listed.json] == [80]
    assert api_of("tech1").get(f"{policy}/claims").status_code in (403, 404)


def test_a_strange_insurer_does_not_know_it(api_of, policy, lifts, other_insurer) -> None:
    api = api_of("insurer")
    with_other = {**body(lifts[1].label_code, policy_no="O-1"), "insurer_id": other_insurer}
    assert api_of("section").post("/policies", with_other).status_code == 201
    assert api.get("/policies/O-1").status_code == 404
    assert api.post("/policies/O-1/cancellation", {"cancelled_on": "2026-06-01", "reason": "x"}).status_code == 404
    assert [row["policy_no"] for row in api.get("/policies").json["items"]] == ["JH-2026-0001"]


@pytest.fixture
def other_insurer(app) -> int:
    return policies_factory.other_insurer().id


PREMIUMS = [
    ({}, 9_300, 9_300),
    ({"kind": "escalator", "place_type": "mall"}, 12_350, 12_350),
    ({"made_on": "2011-01-01"}, 9_300, 9_300),
    ({"made_on": "2010-12-31"}, 11_160, 11_160),
    ({"insured_years": 1}, 8_835, 8_835),
    ({"limit_per_accident_fen": 800_000_000}, 11_160, 11_160),
    ({"ends_on": "2026-01-31"}, 9_300, 790),
    ({"scheme": "hunan"}, 12_000, 12_000),
]


@pytest.mark.parametrize(("asked", "year", "term"), PREMIUMS)
def test_what_the_table_says(api_of, asked, year, term) -> None:
    given = {"kind": "traction_passenger", "starts_on": "2026-01-01", **asked}
    answer = api_of("tech1").post("/rules/premium", given)
    assert answer.status_code == 200, answer.text
    assert (answer.json["year_fen"], answer.json["premium_fen"]) == (year, term)
    assert [part["factor"] for part in answer.json["factors"]] == ["kind", "place", "age", "claims", "limit"]
    assert sum(answer.json["shares"].values()) == term


def test_a_question_without_its_facts_is_refused(api_of, client) -> None:
    assert set(api_of("tech1").post("/rules/premium", {}).json["errors"]) == {"kind", "starts_on"}
    back = {"kind": "escalator", "starts_on": "2026-01-02", "ends_on": "2026-01-01"}
    assert set(api_of("tech1").post("/rules/premium", back).json["errors"]) == {"ends_on"}
    assert client.post("/api/v1/rules/premium", json={}).status_code == 401


def test_what_ends_and_what_has_none(api_of, policy, lifts, monkeypatch) -> None:
    apis = {login: api_of(login) for login in ("insurer", "property", "property2")}
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 30))
    (line,) = apis["insurer"].get("/policies/renewals", when="7").json["items"]
    assert (line["policy"]["policy_no"], line["days"], line["open"]) == ("JH-2026-0001", 1, 1)
    assert apis["property2"].get("/policies/renewals", when="7").json["items"] == []
    assert apis["insurer"].get("/policies/renewals", when="never").status_code == 422
    (bare,) = apis["property"].get("/policies/uninsured").json["items"]
    assert (bare["code"], bare["reason"]) == (lifts[1].label_code, "从未投保")
    assert apis["property2"].get("/policies/uninsured").json["items"] == []
    assert api_of("filler").get("/policies/uninsured").status_code == 403
