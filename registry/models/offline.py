"""Stations without a network: the key of their list, what left it, and fills the register disagrees with."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Json, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.fillings import FillRefusal
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.units import Unit


class SnapshotKey(Base):
    """Which version of the key a station's list is signed with; the key is derived and not kept. No row: version 1."""

    __tablename__ = "snapshot_key"

    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    version: Mapped[int]
    made_at: Mapped[Moment]


class CylinderLeft(Base):
    """A cylinder was written over from this unit: lists of it have to let go of the cylinder."""

    __tablename__ = "cylinder_left"
    __table_args__ = (
        Index("ix_cylinder_left_unit_id_at", "unit_id", "at"),
        Index("ix_cylinder_left_cylinder_id_at", "cylinder_id", "at"),
    )

    id: Mapped[Big]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    at: Mapped[Moment]


class OfflineDisagreement(Base):
    """A cylinder was filled without a network and the register says no: the gas is in it. Open until `handled_at`."""

    __tablename__ = "offline_disagreement"
    __table_args__ = (
        Index("ix_offline_disagreement_station_id_state", "station_id", "state"),
        Index("ix_offline_disagreement_cylinder_id_state", "cylinder_id", "state"),
        Index("ix_offline_disagreement_state", "state"),
    )

    id: Mapped[Big]
    refusal_id: Mapped[int] = mapped_column(ForeignKey("fill_refusal.id"), unique=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    code: Mapped[Name]
    filled_at: Mapped[Moment]
    found_at: Mapped[Moment]
    rules: Mapped[Json]
    state: Mapped[Code]  # open | handled
    action: Mapped[Code | None]
    note: Mapped[Name] = mapped_column(default="")
    handled_at: Mapped[Moment | None]
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")
    refusal: Mapped[FillRefusal] = relationship(lazy="raise_on_sql")
    handled_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
