"""Cylinders of the cast whose records do not fit: a copied code, one never brought back, one too light."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.models import Cylinder, CylinderAnomaly
from registry.rules.filling_items import OK, items_for
from registry.services import cylinder_anomalies, cylinder_anomaly_finding, filling, scans
from seeds import cast, past
from seeds.cast_cylinders import cylinder, event

FAR = {"lat": 34.4362, "lon": 116.3581, "accuracy_m": 18}  # a market in 砀山


def build() -> None:
    """What the gun noticed, and what became of it: one waits, one is explained, one was confirmed."""
    _seen_in_two_places(cylinder("LPG-COPIED"), 2)
    _never_brought_back(cylinder("LPG-UNRETURNED"), 4)
    _too_light(cylinder("LPG-LIGHT"), 5)
    _night(4)
    _explain("C1", 2, "该瓶由客户自行送回，入站时漏扫，钢印核对一致")
    _explain("C4", 3, "秤前有积水，已重新校秤")
    _decide("C4", 1, "confirm", "现场核对：钢印皮重16.5 kg，实测空瓶15.6 kg，瓶体与档案照片不符")
    _night(0)


def _night(ago: int) -> None:
    with past.at(_moment(ago, 6)):
        cylinder_anomaly_finding.examine_night(SYSTEM, clock.today())


def _moment(ago: int, hour: int, minute: int = 0) -> datetime:
    return past.moment(clock.today() - timedelta(days=ago), hour, minute)


def _scan(row: Cylinder, login: str, at: datetime, purpose: str, **more: object) -> None:
    with past.at(at):
        scans.scan(cast.actor(login), {"code": row.label_code, "purpose": purpose, **more})


def _seen_in_two_places(row: Cylinder, ago: int) -> None:
    """Looked at in one county, at the gun in another a quarter of an hour later."""
    start = _moment(ago, 9, 12)
    with past.at(start - timedelta(days=1)):
        event(row.label_code or "", "enter_station", clock.now())
    _scan(row, "filling2", start, "look", position=FAR)
    _scan(row, "filler", start + timedelta(minutes=16), "fill", gun="1")


def _never_brought_back(row: Cylinder, ago: int) -> None:
    """At a customer's since its last fill, and at the gun again without having come home."""
    _scan(row, "filler", _moment(ago, 15, 40), "fill", gun="2")


def _too_light(row: Cylinder, ago: int) -> None:
    """Filled although it weighed less than the empty bottle on file."""
    end = _moment(ago, 11, 25)
    with past.at(end - timedelta(hours=2)):
        event(row.label_code or "", "enter_station", clock.now())
    _scan(row, "filler", end - timedelta(minutes=4), "fill", gun="1")
    assert row.tare_g is not None
    with past.at(end):
        filling.record(
            cast.actor("filler"),
            {
                "ref": f"cast-{row.inner_no}",
                "code": row.label_code,
                "gun": "1",
                "checks": {item.id: OK for item in items_for(row.medium, clock.today())},
                "purged": True,
                "gross_before_g": row.tare_g - 880,
                "gross_after_g": row.tare_g + 13_600,
                "started_at": end - timedelta(minutes=3),
                "ended_at": end,
                "filler": "filler",
                "checker": "checker",
                "clip": f"cast/{row.inner_no}.mp4",
            },
        )


def _found(code: str) -> CylinderAnomaly:
    statement = select(CylinderAnomaly).where(
        CylinderAnomaly.code == code, CylinderAnomaly.station_id == cast.unit("station").id
    )
    return db.session.scalars(statement.order_by(CylinderAnomaly.id)).first() or _missing(code)


def _missing(code: str) -> CylinderAnomaly:
    raise LookupError(f"the cast leaves no anomaly {code}")


def _explain(code: str, ago: int, text: str) -> None:
    with past.at(_moment(ago, 16)):
        cylinder_anomalies.move(cast.actor("filling"), _found(code).id, "explain", {"explanation": text})


def _decide(code: str, ago: int, verb: str, reason: str) -> None:
    with past.at(_moment(ago, 10)):
        cylinder_anomalies.move(cast.actor("county"), _found(code).id, "take_over", {})
        cylinder_anomalies.move(cast.actor("county"), _found(code).id, verb, {"reason": reason})
