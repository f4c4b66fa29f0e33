"""Cylinders of the cast's two filling stations: in order, overdue, past their life, out of service; a few fills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Cylinder
from registry.rules.dates import add_months
from registry.rules.fill_cycle import post_items
from registry.rules.filling_items import OK, items_for
from registry.services import cylinders, fill_cycles, filling, label_batches, policies, scans, stations
from registry.services.cylinder_events import record_event
from registry.services.cylinders import change_status
from seeds import cast, past

SOURCE = "cast"
GUN = "2"  # of the LPG station: the one whose camera has worked all the time
BACK = ("LPG-01", "LPG-02", "LPG-03", "LPG-04", "LPG-05", "LPG-50-2")  # in the yard, to be filled
LPG: dict[str, Any] = {
    "kind": "lpg_steel",
    "medium": "lpg",
    "model": "YSP35.5",
    "product_standard": "GB 5842",
    "volume_ml": 35_500,
    "tare_g": 16_500,
    "working_pressure_kpa": 2_100,
    "test_pressure_kpa": 3_200,
}
RESTAURANT = {**LPG, "model": "YSP118", "volume_ml": 118_000, "tare_g": 47_000}
OXYGEN: dict[str, Any] = {
    "kind": "seamless_steel",
    "medium": "oxygen",
    "model": "ISO9809-1-229-40",
    "product_standard": "GB/T 5099",
    "volume_ml": 40_000,
    "tare_g": 48_000,
    "working_pressure_kpa": 15_000,
    "test_pressure_kpa": 22_500,
}
NITROGEN = {**OXYGEN, "medium": "nitrogen"}
CARBON_DIOXIDE = {**OXYGEN, "medium": "carbon_dioxide"}
ACETYLENE = {
    **OXYGEN,
    "kind": "acetylene",
    "medium": "acetylene",
    "model": "EXJ-40",
    "product_standard": "GB/T 11638",
    "tare_g": 56_000,
    "working_pressure_kpa": 1_560,
    "test_pressure_kpa": 5_200,
    "porosity": Decimal("0.90"),
}


@dataclass(frozen=True)
class CastCylinder:
    """A cylinder of the cast, `key` in `inner_no`: made and last inspected so many months ago; what became of it."""

    key: str
    station: str
    marks: dict[str, Any]
    made: int
    inspected: int | None = None
    status: str = "in_use"
    fills: tuple[int, ...] = ()


CYLINDERS = (
    CastCylinder("LPG-01", "station", LPG, 20, fills=(75, 30, 3)),
    CastCylinder("LPG-02", "station", LPG, 26, fills=(50, 8)),
    CastCylinder("LPG-03", "station", LPG, 31, fills=(12,)),
    CastCylinder("LPG-04", "station", LPG, 60, 14, fills=(6,)),
    CastCylinder("LPG-05", "station", LPG, 70, 23, fills=(40,)),
    CastCylinder("LPG-06", "station", LPG, 8),
    CastCylinder("LPG-07", "station", LPG, 2),
    CastCylinder("LPG-OVERDUE-1", "station", LPG, 50),
    CastCylinder("LPG-OVERDUE-2", "station", LPG, 54),
    CastCylinder("LPG-PAST-LIFE", "station", LPG, 110, 62),
    CastCylinder("LPG-TWELVE-YEARS", "station", LPG, 150, 100, status="scrap_pending"),
    CastCylinder("LPG-SUSPENDED", "station", LPG, 35, status="suspended"),
    CastCylinder("LPG-LOST", "station", LPG, 40, status="lost"),
    CastCylinder("LPG-50-1", "station", RESTAURANT, 18, fills=(28, 20, 11, 4)),
    CastCylinder("LPG-50-2", "station", RESTAURANT, 44, fills=(15, 5)),
    CastCylinder("OX-01", "station2", OXYGEN, 90, 10),
    CastCylinder("OX-OVERDUE", "station2", OXYGEN, 90, 40),
    CastCylinder("N2-01", "station2", NITROGEN, 60, 30),
    CastCylinder("CO2-01", "station2", CARBON_DIOXIDE, 48, 12),
    CastCylinder("C2H2-01", "station2", ACETYLENE, 70, 20),
    CastCylinder("LPG-COPIED", "station", LPG, 22, fills=(17,)),
    CastCylinder("LPG-UNRETURNED", "station", LPG, 24, fills=(8,)),
    CastCylinder("LPG-LIGHT", "station", LPG, 27, fills=(33,)),
    CastCylinder("OX-DRAFT", "station2", OXYGEN, 3, status="draft"),
)
MOVES = {
    "suspended": ("suspend", "瓶阀更换"),
    "scrap_pending": ("order_scrap", "使用满12年"),
    "lost": ("report_lost", "用户丢失"),
}


def build() -> None:
    """Guns, blank labels, cylinders with their fills, and a policy over those of the LPG station."""
    for station, login, media in (
        ("station", "filling", ("lpg", "lpg")),
        ("station2", "filling2", ("oxygen", "nitrogen", "carbon_dioxide", "acetylene")),
    ):
        for number, medium in enumerate(media, 1):
            given = {"station_id": cast.unit(station).id, "number": str(number), "medium": medium}
            stations.register_gun(cast.actor(login), given)
        _labels(station, login)
    for number, each in enumerate(CYLINDERS, 1):
        register(each, number)
    fills = [(ago, each) for each in CYLINDERS for ago in each.fills]
    for ago, each in sorted(fills, key=lambda fill: -fill[0]):
        _fill(cylinder(each.key), ago)
    for number, key in enumerate(BACK):
        back = past.moment(clock.today() - timedelta(days=1), 15, 10 + number * 2)
        with past.at(back):
            event(cylinder(key).label_code or "", "enter_station", back)
    _insure()


def _labels(station: str, manager: str) -> None:
    """Ten blank labels in the station's hands, and twenty more asked for."""
    given = {"count": 10, "carrier": "paper", "layout": "a4-70x37", "reason": "新购气瓶赋码"}
    batch = label_batches.issue_new(cast.actor("section"), {**given, "station_id": cast.unit(station).id})
    label_batches.receive(cast.actor(manager), batch.id)
    more = {"count": 20, "carrier": "ceramic", "layout": "plate-40x30", "reason": "检验后更换陶瓷牌"}
    label_batches.request(cast.actor(manager), {**more, "ref": str(uuid4())})


