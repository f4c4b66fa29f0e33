"""Units: organisations with a unified social credit code, in all their capacities."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.areas import Area
from registry.models.base import Base, Code, Day, Json, Name, Placed

CAPACITIES = (
    "use",
    "owner",
    "maintenance",
    "filling",
    "depot",
    "inspection",
    "self_testing",
    "insurer",
    "manufacturer",
    "rescue_station",
    "regulator",
)


class Unit(Placed, Base):
    """An organisation. What it may do is in its capacities."""

    __tablename__ = "unit"
    __table_args__ = (Index("ix_unit_name", "name"), Index("ix_unit_area_code", "area_code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name]
    credit_code: Mapped[Code | None] = mapped_column(unique=True)
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    address: Mapped[Name] = mapped_column(default="")
    legal_person: Mapped[Name] = mapped_column(default="")
    phone: Mapped[Code] = mapped_column(default="")
    source: Mapped[Code] = mapped_column(default="")
    created_on: Mapped[Day]

    area: Mapped[Area | None] = relationship(lazy="raise_on_sql")
    capacities: Mapped[list[Capacity]] = relationship(
        back_populates="unit", foreign_keys="Capacity.unit_id", lazy="raise_on_sql", order_by="Capacity.id"
    )


class Capacity(Base):
    """One thing a unit is, with the licence it needs for it. `media` of a filling station: list of medium ids;
    `station_id` of a depot: the filling station it keeps cylinders for."""

    __tablename__ = "capacity"
    __table_args__ = (UniqueConstraint("unit_id", "capacity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    capacity: Mapped[Code]
    licence_no: Mapped[Code | None]
    licence_until: Mapped[Day | None]
    media: Mapped[Json | None]
    suspended_since: Mapped[Day | None]
    since: Mapped[Day]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], back_populates="capacities", lazy="raise_on_sql")
