"""Cylinders of the demo on paper: handed on between the cast's station and its neighbours, registered by unit.

After the city, because the neighbours that fill the same gas are the city's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Capacity, Cylinder, CylinderRegistration, CylinderTransfer, Membership, Person, Unit
from registry.queries import cylinder_transfer_facts
from registry.queries.accounts import actor_of
from registry.services import cylinder_registrations, cylinder_transfers
from seeds import cast, past

SAID = {"safety_manager": "梁勇", "mobile": "13855712345", "filled_by": "梁勇"}
CLASS = "2310"
# The bottles that a shift at the gun is shown with stay where they are.
AT_THE_GUN = tuple(f"ZC{number:05d}" for number in (1, 2, 3, 4, 5, 8, 14))


def build() -> bool:
    """Two transfers, one to the cast's station and one from it, and a registration; whether anything was missing."""
    made = select(CylinderRegistration.id).limit(1), select(CylinderTransfer.id).limit(1)
    if any(db.session.scalar(one) is not None for one in made):
        return False
    neighbours = _neighbours()
    if neighbours:
        _transfers(neighbours)
    _register()
    return True


def _neighbours() -> Sequence[Actor]:
    """The managers of other stations whose licence covers LPG."""
    statement = (
        select(Membership, Person, Unit, Capacity)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Capacity, (Capacity.unit_id == Unit.id) & (Capacity.capacity == "filling"))
        .where(Membership.role == "filling_manager", Unit.id != cast.unit("station").id)
        .order_by(Unit.id)
    )
    return [
        actor_of(membership, person, unit)
        for membership, person, unit, licence in db.session.execute(statement).all()
        if "lpg" in (licence.media or ())
    ]


def _fit(giver_id: int, receiver_id: int, count: int) -> list[str]:
    """Codes of cylinders that nothing speaks against."""
    owned = select(Cylinder).where(Cylinder.owner_id == giver_id, Cylinder.status == "in_use")
    free = owned.where(Cylinder.serial_no.not_in(AT_THE_GUN)).order_by(Cylinder.id)
    rows = db.session.scalars(free.limit(200)).all()
    found = cylinder_transfer_facts.verdicts(rows, giver_id, receiver_id, clock.today())
    return [row.handle for row in rows if not found[row.id].findings][-count:]


def _transfers(neighbours: Sequence[Actor]) -> None:
    station = cast.actor("filling")
    other = neighbours[0]
    assert station.unit_id is not None
    assert other.unit_id is not None
    incoming = _fit(other.unit_id, station.unit_id, 4)
    if incoming:
        given = {"receiver_id": station.unit_id, "codes": incoming, "document": "皖北过户协议2026-11"}
        cylinder_transfers.propose(other, {**given, "note": "收购三里湾供应点的气瓶"})
    outgoing = _fit(station.unit_id, other.unit_id, 3)
    if len(outgoing) > 1:
        with past.at(past.moment(_ago(3))):
            given = {"receiver_id": other.unit_id, "codes": outgoing, "document": "方圆过户协议2026-07"}
            row, _ = cylinder_transfers.propose(station, given)
        with past.at(past.moment(_ago(2))):
            answer = {"refused": outgoing[-1:], "reason": "瓶阀手轮缺损，请更换后再过户"}
            cylinder_transfers.make(other, row.id, "accept", answer)


def _register() -> None:
    """The industrial gas station registers its seamless cylinders; the application waits for the office."""
    station = cast.actor("filling2")
    owned = select(Cylinder).where(Cylinder.owner_id == station.unit_id, Cylinder.kind == "seamless_steel")
    fit = [
        row.handle
        for row in db.session.scalars(owned.where(Cylinder.status.in_(("draft", "in_use"))).order_by(Cylinder.id))
        if row.next_inspection_on is None or row.next_inspection_on >= clock.today()
    ]
    with past.at(past.moment(_ago(1))):
        data = {"kind": "new", "catalogue": CLASS, "codes": fit[:40], **SAID}
        case, _ = cylinder_registrations.apply(station, data)
        cylinder_registrations.move(station, case.no, "submit", {})


def _ago(days: int) -> date:
    return clock.today() - timedelta(days=days)
