"""/api/v1/elevators and /inspections, by the ladder: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from registry import clock, codes
from registry.queries import elevators as queries
from seeds import cast
from tests import elevators_factory as make

BODY = {
    "kind": "traction_passenger",
    "address": "埇桥区汴河中路88号1号楼",
    "area_code": "341302",
    "device_code": "3110 3412 0201 5000 1",
    "use_cert_no": "梯11皖L00001（20）",
    "registered_on": "2020-04-01",
    "made_on": "2020-01-10",
    "installation_inspected_on": "2020-03-18",
    "status": "in_use",
    "drive_type": "traction",
    "rated_load_kg": 1000,
    "rated_speed_mps": "1.75",
    "floors": 18,
    "stops": 18,
    "doors": 18,
}


@pytest.fixture
def section(api_of):
    return api_of("section")


def body(**changes):
    return {**BODY, "use_unit": cast.unit("property").credit_code, **changes}


def test_register_and_read(section) -> None:
    made = section.post("/elevators", body())
    assert made.status_code == 201, made.json
    code = made.json["code"]
    assert (made.json["device_code"], made.json["use_cert_no"]) == ("31103412020150001", "梯11皖L00001(20)")
    for written in (code, code.lower(), codes.grouped(code), queries.label_path(code).removeprefix("/q/")):
        found = section.get(f"/elevators/{written}")
        assert (found.status_code, found.json["code"]) == (200, code)
    shown = found.json
    assert shown["rated_speed_mps"] == "1.750"
    assert shown["drive_type"] == "traction"
    assert shown["use_unit"]["name"] == "宿州汇源物业服务有限公司"
    assert shown["inspection"]["valid_until"] == "2021-03-31"
    assert shown["inspection"]["duty"]["kind"] in ("periodic_inspection", "self_test")
    assert shown["statuses"] == [
        {"status": "in_use", "since": "2020-04-01", "until": None, "reason": "", "document": "梯11皖L00001(20)"}
    ]
    assert "suspend" in shown["moves"]
    assert shown["missing_in_records"] == ["manufacturer", "installer", "factory_no", "model"]
    assert [(use["unit"]["name"], use["since"], use["until"]) for use in shown["uses"]] == [
        ("宿州汇源物业服务有限公司", "2020-04-01", None)
    ]
    assert "move-out" in shown["moves"]


def test_a_ref_is_answered_again(section) -> None:
    ref = str(uuid4())
    first = section.post("/elevators", body(ref=ref))
    again = section.post("/elevators", body(ref=ref))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json == {**first.json, "use_unit": again.json["use_unit"]}
    assert section.post("/elevators", body(ref=ref, floors=20)).status_code == 409


BAD = [
    ({"kind": "paternoster"}, "kind"),
    ({"kind": None}, "kind"),
    ({"device_code": "123"}, "device_code"),
    ({"floors": "many"}, "floors"),
    ({"floors": 0}, "floors"),
    ({"rated_load_kg": 1.5}, "rated_load_kg"),
    ({"made_on": "2020-13-01"}, "made_on"),
    ({"incline_degrees": "30"}, "incline_degrees"),
    ({"colour": "red"}, "colour"),
    ({"address": ""}, "address"),
    ({"lat": 91}, "lat"),
    ({"lat": "NaN"}, "lat"),
    ({"use_unit": "nobody"}, "use_unit"),
    ({"ref": "1"}, "ref"),
    ({"remarks": "a\u0000b"}, "remarks"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_bad_input_is_named(section, changes, field) -> None:
    answer = section.post("/elevators", body(**changes))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert list(answer.json["errors"]) == [field]


def test_list_filters_and_pages(section, actor) -> None:
    for number in range(1, 4):
        make.in_use(actor("section"), number)
    make.register(actor("section"), 4, area_code="341321", kind="dumbwaiter", use_unit_id=None)
    first = section.get("/elevators", limit=2)
    assert len(first.json["items"]) == 2
    rest = section.get("/elevators", limit=2, cursor=first.json["next"])
    assert (len(rest.json["items"]), rest.json["next"]) == (2, None)
    assert len(section.get("/elevators", area="341302").json["items"]) == 3
    assert len(section.get("/elevators", status="not_in_use").json["items"]) == 1
    assert len(section.get("/elevators", unit=cast.unit("property").id).json["items"]) == 3
    assert len(section.get("/elevators", q="梯11皖L00002(20)").json["items"]) == 1
    assert section.get("/elevators", cursor="x").status_code == 422
    assert section.get("/elevators", limit=1000).status_code == 422


def test_patch(section, actor) -> None:
    row = make.in_use(actor("section"))
    code = row.label_code
    answer = section.patch(f"/elevators/{code}", {"floors": 20, "model": None, "version": 1})
    assert (answer.status_code, answer.json["floors"], answer.json["version"]) == (200, 20, 2)
    assert section.patch(f"/elevators/{code}", {"floors": 21, "version": 1}).status_code == 409
    assert section.patch(f"/elevators/{code}", {"floors": 1}).json["errors"].keys() == {"stops"}
    assert section.patch(f"/elevators/{code}", {"status": "scrapped"}).json["errors"].keys() == {"status"}


def test_moves(section, api_of, actor) -> None:
    code = make.in_use(actor("section")).label_code
    suspended = section.post(
        f"/elevators/{code}/suspend", {"reason": "改造", "document": "宿市监1号", **make.STOP_PAPERS}
    )
    assert (suspended.status_code, suspended.json["status"]) == (200, "stopped")
    assert section.post(f"/elevators/{code}/suspend", {"reason": "a", "document": "b"}).status_code == 409
    assert section.post(f"/elevators/{code}/scrap", {"reason": "a"}).json["errors"].keys() == {"document"}
    assert section.post(f"/elevators/{code}/fly", {}).status_code == 404
    assert api_of("property").post(f"/elevators/{code}/scrap", {"reason": "a", "document": "b"}).status_code == 403
    assert api_of("dangshan").post(f"/elevators/{code}/scrap", {"reason": "a", "document": "b"}).status_code == 404
    assert section.post(f"/elevators/{code}/resume", {"reason": "a", "document": "b"}).json["findings"]
    done = section.post(f"/elevators/{code}/scrap", {"reason": "a", "document": "b"})
    assert done.json["status"] == "scrapped"
    assert section.post(f"/elevators/{code}/cancel", {"document": "b", **make.END_PAPERS}).json["status"] == "cancelled"
    assert section.post(f"/elevators/{code}/dismantle", {"reason": "b"}).json["status"] == "dismantled"


def test_transfer_contract_rescue(section, api_of, actor) -> None:
    code = make.in_use(actor("section")).label_code
    today = clock.today().isoformat()
    contract = {"company_id": cast.unit("company").id, "since": "2024-01-01", "number": "WB-7"}
    assert section.post(f"/elevators/{code}/contract", contract).status_code == 201
    assert section.get(f"/elevators/{code}").json["contract"]["company"]["name"] == "安徽迅安电梯工程有限公司"
    ended = section.post(f"/elevators/{code}/contract/end", {"until": today})
    assert (ended.status_code, ended.json["until"]) == (200, today)
    enrolled = api_of("desk").post(f"/elevators/{code}/rescue", {"code": "035302", "plate_verified_on": today})
    assert (enrolled.status_code, enrolled.json["code"]) == (201, "035302")
    moved = {"use_unit_id": cast.unit("property2").id, "since": today, "document": "变更登记表"}
    assert section.post(f"/elevators/{code}/transfer", moved).json["use_unit_id"] == cast.unit("property2").id
    assert section.post(f"/elevators/{code}/transfer", moved).json["errors"].keys() == {"use_unit"}


def test_plan(api_of, actor) -> None:
    code = make.maintained(actor("section")).label_code
    plan = api_of("tech1").get(f"/elevators/{code}/plan").json
    assert set(plan["due"]) == {"half_month", "quarter", "half_year", "year"}
    assert plan["due"]["half_month"] == "2024-01-16"
    assert plan["next_cycle"] == "year"
    assert plan["overdue"] == ["half_month", "quarter", "half_year", "year"]
    assert len(plan["items"]) == 76
    assert plan["items"][0]["code"] == "A-1-01"
    assert api_of("company2").get(f"/elevators/{code}/plan").status_code == 404


def test_inspections(api_of, actor) -> None:
    code = make.in_use(actor("section")).label_code
    inspector, ref = api_of("inspector"), str(uuid4())
    record = {
        "elevator": code.lower(),
        "kind": "periodic_inspection",
        "done_on": "2024-03-01",
        "conclusion": "pass",
        "report_no": "DT-2024-1",
        "ref": ref,
    }
    first = inspector.post("/inspections", record)
    assert (first.status_code, first.json["valid_until"]) == (201, "2025-03-31")
    again = inspector.post("/inspections", record)
    assert (again.status_code, again.headers["Idempotent-Replay"], again.json) == (200, "true", first.json)
    assert inspector.post("/inspections", {**record, "conclusion": "fail"}).status_code == 409
    assert inspector.post("/inspections", {**record, "ref": str(uuid4()), "kind": "x"}).json["errors"].keys() == {
        "kind"
    }
    assert inspector.post("/inspections", {**record, "ref": str(uuid4()), "elevator": "SZ0"}).status_code == 404
    assert api_of("property").post("/inspections", {**record, "ref": str(uuid4())}).status_code == 403


@pytest.mark.parametrize(("method", "path"), [("POST", "/elevators"), ("GET", "/elevators"), ("POST", "/inspections")])
def test_strangers(client, method, path) -> None:
    answer = client.open(f"/api/v1{path}", method=method, json={} if method == "POST" else None)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize("login", ["company", "insurer", "auditor"])
def test_wrong_role(api_of, login) -> None:
    assert api_of(login).post("/elevators", body()).status_code == 403
