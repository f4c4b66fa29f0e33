"""Filling stations at work: guns, alliances, scans with their verdicts, fills and refusals."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Moment, Name, Period
from registry.models.cylinders import Cylinder
from registry.models.people import Person
from registry.models.units import Unit


class Gun(Base):
    """A filling gun or scale of a station."""

    __tablename__ = "gun"
    __table_args__ = (UniqueConstraint("station_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[Code]
    medium: Mapped[Code]


class Alliance(Period, Base):
    """Two stations that may fill each other's cylinders, approved by the registering authority (§4.1).

    `approved_by_id` is unset for rows older than the field.
    """

    __tablename__ = "alliance"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_a_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    member_b_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    media: Mapped[Json]
    document: Mapped[Name]
    entrusted: Mapped[bool] = mapped_column(default=False)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[Name | None]

    member_a: Mapped[Unit] = relationship(foreign_keys=[member_a_id], lazy="raise_on_sql")
    member_b: Mapped[Unit] = relationship(foreign_keys=[member_b_id], lazy="raise_on_sql")
    approved_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Scan(Base):
    """A scanned code and the verdict it got. `device`: a keyed digest that tells citizens' phones apart for a time."""

    __tablename__ = "scan"
    __table_args__ = (
        Index("ix_scan_cylinder_id_at", "cylinder_id", "at"),
        Index("ix_scan_unit_id_at", "unit_id", "at"),
    )

    id: Mapped[Big]
    at: Mapped[Moment]
    received_at: Mapped[Moment]
    purpose: Mapped[Code]
    text: Mapped[Name]
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    gun: Mapped[Code | None]
    medium: Mapped[Code | None]
    verdict: Mapped[Code]
    legacy_code: Mapped[Code]
    findings: Mapped[Json]
    position: Mapped[Json | None]
    device: Mapped[Code | None]


class Filling(Base):
    """One fill. Masses in grams, pressure in kPa; `ref` was made by the device that sent it."""

    __tablename__ = "filling"
    __table_args__ = (
        UniqueConstraint("station_id", "ref"),
        Index("ix_filling_cylinder_id_ended_at", "cylinder_id", "ended_at"),
        Index("ix_filling_station_id_filled_on", "station_id", "filled_on", "clip"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    gun: Mapped[Code]
    medium: Mapped[Code]
    scanned: Mapped[bool]
    tare_g: Mapped[int | None]
    gross_before_g: Mapped[int | None]
    gross_after_g: Mapped[int | None]
    pressure_kpa: Mapped[int | None]
    temperature_c: Mapped[int | None]
    started_at: Mapped[Moment]
    ended_at: Mapped[Moment]
    filled_on: Mapped[Day]
    received_at: Mapped[Moment]
    filler_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    checker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    checks: Mapped[Json]
    findings: Mapped[Json]
    clip: Mapped[Name | None]
    weighed_by: Mapped[Code | None]
    gas_batch_id: Mapped[int | None]
    offline: Mapped[bool] = mapped_column(default=False, server_default=false())

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
    filler: Mapped[Person] = relationship(foreign_keys=[filler_id], lazy="raise_on_sql")
    checker: Mapped[Person] = relationship(foreign_keys=[checker_id], lazy="raise_on_sql")

    @property
    def net_g(self) -> int | None:
        """What was put in; None for a fill by pressure."""
        if self.gross_before_g is None or self.gross_after_g is None:
            return None
        return self.gross_after_g - self.gross_before_g


class FillRefusal(Base):
    """A fill that the rules refused, kept as it was asked for."""

    __tablename__ = "fill_refusal"
    __table_args__ = (
        UniqueConstraint("station_id", "ref"),
        Index("ix_fill_refusal_cylinder_id_at", "cylinder_id", "at"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    asked: Mapped[Json]
    findings: Mapped[Json]

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder | None] = relationship(lazy="raise_on_sql")
