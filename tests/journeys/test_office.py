"""The offices through the interface: registers, inspections, insurance, rescue codes, and a hazard to its closing."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4

from registry.rules.hazards import acceptance
from registry.rules.identifiers import complete_credit_code
from tests.journeys.conftest import ELEVATOR, Time, register_elevator, sent

KEYS = ("inspection_in_date", "liability_insurance", "rescue_platform")


def store(api: Any, name: str) -> int:
    """Hand a file in; returns its id."""
    content = b"%PDF-1.4 " + name.encode() if name.endswith("pdf") else b"\xff\xd8\xff\xe0 " + name.encode()
    data = {"file": (BytesIO(content), name)}
    found: int = sent(api.client.post("/api/v1/hazards/files", data=data, headers=api.headers))["id"]
    return found


def test_an_elevator_becomes_counted_one_duty_after_the_other(time: Time, api_of, figure, behind) -> None:
    county, section = api_of("county"), api_of("section")
    name = "宿州银河商务服务有限公司"
    given = {"name": name, "credit_code": complete_credit_code("91341300MA2C88880"), "area_code": "341302"}
    unit = sent(county.post("/units", {**given, "capacities": ["use"]}))
    wrong = county.post("/units", {**given, "name": "另一家", "credit_code": "91341300MA2C888801"})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["credit_code"])

    body = {**ELEVATOR, "use_unit": name, "installation_inspected_on": "2025-01-10", "ref": str(uuid4())}
    code = sent(county.post("/elevators", body))["code"]
    again = county.post("/elevators", body)
    assert (again.status_code, again.json["code"]) == (200, code)
    shown = sent(section.get(f"/elevators/{code}"), 200)
    assert shown["use_unit"]["id"] == unit["id"]
    assert api_of("dangshan").get(f"/elevators/{code}").status_code == 404
    assert {key: figure(key) for key in KEYS} == dict.fromkeys(KEYS, (0, 1))
    assert behind("liability_insurance") == {code: "从未投保"}

    version = shown["version"]
    sent(county.patch(f"/elevators/{code}", {"inner_no": "A-1", "version": version}), 200)
    assert county.patch(f"/elevators/{code}", {"inner_no": "A-2", "version": version}).status_code == 409

    done = {"elevator": code, "kind": "periodic_inspection", "done_on": time.day(-5), "conclusion": "pass"}
    sent(api_of("inspector").post("/inspections", {**done, "report_no": "AHD2026-81"}))
    sent(api_of("desk").post(f"/elevators/{code}/rescue", {"code": "130077", "plate_verified_on": time.day()}))
    policy = {
        "policy_no": "DT-2026-0900",
        "holder_id": unit["id"],
        "holder_type": "use_unit",
        "starts_on": time.day(),
        "ends_on": time.day(364),
        "premium_fen": 9_300,
        "limit_per_accident_fen": 500_000_000,
        "codes": [code],
    }
    backwards = api_of("insurer").post("/policies", {**policy, "ends_on": time.day(-1)})
    assert (backwards.status_code, list(backwards.json["errors"])) == (422, ["ends_on"])
    sent(api_of("insurer").post("/policies", policy))
    assert {key: figure(key) for key in KEYS} == dict.fromkeys(KEYS, (1, 1))

    time.forward(days=365)
    assert figure("liability_insurance") == (0, 1)
    assert "已于" in behind("liability_insurance")[code]
    sent(
        api_of("county").post(
            f"/elevators/{code}/suspend", {"reason": "停业", "document": "停用表", "measures": "断电封闭"}
        ),
        200,
    )
    assert figure("liability_insurance") == (0, 0)


def roads(time: Time) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    """A hazard of the city's list: who moves it, and what is entered besides choices and files."""
    plan = {
        "leader_name": "张敏",
        "leader_post": "经理",
        "leader_phone": "13955700001",
        "measures": "更换门锁",
        "budget_yuan": "3000.00",
        "fund_source": "维修资金",
        "plan_due": time.day(20),
        "emergency_plan": "停梯，专人值守",
    }
    checklist = {point.item: {"answer": "yes"} for point in acceptance(time.at.date())}
    return (
        ("county", "submit", {}),
        ("section", "recognise", {"clauses": ["4.6b"], "interim_measures": "立即停梯", "stop_use": True}),
        ("section", "assign", {"due": time.day(30), "directive_no": "（宿）市监特令〔2026〕第9号"}),
        ("county", "sign-for", {"signed_by": "张敏", "signed_on": time.day()}),
        ("property", "file-plan", plan),
        ("county2", "approve-plan", {"opinion": "同意"}),
        ("property", "report-progress", {"progress": "门锁已到货", "progress_on": time.day()}),
        (
            "property",
            "request-closing",
            {
                "self_acceptance": "合格",
                "rectified_on": time.day(),
                "explanation": "已更换并调试",
                "test_report_on": time.day(),
                "test_report": "report.pdf",
            },
        ),
        ("county2", "accept-request", {}),
        ("county", "pass-verification", {"site_date": time.day(), "checklist": checklist, "unit_signature": "张敏"}),
        ("county-leader", "sign-county", {"opinion": "同意", "signature": "周卫东"}),
        ("leader", "sign-city", {"opinion": "同意销号", "signature": "陈立新"}),
    )


