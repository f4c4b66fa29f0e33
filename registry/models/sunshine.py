"""Sunshine filling: pointers to the video of each fill, strokes of the scales, and spot checks (cylinders.md §7).

Streams stay on the station's recorder; the registry keeps which camera shows what, and a digest of the recorder's
index line.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Moment, Name, Period
from registry.models.cylinder_anomalies import CylinderAnomaly
from registry.models.fill_cycles import Device
from registry.models.fillings import Filling
from registry.models.people import Person
from registry.models.units import Unit


class FillClip(Period, Base):
    """Where the video of a fill lies: camera, and from when to when.

    `source`: derived (the gun's camera is known to have worked), reported (the recorder's index line) or stated (named
    with the fill). `since` is the day it was linked, `until` the day it was found to be missing. `counts` marks the
    one through which the fill began to count as filmed; `Filling.clip` mirrors whether there is one now. `digest` is
    SHA-256 of the index line; snapshots are stored files of the scan and of the weighing again. `dropped_at`: the
    recorder has deleted it, after its time.
    """

    __tablename__ = "fill_clip"
    __table_args__ = (
        UniqueConstraint("station_id", "ref"),
        Index(
            "uq_fill_clip_standing",
            "filling_id",
            "camera_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_fill_clip_filling_id", "filling_id"),
        Index("ix_fill_clip_counts_since", "counts", "since", "filling_id"),
        Index("ix_fill_clip_counts_until", "counts", "until", "since", "filling_id"),
    )

    id: Mapped[Big]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    filling_id: Mapped[int] = mapped_column(ForeignKey("filling.id"))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    source: Mapped[Code]
    counts: Mapped[bool]
    pointer: Mapped[Name]
    from_at: Mapped[Moment]
    to_at: Mapped[Moment]
    linked_at: Mapped[Moment]
    ref: Mapped[Code | None]
    ref_digest: Mapped[Name | None]
    digest: Mapped[Name | None]
    scan_snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    reweigh_snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    dropped_at: Mapped[Moment | None]

    filling: Mapped[Filling] = relationship(lazy="raise_on_sql")
    camera: Mapped[Device | None] = relationship(lazy="raise_on_sql")


class ScaleStrokes(Base):
    """How many fills a scale counted on a day: what recorded fills are held against."""

    __tablename__ = "scale_strokes"
    __table_args__ = (
        UniqueConstraint("device_id", "day"),
        Index("ix_scale_strokes_station_id_day", "station_id", "day"),
    )

    id: Mapped[Big]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    gun: Mapped[Code]
    day: Mapped[Day]
    strokes: Mapped[int]
    reported_at: Mapped[Moment]


class SpotCheck(Base):
    """Fills of a station and period that an office drew to look at. `first_on..last_on` are days of filling.

    Drawn from fills received up to `drawn_at` by `seed` and `weights`; `pool_digest` proves the pool.
    """

    __tablename__ = "spot_check"
    __table_args__ = (Index("ix_spot_check_station_id_drawn_on", "station_id", "drawn_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drawn_at: Mapped[Moment]
    drawn_on: Mapped[Day]
    first_on: Mapped[Day]
    last_on: Mapped[Day]
    size: Mapped[int]
    seed: Mapped[Code]
    weights: Mapped[Json]
    pool_size: Mapped[int]
    pool_digest: Mapped[Name]

    station: Mapped[Unit] = relationship(foreign_keys=[station_id], lazy="raise_on_sql")
    office: Mapped[Unit] = relationship(foreign_keys=[office_id], lazy="raise_on_sql")
    drawn_by: Mapped[Person] = relationship(lazy="raise_on_sql")
    items: Mapped[list[SpotCheckItem]] = relationship(lazy="raise_on_sql", order_by="SpotCheckItem.place")


class SpotCheckItem(Base):
    """A fill that was drawn, and what the inspector saw. `state` is one of `spot_check_states.csv`; `answers` by item:
    yes, no or unseen. `anomaly_id`: what was opened because it was not in order."""

    __tablename__ = "spot_check_item"
    __table_args__ = (
        UniqueConstraint("check_id", "place"),
        Index("ix_spot_check_item_filling_id", "filling_id"),
        Index("ix_spot_check_item_state", "state", "check_id"),
    )

    id: Mapped[Big]
    check_id: Mapped[int] = mapped_column(ForeignKey("spot_check.id"))
    place: Mapped[int]
    filling_id: Mapped[int] = mapped_column(ForeignKey("filling.id"))
    weight: Mapped[int]
    state: Mapped[Code]
    answers: Mapped[Json]
    note: Mapped[Name] = mapped_column(default="")
    judged_at: Mapped[Moment | None]
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    anomaly_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder_anomaly.id"))
    version: Mapped[int] = mapped_column(default=1)

    check: Mapped[SpotCheck] = relationship(lazy="raise_on_sql", back_populates="items")
    filling: Mapped[Filling] = relationship(lazy="raise_on_sql")
    judged_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    anomaly: Mapped[CylinderAnomaly | None] = relationship(lazy="raise_on_sql")
