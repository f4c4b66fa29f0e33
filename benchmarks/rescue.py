"""96366: the nearest of 500 responders for each of 25,000 elevators, and the elevator a caller means."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, cast

from geopy.distance import geodesic
from sqlalchemy import Table

from benchmarks.harness import Taken, fresh_registry, seconds, typical_milliseconds
from registry import clock
from registry.bulk import insert_rows
from registry.codes import new_code
from registry.db import Base, db, tidy, transaction
from registry.models import (
    Contract,
    DutyShift,
    Elevator,
    RegisterStamp,
    RescueEnrolment,
    Responder,
    ResponderArea,
    ResponderStatus,
    Unit,
)
from registry.queries import call_lookup
from registry.queries.nearest_responders import Spot, nearest_each
from registry.queries.responder_index import REGISTER
from seeds import cast as people
from seeds import city_names, reference_rows

ELEVATORS = 25_000
RESPONDERS = 500
UNITS = 2_500
SAMPLE = 60
SINCE = date(2024, 1, 1)
LEVEL = 2
TOWNS = {
    "341302": (33.646, 116.964),
    "341321": (34.442, 116.367),
    "341322": (34.188, 116.947),
    "341323": (33.540, 117.558),
    "341324": (33.482, 117.910),
}
# What an operator types, and where the caller stands: each kind of question is measured, the slowest is told.
LINES: dict[str, tuple[str, dict[str, float] | None]] = {
    "code": ("012345", None),
    "misheard code": ("092345", {"lat": 33.65, "lon": 116.96}),
    "words": ("翠湖12号楼2单元", None),
    "words and area": ("砀山 花园 3栋", None),
    "nothing that fits": ("不存在的小区 99号楼 9单元 某物业", None),
    "one common word": ("1单元", None),
    "unit": ("物业 1237", None),
    "position": ("", {"lat": 33.65, "lon": 116.96}),
    "certificate": ("梯11皖L01234(20)", None),
}


@cache
def _taken() -> dict[str, Taken]:
    with fresh_registry():
        reference_rows.load()
        people.build()
        _fill(Random(1))
        tidy()
        return {"nearest_responders": _nearest(), "call_lookup": _lookup()}


def _nearest() -> Taken:
    """Milliseconds an elevator, judging the responders and reading them included; RuntimeError where brute force over
    geopy's geodesic finds another or another distance. The reference is one of geopy's geodesics."""
    rows = db.session.execute(db.select(Elevator.id, Elevator.lat, Elevator.lon, Elevator.area_code)).all()
    spots = [Spot(key, lat, lon, (area,)) for key, lat, lon, area in rows]
    at = clock.now()
    found: dict[int, Any] = {}

    def work() -> None:
        found.update(nearest_each(spots, LEVEL, at))

    best = min(seconds(work) for _ in range(3))
    _compare(Random(2).sample(spots, SAMPLE), found)
    one = typical_milliseconds(lambda: geodesic((33.65, 116.96), (33.7, 117.01)).meters, 200)
    return Taken(best * 1000 / len(spots), one)


def _compare(sample: list[Spot], found: dict[int, Any]) -> None:
    stations = db.session.execute(
        db.select(Responder.id, Responder.lat, Responder.lon, ResponderArea.area_code).join(ResponderArea)
    ).all()
    for spot in sample:
        metres, key = min(
            (geodesic((spot.lat, spot.lon), (lat, lon)).meters, key)
            for key, lat, lon, area in stations
            if area in spot.areas
        )
        if [(each.key, each.metres) for each in found[spot.key]] != [(key, round(metres))]:
            raise RuntimeError(f"elevator {spot.key}: {found[spot.key]}, by brute force {key} at {metres} m")


def _lookup() -> Taken:
    """The slowest of the kinds of question; the reference is the quickest."""
    actor = people.actor("desk")
    taken = {}
    for name, (text, position) in LINES.items():

        def ask(text: str = text, position: dict[str, float] | None = position) -> None:
            call_lookup.find(actor, text, position)
            db.session.rollback()

        taken[name] = typical_milliseconds(ask, 9)
        print(f"  {name} {taken[name]:.1f} ms", file=sys.stderr, flush=True)
    return Taken(max(taken.values()), min(taken.values()))


def _fill(rng: Random) -> None:
    places = {code: [around(rng, middle, 0.05) for _ in range(900)] for code, middle in TOWNS.items()}
    with transaction() as session:
        company = people.unit("company").id
        elevators = [elevator(rng, n, places) for n in range(ELEVATORS)]
        put: Callable[[type[Base], list[dict[str, Any]]], None] = lambda model, rows: insert_rows(  # noqa: E731
            session, cast(Table, model.__table__), rows
        )
        put(Unit, units())
        put(Elevator, elevators)
        put(Contract, [{"elevator_id": row["id"], "company_id": company, "since": SINCE} for row in elevators])
        enrolled = ({"elevator_id": row["id"], "code": row["rescue_code"], "since": SINCE} for row in elevators)
        put(RescueEnrolment, list(enrolled))
        stations = [_station(rng, n, company) for n in range(RESPONDERS)]
        put(Responder, [station for station, _ in stations])
        put(ResponderArea, [{"responder_id": row["id"], "area_code": area} for row, area in stations])
        status = {"status": "active", "since": SINCE}
        put(ResponderStatus, [{"responder_id": row["id"], **status} for row, _ in stations])
        shifts = ((row["id"], day) for row, _ in stations for day in range(7))
        always = {"begins": 0, "ends": 1440, "since": SINCE}
        put(DutyShift, [{"responder_id": key, "weekday": day, **always} for key, day in shifts])
        session.add(RegisterStamp(name=REGISTER, stamp="bench"))
    db.session.remove()


def units() -> list[dict[str, Any]]:
    """The use units of the elevators."""
    return [
        {"id": 10_000 + n, "name": f"宿州第{n}物业服务有限公司", "credit_code": f"U{n:017d}", "area_code": "341302",
         "created_on": SINCE}
        for n in range(UNITS)
    ]  # fmt: skip


def around(rng: Random, middle: tuple[float, float], spread: float) -> tuple[float, float]:
    return round(middle[0] + rng.gauss(0, spread), 6), round(middle[1] + rng.gauss(0, spread), 6)


def elevator(rng: Random, number: int, places: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    area = rng.choices(list(TOWNS), (5, 2, 2, 2, 2))[0]
    where = rng.randrange(900)
    lat, lon = around(rng, places[area][where], 0.00003)
    estate = city_names.estate(Random(f"{area}{where // 8}"))
    return {
        "id": 100_000 + number,
        "label_code": new_code(version="1"),
        "kind": "traction_passenger",
        "status": "in_use",
        "name": "乘客电梯",
        "use_cert_no": f"梯11皖L{number:05d}(20)",
        "device_code": f"3110341202015{number:05d}"[:18],
        "register_code": None,
        "rescue_code": f"{number + 10_000:06d}",
        "inner_no": f"{number % 4 + 1}#",
        "address": f"人民路{where % 300}号{estate}{where % 30 + 1}号楼{number % 3 + 1}单元",
        "area_code": area,
        "division_code": area,
        "use_unit_id": 10_000 + (where * 7 + int(area)) % UNITS,
        "in_use_since": SINCE - timedelta(days=rng.randrange(3000)),
        "lat": lat,
        "lon": lon,
    }


def _station(rng: Random, number: int, company: int) -> tuple[dict[str, Any], str]:
    area = rng.choices(list(TOWNS), (5, 2, 2, 2, 2))[0]
    lat, lon = around(rng, TOWNS[area], 0.09)
    row = {
        "id": 1_000 + number,
        "unit_id": company,
        "name": f"网格救援站{number}",
        "kind": "grid_station",
        "levels": [LEVEL],
        "capacity": 1,
        "status": "active",
        "lat": lat,
        "lon": lon,
    }
    return row, area


TAKES: dict[str, tuple[float, Callable[[], Taken]]] = {
    "nearest_responders": (0.1, lambda: _taken()["nearest_responders"]),
    "call_lookup": (100, lambda: _taken()["call_lookup"]),
}
