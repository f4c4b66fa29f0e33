"""Clips of fills: linked by heartbeats, reported by the recorder, kept while something is open, counted by day."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import DeviceOutage, FillClip, Filling, TrailEntry
from registry.queries import fill_clips as queries
from registry.queries import indicators
from registry.rules.cylinder_anomalies import SPOT_CHECK, Hit
from registry.services import cylinder_anomaly_finding, devices, fill_clips
from registry.services.cylinder_anomaly_finding import Found
from seeds import cast
from tests.sunshine_factory import again, at, camera, filled

TODAY = clock.today


def beat(*numbers: str, **clocks):
    return devices.heartbeat(cast.actor("filler"), numbers or ["CAM-1"], clocks or None)


def clip_of(row: Filling) -> list[FillClip]:
    return list(db.session.scalars(select(FillClip).where(FillClip.filling_id == row.id).order_by(FillClip.id)))


def line(row: Filling, **values):
    return {
        "ref": str(uuid.uuid4()),
        "camera": "CAM-1",
        "filling": row.ref,
        "from_at": row.started_at - timedelta(seconds=10),
        "to_at": row.ended_at + timedelta(seconds=10),
        "digest": "ab" * 32,
        **values,
    }


def test_a_heartbeat_links_the_fills_that_its_camera_recorded(app) -> None:
    row, device = filled(5), camera()
    other_gun = filled(5, gun="2")
    beat()
    assert again(row).clip == clip_of(row)[0].pointer
    clip = clip_of(row)[0]
    assert (clip.source, clip.counts, clip.camera_id, clip.since, clip.until) == (
        "derived",
        True,
        device.id,
        TODAY(),
        None,
    )
    assert (clip.from_at, clip.to_at) == (row.started_at - timedelta(seconds=10), row.ended_at + timedelta(seconds=10))
    assert again(other_gun).clip is None
    beat()
    assert len(clip_of(row)) == 1
    assert db.session.scalar(select(func.count()).where(TrailEntry.act == "fill_clip.linked")) == 1


@pytest.mark.parametrize("minutes", [6, 30])
def test_a_camera_that_was_silent_links_nothing(app, minutes) -> None:
    row, device = filled(5), camera()
    device.last_seen_at = clock.now() - timedelta(minutes=minutes)
    db.session.commit()
    beat()
    assert again(row).clip is None
    assert db.session.scalar(select(func.count()).select_from(DeviceOutage)) == 1
    assert fill_clips.link_night(SYSTEM, TODAY()) == 0


def test_a_camera_heard_of_for_the_first_time_proves_nothing_of_before(app) -> None:
    row, device = filled(5), camera()
    device.last_seen_at = None
    db.session.commit()
    beat()
    assert again(row).clip is None


def test_the_night_links_what_arrived_late_and_twice_finds_nothing_new(app, monkeypatch) -> None:
    camera()
    beat()
    row = filled(3)
    now = clock.now()
    at(monkeypatch, now + timedelta(minutes=4))
    device = db.session.scalars(select(queries.Device).where(queries.Device.number == "CAM-1")).one()
    device.last_seen_at = clock.now()
    db.session.commit()
    assert fill_clips.link_night(SYSTEM, TODAY()) == 1
    assert again(row).clip
    assert fill_clips.link_night(SYSTEM, TODAY()) == 0
    with pytest.raises(Forbidden):
        fill_clips.link_night(cast.actor("section"), TODAY())


def test_clocks_and_drift_are_kept(app) -> None:
    camera()
    beat("CAM-1", **{"CAM-1": clock.now() + timedelta(seconds=3)})
    device = db.session.scalars(select(queries.Device).where(queries.Device.number == "CAM-1")).one()
    assert 2500 < device.clock_off_ms <= 3000


def test_the_recorder_reports_its_index_line_once(app) -> None:
    row = filled(5)
    camera()
    data = line(row)
    clip, replay = fill_clips.report(cast.actor("filler"), data)
    assert (clip.source, clip.digest, clip.counts, replay) == ("reported", "ab" * 32, True, False)
    assert again(row).clip == clip.pointer
    assert fill_clips.report(cast.actor("filler"), data)[1] is True
    with pytest.raises(Conflict):
        fill_clips.report(cast.actor("filler"), {**data, "digest": "cd" * 32})
    with pytest.raises(Conflict):
        fill_clips.report(cast.actor("filler"), line(row))


def test_an_index_line_completes_what_a_heartbeat_linked(app) -> None:
    row = filled(5)
    camera()
    beat()
    fill_clips.report(cast.actor("filler"), line(row))
    assert [(clip.source, clip.digest) for clip in clip_of(row)] == [("reported", "ab" * 32)]


def test_a_camera_elsewhere_does_not_make_a_fill_count(app) -> None:
    row = filled(5)
    camera("CAM-2", gun=None, view="gate")
    clip, _ = fill_clips.report(cast.actor("filler"), line(row, camera="CAM-2"))
    assert clip.counts is False
    assert again(row).clip is None


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"digest": "xyz"}, Invalid, "digest"),
        ({"digest": "ab" * 31}, Invalid, "digest"),
        ({"camera": "NONE"}, Missing, None),
        ({"filling": "none"}, Missing, None),
        ({"from_at": 1}, Invalid, "from_at"),
        ({"to_at": -1}, Invalid, "from_at"),
        ({"scan_snapshot": 999999}, Invalid, "scan_snapshot"),
    ],
)
def test_index_lines_refused(app, change, error, field) -> None:
    row = filled(5)
    camera()
    ends = {"from_at": row.started_at, "to_at": row.ended_at}
    given = {name: ends[name] + timedelta(seconds=value) if name in ends else value for name, value in change.items()}
    with pytest.raises(error) as refused:
        fill_clips.report(cast.actor("filler"), line(row, **given))
    assert field is None or list(refused.value.errors) == [field]
    assert again(row).clip is None


def test_nobody_reports_for_another_station(app) -> None:
    row = filled(5)
    camera()
    with pytest.raises(Missing):
        fill_clips.report(cast.actor("filling2"), line(row))
    for login in ("section", "courier"):
        with pytest.raises(Forbidden):
            fill_clips.report(cast.actor(login), line(row))


@pytest.mark.parametrize(("days", "kept"), [(90, True), (91, False)])
def test_a_clip_is_kept_for_its_days(app, monkeypatch, days, kept) -> None:
    row = filled(5)
    camera(retention_days=90)
    clip, _ = fill_clips.report(cast.actor("filler"), line(row))
    at(monkeypatch, row.ended_at + timedelta(days=days))
    if kept:
        with pytest.raises(Refused):
            fill_clips.drop(cast.actor("filler"), clip.id)
    else:
        assert fill_clips.drop(cast.actor("filler"), clip.id).dropped_at
        with pytest.raises(Conflict):
            fill_clips.drop(cast.actor("filler"), clip.id)


def test_a_clip_of_an_open_anomaly_must_stay(app, monkeypatch) -> None:
    row = filled(5)
    camera(retention_days=90)
    clip, _ = fill_clips.report(cast.actor("filler"), line(row))
    with transaction():
        hit = Hit(*SPOT_CHECK, "1/1", {"check": 1, "place": 1, "note": "n"})
        number = cylinder_anomaly_finding.noted(Found(hit, row.station_id, row.cylinder_id, filling=row.id))
    at(monkeypatch, clock.now() + timedelta(days=200))
    assert [each.id for each in queries.page(cast.actor("filler"), {"kept": True}).items] == [clip.id]
    with pytest.raises(Refused):
        fill_clips.drop(cast.actor("filler"), clip.id)
    anomaly = db.session.get(cylinder_anomaly_finding.CylinderAnomaly, number)
    anomaly.state = "dismissed"
    db.session.commit()
    assert queries.page(cast.actor("filler"), {"kept": True}).items == []
    assert fill_clips.drop(cast.actor("filler"), clip.id)


def figure(on: date) -> tuple[int, int]:
    found = indicators.table(cast.actor("section"), "sunshine_filling", on)[0]
    return found.numerator, found.denominator


def reasons(on: date) -> list[str]:
    return [str(each.reason) for each in indicators.behind(cast.actor("section"), "sunshine_filling", on).items]


def test_past_days_keep_their_figure(app, monkeypatch) -> None:
    """Linked today, lost on the third day, found again on the fifth: every day says what it said then."""
    first = TODAY()
    before = figure(first)
    row = filled(5)
    camera()
    assert figure(first) == (before[0], before[1] + 1)
    assert "充装位摄像机当时没有信号，也没有上报视频片段" in reasons(first)
    now = clock.now()
    days = [first + timedelta(days=ahead) for ahead in range(7)]
    at(monkeypatch, now + timedelta(days=1))
    fill_clips.report(cast.actor("filler"), line(row))
    at(monkeypatch, now + timedelta(days=3))
    with transaction():
        fill_clips.lose(cast.actor("county"), again(row))
    at(monkeypatch, now + timedelta(days=5))
    fill_clips.report(cast.actor("filler"), line(row))
    at(monkeypatch, now + timedelta(days=6))

    def counts(day: date) -> int:
        """Only this fill's part: older fills leave the window day by day."""
        statement = select(func.count()).where(Filling.id == row.id, queries.filmed(day))
        return db.session.scalar(statement)

    assert [counts(day) for day in days] == [0, 1, 1, 0, 0, 1, 1]
    assert f"{days[1]}才关联视频片段" not in reasons(days[3])
    assert f"{days[5]}才关联视频片段" in reasons(days[3])
    for day in days:
        found = indicators.table(cast.actor("section"), "sunshine_filling", day)[0]
        behind = indicators.behind(cast.actor("section"), "sunshine_filling", day, limit=200).items
        assert found.numerator + len(behind) == found.denominator


