"""What was found of cylinders and fills that may be forged, how it was explained and decided (cylinders.md §9)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.fillings import Filling, Scan
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.steps import SpokenStep
from registry.models.units import Unit


class CylinderAnomaly(Base):
    """One pattern (C1 to C18) that a cylinder or a station matches, found once for a subject and mark.

    `subject` is `cylinder <id>` or `station <id>`, `mark` the day, month, turn or number that tells two of one subject
    apart. `station_id` explains. `evidence` holds the numbers of the rule. `due_on` is the last day of the present
    step, `owner_id` the officer who took it over. `state` is assigned by its service alone.
    """

    __tablename__ = "cylinder_anomaly"
    __table_args__ = (
        UniqueConstraint("code", "key", "subject", "mark"),
        Index("ix_cylinder_anomaly_state_due_on", "state", "due_on"),
        Index("ix_cylinder_anomaly_station_id_state", "station_id", "state"),
        Index("ix_cylinder_anomaly_cylinder_id_state", "cylinder_id", "state"),
        Index("ix_cylinder_anomaly_found_on", "found_on"),
    )

    id: Mapped[Big]
    code: Mapped[Code]
    key: Mapped[Code]
    subject: Mapped[Code]
    mark: Mapped[Name]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    other_scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    # PostgreSQL keeps scans by month, and finds one that is pointed at by its number and moment.
    scan_at: Mapped[Moment | None]
    other_scan_at: Mapped[Moment | None]
    filling_id: Mapped[int | None] = mapped_column(ForeignKey("filling.id"))
    other_filling_id: Mapped[int | None] = mapped_column(ForeignKey("filling.id"))
    evidence: Mapped[Json]
    score: Mapped[int]
    state: Mapped[Code]
    found_at: Mapped[Moment]
    found_on: Mapped[Day]
    due_on: Mapped[Day | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    decided_on: Mapped[Day | None]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    version: Mapped[int] = mapped_column(default=1)

    station: Mapped[Unit] = relationship(foreign_keys=[station_id], lazy="raise_on_sql")
    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")
    scan: Mapped[Scan | None] = relationship(foreign_keys=[scan_id], lazy="raise_on_sql")
    other_scan: Mapped[Scan | None] = relationship(foreign_keys=[other_scan_id], lazy="raise_on_sql")
    filling: Mapped[Filling | None] = relationship(foreign_keys=[filling_id], lazy="raise_on_sql")
    other_filling: Mapped[Filling | None] = relationship(foreign_keys=[other_filling_id], lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id], lazy="raise_on_sql")
    owner_unit: Mapped[Unit | None] = relationship(foreign_keys=[owner_unit_id], lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    steps: Mapped[list[CylinderAnomalyStep]] = relationship(lazy="raise_on_sql", order_by="CylinderAnomalyStep.id")


class CylinderAnomalyStep(SpokenStep, Base):
    """One line of an anomaly's ledger: who did what and said what. Never edited."""

    __tablename__ = "cylinder_anomaly_step"
    __table_args__ = (Index("ix_cylinder_anomaly_step_anomaly_id", "anomaly_id"),)

    id: Mapped[Big]
    anomaly_id: Mapped[int] = mapped_column(ForeignKey("cylinder_anomaly.id"))
