"""Old elevators, assessments, renewals and fault reports through the API."""

from __future__ import annotations

import io
from datetime import date
from uuid import uuid4

import pytest

from registry import clock
from registry.services import elevators
from tests import elevators_factory as make
from tests.services.test_fault_reports import PHONE, report


@pytest.fixture
def lift(actor):
    return make.maintained(actor("section"), made_on=date(2004, 5, 1), installation_inspected_on=None)


def test_the_ranking_and_the_ages(api_of, lift) -> None:
    api = api_of("section")
    (line,) = api.get("/old-elevators").json["items"]
    assert (line["code"], line["points"], line["assessment"], line["project"]) == (lift.label_code, 5, None, None)
    assert [part["points"] for part in line["parts"]] == [2, 1, 0, 0, 1, 1]
    assert api.get("/old-elevators", band="under_5").json == {"items": [], "next": None, "total": 0}
    assert api.get(f"/old-elevators/{lift.label_code}").json == line
    ages = api.get("/old-elevators/ages", by="unit").json
    assert (ages["items"][0]["name"], ages["whole"]["counts"]) == ("宿州汇源物业服务有限公司", {"from_20": 1})
    assert api.get("/old-elevators/unknown-age").json["items"] == []
    assert api.get("/old-elevators", band="ancient").status_code == 422
    assert api.get("/old-elevators/SZ1").status_code == 404
    assert api_of("property2").get(f"/old-elevators/{lift.label_code}").status_code == 404
    assert api_of("filler").get("/old-elevators").status_code == 403
    assert api.client.get("/api/v1/old-elevators").status_code == 401


def test_assessments(api_of, lift) -> None:
    api = api_of("inspector")
    upload = {"file": (io.BytesIO(b"%PDF-1.4"), "r.pdf")}
    file_id = api.client.post("/api/v1/assessments/files", data=upload, headers=api.headers).json["id"]
    body = {"elevator": lift.label_code, "assessed_on": "2026-06-01", "conclusion": "repair", "score": "61.50",
            "file_id": file_id, "ref": str(uuid4())}  # fmt: skip
    made = api.post("/assessments", body)
    assert made.status_code == 201, made.json
    assert made.json["organisation"] == "宿州市特种设备检验中心"
    again = api.post("/assessments", body)
    assert (again.status_code, again.headers["Idempotent-Replay"], again.json) == (200, "true", made.json)
    assert api.post("/assessments", {**body, "conclusion": "scrap"}).status_code == 409
    number = made.json["id"]
    fixed = api.post(f"/assessments/{number}/corrections", {"conclusion": "renew", "reason": "复核"})
    assert (fixed.status_code, fixed.json["corrects"], fixed.json["score"]) == (201, number, "61.50")
    assert api.post(f"/assessments/{number}/corrections", {"reason": "复核"}).status_code == 409
    assert [row["id"] for row in api.get("/assessments").json["items"]] == [fixed.json["id"]]
    assert api.get(f"/assessments/{number}").json["conclusion"] == "repair"
    assert api.get("/assessments", conclusion="repair").json["items"] == []
    for bad in ({"conclusion": "x"}, {"assessed_on": "2100-01-01"}, {"file_id": 999}, {"colour": 1}):
        assert api.post("/assessments", {**body, "ref": str(uuid4()), **bad}).status_code == 422, bad
    assert api.post("/assessments", {**body, "ref": str(uuid4()), "elevator": "SZ1"}).status_code == 404
    assert api_of("property").post("/assessments", {**body, "ref": str(uuid4())}).status_code == 403
    assert api_of("dangshan").get(f"/assessments/{number}").status_code == 404
    assert api.get("/assessments/999").status_code == 404


