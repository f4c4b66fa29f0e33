"""Who answers a call of 96366: rescue stations and teams with their duty times, and the plans they work by."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name, Period, Placed
from registry.models.people import Person
from registry.models.units import Unit


class Responder(Placed, Base):
    """A team that is sent out from one place (elevators.md §6.2).

    `kind` as in `responder_kinds.csv`; `levels`: list of the levels it may serve, of 1 (contracted), 2 (grid) and
    3 (119, 110), none for the duty roster of an office; `capacity`: calls it can serve at once; `phone`: the line that
    is answered at all hours. `status` mirrors the open period of `ResponderStatus`.
    """

    __tablename__ = "responder"
    __table_args__ = (UniqueConstraint("unit_id", "name"), Index("ix_responder_status", "status"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[Name]
    kind: Mapped[Code]
    levels: Mapped[Json]
    capacity: Mapped[int] = mapped_column(default=1)
    phone: Mapped[Code] = mapped_column(default="")
    address: Mapped[Name] = mapped_column(default="")
    note: Mapped[Long] = mapped_column(default="")
    status: Mapped[Code]
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    areas: Mapped[list[ResponderArea]] = relationship(
        lazy="raise_on_sql", order_by="ResponderArea.area_code", cascade="all, delete-orphan"
    )
    statuses: Mapped[list[ResponderStatus]] = relationship(lazy="raise_on_sql", order_by="ResponderStatus.id")
    members: Mapped[list[ResponderMember]] = relationship(lazy="raise_on_sql", order_by="ResponderMember.id")
    shifts: Mapped[list[DutyShift]] = relationship(
        lazy="raise_on_sql", order_by="(DutyShift.since, DutyShift.weekday, DutyShift.begins, DutyShift.id)"
    )
    exceptions: Mapped[list[DutyException]] = relationship(lazy="raise_on_sql", order_by="DutyException.day")


class ResponderArea(Base):
    """An area that a responder serves; the city's code stands for all of them."""

    __tablename__ = "responder_area"
    __table_args__ = (
        UniqueConstraint("responder_id", "area_code"),
        Index("ix_responder_area_area_code", "area_code", "responder_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))


class ResponderStatus(Period, Base):
    """What a responder was for a period: active, suspended or closed, and why."""

    __tablename__ = "responder_status"
    __table_args__ = (Index("ix_responder_status_responder_id_since", "responder_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    status: Mapped[Code]
    reason: Mapped[Name] = mapped_column(default="")


class ResponderMember(Period, Base):
    """A person of the team, for a period."""

    __tablename__ = "responder_member"
    __table_args__ = (
        Index("ix_responder_member_responder_id_since", "responder_id", "since"),
        Index("ix_responder_member_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class DutyShift(Period, Base):
    """One line of a weekly rota that holds for a period. `weekday`: 0 is Monday; `begins` and `ends` are minutes after
    midnight, Asia/Shanghai; a shift that ends no later than it begins ends on the next day."""

    __tablename__ = "duty_shift"
    __table_args__ = (Index("ix_duty_shift_responder_id_since", "responder_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    weekday: Mapped[int]
    begins: Mapped[int]
    ends: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class DutyException(Base):
    """Duty of one day in place of the rota: the shift that begins on the day, or nobody (`begins` and `ends` None)."""

    __tablename__ = "duty_exception"
    __table_args__ = (UniqueConstraint("responder_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    day: Mapped[Day]
    begins: Mapped[int | None]
    ends: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[Name]

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class RegisterStamp(Base):
    """A text that changes whenever a register does, so that what a process has made of it knows when it is old."""

    __tablename__ = "register_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Code] = mapped_column(unique=True)
    stamp: Mapped[Code]


class EmergencyPlan(Base):
    """An emergency plan (应急预案) of an office or unit: one version of it. `valid_until` is its last day."""

    __tablename__ = "emergency_plan"
    __table_args__ = (
        UniqueConstraint("unit_id", "kind", "edition"),
        Index("ix_emergency_plan_area_code", "area_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    kind: Mapped[Code]
    title: Mapped[Name]
    edition: Mapped[Code]
    document: Mapped[Name] = mapped_column(default="")
    valid_from: Mapped[Day]
    valid_until: Mapped[Day | None]
    ended_on: Mapped[Day | None]
    ended_note: Mapped[Name] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_at: Mapped[Moment]

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    drills: Mapped[list[PlanDrill]] = relationship(lazy="raise_on_sql", order_by="PlanDrill.held_on.desc()")


class PlanDrill(Base):
    """A drill of an emergency plan; one is due every year."""

    __tablename__ = "plan_drill"
    __table_args__ = (UniqueConstraint("plan_id", "held_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("emergency_plan.id"))
    held_on: Mapped[Day]
    place: Mapped[Name]
    scenario: Mapped[Name]
    participants: Mapped[int]
    summary: Mapped[Long]
    recorded_at: Mapped[Moment]