def test_a_clip_named_with_the_fill_is_lost_from_the_day_of_the_look(app, monkeypatch) -> None:
    row = filled(5, clip="NVR-1/07")
    first = TODAY()
    at(monkeypatch, clock.now() + timedelta(days=2))
    with transaction():
        fill_clips.lose(cast.actor("county"), again(row))
    at(monkeypatch, clock.now() + timedelta(days=1))
    assert again(row).clip is None
    kept = [
        db.session.scalar(select(func.count()).where(Filling.id == row.id, queries.filmed(first + timedelta(days=n))))
        for n in range(4)
    ]
    assert kept == [1, 1, 0, 0]


STROKES = [
    ({"day": 1}, Invalid),
    ({"number": "NONE"}, Missing),
    ({"strokes": 4}, Invalid),
]


@pytest.mark.parametrize(("change", "error"), STROKES)
def test_strokes_refused(app, change, error) -> None:
    devices.register(cast.actor("filling"), {"kind": "scale", "number": "S-1", "gun": "1"})
    given = {"number": "S-1", "day": 0, "strokes": 5, **change}
    report = devices.report_strokes
    report(cast.actor("filler"), "S-1", TODAY(), 5)
    assert report(cast.actor("filler"), "S-1", TODAY(), 7).strokes == 7
    with pytest.raises(error):
        report(cast.actor("filler"), given["number"], TODAY() + timedelta(days=given["day"]), given["strokes"])
    with pytest.raises(Forbidden):
        report(cast.actor("county"), "S-1", TODAY(), 9)
