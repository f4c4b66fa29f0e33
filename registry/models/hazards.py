"""Hazards by 一单四制: the list and its append-only ledger (hazards.md §1)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Name
from registry.models.cylinders import Cylinder
from registry.models.elevators import Elevator
from registry.models.steps import Step
from registry.models.units import Unit


class Hazard(Base):
    """One hazard on one device or unit. `state` moves only through `services.hazards.move`.

    `due_on` is the currently valid deadline, `original_due_on` the first; `version` grows with each move so that two
    people acting at once do not both win. `ref` is the caller's own number of the clue, so that it may send it twice.
    """

    __tablename__ = "hazard"
    __table_args__ = (
        Index("ix_hazard_state_area_code", "state", "area_code"),
        Index("ix_hazard_elevator_id", "elevator_id"),
        Index("ix_hazard_cylinder_id", "cylinder_id"),
        Index("ix_hazard_unit_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Name]
    description: Mapped[Long]
    source: Mapped[Code]
    state: Mapped[Code]
    level: Mapped[Code]
    list_level: Mapped[Code] = mapped_column(default="county")
    is_severe: Mapped[bool] = mapped_column(default=False)
    is_major: Mapped[bool] = mapped_column(default=False)
    clauses: Mapped[Json]
    found_on: Mapped[Day]
    found_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    possible_accident: Mapped[Long] = mapped_column(default="")
    interim_measures: Mapped[Long] = mapped_column(default="")
    stop_use: Mapped[bool] = mapped_column(default=False)
    responsible_person: Mapped[Name] = mapped_column(default="")
    responsible_phone: Mapped[Code] = mapped_column(default="")
    round: Mapped[int] = mapped_column(default=1)
    original_due_on: Mapped[Day | None]
    due_on: Mapped[Day | None]
    state_since: Mapped[Day]
    listed_on: Mapped[Day | None]
    closed_on: Mapped[Day | None]
    listed_supervision: Mapped[Code | None]  # county | city | province: 挂牌督办
    escalation_level: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")
    steps: Mapped[list[HazardStep]] = relationship(lazy="raise_on_sql", order_by="HazardStep.id")


class HazardStep(Step, Base):
    """One move in the ledger: who, when, what was given with it. Never edited; corrections are new steps.

    `due_on` is the deadline in force after the step, so that a past day's overdue list stays what it was.
    """

    __tablename__ = "hazard_step"
    __table_args__ = (Index("ix_hazard_step_hazard_id", "hazard_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"))
    round: Mapped[int]
    done_on: Mapped[Day]
    due_on: Mapped[Day | None]
    role: Mapped[Code]
    data: Mapped[Json]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    hazard: Mapped[Hazard] = relationship(lazy="raise_on_sql", viewonly=True)


class Counter(Base):
    """Gap-free numbers per kind, body and year; taken inside the transaction that uses them."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("kind", "body", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    body: Mapped[Code]
    year: Mapped[int]
    value: Mapped[int]
