"""Deliveries, batches to be destroyed, accounts and covers through the API: works, wrong role, stranger, bad input."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest

from registry import clock
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import PNG, passing, received, sent
from tests.services.test_fill_covers import START, by_fill, fill

TODAY = clock.today()
DAY = TODAY.isoformat()


def test_a_delivery_from_end_to_end(api_of) -> None:
    station, body = api_of("filling"), api_of("inspector")
    good, bad = cylinder(), cylinder()
    given = {"ref": str(uuid4()), "body_id": cast.unit("inspection").id, "codes": [good.label_code, bad.label_code]}
    made = station.post("/inspection-batches", given)
    assert (made.status_code, made.json["state"], made.json["counts"]) == (201, "sent", {"waiting": 2})
    again = station.post("/inspection-batches", given)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    address = f"/inspection-batches/{made.json['id']}"
    assert body.get(address).json["moves"] == ["receive"]
    assert body.post(f"{address}/receive", {"on": DAY, "version": 1}).json["state"] == "received"
    results = [
        {"code": good.label_code, "done_on": DAY, "checks": passing(), "remaining_wall_mm": "2.4", "tare_g": 16600},
        {"code": bad.label_code, "done_on": DAY, "checks": {"weld": "scrap"}, "scrap_reason": "inspection_failed"},
        {"code": "SZ-NONE", "done_on": DAY, "passed": True},
    ]
    answered = body.post(f"{address}/results", {"results": results})
    assert answered.status_code == 207
    assert [row["status"] for row in answered.json["results"]] == [201, 201, 422]
    assert answered.json["results"][0]["inspection"]["next_inspection_on"]
    assert "code" in answered.json["results"][2]["errors"]
    assert body.post(f"{address}/finish", {}).status_code == 422
    assert body.post(f"{address}/finish", {"certificate_no": "PJ-1"}).json["certificate_no"] == "PJ-1"
    assert body.post(f"{address}/hand-back").status_code == 200
    assert body.post(f"{address}/take-back").status_code == 403
    done = station.post(f"{address}/take-back", {"missing": [bad.label_code]}).json
    assert (done["state"], [item["came_back"] for item in done["items"]]) == ("closed", [True, False])
    shown = station.get(f"/cylinders/{good.label_code}").json
    assert shown["inspections"][0]["remaining_wall_mm"] == "2.400"
    number = shown["inspections"][0]["id"]
    fixed = body.post(f"/cylinders/inspections/{number}/correct", {"done_on": DAY, "passed": True, "reason": "误录"})
    assert (fixed.status_code, fixed.json["corrects"]) == (201, number)


def test_deliveries_for_whom(api_of) -> None:
    address = f"/inspection-batches/{sent().id}"
    assert api_of("filling2").get(address).status_code == 404
    assert api_of("insurer").get(address).status_code == 403
    assert api_of("section").get("/inspection-batches").json["items"][0]["no"].startswith("SJ")
    assert api_of("section").post(f"{address}/receive").status_code == 403
    assert api_of("inspector").post(f"{address}/burn").status_code == 404
    assert api_of("inspector").post(f"{address}/results", {"results": []}).status_code == 422
    assert api_of("filling").post("/inspection-batches", {"codes": []}).status_code == 422


def test_destroyed_with_stored_evidence(api_of) -> None:
    station, row = api_of("filling"), cylinder()
    made = station.post("/scrap-batches", {"codes": [row.label_code], "reason": "fire"}).json
    address = f"/scrap-batches/{made['id']}"
    assert station.post(f"{address}/hand-over").json["handler"]["id"] == row.owner_id
    files = []
    for number in range(2):
        upload = {"file": (io.BytesIO(PNG + bytes([number])), "p.png")}
        stored = station.client.post("/api/v1/scrap-batches/files", data=upload, headers=station.headers)
        assert stored.status_code == 201
        files.append(stored.json["id"])
    given = {
        "method": "drill",
        "destroyed_on": DAY,
        "operator": "王一",
        "witness": "李二",
        "weighed_g": 16400,
        "ticket_no": "GB-1",
        "certificate_no": "XH-1",
        "photos_before": files[:1],
        "photos_after": files[1:],
    }
    refused = station.post(f"{address}/destroy", given)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["method"])
    assert station.post(f"{address}/destroy", {**given, "method": "cut"}).json["state"] == "destroyed"
    assert station.get(
        f"{address}/certificate.pdf",
    ).data.startswith(b"%PDF")
    assert station.get(f"{address}/form.pdf").data.startswith(b"%PDF")
    assert station.post(f"{address}/confirm", {"document": "x"}).status_code == 403
    done = api_of("county").post(f"{address}/confirm", {"document": "注销1号"}).json
    assert (done["state"], done["items"][0]["status"]) == ("cancelled", "cancelled")
    assert station.post(f"/cylinders/{row.label_code}/destroy", {"document": "x"}).status_code in (404, 409)


def test_batches_for_whom(api_of) -> None:
    station = api_of("filling")
    made = station.post("/scrap-batches", {"codes": [cylinder().label_code], "reason": "fire"}).json
    address = f"/scrap-batches/{made['id']}"
    assert api_of("filling2").get(address).status_code == 404
    assert api_of("inspector").get(address).status_code == 404  # nothing was handed to it
    assert api_of("filler").get(address).status_code == 403
    assert api_of("filling2").get(f"{address}/form.pdf").status_code == 404
    assert station.get(f"{address}/certificate.pdf").status_code == 404  # not destroyed
    assert station.post("/scrap-batches", {"codes": ["x"], "reason": "ugly"}).status_code == 422


def test_the_account_and_the_list_behind_it(api_of) -> None:
    station, row = api_of("filling"), cylinder()
    given = {
        "ref": str(uuid4()),
        "bought_on": DAY,
        "kind": "lpg_steel",
        "count": 2,
        "supplier": "皖北钢瓶",
        "document": "FP-1",
    }
    bought = station.post("/cylinder-balance/purchases", given)
    assert bought.status_code == 201
    assert station.post("/cylinder-balance/purchases", given).status_code == 200
    account = station.get(f"/cylinder-balance/{row.owner_id}").json
    assert (account["difference"], account["bought"], account["numbers"]["in_use"]) == (0, 2, 1)
    behind = station.get(f"/cylinder-balance/{row.owner_id}/in-use").json
    assert [item["code"] for item in behind["items"]] == [row.label_code]
    assert station.get(f"/cylinder-balance/{row.owner_id}/nothing").status_code == 404
    assert station.get("/cylinder-balance", since=DAY, until="2026-01-01").status_code == 422
    assert api_of("filling2").get(f"/cylinder-balance/{row.owner_id}").status_code == 404
    assert api_of("insurer").get("/cylinder-balance").status_code == 403
    address = f"/cylinder-balance/purchases/{bought.json['id']}/withdraw"
    assert station.post(address, {"reason": "误录"}).json["withdrawn_on"] == DAY
    assert station.post(address, {"reason": "误录"}).status_code == 409


def test_what_is_due(api_of) -> None:
    row = cylinder()
    items = api_of("filling").get("/cylinder-due", band="later").json["items"]
    assert [item["code"] for item in items] == [row.label_code]
    assert api_of("filling").get("/cylinder-due", band="never").status_code == 422
    assert api_of("filling2").get("/cylinder-due").json["items"] == []
    assert api_of("tech1").get("/cylinder-due").status_code == 403


def test_covers_and_settlement(api_of) -> None:
    insurer, row = api_of("insurer"), cylinder()
    policy = by_fill()
    fill(row, START + timedelta(days=3))
    address = f"/policies/{policy.policy_no}"
    months = insurer.get(f"{address}/fill-months").json
    assert months[-1] == {"month": f"{START:%Y-%m}", "fills": 1, "premium_fen": 25}
    (cover,) = insurer.get(f"{address}/fill-covers", month=f"{START:%Y-%m}").json["items"]
    assert (cover["cylinder"], cover["ended_by"], cover["premium_fen"]) == (row.label_code, "days", 25)
    settled = insurer.post(f"{address}/fill-months/settle", {"month": f"{START:%Y-%m}"})
    assert (settled.status_code, settled.json["premium_fen"]) == (201, 25)
    assert insurer.post(f"{address}/fill-months/settle", {"month": f"{START:%Y-%m}"}).status_code == 409
    assert api_of("filling").post(f"{address}/fill-months/settle", {"month": f"{START:%Y-%m}"}).status_code == 403
    assert api_of("filling2").get(f"{address}/fill-months").status_code == 404
    assert insurer.get(f"{address}/fill-covers").status_code == 422


def test_a_policy_by_the_fill_through_the_api(api_of) -> None:
    given = {
        "subject": "cylinder",
        "policy_no": "QP-API-1",
        "holder_id": cast.unit("station").id,
        "holder_type": "filling",
        "basis": "per_fill",
        "unit_fen": 20,
        "starts_on": f"{START}",
        "ends_on": f"{TODAY}",
        "limit_per_accident_fen": 1,
        "media": ["lpg"],
    }
    made = api_of("insurer").post("/policies", given)
    assert (made.status_code, made.json["line"], made.json["unit_fen"]) == (201, "fill_liability", 20)
    assert api_of("insurer").post("/policies", {**given, "policy_no": "2", "unit_fen": None}).status_code == 422


@pytest.mark.parametrize("login", ["filling", "section"])
def test_results_are_for_the_body(api_of, login) -> None:
    batch = received()
    body = {"results": [{"code": "x", "done_on": DAY, "passed": True}]}
    assert api_of(login).post(f"/inspection-batches/{batch.id}/results", body).status_code == 403
