"""Safety supervision directives: what a unit was ordered to do, how it was served, reported and rechecked."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.elevators import Elevator
from registry.models.enforcement import Order
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.steps import SentStep
from registry.models.supervision_checks import SupervisionCheck


class Directive(Order, Base):
    """A directive to one unit. `state` moves only through `services.directives`.

    `oral_on` is the day of an emergency order by word of mouth that this one follows (TSA 62). `unit_signer` signed for
    the unit, or `refusal` says how it was refused. `published_on` is the public notice; `served_on` the day it counts
    as served; `recheck_due_on` the last day of the recheck while a report waits for it.
    """

    __tablename__ = "directive"
    __table_args__ = (
        Index("ix_directive_area_code_state", "area_code", "state"),
        Index("ix_directive_unit_id_state", "unit_id", "state"),
        Index("ix_directive_state_due_on", "state", "due_on"),
        Index("ix_directive_check_id", "check_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[Name] = mapped_column(unique=True)
    check_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_check.id"))
    problems: Mapped[Long]
    broken_rule: Mapped[Long]
    order_basis: Mapped[Long]
    measures: Mapped[Long]
    due_on: Mapped[Day]
    oral_on: Mapped[Day | None]
    issued_on: Mapped[Day]
    issued_at: Mapped[Moment]
    unit_signer: Mapped[Name] = mapped_column(default="")
    unit_signature: Mapped[Json | None]
    refusal: Mapped[Long] = mapped_column(default="")
    published_on: Mapped[Day | None]
    delivery: Mapped[Code | None]
    delivered_on: Mapped[Day | None]
    served_on: Mapped[Day | None]
    reported_on: Mapped[Day | None]
    recheck_due_on: Mapped[Day | None]
    rechecked_on: Mapped[Day | None]

    check: Mapped[SupervisionCheck | None] = relationship(lazy="raise_on_sql")
    inspectors: Mapped[list[DirectiveInspector]] = relationship(lazy="raise_on_sql", order_by="DirectiveInspector.id")
    items: Mapped[list[DirectiveItem]] = relationship(lazy="raise_on_sql", order_by="DirectiveItem.id")
    steps: Mapped[list[DirectiveStep]] = relationship(lazy="raise_on_sql", order_by="DirectiveStep.id")


class DirectiveInspector(Base):
    """Who inspected and signed; `certificate` as it was held that day, `signature` {"file", "sha256"}."""

    __tablename__ = "directive_inspector"
    __table_args__ = (Index("ix_directive_inspector_directive_id", "directive_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    certificate: Mapped[Code]
    signature: Mapped[Json]
    signed_at: Mapped[Moment]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class DirectiveItem(Base):
    """A device or a hazard that a directive is about: one of the three is set."""

    __tablename__ = "directive_item"
    __table_args__ = (
        Index("ix_directive_item_directive_id", "directive_id"),
        Index("ix_directive_item_elevator_id", "elevator_id"),
        Index("ix_directive_item_cylinder_id", "cylinder_id"),
        Index("ix_directive_item_hazard_id", "hazard_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))

    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")


class DirectiveStep(SentStep, Base):
    """What was done about a directive, with what came along: files, method, people. Refuses UPDATE and DELETE."""

    __tablename__ = "directive_step"
    __table_args__ = (
        Index("ix_directive_step_directive_id", "directive_id"),
        Index("ix_directive_step_ref", "ref", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    note: Mapped[Long] = mapped_column(default="")
    data: Mapped[Json]
