"""One turn of a cylinder through a station: checked, unlocked, filled, checked again, released (cylinders.md §6)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Moment, Name, Period
from registry.models.cylinders import Cylinder
from registry.models.fillings import Filling
from registry.models.people import Person
from registry.models.units import Unit


class FillCycle(Base):
    """A turn, open until `closed_at`; the database holds that a cylinder has one open turn at most.

    `state` is one of `fill_cycle_moves.csv`. `custody_before` is where the register saw the cylinder when the turn
    began: the check before filling brings it into the station, and then nobody could tell any more that it was never
    scanned back. `ref`, `post_ref` and `release_ref` are of the devices that sent each step. Masses in grams.
    """

    __tablename__ = "fill_cycle"
    __table_args__ = (
        UniqueConstraint("station_id", "ref"),
        Index(
            "uq_fill_cycle_open",
            "cylinder_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_fill_cycle_station_id_opened_at", "station_id", "opened_at"),
        Index("ix_fill_cycle_cylinder_id_opened_at", "cylinder_id", "opened_at"),
        Index("ix_fill_cycle_filling_id", "filling_id"),
        UniqueConstraint("station_id", "post_ref"),
        UniqueConstraint("station_id", "release_ref"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gun: Mapped[Code]
    medium: Mapped[Code]
    state: Mapped[Code]
    custody_before: Mapped[Code]
    opened_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    prechecked_at: Mapped[Moment]
    prechecker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    checks: Mapped[Json]
    observed: Mapped[Json]
    gross_before_g: Mapped[int | None]
    filling_id: Mapped[int | None] = mapped_column(ForeignKey("filling.id"))
    filled_at: Mapped[Moment | None]
    post_ref: Mapped[Code | None]
    post_digest: Mapped[Name | None]
    postchecked_at: Mapped[Moment | None]
    postchecker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    post_checks: Mapped[Json | None]
    reweigh_g: Mapped[int | None]
    reweigh_source: Mapped[Code | None]
    leak_found: Mapped[bool | None]
    labels_printed: Mapped[bool | None]
    release_ref: Mapped[Code | None]
    released_at: Mapped[Moment | None]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    findings: Mapped[Json]
    reason: Mapped[Name] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    filling: Mapped[Filling | None] = relationship(lazy="raise_on_sql")
    prechecker: Mapped[Person] = relationship(foreign_keys=[prechecker_id], lazy="raise_on_sql")
    postchecker: Mapped[Person | None] = relationship(foreign_keys=[postchecker_id], lazy="raise_on_sql")
    released_by: Mapped[Person | None] = relationship(foreign_keys=[released_by_id], lazy="raise_on_sql")


class GunUnlock(Base):
    """The leave of one gun to fill one cylinder, once, until `expires_at`; only the digest of the token is kept."""

    __tablename__ = "gun_unlock"

    id: Mapped[Big]
    token_sha256: Mapped[Name] = mapped_column(unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("fill_cycle.id"), index=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gun: Mapped[Code]
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class HoldRelease(Base):
    """The authority lets a cylinder be filled although rules hold it: for these rules, until `expires_at`, once."""

    __tablename__ = "hold_release"
    __table_args__ = (Index("ix_hold_release_cylinder_id_expires_at", "cylinder_id", "expires_at"),)

    id: Mapped[Big]
    ref: Mapped[Code] = mapped_column(unique=True)
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    rules: Mapped[Json]
    reason: Mapped[Name]
    photo_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    released_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]

    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    released_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class Device(Base):
    """A scale, pressure gauge, gun controller or camera of a station; `gun` is the gun it stands at.

    Its key is derived from the registry's secret, the id and `key_version`: it is shown once and not kept.
    `last_seen_at` is its last heartbeat or reading; `clock_off_ms` how far its clock was ahead of ours at
    `clock_seen_at`. `retention_days`: how long a camera's recordings are kept.
    """

    __tablename__ = "device"
    __table_args__ = (UniqueConstraint("station_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[Code]
    number: Mapped[Code]
    gun: Mapped[Code | None]
    channel: Mapped[Name | None]
    view: Mapped[Code | None]
    calibrated_until: Mapped[Day | None]
    key_version: Mapped[int] = mapped_column(default=1)
    registered_at: Mapped[Moment]
    retired_at: Mapped[Moment | None]
    last_seen_at: Mapped[Moment | None]
    retention_days: Mapped[int | None]
    calibration_no: Mapped[Name | None]
    clock_off_ms: Mapped[int | None]
    clock_seen_at: Mapped[Moment | None]

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")


class DeviceOutage(Base):
    """A time in which a device was silent longer than it may be: what uptime is counted from."""

    __tablename__ = "device_outage"
    __table_args__ = (Index("ix_device_outage_device_id_since_at", "device_id", "since_at"),)

    id: Mapped[Big]
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    since_at: Mapped[Moment]
    until_at: Mapped[Moment]


class Reading(Base):
    """What a device measured and signed: `gross_g`, `pressure_kpa` or `temperature_c`. Used by one step only."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("device_id", "ref"),)

    id: Mapped[Big]
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    ref: Mapped[Code]
    kind: Mapped[Code]
    value: Mapped[int]
    at: Mapped[Moment]
    received_at: Mapped[Moment]
    signature: Mapped[Name]
    used_at: Mapped[Moment | None]

    device: Mapped[Device] = relationship(lazy="raise_on_sql")


class StaffPresence(Base):
    """A certified person signed in at a station: how many are present while LPG is filled (R26)."""

    __tablename__ = "staff_presence"
    __table_args__ = (Index("ix_staff_presence_station_id_until_at", "station_id", "until_at"),)

    id: Mapped[Big]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since_at: Mapped[Moment]
    until_at: Mapped[Moment | None]

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class GasBatch(Period, Base):
    """A delivery of gas that a station fills from in `[since, until)`, with its test (R35). Masses in grams."""

    __tablename__ = "gas_batch"
    __table_args__ = (Index("ix_gas_batch_station_id_since", "station_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[Code] = mapped_column(unique=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    medium: Mapped[Code]
    supplier: Mapped[Name]
    delivery_note: Mapped[Name]
    mass_g: Mapped[int]
    tested_on: Mapped[Day | None]
    dme_ppm: Mapped[int | None]
    report_no: Mapped[Name] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
