"""Ends of alliances, orders to stop and their lifting, tests of gas, corrections of devices; with pages, API, lists."""

from __future__ import annotations

import io
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Capacity, GasBatch, StopOrder, TrailEntry
from registry.queries import station_registers
from registry.services import devices, gas_batches, presence, scans, stations
from seeds import cast
from tests import filling_factory as fillings
from tests.services.test_stations import alliance

DAY = timedelta(days=1)
SAID = {"document": "宿特设令〔2026〕3号", "reason": "充装超期气瓶"}


def ours() -> int:
    return cast.unit("station").id


def stop(login: str = "county", **data: Any) -> StopOrder:
    return stations.order_stop(cast.actor(login), ours(), {"since": clock.today(), **SAID, **data})


def lift(login: str = "county", **data: Any) -> StopOrder:
    return stations.lift_stop(cast.actor(login), ours(), {**SAID, **data})


def rules_of_a_scan() -> set[str]:
    bottle = fillings.cylinder()
    sent = {"code": fillings.signed(bottle.label_code or ""), "purpose": "fill", "gun": "1", "medium": "lpg"}
    answer = scans.scan(cast.actor("filler"), sent)
    return {finding.rule for finding in answer.judged.verdict.findings}


def test_an_order_stops_every_scan_until_it_is_lifted(app) -> None:
    assert "R16" not in rules_of_a_scan()
    row = stop()
    assert "R16" in rules_of_a_scan()
    with pytest.raises(Conflict):
        stop()
    lift()
    assert "R16" not in rules_of_a_scan()
    db.session.refresh(row)
    assert (row.until, row.lift_document) == (clock.today(), SAID["document"])
    with pytest.raises(Conflict):
        lift()
    acts = select(TrailEntry.act).where(TrailEntry.act.in_(("station.stopped", "station.stop_lifted")))
    assert db.session.scalars(acts).all() == ["station.stopped", "station.stop_lifted"]


@pytest.mark.parametrize(("days", "stopped"), [(0, True), (1, False)])
def test_an_order_holds_from_its_day(app, days, stopped) -> None:
    stop(since=clock.today() + days * DAY)
    assert ("R16" in rules_of_a_scan()) is stopped


def test_an_order_that_came_with_the_licence_can_be_lifted(app) -> None:
    since = clock.today() - 9 * DAY
    licence = db.session.scalars(select(Capacity).filter_by(unit_id=ours(), capacity="filling")).one()
    licence.suspended_since = since
    db.session.commit()
    assert (lift().since, licence.suspended_since) == (since, None)


@pytest.mark.parametrize(
    ("login", "data", "error"),
    [
        ("filling", {}, Forbidden),
        ("officer", {}, Forbidden),
        ("dangshan", {}, Invalid),
        ("county", {"document": " "}, Invalid),
        ("county", {"reason": ""}, Invalid),
    ],
)
def test_orders_refused(app, login, data, error) -> None:
    with pytest.raises(error):
        stop(login, **data)
    stop()
    with pytest.raises(error):
        lift(login, **data)
    assert db.session.scalars(select(StopOrder.until)).all() == [None]


def test_only_the_authority_ends_an_alliance(app) -> None:
    row = alliance()
    assert row.approved_by_id == cast.person("section").id
    given = {"until": clock.today(), "reason": "合并"}
    for login in ("county", "filling"):
        with pytest.raises(Forbidden):
            stations.end_alliance(cast.actor(login), row.id, given)
    for change, field in (({"until": clock.today() - DAY}, "until"), ({"reason": " "}, "reason")):
        with pytest.raises(Invalid) as refused:
            stations.end_alliance(cast.actor("section"), row.id, {**given, **change})
        assert list(refused.value.errors) == [field]
    assert stations.end_alliance(cast.actor("section"), row.id, given).until == clock.today()
    with pytest.raises(Conflict):
        stations.end_alliance(cast.actor("section"), row.id, given)
    with pytest.raises(Missing):
        stations.end_alliance(cast.actor("section"), 999999, given)


