"""Forged cylinders: found once on arrival and at night; explained, decided; a confirmed copy is frozen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Missing
from registry.models import Cylinder, CylinderAnomaly, Filling
from registry.queries import cylinder_anomalies as queries
from registry.services import cylinder_anomalies, cylinder_anomaly_finding, filling, scans
from seeds import cast
from tests import filling_factory as make


def found(code: str | None = None) -> list[CylinderAnomaly]:
    statement = select(CylinderAnomaly).order_by(CylinderAnomaly.id)
    return list(db.session.scalars(statement if code is None else statement.where(CylinderAnomaly.code == code)))


def copied() -> CylinderAnomaly:
    """A bottle that the register holds at a user and that is scanned at the gun."""
    row = make.cylinder(custody="at_user", last_filled_at=clock.now() - timedelta(days=20))
    for _ in range(2):
        scans.scan(cast.actor("filler"), {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"})
    (anomaly,) = found("C1")
    return anomaly


def test_an_honest_fill_leaves_nothing(app):
    filling.record(cast.actor("filler"), make.fill(make.cylinder()))
    assert found() == []
    assert cylinder_anomaly_finding.examine_night(SYSTEM, clock.today()) == len(found())


def test_a_copy_is_found_once_on_arrival(app):
    row = copied()
    assert (row.key, row.state, row.station_id) == ("state", "found", cast.unit("station").id)


def test_night_finds_once(app):
    row = make.cylinder()
    done = filling.record(cast.actor("filler"), make.fill(row))
    with transaction():
        db.session.execute(update(Filling).where(Filling.id == done.filling.id).values(gross_before_g=16_199))
    first = cylinder_anomaly_finding.examine_night(SYSTEM, clock.today())
    assert first >= 1
    assert [hit.evidence["grams"] for hit in found("C4")] == [301]
    assert cylinder_anomaly_finding.examine_night(SYSTEM, clock.today()) == 0
    with pytest.raises(Forbidden):
        cylinder_anomaly_finding.examine_night(cast.actor("section"), clock.today())


def test_explained_and_confirmed_freezes_the_cylinder(app):
    row, county = copied(), cast.actor("county")
    with pytest.raises(Conflict, match="可说明到"):
        cylinder_anomalies.move(county, row.id, "confirm", {"reason": "钢印不符"})
    cylinder_anomalies.move(cast.actor("filling"), row.id, "explain", {"explanation": "未扫回收"})
    assert queries.suspicion(row.cylinder_id) == "running"
    cylinder_anomalies.move(county, row.id, "confirm", {"reason": "钢印不符"})
    again = db.session.get_one(CylinderAnomaly, row.id)
    assert (again.state, again.hazard_id is not None, again.decided_on) == ("confirmed", True, clock.today())
    cylinder = db.session.get_one(Cylinder, row.cylinder_id)
    assert cylinder.status == "suspended"
    assert queries.suspicion(row.cylinder_id) == "confirmed"


def test_who_may(app):
    row = copied()
    with pytest.raises(Forbidden):
        cylinder_anomalies.move(cast.actor("filler"), row.id, "explain", {"explanation": "x"})
    with pytest.raises(Missing):
        cylinder_anomalies.move(cast.actor("filling2"), row.id, "explain", {"explanation": "x"})
    with pytest.raises(Missing):
        cylinder_anomalies.move(cast.actor("filling"), row.id, "paint", {})
