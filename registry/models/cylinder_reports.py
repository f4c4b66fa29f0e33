"""What citizens report about cylinders, and what was done about it (cylinders.md §5.4)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Long, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.hazards import Hazard
from registry.models.steps import Step
from registry.models.units import Unit


class CylinderReport(Base):
    """What a citizen says is wrong with a cylinder. `state` moves only through `services.cylinder_reports`.

    `cylinder_id` is None where there was no label or it led to nothing; `area_code` is the county that handles it,
    None for the city; `station_id` the owner's on the day of the report, who sees it from `passed_at` on and then
    neither the words, the picture, the place nor the phone. `secret` opens the citizen's page of it.
    """

    __tablename__ = "cylinder_report"
    __table_args__ = (
        Index("ix_cylinder_report_cylinder_id_reported_at", "cylinder_id", "reported_at"),
        Index("ix_cylinder_report_area_code_state", "area_code", "state"),
        Index("ix_cylinder_report_station_id_state", "station_id", "state"),
        Index("ix_cylinder_report_state_reported_at", "state", "reported_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    secret: Mapped[Code] = mapped_column(unique=True)
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    code: Mapped[Name] = mapped_column(default="")
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[Code]
    text: Mapped[Long] = mapped_column(default="")
    place: Mapped[Name] = mapped_column(default="")
    phone: Mapped[Code | None]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    reported_at: Mapped[Moment]
    reported_on: Mapped[Day]
    state: Mapped[Code]
    passed_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code] = mapped_column(unique=True)
    ref_digest: Mapped[Name]

    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")
    station: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    steps: Mapped[list[CylinderReportStep]] = relationship(lazy="raise_on_sql", order_by="CylinderReportStep.id")


class CylinderReportStep(Step, Base):
    """What was done about a report. The table refuses UPDATE and DELETE by trigger."""

    __tablename__ = "cylinder_report_step"
    __table_args__ = (Index("ix_cylinder_report_step_report_id", "report_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("cylinder_report.id"))
    note: Mapped[Long] = mapped_column(default="")
