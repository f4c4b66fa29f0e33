"""What the plan of an elevator's maintenance rests on besides contracts and visits, as dated rows."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Moment, Name, Period
from registry.models.elevators import Contract, Elevator
from registry.models.people import Person
from registry.models.units import Unit


class MakerItems(Period, Base):
    """The maker's own maintenance items, of one elevator or of a manufacturer's model (TSG T5002 art. 2).

    `unit_id` is the maintenance company that entered a model's list and the only one it holds for; None for an office's
    list, which holds for everybody. `items` is a list of objects as `rules.maker_lists` writes them. A list in force is
    never edited: the next one ends it.
    """

    __tablename__ = "maker_items"
    __table_args__ = (
        Index("ix_maker_items_elevator_id_since", "elevator_id", "since"),
        Index("ix_maker_items_manufacturer_model", "manufacturer", "model", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    manufacturer: Mapped[Name | None]
    model: Mapped[Name | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    document: Mapped[Name] = mapped_column(default="")
    items: Mapped[Json]

    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")


class Assignment(Period, Base):
    """A technician who looks after an elevator for its maintenance company."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_elevator_id_since", "elevator_id", "since"),
        Index("ix_assignment_person_id_until", "person_id", "until", "since", "elevator_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")


class IotPeriod(Period, Base):
    """Days on which the remote monitoring of an elevator was on line; an open end means it is.

    `ref` came with the report that began the period, `ended_ref` with the one that ended it.
    """

    __tablename__ = "iot_period"
    __table_args__ = (Index("ix_iot_period_elevator_id_since", "elevator_id", "since", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    platform: Mapped[Name] = mapped_column(default="")
    started_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]
    ended_ref: Mapped[Code | None] = mapped_column(unique=True)
    ended_ref_digest: Mapped[Name | None]
    ended_reason: Mapped[Name] = mapped_column(default="")


class CreditGrade(Period, Base):
    """The credit class of a maintenance company, as the office gave it: A, B, C or D."""

    __tablename__ = "credit_grade"
    __table_args__ = (Index("ix_credit_grade_unit_id_since", "unit_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    grade: Mapped[Code]
    document: Mapped[Name] = mapped_column(default="")


class MaintenanceState(Base):
    """What all visits of an elevator come to today, one row a contract, so that no list has to read the visits.

    `last_*`: the latest valid visit that covers the cycle. `due_on`: the earliest day the fixed cycles ask for. Kept by
    `services/maintenance_state.py` alone. A contract without a row is worked out from its visits, and so is every past
    day: the row may be missing, never wrong.
    """

    __tablename__ = "maintenance_state"
    __table_args__ = (
        Index("ix_maintenance_state_due_on", "due_on", "contract_id"),
        Index("ix_maintenance_state_elevator_id", "elevator_id"),
    )

    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), primary_key=True, autoincrement=False)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    last_half_month: Mapped[Day | None]
    last_quarter: Mapped[Day | None]
    last_half_year: Mapped[Day | None]
    last_year: Mapped[Day | None]
    due_on: Mapped[Day]

    contract: Mapped[Contract] = relationship(lazy="raise_on_sql")
