"""What is due, contracts, makers' items, assignments and monitoring through the API."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Contract
from seeds import cast
from tests import visits_factory as make

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
LINES = "F-01\t半月\t消防员开关\nF-02\t年度\t消防返回功能\t\tT"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def row(app):
    return make.elevator(since=TODAY - 40 * DAY)


def test_what_is_due(api_of, row):
    make.elevator(since=TODAY)
    answer = api_of("tech1").get("/maintenance/due")
    (item,) = answer.json["items"]
    assert (item["code"], item["state"], item["next_cycle"]) == (row.label_code, "overdue", "half_month")
    assert answer.json["counts"] == {"overdue": 1, "due": 0, "soon": 0, "later": 1}
    assert len(api_of("section").get("/maintenance/due", state="later").json["items"]) == 1
    assert api_of("section").get("/maintenance/due", late=30).json["items"] == []
    assert api_of("company2").get("/maintenance/due").json["items"] == []


def test_pages_of_what_is_due(api_of, row):
    make.elevator(since=TODAY - 40 * DAY)
    first = api_of("section").get("/maintenance/due", limit=1).json
    second = api_of("section").get("/maintenance/due", limit=1, cursor=first["next"]).json
    assert {first["items"][0]["code"], second["items"][0]["code"]} >= {row.label_code}
    assert second["next"] is None
    assert api_of("section").get("/maintenance/due", cursor="mine").status_code == 422


def test_the_round(api_of, row):
    answer = api_of("tech1").get("/maintenance/round", lat=33.7, lon=117.0).json
    assert [stop["point"]["code"] for stop in answer["stops"]] == [row.label_code]
    assert answer["metres"] == answer["stops"][0]["metres"] > 0
    assert answer["stops"][0]["point"]["position"] == {"lat": make.PLACE[0], "lon": make.PLACE[1]}
    assert api_of("tech1").get("/maintenance/round", lat=333).status_code == 422


@pytest.mark.parametrize("path", ["/maintenance/due", "/maintenance/round", "/contracts", "/contracts/missing"])
def test_wrong_roles_and_strangers(api_of, client, path):
    assert api_of("filler").get(path).status_code == 403
    assert client.get(f"/api/v1{path}").status_code == 401


def test_assigning(api_of, row):
    body = {"elevators": [row.label_code], "technicians": ["tech1"], "since": TODAY.isoformat()}
    assert api_of("company").post("/maintenance/assignments", body).json == {"changed": 1}
    assert api_of("company").post("/maintenance/assignments", body).json == {"changed": 0}
    whole = {"unit": cast.unit("property").id, "technicians": []}
    assert api_of("company").post("/maintenance/assignments", whole).json == {"changed": 1}
    assert api_of("tech1").post("/maintenance/assignments", body).status_code == 403
    assert api_of("company2").post("/maintenance/assignments", body).status_code == 404
    assert api_of("company").post("/maintenance/assignments", {}).status_code == 422
    wrong = {**body, "technicians": ["company2"]}
    assert set(api_of("company").post("/maintenance/assignments", wrong).json["errors"]) == {"technicians"}


def test_contracts_for_many_and_their_renewal(api_of, row):
    other = make.elevator(since=TODAY - 40 * DAY)
    body = {
        "codes": [row.label_code, other.label_code],
        "company_id": cast.unit("company2").id,
        "since": TODAY.isoformat(),
        "until": (TODAY + 20 * DAY).isoformat(),
        "mode": "on_demand",
        "onsite_days": 60,
    }
    answer = api_of("property").post("/contracts", body)
    assert answer.status_code == 201
    assert [(item["elevator_id"], item["onsite_days"]) for item in answer.json["items"]] == [
        (row.id, 60),
        (other.id, 60),
    ]
    listed = api_of("property").get("/contracts", state="ending_30").json["items"]
    assert {item["elevator"] for item in listed} == {row.label_code, other.label_code}
    renewal = {"contracts": [item["id"] for item in listed], "until": (TODAY + 400 * DAY).isoformat()}
    renewed = api_of("property").post("/contracts/renewals", renewal)
    assert renewed.status_code == 201
    assert {item["since"] for item in renewed.json["items"]} == {(TODAY + 20 * DAY).isoformat()}
    assert api_of("company").post("/contracts", body).status_code == 403
    assert api_of("property").post("/contracts/renewals", {**renewal, "contracts": [999_999]}).status_code == 404
    assert set(api_of("property").post("/contracts", {**body, "codes": ["X"]}).json["errors"]) == {"codes"}
    assert api_of("property").post("/contracts", {**body, "onsite": 3}).status_code == 422


def test_elevators_without_a_contract(api_of, row):
    db.session.execute(Contract.__table__.update().values(until=TODAY))
    db.session.commit()
    assert [item["code"] for item in api_of("county").get("/contracts/missing").json["items"]] == [row.label_code]


def test_makers_items(api_of):
    row = make.elevator(kind="firefighter")
    body = {"elevator": row.label_code, "lines": LINES}
    answer = api_of("company").post("/maker-items", body)
    assert (answer.status_code, answer.json["count"]) == (201, 2)
    shown = api_of("company").get(f"/maker-items/{answer.json['id']}").json
    assert [item["code"] for item in shown["items"]] == ["F-01", "F-02"]
    plan = api_of("tech1").get(f"/elevators/{row.label_code}/plan").json
    assert (plan["needs_items"], [item["code"] for item in plan["items"]]) == (False, ["F-01", "F-02"])
    assert len(api_of("section").get("/maker-items").json["items"]) == 1
    assert api_of("company2").get(f"/maker-items/{answer.json['id']}").status_code == 404
    assert api_of("tech1").post("/maker-items", body).status_code == 403
    assert api_of("company").post("/maker-items", body).status_code == 409
    bad = api_of("company").post("/maker-items", {**body, "lines": "F-01\t每周\t开关"})
    assert (bad.status_code, bad.json["errors"]["lines"][0][:3]) == (422, "第1行")


def test_monitoring_reported_by_a_platform(api_of, row):
    body = {"ref": str(uuid.uuid4()), "online": True, "at": (make.NOW - DAY).isoformat(), "platform": "皖梯云"}
    path = f"/elevators/{row.label_code}/monitoring"
    first = api_of("desk").post(path, body)
    assert (first.status_code, first.json["since"], first.json["until"]) == (201, "2026-11-19", None)
    again = api_of("desk").post(path, body)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert api_of("desk").post(path, {**body, "online": False}).status_code == 409
    off = {"ref": str(uuid.uuid4()), "online": False, "at": make.NOW.isoformat()}
    assert api_of("company").post(path, off).json["until"] == "2026-11-20"
    assert api_of("tech1").post(path, off).status_code == 403
    assert api_of("company2").post(path, {**off, "ref": str(uuid.uuid4())}).status_code == 404
    assert api_of("desk").post(path, {"online": True}).status_code == 422


def test_a_plan_shows_the_conditions_of_its_contract(api_of, row):
    with db.session.begin_nested():
        contract = db.session.scalars(select(Contract).where(Contract.elevator_id == row.id)).one()
        contract.mode, contract.onsite_days = "on_demand", 60
    db.session.commit()
    plan = api_of("section").get(f"/elevators/{row.label_code}/plan").json
    failed = {c["key"] for c in plan["on_demand"]["conditions"] if not c["met"]}
    assert (plan["on_demand"]["days"], "iot" in failed, plan["work_type"]) == (60, True, "HM")


def test_one_indicator_alone(api_of, row):
    items = api_of("section").get("/indicators/paperless_maintenance").json["items"]
    assert {item["key"] for item in items} == {"paperless_maintenance"}
    assert items[0]["denominator"] == 1
    only = api_of("section").get("/indicators/paperless_maintenance", area="341302").json["items"]
    assert [item["area"] for item in only] == ["341302"]
    assert api_of("section").get("/indicators/none").status_code == 404
