"""Who can be sent: duty times, level, area, load; and that the nearest are the nearest."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from flask import Flask
from geopy.distance import geodesic

from registry import clock
from registry.queries import responders as queries
from registry.rules.nearest import Nearest, Point
from registry.services import responders
from seeds import cast
from tests.responders_factory import ALWAYS, SUZHOU, moment, station

MONDAY = date(2031, 3, 3)
NOON = moment(MONDAY, "12:00")


def names(*args, **named) -> list[str]:
    return [each.name for each in queries.nearest_for(*args, **named)]


def test_the_nearest_comes_first_with_geopys_distance(app: Flask) -> None:
    station("远", lat=33.70, lon=117.05)
    station("近", lat=33.65, lon=116.97)
    found = queries.nearest_for(SUZHOU, 2, NOON)
    assert [each.name for each in found] == ["近", "远"]
    assert found[0].distance_m == round(geodesic(SUZHOU, (33.65, 116.97)).meters)
    assert found[0].reasons[0] == "直线距离0.7公里"
    assert found[0].phone == "0557-3012345"
    assert names(SUZHOU, 2, NOON, 1) == ["近"]


@pytest.mark.parametrize(
    ("time", "expected"),
    [("07:59", []), ("08:00", ["日班"]), ("19:59", ["日班"]), ("20:00", ["夜班"]), ("23:59", ["夜班"])],
)
def test_duty_begins_and_ends_on_the_minute(app: Flask, time: str, expected: list[str]) -> None:
    station("日班", shifts=[{"weekday": 0, "begins": 480, "ends": 1200}])
    station("夜班", shifts=[{"weekday": 0, "begins": 1200, "ends": 360}])
    assert names(SUZHOU, 2, moment(MONDAY, time)) == expected


@pytest.mark.parametrize(("time", "expected"), [("00:00", ["夜班"]), ("05:59", ["夜班"]), ("06:00", [])])
def test_a_night_goes_on_after_midnight(app: Flask, time: str, expected: list[str]) -> None:
    station("夜班", shifts=[{"weekday": 0, "begins": 1200, "ends": 360}])
    assert names(SUZHOU, 2, moment(MONDAY + timedelta(days=1), time)) == expected


def test_an_exception_takes_the_place_of_its_day(app: Flask) -> None:
    row = station("站")
    actor = cast.actor("desk")
    responders.add_exception(actor, row.id, {"day": MONDAY, "reason": "车辆检修"})
    assert names(SUZHOU, 2, NOON) == []
    assert names(SUZHOU, 2, NOON + timedelta(days=1)) == ["站"]
    assert queries.passed_over(SUZHOU, 2, NOON)[0].why == "当前不在值班时间：车辆检修"
    responders.drop_exception(actor, row.id, MONDAY)
    assert names(SUZHOU, 2, NOON) == ["站"]


def test_only_who_serves_the_level_and_the_area(app: Flask) -> None:
    station("网格")
    station("本单位", kind="unit_team", areas=["341321"])
    station("消防", kind="fire_detachment", unit="desk", areas=["341300"])
    station("值守", kind="office_duty", unit="city", login="section", areas=["341300"])
    assert names(SUZHOU, 1, NOON) == ["本单位"]
    assert sorted(names(SUZHOU, 2, NOON)) == sorted(["网格", "本单位"])
    assert names(SUZHOU, 2, NOON, areas=("341302",)) == ["网格"]
    assert names(SUZHOU, 2, NOON, areas=("3413GX", "341321")) == ["本单位"]
    assert names(SUZHOU, 3, NOON, areas=("341324",)) == ["消防"]
    assert names(SUZHOU, 1, NOON, units=(cast.unit("company2").id,)) == []
    assert names(SUZHOU, 1, NOON, units=(cast.unit("company").id,)) == ["本单位"]


def test_load_counts_as_distance_and_capacity_ends_it(app: Flask) -> None:
    near = station("近", capacity=2)
    station("远", lat=33.6648, lon=116.9641)  # two kilometres
    assert names(SUZHOU, 2, NOON, loads={near.id: 1}) == ["远", "近"]
    assert names(SUZHOU, 2, NOON, loads={near.id: 2}) == ["远"]
    assert queries.passed_over(SUZHOU, 2, NOON, loads={near.id: 2})[0].why == "正在处置2起，已满负荷"
    assert "正在处置1起，可同时处置2起" in queries.nearest_for(SUZHOU, 2, NOON, loads={near.id: 1})[1].reasons


def test_the_copy_of_a_process_is_never_old(app: Flask) -> None:
    row = station("站")
    actor = cast.actor("desk")
    today = moment(clock.today() + timedelta(days=1), "12:00")
    assert names(SUZHOU, 2, today) == ["站"]
    responders.move(actor, row.id, "suspend", "整顿")
    assert names(SUZHOU, 2, today) == []
    responders.move(actor, row.id, "resume", "整顿完毕")
    assert names(SUZHOU, 2, today) == ["站"]
    responders.set_rota(actor, row.id, [])
    assert names(SUZHOU, 2, today) == []
    responders.set_rota(actor, row.id, ALWAYS)
    responders.correct(actor, row.id, {"lat": 33.7, "lon": 117.0})
    assert queries.nearest_for(SUZHOU, 2, today)[0].distance_m == round(geodesic(SUZHOU, (33.7, 117.0)).meters)


def test_without_a_place_there_is_still_an_answer(app: Flask) -> None:
    station("没有坐标", lat=None, lon=None)
    station("有坐标")
    assert [each.distance_m for each in queries.nearest_for(SUZHOU, 2, NOON)] == [0, None]
    assert len(queries.nearest_for(None, 2, NOON)) == 2
    assert queries.nearest_for(None, 2, NOON, 1)[0].reasons[0] == "没有坐标，无法计算距离"


def brute(points: list[Point], place: tuple[float, float], limit: int) -> list[tuple[int, int]]:
    """Every geodesic, sorted."""
    rows = [(geodesic(place, (p.lat, p.lon)).meters, p) for p in points]
    rows.sort(key=lambda row: (row[0] + row[1].penalty_m, row[1].penalty_m, row[1].key))
    return [(p.key, round(metres)) for metres, p in rows[:limit]]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("limit", [1, 4])
def test_it_is_what_brute_force_finds(seed: int, limit: int) -> None:
    rng = random.Random(seed)
    spread = (0.02, 0.4, 3.0, 12.0, 0.0001, 0.4)[seed]
    points = [
        Point(key, 33.6 + rng.gauss(0, spread), 117 + rng.gauss(0, spread), rng.choice((0.0, 0.0, 3000.0)))
        for key in range(60)
    ]
    points += [Point(100 + p.key, p.lat, p.lon, p.penalty_m) for p in points[:20]]  # at the same place: ties
    nearest = Nearest(points, lambda a, b: geodesic(a, b).meters)
    for _ in range(25):
        place = (33.6 + rng.gauss(0, spread), 117 + rng.gauss(0, spread))
        assert [(f.key, f.metres) for f in nearest.find(*place, limit)] == brute(points, place, limit)


def test_hardly_a_geodesic_is_worked_out() -> None:
    rng = random.Random(7)
    asked = []

    def measure(a, b):
        asked.append(a)
        return geodesic(a, b).meters

    points = [Point(key, rng.uniform(33.3, 34.5), rng.uniform(116.2, 118.1)) for key in range(500)]
    nearest = Nearest(points, measure)
    for _ in range(2000):
        assert len(nearest.find(rng.uniform(33.3, 34.5), rng.uniform(116.2, 118.1))) == 1
    assert len(asked) < 40


def test_nothing_near_is_no_mistake() -> None:
    nearest = Nearest([], lambda a, b: 0.0)
    assert nearest.find(*SUZHOU) == []
    assert Nearest([Point(1, *SUZHOU)], lambda a, b: 0.0).find(*SUZHOU, limit=0) == []


def test_many_places_get_what_each_gets_alone(app: Flask) -> None:
    rng = random.Random(3)
    for number in range(12):
        areas = ["341302"] if number % 3 else ["341321"]
        station(f"站{number}", lat=33.6 + rng.random() / 5, lon=116.9 + rng.random() / 5, areas=areas)
    spots = [
        queries.Spot(key, 33.6 + rng.random() / 5, 116.9 + rng.random() / 5, (("341302",), ("341321",), ())[key % 3])
        for key in range(60)
    ]
    for spot, (key, found) in zip(spots, queries.nearest_each(spots, 2, NOON, 3), strict=True):
        alone = queries.nearest_for((spot.lat, spot.lon), 2, NOON, 3, areas=spot.areas)
        assert key == spot.key
        assert [(each.key, each.metres) for each in found] == [(p.responder_id, p.distance_m) for p in alone]
