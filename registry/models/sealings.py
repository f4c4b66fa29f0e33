"""Sealing and seizure of equipment: the decision, the things, every step."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.directives import Directive
from registry.models.elevators import Elevator
from registry.models.enforcement import Order
from registry.models.steps import SentStep


class Sealing(Order, Base):
    """A sealing or seizure at one unit. `state` moves only through `services.sealings`.

    `term_days` is the first term; `ends_on` the last day now in force, after the extension of `extended_on`, too.
    An `emergency` is carried out first; `confirm_due_at` is when its approval must be there, `confirmed_at` when it
    came. `evidence`: [{file, name}].
    """

    __tablename__ = "sealing"
    __table_args__ = (
        Index("ix_sealing_area_code_state", "area_code", "state"),
        Index("ix_sealing_unit_id", "unit_id"),
        Index("ix_sealing_state_ends_on", "state", "ends_on"),
        Index("ix_sealing_directive_id", "directive_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[Code]
    ground: Mapped[Code]
    facts: Mapped[Long]
    place: Mapped[Name]
    directive_id: Mapped[int | None] = mapped_column(ForeignKey("directive.id"))
    evidence: Mapped[Json]
    term_days: Mapped[int]
    emergency: Mapped[bool] = mapped_column(default=False)
    proposed_on: Mapped[Day]
    sealed_on: Mapped[Day | None]
    ends_on: Mapped[Day | None]
    extended_on: Mapped[Day | None]
    confirm_due_at: Mapped[Moment | None]
    confirmed_at: Mapped[Moment | None]
    lifted_on: Mapped[Day | None]

    directive: Mapped[Directive | None] = relationship(lazy="raise_on_sql")
    items: Mapped[list[SealingItem]] = relationship(lazy="raise_on_sql", order_by="SealingItem.id")
    steps: Mapped[list[SealingStep]] = relationship(lazy="raise_on_sql", order_by="SealingStep.id")


class SealingItem(Base):
    """A sealed device. `stopped`: it was taken out of use by the sealing."""

    __tablename__ = "sealing_item"
    __table_args__ = (
        Index("ix_sealing_item_sealing_id", "sealing_id"),
        Index("ix_sealing_item_elevator_id", "elevator_id"),
        Index("ix_sealing_item_cylinder_id", "cylinder_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sealing_id: Mapped[int] = mapped_column(ForeignKey("sealing.id"))
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    stopped: Mapped[bool] = mapped_column(default=False)

    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")


class SealingStep(SentStep, Base):
    """What was done about a sealing. Refuses UPDATE and DELETE."""

    __tablename__ = "sealing_step"
    __table_args__ = (
        Index("ix_sealing_step_sealing_id", "sealing_id"),
        Index("ix_sealing_step_ref", "ref", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sealing_id: Mapped[int] = mapped_column(ForeignKey("sealing.id"))
    note: Mapped[Long] = mapped_column(default="")
    data: Mapped[Json]
