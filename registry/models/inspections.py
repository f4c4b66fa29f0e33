"""Around inspections: orders that move due dates, tests of parts, the maintenance company's yearly self-check (§4)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name, Period
from registry.models.elevators import Elevator
from registry.models.people import Person
from registry.models.units import Unit


class InspectionOrder(Period, Base):
    """An order of the province: duties due in the months `due_from` to `due_to` are due `shift_months` later (earlier
    when negative). For an area, for the elevators named in its items, or (neither) for all."""

    __tablename__ = "inspection_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[Name]
    reason: Mapped[Name]
    due_from: Mapped[Day]
    due_to: Mapped[Day]
    shift_months: Mapped[int]
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    named: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[Moment]

    items: Mapped[list[InspectionOrderItem]] = relationship(lazy="raise_on_sql")


class InspectionOrderItem(Base):
    """One elevator that an order names."""

    __tablename__ = "inspection_order_item"
    __table_args__ = (Index("ix_inspection_order_item_elevator_id", "elevator_id", "order_id"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("inspection_order.id"), primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"), primary_key=True)


class PartTest(Base):
    """A calibration of the governor or a brake test with 125 % load (§4.4). `next_on` is the last day for the next."""

    __tablename__ = "part_test"
    __table_args__ = (
        Index("ix_part_test_elevator_id_part", "elevator_id", "part", "done_on"),
        Index("ix_part_test_part_next_on", "part", "next_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    part: Mapped[Code]
    done_on: Mapped[Day]
    conclusion: Mapped[Code]
    next_on: Mapped[Day | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    report_no: Mapped[Name] = mapped_column(default="")
    note: Mapped[Name] = mapped_column(default="")
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")


class SelfCheck(Base):
    """The maintenance company's yearly check before the periodic inspection (T5002 art. 5 (9)), by a checker and a
    reviewer. `answers` as `evidence.compact` keeps them; `extra` the periodic-inspection items beyond the table."""

    __tablename__ = "self_check"
    __table_args__ = (
        Index("ix_self_check_elevator_id_done_on", "elevator_id", "done_on", "passed"),
        Index("ix_self_check_company_id_done_on", "company_id", "done_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    done_on: Mapped[Day]
    checker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    passed: Mapped[bool]
    answers: Mapped[Json]
    extra: Mapped[Long] = mapped_column(default="")
    note: Mapped[Long] = mapped_column(default="")
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    company: Mapped[Unit] = relationship(lazy="raise_on_sql")
    checker: Mapped[Person] = relationship(foreign_keys=[checker_id], lazy="raise_on_sql")
    reviewer: Mapped[Person] = relationship(foreign_keys=[reviewer_id], lazy="raise_on_sql")
