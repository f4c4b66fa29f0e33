"""Maintenance visits: evidence as it was sent, never edited (TSG T5002 Art. 10)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Long, Moment, Name
from registry.models.elevators import Elevator
from registry.models.people import Person
from registry.models.units import Unit

UNDECIDED = "confirmed_at IS NULL AND declined_reason IS NULL"


class Visit(Base):
    """One maintenance visit.

    `answers` holds only what differs from `normal`, with the item-table version and count (elevators.md §10).
    `counts_from`/`counts_until` are the days between which it counts as paperless maintenance: a visit counts from the
    day its evidence became complete, so a past day gives the same answer for ever. `invalid_from` is the day from which
    it is no maintenance at all (a finding blocks it, or the use unit declined it): None while it moves the schedule.
    `corrects_id` names the visit that this record corrects, which is void from the day this one arrived.
    `photo_sha256` is the digest of the check-in photo, to find one that is used again.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("company_id", "ref"),
        # The last two columns let the schedule of a company be read from the index alone.
        # What indicators and plans ask of a visit is in the index: the rows themselves are wide.
        Index(
            "ix_visit_elevator_id_done_on",
            "elevator_id",
            "done_on",
            "cycle",
            "invalid_from",
            "counts_from",
            "counts_until",
        ),
        # A window of days is read from this one alone, however long the history.
        Index(
            "ix_visit_done_on_counts",
            "done_on",
            "elevator_id",
            "counts_from",
            "counts_until",
            "invalid_from",
        ),
        Index("ix_visit_company_id_done_on", "company_id", "done_on"),
        Index("ix_visit_undecided", "received_at", sqlite_where=text(UNDECIDED), postgresql_where=text(UNDECIDED)),
        Index(
            "ix_visit_corrects_id",
            "corrects_id",
            sqlite_where=text("corrects_id IS NOT NULL"),
            postgresql_where=text("corrects_id IS NOT NULL"),
        ),
        Index(
            "ix_visit_photo_sha256",
            "photo_sha256",
            sqlite_where=text("photo_sha256 IS NOT NULL"),
            postgresql_where=text("photo_sha256 IS NOT NULL"),
        ),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cycle: Mapped[Code]
    started_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
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
    invalid_from: Mapped[Day | None]
    photo_sha256: Mapped[Name | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    correction_reason: Mapped[Long | None]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    company: Mapped[Unit] = relationship(lazy="raise_on_sql")
    workers: Mapped[list[VisitWorker]] = relationship(lazy="raise_on_sql", order_by="VisitWorker.id")
    joins: Mapped[list[VisitJoin]] = relationship(lazy="raise_on_sql", order_by="VisitJoin.id")
    confirmed_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def paperless(self) -> bool:
        """Whether it counts as paperless maintenance now."""
        return self.counts_from is not None and self.counts_until is None


class VisitWorker(Base):
    """A worker on a visit, first the one who checked in.

    `seconds_after_first` is when a further worker checked in himself; None when he did not.
    """

    __tablename__ = "visit_worker"
    __table_args__ = (
        UniqueConstraint("visit_id", "person_id"),
        Index("ix_visit_worker_person_id", "person_id"),
    )

    id: Mapped[Big]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seconds_after_first: Mapped[int | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class VisitJoin(Base):
    """A second worker's own check-in at an elevator, from his own phone; `visit_id` is None until his colleague's
    record of the visit has arrived too. Never edited but for that.

    `qualified`: on the roll and certified on the day. `added`: the record of the visit did not name him.
    """

    __tablename__ = "visit_join"
    __table_args__ = (
        UniqueConstraint("company_id", "ref"),
        Index("ix_visit_join_elevator_id_at", "elevator_id", "at"),
        Index("ix_visit_join_visit_id", "visit_id"),
        Index("ix_visit_join_person_id_at", "person_id", "at"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    at: Mapped[Moment]
    received_at: Mapped[Moment]
    position: Mapped[Json | None]
    metres: Mapped[int | None]
    photo: Mapped[Json | None]
    signature: Mapped[Json | None]
    device: Mapped[Code | None]
    qualified: Mapped[bool]
    added: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
