"""Maintenance records that may not be true, how each was explained and decided, and the pictures that show it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Moment, Name
from registry.models.elevators import Elevator
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.steps import SpokenStep
from registry.models.units import Unit
from registry.models.visits import Visit


class VisitAnomaly(Base):
    """One pattern (F1 to F10) that a visit matches, found once for a visit and subject.

    `evidence` holds the numbers of the rule; `other_visit_id` the visit it stands against. `due_on` is the last day of
    the present step. `owner_id` is the officer who took it over. `state` is assigned by its service alone.
    """

    __tablename__ = "visit_anomaly"
    __table_args__ = (
        UniqueConstraint("code", "visit_id", "subject"),
        Index("ix_visit_anomaly_visit_id_state", "visit_id", "state"),
        Index("ix_visit_anomaly_state_due_on", "state", "due_on"),
        Index("ix_visit_anomaly_company_id_state", "company_id", "state"),
        Index("ix_visit_anomaly_elevator_id", "elevator_id"),
        Index("ix_visit_anomaly_found_on", "found_on"),
    )

    id: Mapped[Big]
    code: Mapped[Code]
    key: Mapped[Code]
    subject: Mapped[Name] = mapped_column(default="")
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    other_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    evidence: Mapped[Json]
    score: Mapped[int]
    state: Mapped[Code]
    found_at: Mapped[Moment]
    found_on: Mapped[Day]
    due_on: Mapped[Day | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    version: Mapped[int] = mapped_column(default=1)

    visit: Mapped[Visit] = relationship(foreign_keys=[visit_id], lazy="raise_on_sql")
    other_visit: Mapped[Visit | None] = relationship(foreign_keys=[other_visit_id], lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id], lazy="raise_on_sql")
    owner_unit: Mapped[Unit | None] = relationship(foreign_keys=[owner_unit_id], lazy="raise_on_sql")
    company: Mapped[Unit] = relationship(foreign_keys=[company_id], lazy="raise_on_sql")
    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    steps: Mapped[list[AnomalyStep]] = relationship(lazy="raise_on_sql", order_by="AnomalyStep.id")


class AnomalyStep(SpokenStep, Base):
    """One line of an anomaly's ledger: who did what and said what. Never edited."""

    __tablename__ = "anomaly_step"
    __table_args__ = (Index("ix_anomaly_step_anomaly_id", "anomaly_id"),)

    id: Mapped[Big]
    anomaly_id: Mapped[int] = mapped_column(ForeignKey("visit_anomaly.id"))


class VisitPicture(Base):
    """A photo or signature of a visit as it is looked for: by its digest, or by its perceptual hash.

    `kind`: `check_in`, `check_out`, `answer`, `join`, `signature`, `confirmation`. `dhash` is 64 bits in hexadecimal,
    with its four 16-bit parts in columns of their own: hashes that differ in up to three bits share one of them.
    """

    __tablename__ = "visit_picture"
    __table_args__ = (
        Index("ix_visit_picture_visit_id", "visit_id"),
        Index("ix_visit_picture_sha256", "sha256"),
        *(
            Index(
                f"ix_visit_picture_band_{n}",
                f"band_{n}",
                sqlite_where=text(f"band_{n} IS NOT NULL"),
                postgresql_where=text(f"band_{n} IS NOT NULL"),
            )
            for n in range(4)
        ),
    )

    id: Mapped[Big]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    kind: Mapped[Code]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sha256: Mapped[Name]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    dhash: Mapped[Code | None]
    band_0: Mapped[int | None]
    band_1: Mapped[int | None]
    band_2: Mapped[int | None]
    band_3: Mapped[int | None]


class VisitGap(Base):
    """Days `[since, until)` on which a visit was held to be no maintenance, although it is one again now.

    A decision that is overturned lets the visit count from that later day on; what was said of the days between stays
    as it was said then.
    """

    __tablename__ = "visit_gap"
    __table_args__ = (Index("ix_visit_gap_until", "until"),)

    id: Mapped[Big]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    since: Mapped[Day]
    until: Mapped[Day]
