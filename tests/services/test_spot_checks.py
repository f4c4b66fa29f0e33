"""Spot checks: a draw that anybody entitled can repeat, and what each look leads to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import CylinderAnomaly, Filling, SpotCheck, SpotCheckItem, TrailEntry
from registry.queries import spot_checks as queries
from registry.queries import todo
from registry.rules import spot_checks as rules
from registry.services import spot_checks
from seeds import cast
from tests.sunshine_factory import again, camera, filled

GOOD = dict.fromkeys(("legal", "staff", "scanned", "checked", "reweighed"), "yes")


def draw(login: str = "county", **values) -> SpotCheck:
    today = clock.today()
    station = cast.unit("station").id
    given = {"station_id": station, "first_on": today - timedelta(days=1), "last_on": today, "size": 2, **values}
    return spot_checks.draw(cast.actor(login), given)


def judge(row: SpotCheck, verb: str, place: int = 1, login: str = "county", **data) -> SpotCheckItem:
    return spot_checks.judge(cast.actor(login), row.id, place, verb, data)


@pytest.fixture
def fills(app) -> list[Filling]:
    """Four fills of today."""
    camera()
    return [filled(5 + number) for number in range(4)]


def test_a_draw_can_be_repeated_by_whoever_may_see_it(fills) -> None:
    row = draw()
    shown = queries.show(cast.actor("county"), row.id)
    assert (row.pool_size, len(shown.items)) == (4, 2)
    assert {item.state for item in shown.items} == {"open"}
    filled(2)  # a fill that arrived after the draw changes nothing
    for login in ("county", "section", "filling"):
        found = queries.repetition(cast.actor(login), row.id)
        assert found.same
        assert found.same_pool
        assert found.pool_size == 4
    for login in ("filling2", "dangshan"):
        with pytest.raises(Missing):
            queries.repetition(cast.actor(login), row.id)
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "spot_check.drawn")).one()
    assert (entry.data["seed"], entry.data["pool_digest"]) == (row.seed, row.pool_digest)
    assert draw().seed != row.seed


def test_a_changed_fill_is_noticed(fills) -> None:
    row = draw()
    db.session.execute(Filling.__table__.update().where(Filling.id == fills[0].id).values(scanned=True))
    db.session.commit()
    found = queries.repetition(cast.actor("county"), row.id)
    assert not found.same_pool


@pytest.mark.parametrize(
    ("login", "change", "error"),
    [
        ("filling", {}, Forbidden),
        ("auditor", {}, Forbidden),
        ("dangshan", {}, Invalid),
        ("county", {"station_id": 999999}, Invalid),
        ("county", {"size": 0}, Invalid),
        ("county", {"size": 201}, Invalid),
        ("county", {"last_on": 1}, Invalid),
        ("county", {"first_on": 1}, Invalid),
        ("county", {"first_on": -400, "last_on": -399}, Invalid),
    ],
)
def test_draws_refused(fills, login, change, error) -> None:
    today = clock.today()
    days = ("first_on", "last_on")
    given = {key: today + timedelta(days=value) if key in days else value for key, value in change.items()}
    with pytest.raises(error):
        draw(login, **given)
    assert db.session.scalars(select(SpotCheck)).all() == []


def test_a_fill_in_order(fills) -> None:
    row = draw()
    item = judge(row, "pass", answers={**GOOD, "staff": "unseen"})
    assert (item.state, item.answers["staff"]) == ("ok", "unseen")
    with pytest.raises(Conflict):
        judge(row, "fail", answers={**GOOD, "legal": "no"}, note="n")


def test_a_fill_not_in_order_opens_an_anomaly_that_the_station_explains(fills) -> None:
    row = draw()
    item = judge(row, "fail", answers={**GOOD, "reweighed": "no"}, note="没有复称")
    anomaly = db.session.get(CylinderAnomaly, item.anomaly_id)
    assert (anomaly.code, anomaly.state, anomaly.filling_id) == ("C19", "found", item.filling_id)
    assert anomaly.station_id == cast.unit("station").id
    assert anomaly.evidence["note"] == "没有复称"


def test_a_missing_clip_uncounts_the_fill_and_can_be_looked_at_later(fills) -> None:
    from registry.services import devices

    devices.heartbeat(cast.actor("filler"), ["CAM-1"])
    row = draw()
    item = judge(row, "miss_clip")
    assert item.state == "clip_missing"
    fill = db.session.get(Filling, item.filling_id)
    assert again(fill).clip is None
    mine = {waiting.todo.key: waiting.count for waiting in todo.waiting(cast.actor("filling"), clock.today())}
    assert mine["spot_checks_missing"] == 1
    assert judge(row, "pass", answers=GOOD).state == "ok"


@pytest.mark.parametrize(
    ("verb", "data", "field"),
    [
        ("pass", {"answers": {"legal": "yes"}}, "answers"),
        ("pass", {"answers": {**GOOD, "more": "yes"}}, "answers"),
        ("pass", {"answers": {**GOOD, "legal": "maybe"}}, "answers"),
        ("pass", {"answers": {**GOOD, "legal": "no"}}, "answers"),
        ("fail", {"answers": GOOD, "note": "n"}, "answers"),
        ("fail", {"answers": {**GOOD, "legal": "no"}}, "note"),
    ],
)
def test_looks_refused(fills, verb, data, field) -> None:
    row = draw()
    with pytest.raises(Invalid) as refused:
        judge(row, verb, **data)
    assert list(refused.value.errors) == [field]
    assert db.session.scalars(select(SpotCheckItem.state).distinct()).all() == [rules.OPEN]


def test_only_registrars_of_the_area_look(fills) -> None:
    row = draw()
    with pytest.raises(Forbidden):
        judge(row, "pass", login="filling", answers=GOOD)
    with pytest.raises(Missing):
        judge(row, "pass", login="dangshan", answers=GOOD)
    with pytest.raises(Missing):
        judge(row, "pass", place=9, answers=GOOD)


def test_what_waits_and_the_month(fills) -> None:
    row = draw()
    actor, today = cast.actor("county"), clock.today()
    assert queries.count_waiting(actor, today) == 2
    judge(row, "pass", answers=GOOD)
    judge(row, "fail", place=2, answers={**GOOD, "legal": "no"}, note="超期瓶")
    assert queries.count_waiting(actor, today) == 0
    first = today.replace(day=1)
    assert queries.by_month(actor, [row.station_id], first, today + timedelta(days=1)) == {
        row.station_id: {"ok": 1, "not_ok": 1}
    }
