"""/safety-units, /people/{id}/login, /labels/{code}/void: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock, codes
from registry.db import db
from registry.models import SafetyProblem
from registry.services import safety, safety_records
from registry.settings import current
from seeds import cast, past
from tests import filling_factory
from tests import safety_factory as make

UNITS = "/safety-units"
PDF = b"%PDF-1.4 paper"


def appointment(**changes: Any) -> dict[str, Any]:
    found = {"subject": "elevator", "role": "officer", "person": make.person("property"), "since": "2026-11-02"}
    return {**found, "document": "任〔2026〕1号", **changes}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def test_appointments(api_of: Any, client: Any, app: Any) -> None:
    api = api_of("property")
    made = api.post(f"{UNITS}/appointments", appointment())
    assert (made.status_code, made.json["role"], made.json["until"]) == (201, "officer", None), made.json
    assert api.post(f"{UNITS}/appointments", appointment()).status_code == 409
    assert set(api.post(f"{UNITS}/appointments", appointment(role="king")).json["errors"]) == {"role"}
    assert set(api.post(f"{UNITS}/appointments", {}).json["errors"]) == {
        "subject", "role", "person", "since", "document"}  # fmt: skip
    assert api_of("section").post(f"{UNITS}/appointments", appointment()).status_code == 403
    assert client.post(f"/api/v1{UNITS}/appointments", json=appointment()).status_code == 401
    address = f"{UNITS}/appointments/{made.json['id']}/end"
    ended = {"until": "2026-11-24", "reason": "调岗"}
    assert api_of("filling").post(address, ended).status_code == 404
    assert set(api.post(address, {}).json["errors"]) == {"until", "reason"}
    assert api.post(address, ended).json["until"] == "2026-11-24"
    assert api.post(f"{UNITS}/appointments/999999/end", ended).status_code == 404


def test_trainings_and_charges(api_of: Any, client: Any, app: Any) -> None:
    make.staffed()
    lift, officer, api = make.lift(), make.person("property"), api_of("property")
    trained = {"subject": "elevator", "person": officer, "kind": "training", "done_on": "2026-11-20", "passed": True}
    assert api.post(f"{UNITS}/trainings", trained).status_code == 201
    assert set(api.post(f"{UNITS}/trainings", {**trained, "kind": "walk"}).json["errors"]) == {"kind"}
    assert api_of("county").post(f"{UNITS}/trainings", trained).status_code == 403
    assert client.post(f"/api/v1{UNITS}/trainings", json=trained).status_code == 401
    given = {"officer": officer, "elevators": [lift.label_code], "since": "2026-11-02"}
    assert api.post(f"{UNITS}/charges", given).json == {"count": 1}
    assert api.post(f"{UNITS}/charges", given).json == {"count": 0}
    assert set(api.post(f"{UNITS}/charges", {**given, "elevators": []}).json["errors"]) == {"elevators"}
    assert api_of("county").post(f"{UNITS}/charges", given).status_code == 403


def test_the_risk_list_and_the_papers(api_of: Any, client: Any, app: Any) -> None:
    api = api_of("filling")
    subject = "filling"
    taken = api.post(f"{UNITS}/risks/take-over", {"subject": subject})
    assert taken.status_code == 200
    assert taken.json["count"] > 0
    assert set(api.post(f"{UNITS}/risks/take-over", {"subject": "boat"}).json["errors"]) == {"subject"}
    point = {"title": "卸车软管", "check": "无破损，在检验有效期内", "serious": True}
    made = api.post(f"{UNITS}/risks", {**point, "subject": subject})
    assert (made.status_code, made.json["serious"]) == (201, True)
    address = f"{UNITS}/risks/{made.json['id']}"
    assert api.patch(address, {**point, "title": "装卸软管"}).json["title"] == "装卸软管"
    assert set(api.patch(address, {}).json["errors"]) == {"title", "check"}
    assert api_of("filling2").patch(address, point).status_code == 404
    assert api_of("filler").patch(address, point).status_code == 403
    assert client.patch(f"/api/v1{address}", json=point).status_code == 401
    assert set(api.post(f"{address}/drop", {}).json["errors"]) == {"reason"}
    assert api.post(f"{address}/drop", {"reason": "设备已拆除"}).json["until"] == "2026-11-25"
    assert api.post(f"{address}/drop", {"reason": "设备已拆除"}).status_code == 404
    wanted = next(paper.id for paper in safety.rules.papers(subject) if paper.source == "file")
    sent = {"subject": subject, "paper": wanted, "title": "责任制", "since": "2026-11-01"}

    def keep(who: Any, **changes: Any) -> Any:
        body = {**sent, "file": (BytesIO(PDF), "a.pdf"), **changes}
        return who.client.post(f"/api/v1{UNITS}/papers", data=body, headers=who.headers)

    kept = keep(api)
    assert (kept.status_code, kept.json["paper"]) == (201, wanted), kept.json
    assert set(keep(api, paper="poem").json["errors"]) == {"paper"}
    assert set(keep(api, file=(BytesIO(b"MZ"), "a.exe")).json["errors"]) == {"file"}
    assert keep(api_of("filler")).status_code == 403


def test_a_problem_is_solved_or_handed_on(api_of: Any, client: Any, app: Any) -> None:
    make.staffed()
    lift = make.lift()
    make.charged(lift)
    with past.at(past.moment(make.SINCE)):
        safety.list_risks(cast.actor("property"), "elevator")
    body = make.daily(lift.label_code, problems=[make.problem(lift.label_code)])
    safety_records.daily(cast.actor("property"), body)
    api = api_of("property")
    first = f"{UNITS}/problems/{db.session.scalar(select(SafetyProblem.id))}"
    assert set(api.post(f"{first}/solve", {}).json["errors"]) == {"solution"}
    assert api_of("company").post(f"{first}/solve", {"solution": "已紧固"}).status_code in (403, 404)
    assert client.post(f"/api/v1{first}/solve", json={"solution": "已紧固"}).status_code == 401
    assert api.post(f"{UNITS}/problems/999999/solve", {"solution": "已紧固"}).status_code == 404
    handed = api.post(f"{first}/hazard", {})
    assert (handed.status_code, handed.json["handed_on"]) == (200, True)
    assert api.post(f"{UNITS}/problems/999999/hazard", {}).status_code == 404
    solved = api.post(f"{first}/solve", {"solution": "已紧固", "solved_on": "2026-11-24"})
    assert (solved.status_code, solved.json["solution"]) == (200, "已紧固")


def test_a_login_is_given_and_taken(api_of: Any, client: Any, app: Any) -> None:
    api = api_of("filling")
    made = api.post("/people", {"name": "新人", "phone": "13955799999", "role": "filler"}).json["id"]
    address, given = f"/people/{made}/login", {"login": "newfiller", "password": "long enough 1"}
    assert api.post(address, given).status_code == 200
    assert set(api.post(address, {"login": "filler"}).json["errors"]) == {"login"}
    assert set(api.post(address, {**given, "password": "short"}).json["errors"]) == {"password"}
    assert api_of("filler").post(address, given).status_code == 403
    assert client.post(f"/api/v1{address}", json=given).status_code == 401
    assert api_of("filling2").post(address, given).status_code == 404
    assert "long enough 1" not in api.post(address, {**given, "disabled": True}).get_data(as_text=True)


def test_a_code_is_voided_and_replaced(api_of: Any, client: Any, app: Any) -> None:
    api, row = api_of("filling"), filling_factory.cylinder()
    address = f"/labels/{row.label_code}"
    assert set(api.post(f"{address}/void", {}).json["errors"]) == {"reason"}
    assert api_of("filler").post(f"{address}/void", {"reason": "破损"}).status_code == 403
    assert api_of("filling2").post(f"{address}/void", {"reason": "破损"}).status_code == 404
    assert client.post(f"/api/v1{address}/void", json={"reason": "破损"}).status_code == 401
    fresh = api.post(f"{address}/replacement", {"reason": "破损"})
    assert (fresh.status_code, fresh.json["status"]) == (201, "active")
    gone = api.post(f"/labels/{fresh.json['code']}/void", {"reason": "瓶已注销"})
    assert (gone.json["status"], gone.json["reason"]) == ("void", "瓶已注销")
    assert api.post(f"/labels/{fresh.json['code']}/void", {"reason": "瓶已注销"}).status_code == 409
    unknown = codes.new_code(version=current().label_key_version)
    assert api.post(f"/labels/{unknown}/void", {"reason": "x"}).status_code == 404
    assert set(api.post("/labels/SZ00000000000000/void", {"reason": "x"}).json["errors"]) == {"code"}
