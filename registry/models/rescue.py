"""The codes of the 96366 platform: the numbers an area may give, and what somebody read on the plate in the car."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Moment, Name
from registry.models.elevators import Elevator, RescueEnrolment
from registry.models.office import StoredFile
from registry.models.people import Person


class RescueCodeRange(Base):
    """The rescue codes that elevators of an area are given: `first` to `last`, digits of one length."""

    __tablename__ = "rescue_code_range"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"), unique=True)
    first: Mapped[Code]
    last: Mapped[Code]


class PlateCheck(Base):
    """What somebody read on the plate in a car: `code_seen`, None where no plate hangs.

    `matches`: whether it was the code under which the elevator is on the platform then. `way`: visit, photo or office.
    """

    __tablename__ = "plate_check"
    __table_args__ = (Index("ix_plate_check_elevator_id_seen_on", "elevator_id", "seen_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("rescue_enrolment.id"))
    seen_on: Mapped[Day]
    code_seen: Mapped[Code | None]
    matches: Mapped[bool]
    way: Mapped[Code]
    note: Mapped[Name] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    recorded_at: Mapped[Moment]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[RescueEnrolment | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")
