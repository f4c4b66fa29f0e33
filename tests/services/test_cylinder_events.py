"""Events from devices: custody, replays, late arrivals, and changes of status that come with them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Cylinder, CylinderEvent, TrailEntry
from registry.services import cylinder_inspections, cylinders
from registry.services.cylinder_events import record_event
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import destroyed

NOW = clock.now()


def send(row, kind, login="filling", **data):
    event = {"ref": str(uuid4()), "kind": kind, "at": NOW - timedelta(hours=1), **data}
    return record_event(cast.actor(login), row.label_code, event)


def custody(row) -> str:
    return db.session.scalar(select(Cylinder.custody).where(Cylinder.id == row.id)) or ""


def test_a_day_in_the_life(app) -> None:
    row = cylinder()
    for hours, kind, expected in (
        (9, "precheck", "prechecked"),
        (8, "enter_station", "empty_in_station"),
        (7, "postcheck", "full_in_station"),
        (6, "leave_station", "in_delivery"),
        (5, "deliver_start", "in_delivery"),
        (4, "deliver_done", "at_user"),
        (3, "collect", "returning"),
        (2, "enter_station", "empty_in_station"),
    ):
        recorded = send(row, kind, at=NOW - timedelta(hours=hours))
        assert custody(row) == expected
        odd = kind == "postcheck" or hours == 8
        assert [finding.rule for finding in recorded.findings] == (["custody"] if odd else [])
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.act == "cylinder.event_recorded")).all()
    assert len(acts) == 8


def test_the_second_arrival_is_answered_like_the_first(app) -> None:
    row = cylinder()
    ref = str(uuid4())
    event = {"ref": ref, "data": {"driver": "甲"}, "position": {"lat": 33.6, "lon": 117.0}}
    first = send(row, "leave_station", **event)
    second = send(row, "leave_station", **event)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.event.id == first.event.id
    assert second.findings == first.findings != ()
    assert len(db.session.scalars(select(CylinderEvent)).all()) == 1
    for other in ({"data": {"driver": "乙"}}, {"position": None}, {"at": NOW - timedelta(hours=2)}):
        with pytest.raises(Conflict):
            send(row, "leave_station", **{**event, **other})
    with pytest.raises(Conflict):
        send(row, "collect", **event)
    with pytest.raises(Conflict):
        send(cylinder(), "leave_station", **event)


def test_a_late_arrival_is_kept_but_moves_nothing(app) -> None:
    row = cylinder()
    send(row, "deliver_done")
    send(row, "leave_station", at=NOW - timedelta(hours=5))
    assert custody(row) == "at_user"


@pytest.mark.parametrize("kind", ["fill", "inspection", "register", "code_bind", "party"])
def test_kinds_that_are_recorded_elsewhere(app, kind) -> None:
    with pytest.raises(Invalid) as refused:
        send(cylinder(), kind)
    assert list(refused.value.errors) == ["kind"]


@pytest.mark.parametrize(("ahead", "allowed"), [(timedelta(minutes=1), True), (timedelta(minutes=4), False)])
def test_a_clock_that_is_ahead(app, ahead, allowed) -> None:
    row = cylinder()
    if allowed:
        assert send(row, "precheck", at=clock.now() + ahead).event.id
        return
    with pytest.raises(Invalid) as refused:
        send(row, "precheck", at=clock.now() + ahead)
    assert list(refused.value.errors) == ["at"]


def test_an_event_that_changes_the_status(app) -> None:
    row = cylinder()
    send(row, "lost", data={"reason": "客户处火灾后找不到"})
    db.session.rollback()
    after = db.session.scalars(select(Cylinder).where(Cylinder.id == row.id)).one()
    assert (after.status, after.custody) == ("lost", "lost")
    with pytest.raises(Conflict):
        send(row, "lost", data={"reason": "又丢"})
    with pytest.raises(Invalid):
        send(cylinder(), "scrap_order")
    with pytest.raises(Forbidden):
        send(cylinder(), "suspend", "filler", data={"reason": "漏气"})


def test_a_destroyed_cylinder_that_moves_is_marked(app) -> None:
    row = cylinder()
    destroyed(row)
    assert [finding.rule for finding in send(row, "precheck").findings] == ["ended"]


def test_who_may(app) -> None:
    row = cylinder()
    assert send(row, "precheck", "filler").event.id
    for login in ("section", "insurer"):
        with pytest.raises(Forbidden):
            send(row, "precheck", login)
    with pytest.raises(Missing):
        send(row, "precheck", "filling2")


@pytest.mark.parametrize(
    ("login", "kind"),
    [("courier", "enter_station"), ("depot", "valve_change"), ("inspector", "deliver_done"), ("section", "collect"),
     ("property", "deliver_done"), ("filling", "receipt"), ("filling", "cancel"), ("depot", "receipt")],
)  # fmt: skip
def test_others_do_not_tell_it(app, login, kind) -> None:
    with pytest.raises(Forbidden):
        send(cylinder(), kind, login)
    assert not db.session.scalars(select(CylinderEvent)).all()


def test_a_customer_confirms_the_receipt_with_its_number_and_nothing_else(app) -> None:
    row = cylinder()
    send(row, "leave_station", at=NOW - timedelta(hours=2))
    recorded = send(row, "receipt", "property", data={"customer": "K-0815"})
    assert (custody(row), recorded.event.unit_id) == ("at_user", cast.unit("property").id)
    for data in ({"customer": "K-1", "note": "放在门口"}, {"customer": "张三"}):
        with pytest.raises(Invalid):
            send(row, "receipt", "property", data=data)
    for handle in (f"id-{row.id}", "SZ00NOTHING00000"):
        with pytest.raises(Missing):
            record_event(cast.actor("property"), handle, {"ref": str(uuid4()), "kind": "receipt", "at": NOW})


def test_the_inspection_station_scans_in_and_out(app) -> None:
    row = cylinder()
    for hours, kind, login, expected in (
        (4, "send_inspection", "filling", "at_inspection"),
        (3, "inspection_in", "inspector", "at_inspection"),
        (2, "inspection_out", "inspector", "returning"),
        (1, "enter_station", "filling", "empty_in_station"),
    ):
        assert send(row, kind, login, at=NOW - timedelta(hours=hours)).findings == ()
        assert custody(row) == expected


def test_what_others_recorded_stands_among_the_events(app) -> None:
    row = cylinder()
    office = cast.actor("section")
    cylinders.change_status(office, row.label_code, "suspend", {"reason": "瓶阀更换"})
    send(row, "resume", "section", data={"reason": "已更换"})
    cylinder_inspections.record(office, row.label_code, {"done_on": clock.today(), "passed": True})
    to = {"owner_id": cast.unit("station2").id, "since": clock.today(), "document": "协议1号"}
    cylinders.transfer(office, row.label_code, to)
    told = db.session.scalars(select(CylinderEvent).order_by(CylinderEvent.id)).all()
    assert [event.kind for event in told] == ["suspend", "resume", "inspection", "transfer"]
    assert told[0].data["given"] == {"reason": "瓶阀更换"}