def untested() -> GasBatch:
    given = {
        "ref": str(uuid.uuid4()),
        "medium": "propane",
        "supplier": "安庆石化",
        "delivery_note": "1",
        "mass_g": 1000,
    }
    return gas_batches.record(cast.actor("filling"), {**given, "mass_g": 1000})[0]


def test_a_batch_gets_its_test_later(app) -> None:
    row, given = untested(), {"tested_on": clock.today(), "dme_ppm": 0, "report_no": "QJ-7"}
    assert station_registers.count_untested(cast.actor("filling"), clock.today()) == 1
    for login, error in (("filling2", Missing), ("filler", Forbidden), ("section", Forbidden)):
        with pytest.raises(error):
            gas_batches.record_test(cast.actor(login), row.id, given)
    for change in ({"tested_on": clock.today() + DAY}, {"file": 999999}):
        with pytest.raises(Invalid):
            gas_batches.record_test(cast.actor("checker"), row.id, {**given, **change})
    assert gas_batches.record_test(cast.actor("checker"), row.id, given).report_no == "QJ-7"
    with pytest.raises(Conflict):
        gas_batches.record_test(cast.actor("checker"), row.id, given)
    assert station_registers.count_untested(cast.actor("filling"), clock.today()) == 0


def test_a_scale_is_calibrated_again(app) -> None:
    row = devices.register(cast.actor("filling"), {"kind": "scale", "number": "S-1", "gun": "1"})[0]
    given = {"calibrated_until": date(2027, 11, 1), "calibration_no": "皖计检1号"}
    changed = devices.correct(cast.actor("county"), row.id, given)
    assert (changed.calibrated_until, changed.gun) == (date(2027, 11, 1), "1")
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "device.corrected")).one()
    assert entry.data["changes"]["calibrated_until"] == [None, "2027-11-01"]
    for login, error in (("filling2", Missing), ("filler", Forbidden), ("dangshan", Missing)):
        with pytest.raises(error):
            devices.correct(cast.actor(login), row.id, given)
    with pytest.raises(Invalid):
        devices.correct(cast.actor("filling"), row.id, {"view": "gun"})
    devices.retire(cast.actor("filling"), row.id)
    with pytest.raises(Conflict):
        devices.correct(cast.actor("filling"), row.id, given)


@pytest.mark.parametrize(("days", "good"), [(29, False), (30, True)])
def test_recordings_are_kept_for_thirty_days_at_least(app, days, good) -> None:
    given = {"kind": "camera", "number": "C-1", "view": "gun", "gun": "1", "retention_days": days}
    if good:
        assert devices.register(cast.actor("filling"), given)[0].retention_days == days
    else:
        with pytest.raises(Invalid):
            devices.register(cast.actor("filling"), given)


def test_programs_walk_the_registers(app, api_of) -> None:
    section, county, manager = api_of("section"), api_of("county"), api_of("filling")
    assert manager.post("/guns", {"number": "7", "medium": "lpg"}).status_code == 201
    assert manager.post("/guns", {"number": "7", "medium": "lpg"}).status_code == 409
    assert county.post("/guns", {"number": "8", "medium": "lpg", "station_id": ours()}).status_code == 201
    assert {row["number"] for row in manager.get("/guns").json["items"]} >= {"7", "8"}
    assert api_of("filling2").get("/guns", station=ours()).json["items"] == []
    pair = {"member_a_id": ours(), "member_b_id": cast.unit("station2").id, "media": ["lpg"], "document": "d"}
    made = section.post("/alliances", {**pair, "since": "2026-01-01"})
    assert (made.status_code, made.json["state"]) == (201, "valid")
    assert county.post("/alliances", {**pair, "since": "2026-01-01"}).status_code == 403
    ended = section.post(f"/alliances/{made.json['id']}/end", {"until": clock.today().isoformat(), "reason": "合并"})
    assert ended.json["state"] == "ended"
    assert manager.get("/alliances", valid="1").json["items"] == []
    assert [row["end_reason"] for row in manager.get("/alliances").json["items"]] == ["合并"]
    body = {"since": clock.today().isoformat(), **SAID}
    assert manager.post(f"/stations/{ours()}/stop", body).status_code == 403
    assert county.post(f"/stations/{ours()}/stop", {**body, "reason": ""}).status_code == 422
    assert county.post(f"/stations/{ours()}/stop", body).status_code == 201
    assert county.post(f"/stations/{ours()}/resume", SAID).status_code == 200
    assert [row["reason"] for row in manager.get("/stop-orders").json["items"]] == [SAID["reason"]]
    device = manager.post("/devices", {"kind": "scale", "number": "S-9", "gun": "1"}).json["id"]
    changed = manager.patch(f"/devices/{device}", {"calibrated_until": "2027-01-01"})
    assert (changed.json["calibrated_until"], changed.json["gun"]) == ("2027-01-01", "1")
    assert manager.patch(f"/devices/{device}", {"number": "x"}).status_code == 422
    assert manager.post(f"/devices/{device}/retire").json["retired_at"]
    presence.sign_on(cast.actor("filling"), "filler")
    today = clock.today().isoformat()
    assert len(county.get("/duty-log", station=ours(), day=today).json["items"]) == 1
    assert county.get("/duty-log", day=(clock.today() - DAY).isoformat()).json["items"] == []
    test = {"tested_on": today, "dme_ppm": 0}
    assert manager.post(f"/gas-batches/{untested().id}/test", test).json["dme_ppm"] == 0


