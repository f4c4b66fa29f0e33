"""Old elevators: their safety assessments, and the projects that renew them (elevators.md §8)."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Long, Moment, Name, Number
from registry.models.elevators import Elevator
from registry.models.steps import Step


class Assessment(Base):
    """A safety assessment of an elevator in use. Never edited: a correction is a new row that names the old one."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_elevator_id_assessed_on", "elevator_id", "assessed_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    standard: Mapped[Name]
    organisation: Mapped[Name]
    assessed_on: Mapped[Day]
    report_no: Mapped[Name] = mapped_column(default="")
    score: Mapped[Number | None]
    grade: Mapped[Name] = mapped_column(default="")
    conclusion: Mapped[Code]
    measures: Mapped[Long] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), unique=True)
    correction_reason: Mapped[Name] = mapped_column(default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")


class RenewalProject(Base):
    """The renewal of one elevator. `state` moves only through `services.renewals.move`; amounts in fen.

    The renewed lift is a new registration: `new_elevator_id` ties it to the old one.
    """

    __tablename__ = "renewal_project"
    __table_args__ = (
        Index("ix_renewal_project_year_state", "year", "state"),
        Index("ix_renewal_project_elevator_id", "elevator_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    new_elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"), unique=True)
    year: Mapped[int]
    batch: Mapped[Code] = mapped_column(default="")
    state: Mapped[Code]
    state_since: Mapped[Day]
    applied_on: Mapped[Day]
    cost_fen: Mapped[int] = mapped_column(BigInteger)
    bond_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    maintenance_fund_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    owners_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    other_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator] = relationship(foreign_keys=[elevator_id], lazy="raise_on_sql")
    new_elevator: Mapped[Elevator | None] = relationship(foreign_keys=[new_elevator_id], lazy="raise_on_sql")
    steps: Mapped[list[RenewalStep]] = relationship(lazy="raise_on_sql", order_by="RenewalStep.id")


class RenewalStep(Step, Base):
    """One step of a renewal: who, when, on what document. Never edited."""

    __tablename__ = "renewal_step"
    __table_args__ = (Index("ix_renewal_step_project_id", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("renewal_project.id"))
    done_on: Mapped[Day]
    document: Mapped[Name] = mapped_column(default="")
    note: Mapped[Long] = mapped_column(default="")
