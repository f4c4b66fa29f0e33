"""The ladder of /circulars: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

import pytest

from registry import clock
from tests.hazards_factory import Clock, reported, walk

pytestmark = pytest.mark.usefixtures("app")


def test_the_month_table(api_of) -> None:
    walk(reported(), "ASSIGNED")
    first = clock.today().replace(day=1).isoformat()
    table = api_of("section").get("/circulars/month", since=first, until=clock.today().isoformat()).json
    assert (table["total"]["new"], table["total"]["closing"], table["faults"]) == (1, 1, [])
    assert [line["area"] for line in api_of("county").get("/circulars/month").json["lines"]] == ["341302"]
    assert api_of("property").get("/circulars/month").status_code == 403
    assert api_of("section").get("/circulars/month", since="2026-11-30", until="2026-11-01").status_code == 422


def test_issuing(api_of, client) -> None:
    today = clock.today().isoformat()
    body = {"since": today, "until": today, "demands": "抓紧整改"}
    done = api_of("section").post("/circulars", body)
    assert done.status_code == 201
    assert done.json["kind"] == "circular"
    assert [row["id"] for row in api_of("auditor").get("/circulars").json["items"]] == [done.json["id"]]
    assert api_of("county").get("/circulars").json["items"] == []
    assert api_of("county").post("/circulars", body).status_code == 403
    assert api_of("section").post("/circulars", {"since": today}).status_code == 422
    assert client.get("/api/v1/circulars").status_code == 401


def test_proposals(api_of, monkeypatch) -> None:
    time = Clock(monkeypatch)
    hazard = walk(reported(), "RECTIFYING")
    time.forward(days=46)
    items = api_of("county-leader").get("/circulars/escalations").json["items"]
    assert items[0]["no"] == hazard.no
    assert [row["verb"] for row in items[0]["proposals"]] == ["list_supervision", "supervise", "remind"]
    assert api_of("dangshan").get("/circulars/escalations").json["items"] == []
