"""Supervision inspections (监督检查): yearly plans, key units, draws that anybody can repeat, and the checks
themselves (hazards.md §4)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name, Period
from registry.models.elevators import Elevator
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.steps import Step
from registry.models.units import Unit


class SupervisionPlan(Base):
    """What an office means to check in a year: one kind (`supervision_kinds.csv`) in one area.

    `state` is one of `supervision_plan_states.csv`. When the plan is adopted the quota is frozen in `quota`:
    `{pool, key_units, user_percent, key_percent, units, keys}` (counts of units and whole percents).
    """

    __tablename__ = "supervision_plan"
    __table_args__ = (Index("ix_supervision_plan_year_area_code", "year", "area_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    kind: Mapped[Code]
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[Code]
    title: Mapped[Name]
    scope: Mapped[Long] = mapped_column(default="")
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    document: Mapped[Name] = mapped_column(default="")
    quota: Mapped[Json | None]
    adopted_on: Mapped[Day | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Unit] = relationship(lazy="raise_on_sql")
    made_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class KeyUnit(Period, Base):
    """A unit that an office added to the key units by hand, with its reason. What the registry itself finds is
    computed and stored nowhere but in the snapshots of draws."""

    __tablename__ = "key_unit"
    __table_args__ = (Index("ix_key_unit_unit_id_until", "unit_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[Name]
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[Name] = mapped_column(default="")

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    office: Mapped[Unit] = relationship(foreign_keys=[office_id], lazy="raise_on_sql")
    added_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class SupervisionDraw(Base):
    """A random draw of units and of those who check them. Never changed: seed, weights and the whole pool are here,
    so that anybody can draw again.

    `pool`: `[[key, weight, [reason, ...], list, area], ...]` with the unit's credit code (or `#id`) as key; `people`:
    `[[person id, name, area], ...]`; `result`: `[[key, [person id, ...]], ...]` in the order drawn; `weights` holds the
    table of the day and `key_units`, the least number of key units.
    """

    __tablename__ = "supervision_draw"
    __table_args__ = (Index("ix_supervision_draw_plan_id", "plan_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("supervision_plan.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drawn_at: Mapped[Moment]
    drawn_on: Mapped[Day]
    seed: Mapped[Code]
    method: Mapped[Code]
    size: Mapped[int]
    team: Mapped[int]
    weights: Mapped[Json]
    pool: Mapped[Json]
    pool_size: Mapped[int]
    pool_digest: Mapped[Name]
    people: Mapped[Json]
    result: Mapped[Json]

    plan: Mapped[SupervisionPlan] = relationship(lazy="raise_on_sql")
    office: Mapped[Unit] = relationship(lazy="raise_on_sql")
    drawn_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class SupervisionCheck(Base):
    """One supervision inspection of one unit. `state` is one of `supervision_states.csv` and moves only through
    `services.supervision_checks`; `kind` is one of `supervision_kinds.csv`, `list_kind` of `supervision_lists.csv`.

    `measures`: `[directive | seal | detain | other, ...]`; `refusal`: `{note, witness, photos: [file id]}` where the
    unit would not sign. `recheck_due_on`: ten working days after the report on the rectification.
    """

    __tablename__ = "supervision_check"
    __table_args__ = (
        Index("ix_supervision_check_state_area_code", "state", "area_code"),
        Index("ix_supervision_check_unit_id", "unit_id"),
        Index("ix_supervision_check_plan_id", "plan_id"),
        Index("ix_supervision_check_draw_id", "draw_id"),
        Index("ix_supervision_check_record_ref", "record_ref", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[Code]
    list_kind: Mapped[Code]
    state: Mapped[Code]
    state_since: Mapped[Day]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_plan.id"))
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_draw.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    occasion: Mapped[Name] = mapped_column(default="")
    planned_on: Mapped[Day | None]
    notified_on: Mapped[Day | None]
    started_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    recorded_at: Mapped[Moment | None]
    facts: Mapped[Long] = mapped_column(default="")
    problems: Mapped[Long] = mapped_column(default="")
    measures: Mapped[Json | None]
    measures_note: Mapped[Name] = mapped_column(default="")
    unit_opinion: Mapped[Long] = mapped_column(default="")
    contact: Mapped[Name] = mapped_column(default="")
    contact_post: Mapped[Name] = mapped_column(default="")
    contact_phone: Mapped[Code] = mapped_column(default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    refusal: Mapped[Json | None]
    photos: Mapped[Json | None]
    recorder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    report_received_on: Mapped[Day | None]
    recheck_due_on: Mapped[Day | None]
    closed_on: Mapped[Day | None]
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]
    record_ref: Mapped[Code | None]
    record_digest: Mapped[Name | None]

    plan: Mapped[SupervisionPlan | None] = relationship(lazy="raise_on_sql")
    draw: Mapped[SupervisionDraw | None] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    office: Mapped[Unit] = relationship(foreign_keys=[office_id], lazy="raise_on_sql")
    recorder: Mapped[Person | None] = relationship(foreign_keys=[recorder_id], lazy="raise_on_sql")
    inspectors: Mapped[list[SupervisionInspector]] = relationship(
        lazy="raise_on_sql", order_by="SupervisionInspector.place"
    )
    devices: Mapped[list[SupervisionDevice]] = relationship(lazy="raise_on_sql", order_by="SupervisionDevice.id")
    answers: Mapped[list[SupervisionAnswer]] = relationship(lazy="raise_on_sql", order_by="SupervisionAnswer.place")
    steps: Mapped[list[SupervisionStep]] = relationship(lazy="raise_on_sql", order_by="SupervisionStep.id")


class SupervisionInspector(Base):
    """One of those who check, in their order; `certificate_no` as shown to the unit."""

    __tablename__ = "supervision_inspector"
    __table_args__ = (
        UniqueConstraint("check_id", "person_id"),
        Index("ix_supervision_inspector_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("supervision_check.id"))
    place: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    certificate_no: Mapped[Code] = mapped_column(default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SupervisionDevice(Base):
    """A device that was looked at."""

    __tablename__ = "supervision_device"
    __table_args__ = (
        UniqueConstraint("check_id", "elevator_id"),
        Index("ix_supervision_device_elevator_id", "elevator_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("supervision_check.id"))
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")


class SupervisionAnswer(Base):
    """The answer to one item: `result` is ok | not_ok | not_applicable | impossible; `photos` are ids of files,
    `hazard_id` the clue that was opened from it."""

    __tablename__ = "supervision_answer"
    __table_args__ = (UniqueConstraint("check_id", "item"), Index("ix_supervision_answer_hazard_id", "hazard_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("supervision_check.id"))
    place: Mapped[int]
    item: Mapped[Code]
    result: Mapped[Code]
    note: Mapped[Long] = mapped_column(default="")
    photos: Mapped[Json | None]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))

    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    check: Mapped[SupervisionCheck] = relationship(lazy="raise_on_sql", viewonly=True)


class SupervisionStep(Step, Base):
    """One step of a check: who, when, from where to where. Never edited."""

    __tablename__ = "supervision_step"
    __table_args__ = (Index("ix_supervision_step_check_id", "check_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("supervision_check.id"))
    done_on: Mapped[Day]
    note: Mapped[Long] = mapped_column(default="")
