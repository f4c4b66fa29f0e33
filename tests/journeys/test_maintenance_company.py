"""A maintenance company through the interface: plan, visit, confirmation, figure."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from tests.journeys.conftest import Time, register_elevator, sent
from tests.visits_factory import data_url

COMPANY = "安徽迅安电梯工程有限公司"
HERE = {"lat": 33.6403, "lon": 116.9781, "accuracy_m": 9}


def photo(about: str) -> str:
    return data_url(b"\xff\xd8\xff\xe0 " + about.encode())


def visit(time: Time, code: str, plan: dict[str, Any], minutes: int, **changes: Any) -> dict[str, Any]:
    """What the company's own application sends when the technicians are back in the light."""
    start = time.at
    second = time.forward(minutes=3)
    end = time.forward(minutes=minutes - 3)
    answers = [{"item": item["code"], "result": "normal"} for item in plan["items"]]
    answers[4] |= {"result": "fixed", "note": "更换轿厢照明灯管"}
    return {
        "ref": str(uuid4()),
        "elevator": code,
        "cycle": plan["next_cycle"],
        "workers": ["tech1", {"login": "tech2", "at": second.isoformat(), "position": HERE}],
        "check_in": {"at": start.isoformat(), "position": HERE, "photo": photo(f"in {start}")},
        "check_out": {"at": end.isoformat(), "position": HERE},
        "answers": [_measured(answer, item) for answer, item in zip(answers, plan["items"], strict=True)],
        "signatures": [
            {"worker": "tech1", "image": photo("signature 1")},
            {"worker": "tech2", "image": photo("signature 2")},
        ],
        **changes,
    }


def _measured(answer: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """With the photo of a test, and the reading where the item has limits."""
    reading = {"value": float(re.findall(r"[0-9.]+", item["limits"])[0])} if item["limits"] else {}
    return {**answer, **reading} | ({"photo": photo(item["code"])} if item["judge"] == "T" else {})


def wanting(recorded: dict[str, Any]) -> list[str]:
    """The rules that find something missing; what is only noted is left out."""
    return [finding["rule"] for finding in recorded["findings"] if finding["severity"] != "info"]


def test_from_the_plan_to_the_figure(time: Time, api_of, figure, behind) -> None:
    county, technician, use_unit = api_of("county"), api_of("tech1"), api_of("property")
    code = register_elevator(county)
    assert technician.get(f"/elevators/{code}").status_code == 404  # not theirs yet
    sent(county.post(f"/elevators/{code}/contract", {"company": COMPANY, "since": "2026-10-01", "number": "WB-26-8"}))
    assert [item["code"] for item in sent(technician.get("/elevators"), 200)["items"]] == [code]
    assert (figure("paperless_maintenance"), behind("paperless_maintenance")) == ((0, 1), {code: "没有维保记录"})

    plan = sent(technician.get(f"/elevators/{code}/plan"), 200)
    assert set(plan["overdue"]) >= {"half_month"}
    body = visit(time, code, plan, minutes=44)
    recorded = sent(technician.post("/visits", body))
    assert (recorded["paperless"], wanting(recorded)) == (False, ["P18"])
    again = technician.post("/visits", body)
    assert (again.status_code, again.headers["Idempotent-Replay"], again.json) == (200, "true", recorded)
    assert technician.post("/visits", {**body, "cycle": "year"}).status_code == 409
    assert behind("paperless_maintenance") == {code: "0天前的维保，使用单位未确认"}
    assert figure("maintenance_on_time") == (1, 1)

    path = f"/visits/{recorded['id']}/confirmation"
    time.forward(hours=2)
    word = {"accepted": True, "note": "灯已亮", "signature": photo("signature 3")}
    assert technician.post(path, word).status_code == 403
    assert api_of("property2").post(path, word).status_code == 404
    assert sent(use_unit.post(path, word), 200)["paperless"] is True
    assert use_unit.post(path, word).status_code == 409
    assert (figure("paperless_maintenance"), behind("paperless_maintenance")) == ((1, 1), {})

    plan = sent(technician.get(f"/elevators/{code}/plan"), 200)
    assert (plan["overdue"], plan["due"]["half_month"]) == ([], time.day(15))


def test_a_visit_sent_from_the_shaft_days_later_and_one_that_never_was(time: Time, api_of, figure, behind) -> None:
    county, technician, use_unit = api_of("county"), api_of("tech1"), api_of("property")
    code = register_elevator(county)
    sent(county.post(f"/elevators/{code}/contract", {"company": COMPANY, "since": "2026-10-01"}))
    plan = sent(technician.get(f"/elevators/{code}/plan"), 200)
    late = visit(time, code, plan, minutes=40)
    time.forward(days=5)
    technician, use_unit = api_of("tech1"), api_of("property")  # tokens of a day
    recorded = sent(technician.post("/visits", late))
    assert wanting(recorded) == ["P18", "P23"]
    sent(use_unit.post(f"/visits/{recorded['id']}/confirmation", {"accepted": True}), 200)
    assert figure("paperless_maintenance") == (1, 1)  # late is reported, it does not decide

    ghost = visit(time, code, plan, minutes=4, signatures=[])
    recorded = sent(technician.post("/visits", ghost))
    assert {"P12", "P17"} <= set(wanting(recorded))
    refused = {"accepted": False, "reason": "当日未见维保人员"}
    sent(use_unit.post(f"/visits/{recorded['id']}/confirmation", refused), 200)
    listed = sent(api_of("section").get("/visits", elevator=code, state="declined"), 200)["items"]
    assert [(item["id"], item["declined_reason"], item["paperless"]) for item in listed] == [
        (recorded["id"], "当日未见维保人员", False)
    ]
    time.forward(days=26)
    assert figure("paperless_maintenance") == (0, 1)
