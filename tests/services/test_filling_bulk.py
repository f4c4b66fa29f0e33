"""Fills in bulk leave what a single fill leaves."""

from datetime import timedelta

import pytest

from registry import clock
from registry.db import db
from registry.errors import Forbidden
from registry.models import CylinderEvent, Filling, TrailEntry
from registry.services.filling_bulk import bulk_record
from seeds import cast
from tests import filling_factory as make


def row(cylinder, days: int):
    ended = clock.now() - timedelta(days=days)
    return {
        "station_id": cylinder.owner_id,
        "cylinder_id": cylinder.id,
        "gun": "1",
        "medium": "lpg",
        "gross_before_g": 16900,
        "gross_after_g": 31000,
        "started_at": ended - timedelta(minutes=3),
        "ended_at": ended,
        "filler_id": cast.person("filler").id,
        "checker_id": cast.person("checker").id,
    }


def test_each_row_leaves_a_fill_an_event_an_entry_and_the_latest_day(actor) -> None:
    one, other = make.cylinder(), make.cylinder()
    assert bulk_record(actor("filler"), [row(one, 9), row(other, 5), row(one, 2), row(one, 4)]) == 4
    db.session.expire_all()
    fills = db.session.query(Filling).order_by(Filling.id).all()
    entries = db.session.query(TrailEntry).filter_by(act="filling.recorded").order_by(TrailEntry.id).all()
    events = db.session.query(CylinderEvent).order_by(CylinderEvent.id).all()
    assert [fill.cylinder_id for fill in fills] == [one.id, other.id, one.id, one.id]
    assert [entry.subject_id for entry in entries] == [fill.id for fill in fills]
    assert [event.data["filling_id"] for event in events] == [fill.id for fill in fills]
    assert {fill.net_g for fill in fills} == {14100}
    assert (one.last_filled_at, other.last_filled_at) == (fills[2].ended_at, fills[1].ended_at)
    bulk_record(actor("filler"), [row(one, 30)])
    db.session.expire_all()
    assert one.last_filled_at == fills[2].ended_at


def test_only_stations_and_the_system_record(actor) -> None:
    with pytest.raises(Forbidden):
        bulk_record(actor("section"), [])