def make_move(api: Any, no: str, verb: str, data: dict[str, Any]) -> Any:
    """Ask what may be done, add what the offer lets one choose or wants as a file, and do it."""
    offers = sent(api.get(f"/hazards/{no}/moves"), 200)
    offer = next(item for item in offers["items"] if item["move"] == verb.replace("-", "_"))
    body = {name: store(api, value) if name == "test_report" else value for name, value in data.items()}
    for need in offer["needs"]:
        name = need["field"]
        if name in body:
            continue
        if need["choices"] is not None:
            values = [choice["value"] for choice in need["choices"]]
            many = need["type"] in ("people", "verifiers")
            body[name] = values if many else values[0]
        else:
            assert need["type"] in ("file", "files"), need
            stored = store(api, f"{name}.jpg")
            body[name] = [stored] if need["type"] == "files" else stored
    made = sent(api.post(f"/hazards/{no}/{verb}", {**body, "version": offers["version"], "ref": str(uuid4())}), 200)
    assert made["state"] == offer["target"]
    return made


def test_a_hazard_of_the_city_is_driven_home(time: Time, api_of, figure) -> None:
    code = register_elevator(api_of("county"))
    clue = {
        "title": "层门门锁安全回路被短接",
        "description": "层门门锁安全回路被短接，电梯仍在运行",
        "source": "routine_inspection",
        "elevator": code,
        "suggested_clause": "4.6b",
    }
    no = sent(api_of("county").post("/hazards", {**clue, "evidence": [store(api_of("county"), "e.jpg")]}))["no"]
    for login, verb, data in roads(time):
        time.forward(minutes=30)
        made = make_move(api_of(login), no, verb, data)
    assert (made["state"], made["list_level"], made["elevator"]) == ("NOTICE", "city", code)
    notice = {"notice_url": "https://example.gov.cn/notices/9", "notice_published_on": time.day()}
    early = api_of("section").post(f"/hazards/{no}/close", notice)
    assert (early.status_code, early.json["type"]) == (422, "refused-by-rule")
    time.forward(days=9)
    closed = make_move(api_of("section"), no, "close", notice)
    assert (closed["state"], closed["closed_on"], closed["overdue"]) == ("CLOSED", time.day(), 0)
    ledger = sent(api_of("leader").get(f"/hazards/{no}"), 200)["steps"]
    assert len(ledger) == 14
    time.forward(days=25)
    assert figure("major_hazards_closed_on_time") == (1, 1)


def test_a_hazard_left_lying_is_seen(time: Time, api_of, figure) -> None:
    code = register_elevator(api_of("county"))
    clue = {
        "title": "限速器失效",
        "description": "限速器－安全钳联动试验不合格",
        "source": "routine_inspection",
        "elevator": code,
        "suggested_clause": "4.6c",
    }
    no = sent(api_of("county").post("/hazards", {**clue, "evidence": [store(api_of("county"), "e.jpg")]}))["no"]
    make_move(api_of("county"), no, "submit", {})
    make_move(api_of("section"), no, "recognise", {"clauses": ["4.6c"], "interim_measures": "立即停梯"})
    make_move(api_of("section"), no, "assign", {"due": time.day(10), "directive_no": "第10号"})
    time.forward(days=12)
    late = sent(api_of("section").get("/hazards", overdue="1"), 200)["items"]
    assert [(item["no"], item["overdue"]) for item in late] == [(no, 2)]
    assert figure("major_hazards_closed_on_time") == (0, 1)
    assert api_of("county").get(f"/hazards/{no}/moves").json["state"] == "ASSIGNED"
