"""Emergency calls of 96366: the call, who was asked to come, and the log of all that was done (elevators.md §6)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name, Placed
from registry.models.elevators import Elevator
from registry.models.fault_reports import FaultReport
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.responders import EmergencyPlan
from registry.models.steps import Step
from registry.models.units import Unit

OPEN = text("declined_at IS NULL AND withdrawn_at IS NULL AND unit_id IS NOT NULL")


class Call(Placed, Base):
    """A call at the 96366 desk. Everything from `state` to `arrived_at` is set by `services.calls` in one place.

    `elevator_id` and `area_code` are None while nobody knows which elevator it is: then `place` and the position say
    where. `caller_phone` is for the desk and those on the way; it is blackened after the office's days. `arrived_at`:
    when the first came who can free people. `vulnerable`: list of the groups of the rule. `drill`: an exercise, in no
    statistic. `merged_into_id`: the call of which this was a second taking; it counts there. The moments are those of
    the events, not of their entry.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_state_received_at", "state", "received_at"),
        Index("ix_call_received_on_area_code", "received_on", "area_code", "kind", "drill"),
        Index("ix_call_elevator_id_received_on", "elevator_id", "received_on", "kind", "drill"),
        Index("ix_call_merged_into_id", "merged_into_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    source: Mapped[Code]
    kind: Mapped[Code]
    drill: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[Moment]
    received_on: Mapped[Day]
    taken_at: Mapped[Moment]
    caller: Mapped[Name] = mapped_column(default="")
    caller_phone: Mapped[Code | None]
    phone_blackened_on: Mapped[Day | None]
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    place: Mapped[Name] = mapped_column(default="")
    note: Mapped[Long] = mapped_column(default="")
    trapped: Mapped[int | None]
    vulnerable: Mapped[Json]
    injured: Mapped[int] = mapped_column(default=0)
    state: Mapped[Code]
    level: Mapped[int] = mapped_column(default=0)
    dispatched_at: Mapped[Moment | None]
    accepted_at: Mapped[Moment | None]
    arrived_at: Mapped[Moment | None]
    released_at: Mapped[Moment | None]
    result: Mapped[Code | None]
    cause: Mapped[Code | None]
    repaired_at: Mapped[Moment | None]
    called_back_at: Mapped[Moment | None]
    satisfaction: Mapped[Code | None]
    closed_at: Mapped[Moment | None]
    fault_report_id: Mapped[int | None] = mapped_column(ForeignKey("fault_report.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator | None] = relationship(lazy="raise_on_sql")
    fault_report: Mapped[FaultReport | None] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    dispatches: Mapped[list[CallDispatch]] = relationship(lazy="raise_on_sql", order_by="CallDispatch.id")
    steps: Mapped[list[CallStep]] = relationship(lazy="raise_on_sql", order_by="CallStep.id")
    callers: Mapped[list[CallCaller]] = relationship(lazy="raise_on_sql", order_by="CallCaller.id")
    merged_into: Mapped[Call | None] = relationship(lazy="raise_on_sql", remote_side=[id])


class CallDispatch(Base):
    """Somebody asked to come to a call: a unit, one of its teams where it has any, or a public service (119, 110).

    `role`: as what (`call_roles`); `contact` and `contact_phone` whom the desk rings, frozen when it was asked.
    `distance_m`: from where it set out, estimated when it was asked. `arrived_distance_m`: between where it said it
    arrived and the elevator. `person_id`: who answered for the unit last. A unit is asked once while it is open.
    """

    __tablename__ = "call_dispatch"
    __table_args__ = (
        Index("uq_call_dispatch_open", "call_id", "unit_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_call_dispatch_unit_id_call_id", "unit_id", "call_id"),
        Index("ix_call_dispatch_responder_id", "responder_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    level: Mapped[int]
    role: Mapped[Code]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    contact: Mapped[Name] = mapped_column(default="")
    contact_phone: Mapped[Code] = mapped_column(default="")
    distance_m: Mapped[int | None]
    dispatched_at: Mapped[Moment]
    answered_at: Mapped[Moment | None]
    eta_minutes: Mapped[int | None]
    declined_at: Mapped[Moment | None]
    reason: Mapped[Name] = mapped_column(default="")
    departed_at: Mapped[Moment | None]
    arrived_at: Mapped[Moment | None]
    arrived_lat: Mapped[float | None]
    arrived_lon: Mapped[float | None]
    arrived_distance_m: Mapped[int | None]
    withdrawn_at: Mapped[Moment | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class CallStep(Step, Base):
    """A line of the log, never edited. `done_at`: when it happened, `at`: when the registry heard of it; `data`: what
    came with it, without phones. `dispatch_id`: whom it is about. `ref` and its digest: of what a device sent."""

    __tablename__ = "call_step"
    __table_args__ = (Index("ix_call_step_call_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("call_dispatch.id"))
    done_at: Mapped[Moment]
    note: Mapped[Long] = mapped_column(default="")
    data: Mapped[Json]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]


class CallCaller(Base):
    """Somebody else who called about the same event. The phone is protected and forgotten like the call's own."""

    __tablename__ = "call_caller"
    __table_args__ = (Index("ix_call_caller_call_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    received_at: Mapped[Moment]
    source: Mapped[Code]
    caller: Mapped[Name] = mapped_column(default="")
    caller_phone: Mapped[Code | None]
    note: Mapped[Long] = mapped_column(default="")


class CallDrill(Base):
    """What makes a call an exercise: its scenario, the plan it exercises, and what came of it.

    `mend_due`: the last day by which `to_mend` is to be mended, None where there is nothing to mend.
    """

    __tablename__ = "call_drill"
    __table_args__ = (Index("ix_call_drill_plan_id", "plan_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    scenario: Mapped[Name]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("emergency_plan.id"))
    participants: Mapped[int | None]
    went_well: Mapped[Long] = mapped_column(default="")
    to_mend: Mapped[Long] = mapped_column(default="")
    mend_due: Mapped[Day | None]
    evaluated_at: Mapped[Moment | None]
    evaluated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    mended_on: Mapped[Day | None]
    mended_note: Mapped[Long] = mapped_column(default="")

    call: Mapped[Call] = relationship(lazy="raise_on_sql")
    plan: Mapped[EmergencyPlan | None] = relationship(lazy="raise_on_sql")
    evaluated_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
