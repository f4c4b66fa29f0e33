"""Accidents: what happened, its grade as dated rows, and the ledger of all that was done (hazards.md §7)."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.elevators import Elevator
from registry.models.people import Person
from registry.models.steps import Step
from registry.models.units import Unit


class Accident(Base):
    """An accident, or an event that may be one. `state` moves only through `services.accidents.move`.

    `told_at`: when the person in charge of the unit was told; `received_at`: when the bureau was. The figures and
    `grade` are the newest of `AccidentGrading`. `company_id` maintained the elevator that day. `measures`: those of
    the rule beside the casualties and the loss in yuan. `cause` to `responsible_id` come with the investigation.
    """

    __tablename__ = "accident"
    __table_args__ = (
        Index("ix_accident_happened_on_area_code", "happened_on", "area_code"),
        Index("ix_accident_state", "state"),
        Index("ix_accident_elevator_id", "elevator_id"),
        Index("ix_accident_unit_id", "unit_id"),
        Index("ix_accident_responsible_id", "responsible_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Name]
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    happened_at: Mapped[Moment]
    happened_on: Mapped[Day]
    told_at: Mapped[Moment]
    received_at: Mapped[Moment]
    place: Mapped[Name]
    place_type: Mapped[Code | None]
    equipment: Mapped[Code]
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    link: Mapped[Code]
    course: Mapped[Long]
    damage: Mapped[Long] = mapped_column(default="")
    taken: Mapped[Long] = mapped_column(default="")
    at_risk: Mapped[int | None]
    reporter: Mapped[Name]
    reporter_phone: Mapped[Code]
    deaths: Mapped[int] = mapped_column(default=0)
    serious_injuries: Mapped[int] = mapped_column(default=0)
    minor_injuries: Mapped[int] = mapped_column(default=0)
    loss_yuan: Mapped[int] = mapped_column(BigInteger, default=0)
    measures: Mapped[Json]
    grade: Mapped[Code]
    state: Mapped[Code]
    state_since: Mapped[Day]
    exclusion: Mapped[Code | None]
    cause_class: Mapped[Code | None]
    cause: Mapped[Long] = mapped_column(default="")
    responsibility: Mapped[Code | None]
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    company: Mapped[Unit | None] = relationship(foreign_keys=[company_id], lazy="raise_on_sql")
    responsible: Mapped[Unit | None] = relationship(foreign_keys=[responsible_id], lazy="raise_on_sql")
    steps: Mapped[list[AccidentStep]] = relationship(lazy="raise_on_sql", order_by="AccidentStep.id")
    gradings: Mapped[list[AccidentGrading]] = relationship(lazy="raise_on_sql", order_by="AccidentGrading.id")


class AccidentStep(Step, Base):
    """A line of the ledger. `done_at`: when it was done, `at`: when it was entered; `data`: what came with it."""

    __tablename__ = "accident_step"
    __table_args__ = (Index("ix_accident_step_accident_id", "accident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    accident_id: Mapped[int] = mapped_column(ForeignKey("accident.id"))
    done_at: Mapped[Moment]
    document: Mapped[Name] = mapped_column(default="")
    note: Mapped[Long] = mapped_column(default="")
    data: Mapped[Json]


class AccidentGrading(Base):
    """The grade from a day on: the figures it was given by, and every measure that reached a grade, with its basis."""

    __tablename__ = "accident_grading"
    __table_args__ = (Index("ix_accident_grading_accident_id", "accident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    accident_id: Mapped[int] = mapped_column(ForeignKey("accident.id"))
    since: Mapped[Day]
    at: Mapped[Moment]
    grade: Mapped[Code]
    measures: Mapped[Json]
    reasons: Mapped[Json]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
