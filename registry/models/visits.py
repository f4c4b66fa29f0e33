"""Maintenance visits: evidence as it was sent, never edited (TSG T5002 Art. 10)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Long, Moment, Name
from registry.models.elevators import Elevator
from registry.models.people import Person
from registry.models.units import Unit


class Visit(Base):
    """One maintenance visit.

    `answers` holds only what differs from `normal`, with the item-table version and count (elevators.md §10).
    `counts_from`/`counts_until` are the days between which it counts as paperless maintenance: a visit counts from the
    day its evidence became complete, so a past day gives the same answer for ever.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("company_id", "ref"),
        Index("ix_visit_elevator_id_done_on", "elevator_id", "done_on"),
        Index("ix_visit_done_on_elevator_id", "done_on", "elevator_id"),
        Index("ix_visit_company_id_done_on", "company_id", "done_on"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cycle: Mapped[Code]
    started_at: Mapped[Moment]
    ended_at: Mapped[Moment]
    done_on: Mapped[Day]
    received_at: Mapped[Moment]
    check_in: Mapped[Json]
    check_out: Mapped[Json]
    answers: Mapped[Json]
    signatures: Mapped[Json]
    findings: Mapped[Json]
    confirmed_at: Mapped[Moment | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmation: Mapped[Json | None]
    declined_reason: Mapped[Long | None]
    counts_from: Mapped[Day | None]
    counts_until: Mapped[Day | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    company: Mapped[Unit] = relationship(lazy="raise_on_sql")
    workers: Mapped[list[VisitWorker]] = relationship(lazy="raise_on_sql")
    confirmed_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class VisitWorker(Base):
    """A worker on a visit, first the one who checked in."""

    __tablename__ = "visit_worker"
    __table_args__ = (
        UniqueConstraint("visit_id", "person_id"),
        Index("ix_visit_worker_person_id", "person_id"),
    )

    id: Mapped[Big]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seconds_after_first: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
