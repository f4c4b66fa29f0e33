"""Use registration of elevators as cases, and what belongs to a register beside the elevator itself."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Name, Period
from registry.models.elevators import Elevator
from registry.models.steps import Step
from registry.models.units import Unit


class Registration(Base):
    """An application for use registration of one elevator. `state` moves only through `services.registrations`.

    `fields` are those of the form that belong to the application, `changes` what it is to alter in the register,
    `papers` ids of stored files by kind of paper. `form` is the whole form as it was signed: frozen at each
    submission, completed by the registrar at the grant. `due_on` is the office's day while it waits for the office.
    `late_days`: how long after the legal days a first registration was applied for.
    """

    __tablename__ = "registration"
    __table_args__ = (
        Index("ix_registration_elevator_id", "elevator_id"),
        Index("ix_registration_state_area_code", "state", "area_code"),
        Index("ix_registration_unit_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    kind: Mapped[Code]
    state: Mapped[Code]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    new_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    fields: Mapped[Json]
    changes: Mapped[Json]
    papers: Mapped[Json]
    form: Mapped[Json | None]
    opened_on: Mapped[Day]
    submitted_on: Mapped[Day | None]
    due_on: Mapped[Day | None]
    decided_on: Mapped[Day | None]
    takes_effect_on: Mapped[Day | None]
    late_days: Mapped[int] = mapped_column(default=0)
    certificate_no: Mapped[Code | None]
    note: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    new_unit: Mapped[Unit | None] = relationship(foreign_keys=[new_unit_id], lazy="raise_on_sql")
    steps: Mapped[list[RegistrationStep]] = relationship(lazy="raise_on_sql", order_by="RegistrationStep.id")


class RegistrationStep(Step, Base):
    """One step of a case: who, when, what was said. Never edited."""

    __tablename__ = "registration_step"
    __table_args__ = (Index("ix_registration_step_registration_id", "registration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    done_on: Mapped[Day]
    due_on: Mapped[Day | None]
    role: Mapped[Code]
    data: Mapped[Json]


class ElevatorUse(Period, Base):
    """Which unit uses an elevator, and since when; the open period is `Elevator.use_unit_id`."""

    __tablename__ = "elevator_use"
    __table_args__ = (Index("ix_elevator_use_elevator_id_since", "elevator_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    document: Mapped[Name] = mapped_column(default="")

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")


class SafetyPart(Base):
    """A safety part of the product data sheet: `position` is its row, from 1."""

    __tablename__ = "safety_part"
    __table_args__ = (UniqueConstraint("elevator_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    position: Mapped[int]
    name: Mapped[Name]
    model: Mapped[Name] = mapped_column(default="")
    number: Mapped[Name] = mapped_column(default="")
    maker: Mapped[Name] = mapped_column(default="")
