"""What the law would say: the pure rules through the API, with the vectors of the domain notes."""

from dataclasses import fields

import pytest

from registry.db import db
from registry.models import TrailEntry
from registry.rules.filling_facts import FillingFacts

INSPECTIONS = [
    # base, done, on -> year, kind, due, opens, state
    ("2016-06-15", [1, 2, 3, 4, 5, 6, 7], "2024-03-31", (8, "self_test", None)),
    ("2024-06-15", [], "2025-03-31", (1, "periodic_inspection", "2025-06", "2025-04", "later")),
    ("2024-06-15", [], "2025-04-01", (1, "periodic_inspection", "2025-06", "2025-04", "open")),
    ("2024-06-15", [], "2025-06-30", (1, "periodic_inspection", "2025-06", "2025-04", "due")),
    ("2024-06-15", [], "2025-07-01", (1, "periodic_inspection", "2025-06", "2025-04", "overdue")),
]


@pytest.mark.parametrize(("base", "done", "on", "expected"), INSPECTIONS)
def test_elevator_inspection(api_of, base, done, on, expected) -> None:
    answer = api_of("tech1").post("/rules/elevator-inspection", {"base": base, "done": done, "on": on})
    assert answer.status_code == 200
    body = answer.json
    assert body["year"] == expected[0]
    if expected[2] is not None:
        assert (body["kind"], body["due"], body["opens"], body["state"]) == expected[1:]


def test_maintenance_plan(api_of) -> None:
    asked = {
        "kind": "traction_passenger",
        "last": {"half_month": "2026-11-01", "year": "2026-01-10"},
        "taken_over": "2025-01-10",
        "on": "2026-11-16",
    }
    body = api_of("company").post("/rules/maintenance-plan", asked).json
    assert body["due"]["half_month"] == "2026-11-16"
    assert body["due"]["quarter"] == "2026-04-10"
    assert body["overdue"] == ["quarter", "half_year"]
    assert body["next_cycle"] == "half_year"
    assert "A-1-01" in body["items"]


DATES = [
    ({"kind": "lpg_steel", "made": "2021-05"}, ("2025-04-30", "2029-04-30", "2033-04-30", 4)),
    ({"kind": "lpg_steel", "made": "2014-11"}, ("2018-10-31", "2022-10-31", "2026-10-31", 4)),
    ({"kind": "seamless_steel", "medium": "oxygen", "made": "2020-02"}, ("2023-01-31", "2050-01-31", "2050-01-31", 3)),
    (
        {"kind": "seamless_steel", "medium": ["argon", "oxygen"], "made": "2020-02"},
        ("2023-01-31", "2050-01-31", "2050-01-31", 3),
    ),
    (
        {"kind": "lpg_steel", "made": "2021-05", "last_inspection": "2024-03-18"},
        ("2028-03-17", "2029-04-30", "2033-04-30", 4),
    ),
    ({"kind": "nonrefillable", "made": "2026-01"}, (None, "2026-12-31", "2026-12-31", None)),
]


@pytest.mark.parametrize(("asked", "expected"), DATES)
def test_cylinder_dates(api_of, asked, expected) -> None:
    body = api_of("filler").post("/rules/cylinder-dates", asked).json
    found = (body["next_inspection"], body["service_end"], body["final_end"], body["interval_years"])
    assert found == expected


LIMITS = [
    ({"medium": "lpg", "volume_l": "35.5"}, {"max_kg": "14.9", "nominal_kg": "14.5"}),
    ({"medium": "lpg", "volume_l": 118}, {"max_kg": "49.5", "nominal_kg": "49"}),
    ({"medium": "lpg", "volume_l": 36}, {"max_kg": "15.1"}),
    ({"medium": "carbon_dioxide", "volume_l": "40", "working_pressure_mpa": "15.0"}, {"max_kg": "24"}),
    (
        {"medium": "oxygen", "volume_l": "40", "working_pressure_mpa": "15", "temperature_c": "40"},
        {"max_pressure_mpa": "16.46", "residual_mpa": "0.05"},
    ),
    (
        {"medium": "acetylene", "volume_l": "40", "porosity": "0.92", "temperature_c": "24.9"},
        {
            "max_kg": "7.36",
            "max_pressure_mpa": "2.5",
            "residual_mpa": "0.2",
            "acetone_kg": "13.984",
            "settled_mpa_15c": "1.56",
            "settle_hours": "8",
        },
    ),
    (
        {"medium": "oxygen", "volume_l": "40", "working_pressure_mpa": "15"},
        {"reason": "temperature_missing", "residual_mpa": "0.05"},
    ),
]


