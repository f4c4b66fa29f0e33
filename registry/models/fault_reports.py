"""Fault reports of riders, and how many came from where (elevators.md §6)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Long, Moment, Name
from registry.models.elevators import Elevator
from registry.models.hazards import Hazard
from registry.models.steps import Step
from registry.models.units import Unit


class FaultReport(Base):
    """What a rider says is wrong with an elevator. `state` moves only through `services.fault_reports`.

    `company_id` and `use_unit_id` are those of the day of the report: they are told and have to answer. `phone` is
    shown only to them, and only while there is something to do. `secret` opens the rider's page of it.
    """

    __tablename__ = "fault_report"
    __table_args__ = (
        Index("ix_fault_report_elevator_id_reported_on", "elevator_id", "reported_on", "kind", "state"),
        Index("ix_fault_report_company_id_state", "company_id", "state"),
        Index("ix_fault_report_use_unit_id_state", "use_unit_id", "state"),
        Index("ix_fault_report_state_reported_at", "state", "reported_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    secret: Mapped[Code] = mapped_column(unique=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    use_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[Code]
    text: Mapped[Long] = mapped_column(default="")
    phone: Mapped[Code | None]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    reported_at: Mapped[Moment]
    reported_on: Mapped[Day]
    state: Mapped[Code]
    answered_at: Mapped[Moment | None]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code] = mapped_column(unique=True)
    ref_digest: Mapped[Name]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    company: Mapped[Unit | None] = relationship(foreign_keys=[company_id], lazy="raise_on_sql")
    use_unit: Mapped[Unit | None] = relationship(foreign_keys=[use_unit_id], lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    steps: Mapped[list[FaultReportStep]] = relationship(lazy="raise_on_sql", order_by="FaultReportStep.id")


class FaultReportStep(Step, Base):
    """What was done about a report: by whom for the office, in words for the rider. Never edited."""

    __tablename__ = "fault_report_step"
    __table_args__ = (Index("ix_fault_report_step_report_id", "report_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("fault_report.id"))
    note: Mapped[Long] = mapped_column(default="")


class RateWindow(Base):
    """How often something came within one hour, counted by the database so that all workers see the same."""

    __tablename__ = "rate_window"
    __table_args__ = (UniqueConstraint("subject", "hour"), Index("ix_rate_window_hour", "hour"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Name]
    hour: Mapped[Moment]
    count: Mapped[int]
