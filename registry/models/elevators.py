"""Elevators and what is kept about them as dated periods."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name, Number, Period, Placed
from registry.models.units import Unit


class Elevator(Placed, Base):
    """One registered elevator (elevators.md §1).

    `area_code` is the office in charge, `division_code` the GB/T 2260 division it lies in. `status` mirrors the open
    period of `ElevatorStatus`; both are set together in one place. What nobody knows is None, never invented.
    """

    __tablename__ = "elevator"
    __table_args__ = (
        UniqueConstraint("source", "foreign_no"),
        Index("ix_elevator_area_code_status", "area_code", "status", "kind"),
        Index("ix_elevator_use_unit_id", "use_unit_id"),
        Index("ix_elevator_device_code", "device_code"),
        Index("ix_elevator_use_cert_no", "use_cert_no"),
        Index("ix_elevator_division_code", "division_code"),
        Index("ix_elevator_lat", "lat", "lon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    label_code: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[Code]
    status: Mapped[Code]
    name: Mapped[Name] = mapped_column(default="")
    use_cert_no: Mapped[Code | None]
    device_code: Mapped[Code | None]
    register_code: Mapped[Code | None] = mapped_column(unique=True)
    rescue_code: Mapped[Code | None] = mapped_column(unique=True)
    factory_no: Mapped[Name | None]
    inner_no: Mapped[Name | None]
    model: Mapped[Name | None]
    manufacturer: Mapped[Name | None]
    installer: Mapped[Name | None]
    made_on: Mapped[Day | None]
    installation_inspected_on: Mapped[Day | None]
    registered_on: Mapped[Day | None]
    in_use_since: Mapped[Day | None]
    design_life_years: Mapped[int | None]
    extended_until: Mapped[Day | None]
    address: Mapped[Name]
    place_type: Mapped[Code | None]
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    division_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    use_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    rated_load_kg: Mapped[int | None]
    rated_speed_mps: Mapped[Number | None]
    travel_m: Mapped[Number | None]
    floors: Mapped[int | None]
    stops: Mapped[int | None]
    doors: Mapped[int | None]
    details: Mapped[Json | None]
    fence_m: Mapped[int | None]
    remarks: Mapped[Long | None]
    source: Mapped[Code | None]
    foreign_no: Mapped[Code | None]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]
    version: Mapped[int] = mapped_column(default=1)

    use_unit: Mapped[Unit | None] = relationship(foreign_keys=[use_unit_id], lazy="raise_on_sql")
    owner_unit: Mapped[Unit | None] = relationship(foreign_keys=[owner_unit_id], lazy="raise_on_sql")
    statuses: Mapped[list[ElevatorStatus]] = relationship(lazy="raise_on_sql", order_by="ElevatorStatus.since")
    contracts: Mapped[list[Contract]] = relationship(
        back_populates="elevator", lazy="raise_on_sql", order_by="Contract.since"
    )
    inspections: Mapped[list[Inspection]] = relationship(lazy="raise_on_sql", order_by="Inspection.done_on")

    def age_years(self, on: date) -> int | None:
        """Completed years since it was made; None when nobody knows the day."""
        if self.made_on is None:
            return None
        return on.year - self.made_on.year - ((on.month, on.day) < (self.made_on.month, self.made_on.day))


class ElevatorStatus(Period, Base):
    """The status of an elevator for a period (elevators.md §1.4).

    `notified_on`: when the registration authority was told, `notice_due_on`: the last day for it; `authority`: the
    owner's written authority of one who is not the owner; `certificate`: what became of the use certificate.
    """

    __tablename__ = "elevator_status"
    __table_args__ = (
        Index("ix_elevator_status_elevator_id_since", "elevator_id", "since"),
        Index("ix_elevator_status_status_until", "status", "until", "since", "elevator_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    status: Mapped[Code]
    reason: Mapped[Name] = mapped_column(default="")
    document: Mapped[Name] = mapped_column(default="")
    measures: Mapped[Long] = mapped_column(default="", server_default="")
    planned_until: Mapped[Day | None]
    notified_on: Mapped[Day | None]
    notice_due_on: Mapped[Day | None]
    authority: Mapped[Name] = mapped_column(default="", server_default="")
    certificate: Mapped[Code] = mapped_column(default="", server_default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))


class Contract(Period, Base):
    """Which company maintains an elevator, and since when.

    `onsite_days`: with `mode` on_demand the longest interval between two visits while its conditions are met.
    """

    __tablename__ = "contract"
    __table_args__ = (
        Index("ix_contract_elevator_id_since", "elevator_id", "since"),
        Index("ix_contract_company_id_until", "company_id", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[Code] = mapped_column(default="")
    mode: Mapped[Code] = mapped_column(default="fixed")
    onsite_days: Mapped[int | None]

    company: Mapped[Unit] = relationship(lazy="raise_on_sql")
    elevator: Mapped[Elevator] = relationship(back_populates="contracts", lazy="raise_on_sql")


class Inspection(Base):
    """A supervision inspection, periodic inspection or self-test of an elevator (elevators.md §4.3).

    `valid_until` is the last day it covers; None when the conclusion is `fail` or nobody stated it. Nothing of a record
    is edited: one that corrects it names it in `corrects_id`, and the older one counts until `replaced_on`.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        Index("ix_inspection_elevator_id_done_on", "elevator_id", "done_on", "conclusion", "replaced_on"),
        Index(
            "ix_inspection_elevator_id_valid_until",
            "elevator_id",
            "valid_until",
            "conclusion",
            "done_on",
            "replaced_on",
        ),
        Index("ix_inspection_kind_conclusion", "kind", "conclusion", "done_on"),
        Index("ix_inspection_conclusion_done_on", "conclusion", "done_on", "elevator_id"),
        Index("ix_inspection_body_id_report_no", "body_id", "report_no"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    kind: Mapped[Code]
    body_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    report_no: Mapped[Name] = mapped_column(default="")
    done_on: Mapped[Day | None]
    conclusion: Mapped[Code]
    valid_until: Mapped[Day | None]
    notice_no: Mapped[Name] = mapped_column(default="")
    note: Mapped[Name] = mapped_column(default="")
    key_failed: Mapped[int | None]
    general_failed: Mapped[int | None]
    promised: Mapped[bool | None]
    files: Mapped[Json | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"))
    replaced_on: Mapped[Day | None]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    recorded_at: Mapped[Moment | None]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql", viewonly=True)
    body: Mapped[Unit | None] = relationship(lazy="raise_on_sql")


class RescueEnrolment(Period, Base):
    """An elevator on the 96366 platform: its code, and the day somebody saw the plate in the car (§6)."""

    __tablename__ = "rescue_enrolment"
    __table_args__ = (
        Index("ix_rescue_enrolment_elevator_id_since", "elevator_id", "since", "until", "plate_verified_on"),
        Index("ix_rescue_enrolment_code", "code", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    code: Mapped[Code]
    plate_verified_on: Mapped[Day | None]
