"""What a maintenance company owes beside its visits: emergency drills and spot checks of quality (T5002 art. 5, 9)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Long, Moment, Name
from registry.models.elevators import Elevator
from registry.models.people import Person
from registry.models.units import Unit


class Drill(Base):
    """An emergency drill of a company for one category of elevators (art. 5 (3)); `category` as in `rules.kinds`."""

    __tablename__ = "drill"
    __table_args__ = (Index("ix_drill_company_id_category", "company_id", "category", "held_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[Code]
    held_on: Mapped[Day]
    place: Mapped[Name]
    scenario: Mapped[Name]
    participants: Mapped[int]
    summary: Mapped[Long]
    recorded_at: Mapped[Moment]

    company: Mapped[Unit] = relationship(lazy="raise_on_sql")


class QualityCheck(Base):
    """A spot check of a company's quality staff at one elevator (art. 9)."""

    __tablename__ = "quality_check"
    __table_args__ = (
        Index("ix_quality_check_company_id_done_on", "company_id", "done_on"),
        Index("ix_quality_check_elevator_id", "elevator_id", "done_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    done_on: Mapped[Day]
    checker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    passed: Mapped[bool]
    findings: Mapped[Long] = mapped_column(default="")
    measures: Mapped[Long] = mapped_column(default="")
    recorded_at: Mapped[Moment]

    company: Mapped[Unit] = relationship(lazy="raise_on_sql")
    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    checker: Mapped[Person] = relationship(lazy="raise_on_sql")
