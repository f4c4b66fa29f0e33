"""What the party said in a case, the hearing, what the heads decided together, and the papers with their service."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name
from registry.models.papers import Paper
from registry.models.people import Person
from registry.models.units import Unit


class CaseStatement(Base):
    """A statement or defence of the party (陈述申辩), or that it waived it; `unit` handed it in or entered it.

    `spoken` is a key of `rules.cases.SPOKEN`, `files` [{file, name}]; `adopted` with its `answer` once it was examined.
    """

    __tablename__ = "case_statement"
    __table_args__ = (Index("ix_case_statement_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    spoken: Mapped[Code]
    text: Mapped[Long]
    files: Mapped[Json]
    received_on: Mapped[Day]
    at: Mapped[Moment]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adopted: Mapped[Code | None]
    answer: Mapped[Long] = mapped_column(default="")
    answered_on: Mapped[Day | None]

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class CaseHearing(Base):
    """A hearing (听证): asked for, announced, its notice served, held, reported; or withdrawn. `attendees` are
    names with their parts; `minutes` what was said; `opinion` the report's."""

    __tablename__ = "case_hearing"
    __table_args__ = (Index("ix_case_hearing_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    requested_on: Mapped[Day]
    request: Mapped[Long]
    notified_on: Mapped[Day | None]
    notice_served_on: Mapped[Day | None]
    meets_at: Mapped[Moment | None]
    place: Mapped[Name] = mapped_column(default="")
    host_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    held_on: Mapped[Day | None]
    attendees: Mapped[Json | None]
    minutes: Mapped[Long] = mapped_column(default="")
    result: Mapped[Code | None]
    opinion: Mapped[Long] = mapped_column(default="")
    reported_on: Mapped[Day | None]
    withdrawn_on: Mapped[Day | None]

    host: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class CaseDiscussion(Base):
    """What the heads discussed together (集体讨论): `about` is a key of `rules.cases.ABOUT`."""

    __tablename__ = "case_discussion"
    __table_args__ = (Index("ix_case_discussion_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    about: Mapped[Code]
    discussed_on: Mapped[Day]
    at: Mapped[Moment]
    attendees: Mapped[Json]
    agreed: Mapped[bool]
    opinion: Mapped[Long]


class CasePaper(Base):
    """A paper of a case. `to_party`: it is served on the party, `served_on` the day it counts as served, by `delivery`
    (`directive_deliveries.csv`), into the hands of `receiver`."""

    __tablename__ = "case_paper"
    __table_args__ = (
        Index("ix_case_paper_case_id", "case_id"),
        Index("ix_case_paper_served_on", "served_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), unique=True)
    to_party: Mapped[bool]
    served_on: Mapped[Day | None]
    delivery: Mapped[Code | None]
    receiver: Mapped[Name] = mapped_column(default="")

    paper: Mapped[Paper] = relationship(lazy="raise_on_sql")