def cylinder(key: str) -> Cylinder:
    """One of the cast's cylinders."""
    return db.session.scalars(select(Cylinder).where(Cylinder.source == SOURCE, Cylinder.inner_no == key)).one()


def register(each: CastCylinder, number: int) -> None:
    """Put one on file, with the status it has; `number` makes its serial number."""
    month = clock.today().replace(day=1)
    made = add_months(month, -each.made)
    manager = cast.actor("filling" if each.station == "station" else "filling2")
    registered = None if each.status == "draft" else made + timedelta(days=45)
    inspected = add_months(month, -each.inspected) + timedelta(days=9) if each.inspected is not None else None
    row = cylinders.register(
        manager,
        {
            **each.marks,
            "inner_no": each.key,
            "maker": "皖北钢瓶有限公司",
            "maker_code": "TS2299900",
            "serial_no": f"ZC{number:05d}",
            "made_on": made,
            "register_no": None if each.status == "draft" else _register_no(each, number),
            "registered_on": registered,
            "last_inspected_on": inspected,
            "source": SOURCE,
        },
    )
    if each.status in MOVES:
        verb, reason = MOVES[each.status]
        since = clock.today() - timedelta(days=20)
        change_status(manager, row.label_code or "", verb, {"since": since, "reason": reason})


def _register_no(each: CastCylinder, number: int) -> str:
    variety = {"lpg_steel": 3, "acetylene": 4}.get(each.marks["kind"], 1)
    return f"{variety}34{'901' if each.station == 'station' else '902'}Z{number:05d}"


def _fill(row: Cylinder, ago: int) -> None:
    """Scanned back, looked at, filled, looked at again, released and fetched by a customer: a whole turn."""
    start = past.moment(clock.today() - timedelta(days=ago), 8 + row.id % 9, row.id % 50)
    code = row.label_code or ""
    filler = cast.actor("filler")
    with past.at(start):
        event(code, "enter_station", start)
        scans.scan(filler, {"code": code, "purpose": "fill", "gun": GUN})
    end = start + timedelta(minutes=3)
    assert row.permitted_fill_g is not None
    assert row.tare_g is not None
    with past.at(end):
        filling.record(
            cast.actor("filler"),
            {
                "ref": f"cast-{row.inner_no}-{ago}",
                "code": code,
                "gun": GUN,
                "checks": {item.id: OK for item in items_for(row.medium, clock.today())},
                "purged": True,
                "gross_before_g": row.tare_g + 400,
                "gross_after_g": row.tare_g + row.permitted_fill_g - 100,
                "started_at": start + timedelta(minutes=1),
                "ended_at": end,
                "filler": "filler",
                "checker": "checker",
            },
        )
    with past.at(end + timedelta(minutes=2)):
        fill_cycles.post_check(
            filler,
            {
                "ref": f"cast-post-{row.inner_no}-{ago}",
                "code": code,
                "checks": {item.id: OK for item in post_items(clock.today())},
                "checker": "checker",
                "reweigh_g": row.tare_g + row.permitted_fill_g - 100,
                "leak_found": False,
                "labels_printed": True,
            },
        )
        fill_cycles.release(filler, {"ref": f"cast-out-{row.inner_no}-{ago}", "code": code})
    if row.id % 2:
        with past.at(end + timedelta(minutes=40)):
            event(code, "self_pickup", clock.now())
        return
    # By courier and depot to a customer the station knows by number, and the empty one home again.
    road = (("deliver_start", "courier", 40), ("enter_depot", "depot", 80), ("deliver_start", "courier", 130))
    for kind, who, minutes in (*road, ("deliver_done", "courier", 170)):
        with past.at(end + timedelta(minutes=minutes)):
            given = {"customer": f"K-{row.id:04d}"} if kind == "deliver_done" else None
            event(code, kind, clock.now(), who, given)
    if ago > 8:
        with past.at(end + timedelta(days=7)):
            event(code, "collect", clock.now(), "courier", {"customer": f"K-{row.id:04d}"})


def event(code: str, kind: str, at: datetime, who: str = "filling", given: dict[str, Any] | None = None) -> None:
    """One step in a cylinder's life, told by one of the cast."""
    place = cast.unit("depot" if who == "depot" else "station")
    position = {"lat": place.lat, "lon": place.lon} if who != "filling" else None
    record = {"ref": str(uuid4()), "kind": kind, "at": at, "data": given, "position": position}
    record_event(cast.actor(who), code, record)


def _insure() -> None:
    starts_on = clock.today() - timedelta(days=100)
    covered = [cylinder(each.key).label_code or "" for each in CYLINDERS[:8]]
    with past.at(past.moment(starts_on)):
        policies.record(
            cast.actor("insurer"),
            {
                "subject": "cylinder",
                "policy_no": "QP-CAST-0001",
                "holder_id": cast.unit("station").id,
                "holder_type": "filling",
                "starts_on": starts_on,
                "ends_on": add_months(starts_on, 12) - timedelta(days=1),
                "premium_fen": 200 * len(covered),
                "limit_per_accident_fen": 200_000_000,
                "codes": covered,
            },
        )
