"""Events of a batch, numbers of older systems, couriers and depots, and what must not be written down."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from registry import clock
from tests import filling_factory
from tests.cylinder_factory import cylinder


def event(row, kind, minutes=60, **changes):
    at = (clock.now() - timedelta(minutes=minutes)).isoformat()
    return {"ref": str(uuid4()), "code": row.label_code, "kind": kind, "at": at, **changes}


def one(api, sent):
    return api.post(f"/cylinders/{sent['code']}/events", {name: sent[name] for name in sent if name != "code"})


def test_a_batch_keeps_the_good_rows_in_the_order_of_their_times(api_of) -> None:
    api, row = api_of("filling"), cylinder()
    # Sent last first: kept in the order in which it happened, so nothing looks odd.
    rows = [event(row, 8, 10), event(row, "deliver_done", 20), event(row, "7", 20, code="nothing"),
            event(row, "leave_station", 30), event(row, 3, 40), event(row, 1, 50), {"ref": "x"}]  # fmt: skip
    results = api.post("/cylinder-events/batch", {"events": rows}).json["results"]
    assert [result["status"] for result in results] == [201, 201, 404, 201, 201, 201, 422]
    assert (results[0]["kind"], results[0]["custody"]) == ("collect", "returning")
    assert results[0]["findings"] == results[1]["findings"] == []
    again = api.post("/cylinder-events/batch", rows).json["results"]
    assert [result["status"] for result in again] == [200, 200, 404, 200, 200, 200, 422]
    assert again[0]["id"] == results[0]["id"]
    changed = api.post("/cylinder-events/batch", [{**rows[0], "kind": 7}]).json["results"]
    assert changed[0]["status"] == 409


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"customer": "K-0815"}, 201),
        ({"customer": "张三"}, 422),
        ({"name": "x"}, 422),
        ({"note": "打 13912345678"}, 422),
        ({"deep": {"list": ["34130219900101123X"]}}, 422),
    ],
)
def test_a_customer_is_a_number(api_of, data, status) -> None:
    assert one(api_of("filling"), event(cylinder(), "deliver_done", data=data)).status_code == status


def test_a_new_valve_has_a_code(api_of) -> None:
    api, row = api_of("filling"), cylinder()
    assert one(api, event(row, "valve_change")).status_code == 422
    assert one(api, event(row, "valve_change", data={"valve_code": "VJ-2026/77"})).status_code == 201


@pytest.mark.parametrize("login", ["courier", "depot"])
def test_couriers_and_depots_deliver_and_nothing_else(api_of, login) -> None:
    api, row = api_of(login), cylinder()
    assert one(api, event(row, "enter_depot")).status_code == 201
    assert one(api, event(row, "scrap_order")).status_code == 403
    foreign = filling_factory.cylinder("station2")
    assert one(api, event(foreign, "enter_depot")).status_code == 404
    assert api.get("/elevators").json["items"] == []
    assert one(api_of("tech1"), event(row, "enter_depot")).status_code == 403


def test_what_a_batch_refuses(api_of, client) -> None:
    assert api_of("filling").post("/cylinder-events/batch", {"events": []}).status_code == 422
    assert api_of("filling").post("/cylinder-events/batch", {"events": [{}] * 1001}).status_code == 422
    assert api_of("insurer").post("/cylinder-events/batch", [event(cylinder(), 7)]).status_code == 403
    assert client.post("/api/v1/cylinder-events/batch", json=[]).status_code == 401
