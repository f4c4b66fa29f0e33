"""Label codes as a list, and what is printed on a label."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from registry import codes, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Capacity, Cylinder, Elevator, LabelBatch, LabelBinding, LabelCode, Unit
from registry.queries import label_bindings
from registry.queries.paging import Page, paginate
from registry.rules import labels as rules
from registry.rules.kinds import CYLINDER_KINDS, ELEVATOR_KINDS, MEDIA, Kind, Medium

STATUSES: dict[str, T] = {
    "blank": T("空白"),
    "active": T("使用中"),
    "replaced": T("已换码"),
    "void": T("已作废"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A code with what it is on: `unit` owns or uses it, `number` is its register or serial number. `binding_id`: the
    evidence that it is on its cylinder; None for a code that was given at registration, by import or by an office."""

    row: LabelCode
    kind: Kind | None = None
    unit: Unit | None = None
    number: str = ""
    address: str = ""
    medium: Medium | None = None
    rescue_code: str = ""
    binding_id: int | None = None

    @property
    def on(self) -> str:
        """`elevator`, `cylinder` or nothing."""
        return "elevator" if self.row.elevator_id else "cylinder" if self.row.cylinder_id else ""


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> tuple[Page, dict[int, Face]]:
    """One page of codes, newest first, with their faces by row id; filters as in `matching`."""
    policy.require(actor, "label.read")
    found = paginate(_filtered(actor, filters), LabelCode.id, cursor=cursor, newest=True)
    return found, {face.row.id: face for face in faces(found.items)}


def matching(actor: Actor, filters: Mapping[str, Any], most: int) -> list[str]:
    """The codes that can be printed among those of `on` (elevator, cylinder, blank), `status`, `unprinted`, `unproven`,
    `batch` (its number), `unit` (part of the owner's, user's or holder's name) and `q` (code, register or serial
    number), oldest first."""
    policy.require(actor, "label.print")
    rows = _filtered(actor, filters).where(LabelCode.status.in_(("active", "blank")))
    return [row.code for row in db.session.scalars(rows.order_by(LabelCode.id).limit(most))]


