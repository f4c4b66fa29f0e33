"""Cylinders through the API."""

from datetime import timedelta
from uuid import uuid4

import pytest

from registry import clock, codes
from registry.settings import current
from seeds import cast
from tests.cylinder_factory import cylinder, marks


def body(**changes):
    data = marks(**changes)
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in data.items()} | {
        "made_on": f"{data['made_on']:%Y-%m}"
    }


def event(**changes):
    at = (clock.now() - timedelta(hours=1)).isoformat()
    return {"ref": str(uuid4()), "kind": "precheck", "at": at, **changes}


def test_register_and_read(api_of) -> None:
    api = api_of("filling")
    answer = api.post("/cylinders", body())
    assert answer.status_code == 201
    made = answer.json
    assert made["owner"] == {"id": cast.unit("station").id, "name": cast.unit("station").name}
    assert (made["status"], made["next_inspection_on"], made["service_end_on"], made["permitted_fill_g"]) == (
        "in_use",
        "2027-04-30",
        "2031-04-30",
        14900,
    )
    assert (made["made_on"], made["overdue"], made["version"]) == ("2023-05", False, 1)
    code = made["code"]
    signed = f"{codes.grouped(code).lower()}.{codes.mac(code, current().label_keys)}"
    for text in (code, code.lower(), signed):
        shown = api.get(f"/cylinders/{text}")
        assert shown.status_code == 200
        assert shown.json["code"] == code
    assert shown.json["statuses"] == [
        {"status": "in_use", "since": "2023-06-10", "until": None, "reason": "", "document": ""}
    ]


BAD = [
    ({"kind": "teapot"}, "kind"),
    ({"made_on": "2023-13"}, "made_on"),
    ({"tare_g": 3000}, "tare_g"),
    ({"tare_g": "many"}, "tare_g"),
    ({"volume_ml": 35.5}, "volume_ml"),
    ({"serial_no": ""}, "serial_no"),
    ({"owner_id": -1}, "owner_id"),
    ({"colour": "red"}, "colour"),
    ({"stated_next_inspection_on": "2030-01-01"}, "stated_next_inspection_on"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_bad_input_names_its_field(api_of, change, field) -> None:
    answer = api_of("filling").post("/cylinders", body(**{**change, "made_on": marks()["made_on"]}) | change)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert list(answer.json["errors"]) == [field]


def test_conflicts(api_of) -> None:
    api = api_of("filling")
    first = body()
    assert api.post("/cylinders", first).status_code == 201
    assert api.post("/cylinders", first).status_code == 409


def test_who_may(api_of, client) -> None:
    assert client.post("/api/v1/cylinders", json=body()).status_code == 401
    assert api_of("filler").post("/cylinders", body()).status_code == 403
    assert api_of("property").get("/cylinders").json["items"] == []
    row = cylinder()
    assert api_of("filling2").get(f"/cylinders/{row.label_code}").status_code == 404
    assert api_of("section").get("/cylinders/nothing").status_code == 404
    assert api_of("filling2").patch(f"/cylinders/{row.label_code}", {"version": 1}).status_code == 404


def test_correct(api_of) -> None:
    row = cylinder()
    api, address = api_of("section"), f"/cylinders/{row.label_code}"
    answer = api.patch(address, {"version": 1, "tare_g": 16900})
    assert answer.status_code == 200
    assert (answer.json["tare_g"], answer.json["version"], answer.json["model"]) == (16900, 2, "YSP35.5")
    assert api.patch(address, {"version": 1, "tare_g": 16800}).status_code == 409
    missing = api.patch(address, {"tare_g": 16800})
    assert missing.status_code == 422
    assert list(missing.json["errors"]) == ["version"]
    assert api.patch(address, {"version": 2, "status": "in_use"}).status_code == 422
    assert api_of("filling").patch(address, {"version": 2, "tare_g": 16800}).status_code == 422
    assert api_of("filler").patch(address, {"version": 2, "inner_no": "1"}).status_code == 403


def test_list(api_of) -> None:
    rows = [cylinder() for _ in range(3)]
    api = api_of("section")
    first = api.get("/cylinders", limit=2).json
    assert [item["code"] for item in first["items"]] == [rows[2].label_code, rows[1].label_code]
    second = api.get("/cylinders", limit=2, cursor=first["next"]).json
    assert [item["code"] for item in second["items"]] == [rows[0].label_code]
    assert second["next"] is None
    assert len(api.get("/cylinders", q=rows[0].serial_no).json["items"]) == 1
    assert api.get("/cylinders", owner_id=cast.unit("station2").id).json["items"] == []
    for wrong in ({"limit": 201}, {"kind": "teapot"}, {"cursor": "x"}):
        assert api.get("/cylinders", **wrong).status_code == 422


def test_an_event_and_its_replay(api_of) -> None:
    row = cylinder()
    api, address = api_of("filler"), f"/cylinders/{row.label_code}/events"
    sent = event(kind="leave_station", position={"lat": 33.6, "lon": 117.0, "accuracy_m": 12}, data={"driver": "甲"})
    first = api.post(address, sent)
    assert first.status_code == 201
    assert first.json["custody"] == "in_delivery"
    assert [finding["rule"] for finding in first.json["findings"]] == ["custody"]
    assert "Idempotent-Replay" not in first.headers
    again = api.post(address, sent)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert again.json == first.json
    assert api.post(address, {**sent, "kind": "collect"}).status_code == 409
    assert api.post(address, event()).json["findings"] != []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "fill"}, "kind"),
        ({"ref": "not-a-uuid"}, "ref"),
        ({"at": "2026-11-22T10:00:00"}, "at"),
        ({"at": "2099-11-22T10:00:00+08:00"}, "at"),
        ({"position": {"lat": 91, "lon": 0}}, "position"),
        ({"data": {"x": "y" * 5000}}, "data"),
        ({"data": "text"}, "data"),
    ],
)
def test_bad_events(api_of, change, field) -> None:
    row = cylinder()
    answer = api_of("filler").post(f"/cylinders/{row.label_code}/events", event(**change))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_events_of_others(api_of, client) -> None:
    row = cylinder()
    address = f"/cylinders/{row.label_code}/events"
    assert client.post(f"/api/v1{address}", json=event()).status_code == 401
    assert api_of("section").post(address, event()).status_code == 403
    assert api_of("filling2").post(address, event()).status_code == 404
