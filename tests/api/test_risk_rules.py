"""POST /rules/risk and /rules/accident-grade."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("app")


def test_an_elevator_a_station_and_the_two_methods(api_of, client) -> None:
    tech = api_of("tech1")
    body = {
        "kind": "elevator",
        "exposure": "housing",
        "consequence": "passenger",
        "age_years": 20,
        "open_major_hazard": True,
    }
    found = tech.post("/rules/risk", body).json
    assert (found["points"], found["likelihood"], found["score"], found["level"]) == (6, "2", "180", "red")
    assert found["floors"][0]["fact"] == "open_major_hazard"
    station = {"kind": "station", "exposure": "one_shift", "consequence": "flammable", "bad_fills_in_year": 2}
    assert tech.post("/rules/risk", station).json["level"] == "red"
    lec = tech.post("/rules/risk", {"kind": "lec", "likelihood": "0.2", "exposure": "6", "consequence": "15"}).json
    assert (lec["score"], lec["level"], lec["points"]) == ("18", "blue", None)
    assert tech.post("/rules/risk", {"kind": "ls", "likelihood": 4, "severity": 5}).json["level"] == "red"
    assert client.post("/api/v1/rules/risk", json=body).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "elevator"}, "exposure"),
        ({"kind": "elevator", "exposure": "one_shift", "consequence": "passenger"}, "exposure"),
        ({"kind": "elevator", "exposure": "housing", "consequence": "toxic"}, "consequence"),
        ({"kind": "elevator", "exposure": "housing", "consequence": "passenger", "age_years": -1}, "age_years"),
        ({"kind": "lec", "likelihood": 7, "exposure": "6", "consequence": "15"}, "likelihood"),
        ({"kind": "ls", "likelihood": 6, "severity": 5}, "likelihood"),
        ({"kind": "elevator", "colour": "red"}, "colour"),
    ],
)
def test_bad_questions(api_of, body: dict, field: str) -> None:
    answer = api_of("tech1").post("/rules/risk", body)
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_accidents(api_of) -> None:
    found = api_of("section").post("/rules/accident-grade", {"deaths": 17, "vessel_exploded": True}).json
    assert found["grade"] == "major"
    assert [reason["measure"] for reason in found["reasons"]] == ["deaths", "vessel_exploded"]
    assert api_of("section").post("/rules/accident-grade", {}).json == {"grade": "event", "reasons": []}
    assert api_of("section").post("/rules/accident-grade", {"deaths": "many"}).status_code == 422


@pytest.mark.parametrize("key", ["elevator-risk", "station-risk", "accident-grade"])
def test_the_rule_book_has_a_form(browser_of, key: str) -> None:
    section = browser_of("section")
    assert section.get(f"/rulebook/ask/{key}").status_code == 200
    sent = {"exposure": "housing", "consequence": "passenger", "age_years": "20", "deaths": "3"}
    if key == "station-risk":
        sent = {"exposure": "one_shift", "consequence": "toxic"}
    answer = section.post(f"/rulebook/ask/{key}", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert {"elevator-risk": "较大风险", "station-risk": "一般风险", "accident-grade": "较大事故"}[key] in answer.text