def _filtered(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    statement = policy.scope(actor, LabelCode).where(LabelCode.scheme == "own")
    places = {
        "elevator": LabelCode.elevator_id.is_not(None),
        "cylinder": LabelCode.cylinder_id.is_not(None),
        "blank": and_(LabelCode.elevator_id.is_(None), LabelCode.cylinder_id.is_(None)),
    }
    if filters.get("on"):
        statement = statement.where(places[filters["on"]])
    if filters.get("status"):
        statement = statement.where(LabelCode.status == filters["status"])
    if filters.get("batch"):
        statement = statement.where(
            LabelCode.batch_id.in_(select(LabelBatch.id).where(LabelBatch.number == filters["batch"]))
        )
    if filters.get("unproven"):
        statement = statement.where(LabelCode.status == "active", LabelCode.cylinder_id.is_not(None), ~_PROVEN)
    if filters.get("unprinted"):
        statement = statement.where(LabelCode.prints == 0)
    if filters.get("unit"):
        statement = statement.where(_of_units(select(Unit.id).where(Unit.name.contains(filters["unit"]))))
    if filters.get("q"):
        statement = statement.where(_numbered(filters["q"]))
    return statement


_PROVEN = exists().where(LabelBinding.label_id == LabelCode.id, LabelBinding.state == rules.CONFIRMED)


def _of_units(units: Select[Any]) -> Any:
    return or_(
        LabelCode.cylinder_id.in_(select(Cylinder.id).where(Cylinder.owner_id.in_(units))),
        LabelCode.elevator_id.in_(select(Elevator.id).where(Elevator.use_unit_id.in_(units))),
        LabelCode.issued_to_id.in_(units),
    )


def _numbered(text: str) -> Any:
    cylinders = select(Cylinder.id).where(
        or_(Cylinder.serial_no == text, Cylinder.register_no == text, Cylinder.inner_no == text)
    )
    elevators = select(Elevator.id).where(
        or_(
            Elevator.register_code == text,
            Elevator.device_code == text,
            Elevator.use_cert_no == text,
            Elevator.address.contains(text, autoescape=True),
        )
    )
    return or_(
        LabelCode.code == codes.split(text).code,
        LabelCode.cylinder_id.in_(cylinders),
        LabelCode.elevator_id.in_(elevators),
    )


def faces(rows: Collection[LabelCode]) -> list[Face]:
    """What each code is on, in the order given; four queries for every 500."""
    found: list[Face] = []
    listed = list(rows)
    for start in range(0, len(listed), 500):
        found.extend(_faces(listed[start : start + 500]))
    return found


def _faces(rows: Sequence[LabelCode]) -> list[Face]:
    owner, user = aliased(Unit), aliased(Unit)
    cylinders = {
        cylinder.id: (cylinder, unit)
        for cylinder, unit in db.session.execute(
            select(Cylinder, owner)
            .join(owner, owner.id == Cylinder.owner_id)
            .where(Cylinder.id.in_([row.cylinder_id for row in rows if row.cylinder_id]))
        )
    }
    elevators = {
        elevator.id: (elevator, unit)
        for elevator, unit in db.session.execute(
            select(Elevator, user)
            .outerjoin(user, user.id == Elevator.use_unit_id)
            .where(Elevator.id.in_([row.elevator_id for row in rows if row.elevator_id]))
        )
    }
    holders = {
        unit.id: unit
        for unit in db.session.scalars(
            select(Unit).where(Unit.id.in_([row.issued_to_id for row in rows if row.issued_to_id]))
        )
    }
    proven = label_bindings.proven([row.id for row in rows if row.cylinder_id])
    found = []
    for row in rows:
        if row.cylinder_id in cylinders:
            found.append(_cylinder_face(row, *cylinders[row.cylinder_id], proven.get(row.id)))
        elif row.elevator_id in elevators:
            found.append(_elevator_face(row, *elevators[row.elevator_id]))
        else:
            found.append(Face(row, unit=holders.get(row.issued_to_id or 0)))
    return found


def _cylinder_face(row: LabelCode, cylinder: Cylinder, owner: Unit, binding_id: int | None) -> Face:
    number = cylinder.register_no or cylinder.serial_no
    medium = MEDIA.get(cylinder.medium)
    return Face(row, CYLINDER_KINDS.get(cylinder.kind), owner, number, medium=medium, binding_id=binding_id)


def _elevator_face(row: LabelCode, elevator: Elevator, user: Unit | None) -> Face:
    number = elevator.use_cert_no or elevator.register_code or elevator.device_code or ""
    kind = ELEVATOR_KINDS.get(elevator.kind)
    return Face(row, kind, user, number, elevator.address, None, elevator.rescue_code or "")


def one(actor: Actor, code: str) -> Face:
    """A code the caller may see, with what it is on.

    Raises:
        Missing: no such code, or not for this caller.
    """
    policy.require(actor, "label.read")
    row = policy.get(actor, LabelCode, LabelCode.code.in_({codes.split(code).code, code} - {""}))
    return faces([row])[0]


def units(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the units that codes can be issued to: those that own or use equipment."""
    policy.require(actor, "label_batch.issue")
    capable = select(Capacity.unit_id).where(Capacity.capacity.in_(("filling", "use", "owner", "maintenance")))
    rows = db.session.execute(
        policy.scope(actor, Unit, Unit.id, Unit.name).where(Unit.id.in_(capable)).order_by(Unit.name).limit(5000)
    )
    return [(unit_id, name) for unit_id, name in rows]


def place_of(actor: Actor, text: str) -> tuple[str, str] | None:
    """Where a scanned text leads: ("elevator" or "cylinder", its own code), or None when there is no such thing for
    this caller to see."""
    plain, typed = codes.split(text).code, text.strip()
    label_row = db.session.scalar(select(LabelCode).where(LabelCode.code.in_({plain, typed} - {""})))
    cylinder = Cylinder.id == label_row.cylinder_id if label_row and label_row.cylinder_id else None
    elevator = Elevator.id == label_row.elevator_id if label_row and label_row.elevator_id else None
    if label_row is None:
        cylinder = or_(Cylinder.register_no == typed, Cylinder.serial_no == typed)
        elevator = or_(Elevator.register_code == typed, Elevator.device_code == typed, Elevator.rescue_code == typed)
    for name, model, where in (("cylinder", Cylinder, cylinder), ("elevator", Elevator, elevator)):
        if where is None:
            continue
        try:
            found: Any = policy.get(actor, model, where)
        except Missing:
            continue
        if found.label_code:
            return name, found.label_code
    return None