def test_pages_of_the_registers(app, browser_of) -> None:
    county, manager, section = browser_of("county"), browser_of("filling"), browser_of("section")
    form = {"since": clock.today().isoformat(), **SAID}
    assert county.post(f"/stations/{ours()}/stop", data={**form, "reason": ""}).status_code == 422
    assert county.post(f"/stations/{ours()}/stop", data=form).status_code == 302
    assert "已被责令停止充装" in manager.get(f"/stations/{ours()}").text
    assert manager.get(f"/stations/{ours()}/resume").status_code == 403
    assert county.post(f"/stations/{ours()}/resume", data=SAID).status_code == 302
    assert SAID["reason"] in county.get(f"/stations/{ours()}").text
    row = alliance()
    assert row.document in manager.get("/stations/alliances").text
    assert manager.get(f"/stations/alliances/{row.id}/end").status_code == 403
    ended = section.post(f"/stations/alliances/{row.id}/end", data={"until": form["since"], "reason": "合并"})
    assert ended.status_code == 302
    batch = untested()
    report = (io.BytesIO(b"%PDF-1.4 report"), "report.pdf")
    sent = {"tested_on": form["since"], "dme_ppm": "0", "report": report}
    assert manager.post(f"/station-book/gas/{batch.id}/test", data=sent).status_code == 302
    assert county.get(f"/station-book/gas/{batch.id}/report").data == b"%PDF-1.4 report"
    assert browser_of("filling2").get(f"/station-book/gas/{batch.id}/report").status_code == 404
    scale = devices.register(cast.actor("filling"), {"kind": "scale", "number": "S-1", "gun": "1"})[0]
    given = {"gun": "2", "calibrated_until": "2027-01-01"}
    assert manager.post(f"/station-book/devices/{scale.id}", data=given).status_code == 302
    assert "2027-01-01" in county.get("/station-book/devices").text
    presence.sign_on(cast.actor("filling"), "filler")
    assert cast.person("filler").name in county.get("/station-book/presences").text
    assert browser_of("tech1").get("/station-book/presences").status_code == 403
    for name in ("stations", "alliances", "devices", "gas-batches", "presences"):
        assert county.get(f"/exports/{name}.xlsx").status_code == 200, name


def test_a_delivery_on_the_page_is_in_kilograms(app, browser_of) -> None:
    form = {
        "ref": str(uuid.uuid4()),
        "medium": "propane",
        "supplier": "安庆石化",
        "delivery_note": "77",
        "mass_g": "9800.5",
    }
    assert browser_of("filling").post("/station-book/gas/new", data=form).status_code == 302
    assert db.session.scalars(select(GasBatch.mass_g).filter_by(delivery_note="77")).one() == 9_800_500
