"""Safety officers of units: who is appointed, who looks after what, the risk list, the records (elevators.md §5)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Long, Moment, Name, Period
from registry.models.elevators import Elevator
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.units import Unit


class SafetyAppointment(Period, Base):
    """A person as principal, director or officer of a unit for one subject, by a written appointment."""

    __tablename__ = "safety_appointment"
    __table_args__ = (
        Index("ix_safety_appointment_unit_id_subject", "unit_id", "subject", "role"),
        Index("ix_safety_appointment_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[Code]
    role: Mapped[Code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    document: Mapped[Name]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    end_reason: Mapped[Name] = mapped_column(default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")


class SafetyTraining(Base):
    """A training or an examination of somebody appointed."""

    __tablename__ = "safety_training"
    __table_args__ = (Index("ix_safety_training_unit_id", "unit_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[Code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Code]
    done_on: Mapped[Day]
    passed: Mapped[bool]
    document: Mapped[Name] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_at: Mapped[Moment]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SafetyCharge(Period, Base):
    """Which officer looks after an elevator, and since when (Art. 71)."""

    __tablename__ = "safety_charge"
    __table_args__ = (
        Index("ix_safety_charge_elevator_id", "elevator_id", "since", "until", "unit_id"),
        Index("ix_safety_charge_unit_id_person_id", "unit_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SafetyRisk(Period, Base):
    """A point of a unit's risk list for a period; `code` is the reference point's, empty for one of its own.

    Another wording ends the row and begins the next, so that the list of a past day can be shown.
    """

    __tablename__ = "safety_risk"
    __table_args__ = (Index("ix_safety_risk_unit_id_subject", "unit_id", "subject", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[Code]
    code: Mapped[Code] = mapped_column(default="")
    title: Mapped[Name]
    check: Mapped[Long]
    serious: Mapped[bool]
    end_reason: Mapped[Name] = mapped_column(default="")


class SafetyPaper(Base):
    """A paper that a unit keeps, as a file; the newest of its kind is the one in force."""

    __tablename__ = "safety_paper"
    __table_args__ = (Index("ix_safety_paper_unit_id_subject", "unit_id", "subject", "paper"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[Code]
    paper: Mapped[Code]
    title: Mapped[Name]
    since: Mapped[Day]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    kept_at: Mapped[Moment]


class SafetyRecord(Base):
    """A daily check, weekly report or monthly minutes, as it was signed. Never edited.

    `starts_on`..`ends_on` is the period it is for. `counts_from` is the day it was received; a record that corrects
    another names it in `corrects_id` and takes its `counts_from` over, the older one is void from `replaced_on`.
    `content` is what the paper says, by names and not by links, so that it prints the same for ever.
    """

    __tablename__ = "safety_record"
    __table_args__ = (
        UniqueConstraint("unit_id", "ref"),
        Index(
            "ix_safety_record_period",
            "subject",
            "cycle",
            "starts_on",
            "unit_id",
            "counts_from",
            "replaced_on",
        ),
        Index("ix_safety_record_unit_id_starts_on", "unit_id", "starts_on"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[Code]
    cycle: Mapped[Code]
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]
    counts_from: Mapped[Day]
    late: Mapped[bool]
    zero_risk: Mapped[bool]
    problem_count: Mapped[int]
    content: Mapped[Json]
    signature: Mapped[Json]
    photos: Mapped[Json]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("safety_record.id"), unique=True)
    correction_reason: Mapped[Name] = mapped_column(default="")
    replaced_on: Mapped[Day | None]

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    problems: Mapped[list[SafetyProblem]] = relationship(lazy="raise_on_sql", order_by="SafetyProblem.id")


class SafetyProblem(Base):
    """A problem found in a daily check, until it is solved. `thing` is the name of the equipment on that day."""

    __tablename__ = "safety_problem"
    __table_args__ = (
        Index("ix_safety_problem_record_id", "record_id"),
        Index("ix_safety_problem_unit_id_solved_on", "unit_id", "subject", "solved_on"),
    )

    id: Mapped[Big]
    record_id: Mapped[int] = mapped_column(ForeignKey("safety_record.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[Code]
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    thing: Mapped[Name] = mapped_column(default="")
    risk_id: Mapped[int | None] = mapped_column(ForeignKey("safety_risk.id"))
    found_on: Mapped[Day]
    text: Mapped[Long]
    actions: Mapped[Json]
    serious: Mapped[bool]
    measure: Mapped[Name] = mapped_column(default="")
    owner: Mapped[Name] = mapped_column(default="")
    deadline: Mapped[Day | None]
    solved_on: Mapped[Day | None]
    solution: Mapped[Name] = mapped_column(default="")
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))

    record: Mapped[SafetyRecord] = relationship(lazy="raise_on_sql", back_populates="problems")
    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
