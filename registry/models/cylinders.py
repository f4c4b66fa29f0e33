"""Gas cylinders, their inspections and status periods (cylinders.md §1-3)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry import clock
from registry.models.base import Base, Big, Code, Day, Json, Moment, Name, Number, Period
from registry.models.units import Unit

_ENDED = text("until IS NOT NULL")


class Cylinder(Base):
    """One cylinder on file. Stamps have month precision: `made_on` is the first day of the stamped month.

    `status` mirrors the open period of `CylinderStatus`; `next_inspection_on` and `service_end_on` are what the rules
    computed from the last inspection and are set in one place; `overdue` is derived, never stored.
    """

    __tablename__ = "cylinder"
    __table_args__ = (
        UniqueConstraint("maker_code", "serial_no", "made_on"),
        Index("ix_cylinder_owner_id_status", "owner_id", "status"),
        Index("ix_cylinder_area_code_next_inspection_on", "area_code", "next_inspection_on"),
        Index("ix_cylinder_area_code_status", "area_code", "status", "label_code"),
        Index("ix_cylinder_register_no", "register_no"),
        Index("ix_cylinder_serial_no", "serial_no"),
        Index("ix_cylinder_owner_id_changed_at", "owner_id", "changed_at"),
        Index("ix_cylinder_owner_id_next_inspection_on", "owner_id", "next_inspection_on", "status"),
    )

    id: Mapped[Big]
    label_code: Mapped[Code | None] = mapped_column(unique=True)
    kind: Mapped[Code]
    medium: Mapped[Code]
    status: Mapped[Code]
    custody: Mapped[Code] = mapped_column(default="empty_in_station")
    maker: Mapped[Name]
    maker_code: Mapped[Code]
    serial_no: Mapped[Code]
    made_on: Mapped[Day]
    model: Mapped[Code | None]
    product_standard: Mapped[Code | None]
    register_no: Mapped[Code | None]
    inner_no: Mapped[Code | None]
    information_management: Mapped[Code | None]
    working_pressure_kpa: Mapped[int | None]
    test_pressure_kpa: Mapped[int | None]
    wall_mm: Mapped[Number | None]
    tare_g: Mapped[int | None]
    volume_ml: Mapped[int | None]
    permitted_fill_g: Mapped[int | None]
    porosity: Mapped[Number | None]
    service_life_years: Mapped[int | None]
    assessment_passed_on: Mapped[Day | None]
    environment: Mapped[Code | None]
    high_purity: Mapped[bool] = mapped_column(default=False)
    taxi: Mapped[bool] = mapped_column(default=False)
    vehicle_plate: Mapped[Code | None]
    purchased_on: Mapped[Day | None]
    electronic_mark: Mapped[bool | None]
    filler_mark_embossed: Mapped[bool | None]
    refurbished: Mapped[bool | None]
    threaded_shield: Mapped[bool | None]
    dual_valve: Mapped[bool | None]
    owner_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    registered_on: Mapped[Day | None]
    last_inspected_on: Mapped[Day | None]
    last_inspection_passed: Mapped[bool | None]
    stated_next_inspection_on: Mapped[Day | None]
    next_inspection_on: Mapped[Day | None]
    service_end_on: Mapped[Day | None]
    last_filled_at: Mapped[Moment | None]
    valve_code: Mapped[Code | None]
    source: Mapped[Code | None]
    version: Mapped[int] = mapped_column(default=1)
    # By whatever statement: stations that work without a network fetch what changed since.
    changed_at: Mapped[Moment | None] = mapped_column(default=lambda: clock.now(), onupdate=lambda: clock.now())

    owner: Mapped[Unit] = relationship(lazy="raise_on_sql")
    statuses: Mapped[list[CylinderStatus]] = relationship(lazy="raise_on_sql", order_by="CylinderStatus.since")
    inspections: Mapped[list[CylinderInspection]] = relationship(
        lazy="raise_on_sql", order_by="CylinderInspection.done_on"
    )

    def enter(self, status: str, since: date, reason: str = "", document: str = "") -> None:
        """Close the open period of status and begin the next one: the only place that sets `status`."""
        for period in self.statuses:
            if period.until is None:
                period.until = since
        self.statuses.append(CylinderStatus(status=status, since=since, reason=reason, document=document))
        self.status = status

    @property
    def handle(self) -> str:
        """What its page is found by: the label code, or for a cylinder without one its number on file."""
        return self.label_code or f"id-{self.id}"


class CylinderStatus(Period, Base):
    """The life status of a cylinder for a period (cylinders.md §3)."""

    __tablename__ = "cylinder_status"
    __table_args__ = (
        Index("ix_cylinder_status_cylinder_id_since", "cylinder_id", "since"),
        Index("ix_cylinder_status_status_until", "status", "until", "since", "cylinder_id"),
        Index("ix_cylinder_status_since", "since", "cylinder_id"),
        Index("ix_cylinder_status_until", "until", "cylinder_id", sqlite_where=_ENDED, postgresql_where=_ENDED),
    )

    id: Mapped[Big]
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    status: Mapped[Code]
    reason: Mapped[Name] = mapped_column(default="")
    document: Mapped[Name] = mapped_column(default="")


class CylinderInspection(Base):
    """A periodic inspection. An inspector may state an earlier next date than the rule's, never a later one.

    `checks`: item of `cylinder_checks` -> `pass` or `scrap`. Nothing of a record is edited: one that corrects it names
    it in `corrects_id`, and the older one counts until `replaced_on`. `tare_before_g` is the tare of record that
    `tare_g` took the place of, `valve_code` a valve that was put in.
    """

    __tablename__ = "cylinder_inspection"
    __table_args__ = (
        Index("ix_cylinder_inspection_cylinder_id_done_on", "cylinder_id", "done_on"),
        Index("ix_cylinder_inspection_body_id_done_on", "body_id", "done_on"),
    )

    id: Mapped[Big]
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    report_no: Mapped[Name] = mapped_column(default="")
    done_on: Mapped[Day]
    passed: Mapped[bool]
    next_inspection_on: Mapped[Day | None]
    details: Mapped[Json | None]
    checks: Mapped[Json | None]
    inspector: Mapped[Code | None]
    reviewer: Mapped[Code | None]
    remaining_wall_mm: Mapped[Number | None]
    measured_volume_ml: Mapped[int | None]
    tare_g: Mapped[int | None]
    tare_before_g: Mapped[int | None]
    valve_code: Mapped[Code | None]
    assessed: Mapped[bool] = mapped_column(default=False, server_default=false())
    scrap_reason: Mapped[Code | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder_inspection.id"))
    replaced_on: Mapped[Day | None]
    recorded_at: Mapped[Moment | None]


class CylinderEvent(Base):
    """One step in a cylinder's life (cylinders.md §5.1), append-only."""

    __tablename__ = "cylinder_event"
    __table_args__ = (
        Index("ix_cylinder_event_cylinder_id_at", "cylinder_id", "at"),
        Index("ix_cylinder_event_unit_id_at", "unit_id", "at"),
    )

    id: Mapped[Big]
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    ref: Mapped[Code | None] = mapped_column(unique=True)
    kind: Mapped[Code]
    at: Mapped[Moment]
    received_at: Mapped[Moment]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    data: Mapped[Json | None]