def test_renewals(api_of, actor, lift) -> None:
    property_, section, county = api_of("property"), api_of("section"), api_of("county")
    body = {"elevator": lift.label_code, "year": 2026, "cost_fen": 20_000_000, "bond_fen": 15_000_000,
            "owners_fen": 5_000_000, "ref": str(uuid4())}  # fmt: skip
    refused = property_.post("/renewals", {**body, "owners_fen": 1, "ref": str(uuid4())})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["cost_fen"])
    made = property_.post("/renewals", body)
    assert (made.status_code, made.json["state"], made.json["steps"][0]["verb"]) == (201, "applied", "apply")
    again = property_.post("/renewals", body)
    assert (again.status_code, again.json["no"]) == (200, made.json["no"])
    no = made.json["no"]
    assert property_.post("/renewals", {**body, "ref": str(uuid4())}).status_code == 409
    assert property_.post(f"/renewals/{no}/approve", {"document": "d"}).status_code == 403
    assert section.post(f"/renewals/{no}/approve", {}).status_code == 422
    assert section.post(f"/renewals/{no}/dance", {}).status_code == 404
    assert section.post(f"/renewals/{no}/approve", {"document": "d", "version": 9}).status_code == 409
    assert section.post(f"/renewals/{no}/approve", {"document": "d"}).json["state"] == "approved"
    amended = county.patch(f"/renewals/{no}", {"cost_fen": 21_000_000, "other_fen": 1_000_000})
    assert (amended.status_code, amended.json["other_fen"]) == (200, 1_000_000)
    for verb in ("start", "accept"):
        assert county.post(f"/renewals/{no}/{verb}", {"document": "d"}).status_code == 200
    assert county.patch(f"/renewals/{no}", {"cost_fen": 1}).status_code == 409
    days = {"made_on": date(2026, 1, 1), "installation_inspected_on": None, "registered_on": clock.today()}
    new = make.in_use(actor("section"), 2, **days)
    last = {"document": "d", "new_elevator": new.label_code}
    assert list(county.post(f"/renewals/{no}/register", last).json["errors"]) == ["new_elevator"]
    elevators.change_status(actor("county"), lift.id, "scrap", clock.today(), "更新", "报废表")
    done = county.post(f"/renewals/{no}/register", last).json
    assert (done["state"], done["elevator"], done["new_elevator"]) == ("registered", lift.label_code, new.label_code)
    totals = section.get("/renewals/totals").json
    assert (totals["whole"]["count"], totals["whole"]["fen"]["cost_fen"]) == (1, 21_000_000)
    assert (totals["items"][0]["area"], totals["states"]["registered"]) == ("埇桥区", 1)
    assert [row["no"] for row in section.get("/renewals", state="registered", year=2026).json["items"]] == [no]
    assert api_of("dangshan").get(f"/renewals/{no}").status_code == 404
    assert api_of("company").get("/renewals").status_code == 403


def test_fault_reports(api_of, lift) -> None:
    row = report(lift, phone=PHONE)
    company, county = api_of("company"), api_of("county")
    listed = company.get("/fault-reports")
    assert [one["no"] for one in listed.json["items"]] == [row.no]
    assert PHONE not in listed.text
    shown = company.get(f"/fault-reports/{row.no}").json
    assert (shown["phone"], shown["moves"], shown["report"]["company"]) == (
        PHONE, ["take", "close", "dismiss"], "安徽迅安电梯工程有限公司",
    )  # fmt: skip
    assert county.get(f"/fault-reports/{row.no}").json["phone"] is None
    assert PHONE not in county.get(f"/fault-reports/{row.no}").text
    assert county.post(f"/fault-reports/{row.no}/take", {}).status_code == 403
    assert company.post(f"/fault-reports/{row.no}/close", {}).status_code == 422
    assert company.post(f"/fault-reports/{row.no}/sing", {}).status_code == 404
    done = company.post(f"/fault-reports/{row.no}/close", {"note": "好了", "version": 1}).json
    assert (done["report"]["state"], done["phone"], done["steps"][0]["by"]) == (
        "closed", None, "安徽迅安电梯工程有限公司",
    )  # fmt: skip
    assert company.post(f"/fault-reports/{row.no}/take", {}).status_code == 409
    assert county.post(f"/fault-reports/{row.no}/reopen", {"note": "未修好"}).json["report"]["state"] == "taken"
    assert county.get("/fault-reports", state="open").json["items"][0]["no"] == row.no
    assert county.get("/fault-reports", late="1").json["items"] == []
    assert county.get("/fault-reports", elevator=lift.label_code, kind="noise").json["items"]
    assert county.get("/fault-reports", kind="x").status_code == 422
    for login in ("company2", "property2", "dangshan"):
        assert api_of(login).get(f"/fault-reports/{row.no}").status_code == 404
    assert api_of("insurer").get("/fault-reports").status_code == 403
    assert company.client.get("/api/v1/fault-reports").status_code == 401
