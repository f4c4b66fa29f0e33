"""Where equipment was and who held it at the end of a past day: what is on file, but for what has changed since.

Since most days that are asked for nothing has changed: then the columns themselves answer, and no row pays for it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select

from registry import clock
from registry.db import db
from registry.models import AreaLeft, Cylinder, CylinderLeft, Elevator, ElevatorUse


def elevator_area(on: date) -> Any:
    """The area an elevator was in."""
    return _area(Elevator, AreaLeft.elevator_id, on)


def cylinder_area(on: date) -> Any:
    """The area of a cylinder."""
    return _area(Cylinder, AreaLeft.cylinder_id, on)


def _area(model: Any, of: Any, on: date) -> Any:
    later = of.is_not(None), AreaLeft.left_on > on
    if not _any(AreaLeft.id, *later):
        return model.area_code
    first = (
        select(AreaLeft.area_code)
        .where(of == model.id, AreaLeft.left_on > on)
        .order_by(AreaLeft.left_on, AreaLeft.id)
        .limit(1)
        .correlate(model)
        .scalar_subquery()
    )
    return case((model.id.in_(select(of).where(*later)), first), else_=model.area_code)


def use_unit(on: date) -> Any:
    """The unit that used an elevator; of a day before its first period the unit of that one."""
    later = or_(ElevatorUse.since > on, ElevatorUse.until > on)
    if not _any(ElevatorUse.id, later):
        return Elevator.use_unit_id
    then = (
        select(ElevatorUse.unit_id)
        .where(
            ElevatorUse.elevator_id == Elevator.id,
            or_(ElevatorUse.until.is_(None), ElevatorUse.until > on),
            or_(ElevatorUse.until.is_(None), ElevatorUse.until > ElevatorUse.since),
        )
        .order_by(ElevatorUse.since, ElevatorUse.id)
        .limit(1)
        .correlate(Elevator)
        .scalar_subquery()
    )
    changed = Elevator.id.in_(select(ElevatorUse.elevator_id).where(later))
    return case((changed, func.coalesce(then, Elevator.use_unit_id)), else_=Elevator.use_unit_id)


def cylinder_owner(on: date) -> Any:
    """The station that owned a cylinder."""
    later = CylinderLeft.at >= clock.start_of(on + timedelta(days=1))
    if not _any(CylinderLeft.id, later):
        return Cylinder.owner_id
    first = (
        select(CylinderLeft.unit_id)
        .where(CylinderLeft.cylinder_id == Cylinder.id, later)
        .order_by(CylinderLeft.at, CylinderLeft.id)
        .limit(1)
        .correlate(Cylinder)
        .scalar_subquery()
    )
    return case((Cylinder.id.in_(select(CylinderLeft.cylinder_id).where(later)), first), else_=Cylinder.owner_id)


def _any(column: Any, *where: Any) -> bool:
    return db.session.scalar(select(column).where(*where).limit(1)) is not None