@pytest.mark.parametrize(("asked", "expected"), LIMITS)
def test_fill_limit(api_of, asked, expected) -> None:
    body = api_of("filler").post("/rules/fill-limit", asked).json
    assert {key: value for key, value in body.items() if key not in ("basis", "certainty")} == expected
    assert bool(body["basis"]) is ("reason" not in expected)


def test_filling_names_what_it_does_not_know_and_what_is_hit(api_of) -> None:
    api = api_of("filler")
    nothing = api.post("/rules/filling", {"on": "2026-11-03"}).json
    assert nothing["verdict"] == "block"
    assert len(nothing["findings"]) > 20
    facts = {"code_status": "ok", "kind": "lpg_steel", "next_due": "2026-11-02", "on": "2026-11-03", "rules": ["R08"]}
    overdue = api.post("/rules/filling", facts).json
    assert (overdue["verdict"], overdue["code"]) == ("block", "04")
    assert [finding["rule"] for finding in overdue["findings"]] == ["R08"]
    assert "2026-11-02" in overdue["findings"][0]["text"]
    nested = {"facts": {"kind": "lpg_steel", "next_due": "2026-11-03"}, "on": "2026-11-03", "rules": ["R08"]}
    assert api.post("/rules/filling", nested).json["verdict"] == "allow"


def test_every_condition_has_its_fact_in_the_open_document(client) -> None:
    document = client.get("/api/v1/openapi.json").json
    asked = document["paths"]["/api/v1/rules/filling"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    name = asked["$ref"].rpartition("/")[2]
    properties = document["components"]["schemas"][name]["properties"]
    assert {"code_status", "next_due", "gun_medium", "failed_check_items", "reweigh_net_kg"} <= properties.keys()
    for fact in fields(FillingFacts):
        assert properties[fact.name]["description"], fact.name
    for fact in ("code_status", "life_status", "kind", "medium", "gun_medium", "custody_status"):
        assert len(properties[fact]["enum"]) > 5, fact


BAD = [
    ("elevator-inspection", {"on": "2026-01-01"}, "base"),
    ("elevator-inspection", {"base": "2026-01-02", "on": "2026-01-01"}, "on"),
    ("elevator-inspection", {"base": "2020-01-02", "on": "2026-01-01", "done": [0]}, "done"),
    ("maintenance-plan", {"kind": "rocket", "taken_over": "2026-01-01", "on": "2026-01-01"}, "kind"),
    ("maintenance-plan", {"kind": "dumbwaiter", "on": "2026-01-01"}, "taken_over"),
    ("cylinder-dates", {"kind": "lpg_steel", "made": "2021"}, "made"),
    ("cylinder-dates", {"kind": "lpg_steel", "made": "2021-05", "medium": []}, "medium"),
    ("fill-limit", {"medium": "lpg"}, "volume_l"),
    ("fill-limit", {"medium": "lpg", "volume_l": "0"}, "volume_l"),
    ("fill-limit", {"medium": "lpg", "volume_l": "NaN"}, "volume_l"),
    ("filling", {"kind": "lpg_steel"}, "on"),
    ("filling", {"on": "2026-01-01", "rules": ["R99"]}, "rules"),
    ("filling", {"on": "2026-01-01", "weather": "fine"}, "weather"),
]


@pytest.mark.parametrize(("path", "asked", "field"), BAD)
def test_bad_questions_name_the_field(api_of, path, asked, field) -> None:
    answer = api_of("filler").post(f"/rules/{path}", asked)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_strangers_are_sent_away_and_nothing_is_recorded(client, api_of) -> None:
    api = api_of("insurer")
    before = db.session.query(TrailEntry).count()
    assert client.post("/api/v1/rules/fill-limit", json={}).status_code == 401
    assert api.post("/rules/fill-limit", {"medium": "lpg", "volume_l": "12"}).json["max_kg"] == "5"
    assert db.session.query(TrailEntry).count() == before
