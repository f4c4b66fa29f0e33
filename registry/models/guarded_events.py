"""Guarded events (重大活动保障): the event, its places with their equipment, rounds, people on the spot, the ledger."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Json, Long, Moment, Name, Placed
from registry.models.elevators import Elevator
from registry.models.fault_reports import FaultReport
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.steps import Step
from registry.models.units import Unit


class GuardedEvent(Base):
    """An event that an office guards over `[starts_at, ends_at)`. `state` is set in one place by the service;
    `issuer` is the office that guards it, `organiser` who holds it."""

    __tablename__ = "guarded_event"
    __table_args__ = (Index("ix_guarded_event_state_area_code", "state", "area_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    organiser: Mapped[Name]
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    document: Mapped[Name] = mapped_column(default="")
    note: Mapped[Long] = mapped_column(default="")
    state: Mapped[Code]
    summary: Mapped[Long] = mapped_column(default="")
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)

    issuer: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class GuardedPlace(Placed, Base):
    """A place of an event: a venue, a hotel, a station square."""

    __tablename__ = "guarded_place"
    __table_args__ = (UniqueConstraint("event_id", "name"), Index("ix_guarded_place_area_code", "area_code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("guarded_event.id"))
    name: Mapped[Name]
    address: Mapped[Name]
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))

    event: Mapped[GuardedEvent] = relationship(lazy="raise_on_sql")


class GuardedDevice(Base):
    """What is guarded at a place: an elevator, or a unit with its equipment (a filling station); one of both is set."""

    __tablename__ = "guarded_device"
    __table_args__ = (
        UniqueConstraint("event_id", "elevator_id"),
        UniqueConstraint("event_id", "unit_id"),
        Index("ix_guarded_device_place_id", "place_id"),
        Index("ix_guarded_device_elevator_id", "elevator_id"),
        Index("ix_guarded_device_unit_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("guarded_event.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("guarded_place.id"))
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    place: Mapped[GuardedPlace] = relationship(lazy="raise_on_sql")
    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")


class GuardedAcceptance(Base):
    """The office lets a check of a device stand as it is. `mark` tells what was accepted: anything else found later is
    red again. `finding`: its words then."""

    __tablename__ = "guarded_acceptance"
    __table_args__ = (Index("ix_guarded_acceptance_device_id", "device_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("guarded_device.id"))
    check: Mapped[Code]
    mark: Mapped[Name]
    finding: Mapped[Long]
    reason: Mapped[Long]
    accepted_at: Mapped[Moment]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class GuardedRound(Base):
    """A patrol round of a place. `person` is to walk it for `unit`; `walked_by` did. `done_at` is the walker's time,
    `received_at` the registry's. `answers`: `{item: normal|abnormal}`, `photos`: ids of files; `distance_m`: from where
    it was confirmed to the place."""

    __tablename__ = "guarded_round"
    __table_args__ = (
        UniqueConstraint("place_id", "planned_at", "person_id"),
        Index("ix_guarded_round_event_id_planned_at", "event_id", "planned_at"),
        Index("ix_guarded_round_unit_id_done_at", "unit_id", "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("guarded_event.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("guarded_place.id"))
    planned_at: Mapped[Moment]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    done_at: Mapped[Moment | None]
    received_at: Mapped[Moment | None]
    walked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    distance_m: Mapped[int | None]
    answers: Mapped[Json | None]
    photos: Mapped[Json | None]
    note: Mapped[Long] = mapped_column(default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("guarded_device.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    fault_report_id: Mapped[int | None] = mapped_column(ForeignKey("fault_report.id"))
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    event: Mapped[GuardedEvent] = relationship(lazy="raise_on_sql")
    place: Mapped[GuardedPlace] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
    walked_by: Mapped[Person | None] = relationship(foreign_keys=[walked_by_id], lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    fault_report: Mapped[FaultReport | None] = relationship(lazy="raise_on_sql")


class GuardedShift(Base):
    """Somebody on the spot at a place over `[starts_at, ends_at)`, for the unit he works for."""

    __tablename__ = "guarded_shift"
    __table_args__ = (
        Index("ix_guarded_shift_place_id_starts_at", "place_id", "starts_at"),
        Index("ix_guarded_shift_unit_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("guarded_event.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("guarded_place.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]

    place: Mapped[GuardedPlace] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")


class GuardedEventStep(Step, Base):
    """A line of the ledger, never edited."""

    __tablename__ = "guarded_event_step"
    __table_args__ = (Index("ix_guarded_event_step_event_id", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("guarded_event.id"))
    note: Mapped[Long] = mapped_column(default="")
