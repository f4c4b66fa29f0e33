"""Frozen figures of indicators: what a period came to, who stands for it, and each later revision; alerts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, BigType, Code, Day, Json, Long, Moment, Name
from registry.models.people import Person
from registry.models.units import Unit

Part = Annotated[Decimal, mapped_column(Numeric(16, 3))]


class IndicatorSnapshot(Base):
    """One figure of one area at the end of a period. `origin` is `captured` (computed at 24:00 of the last day) or
    `reported` (handed in by the unit responsible, with its document).

    What it says never changes, not even in a draft: a correction is a row with the next `revision` and a reason. The
    row of the highest revision is the one that is read. A locked row takes no change at all; both are kept by triggers.
    `late` marks what was captured or reported after its day.
    """

    __tablename__ = "indicator_snapshot"
    __table_args__ = (
        UniqueConstraint("key", "area_code", "period_end", "revision"),
        Index("ix_indicator_snapshot_period_end", "period_end"),
        Index("ix_indicator_snapshot_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[Code]
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    period_end: Mapped[Day]
    revision: Mapped[int] = mapped_column(default=0)
    origin: Mapped[Code]
    numerator: Mapped[Part | None]
    denominator: Mapped[Part | None]
    value: Mapped[Annotated[Decimal, mapped_column(Numeric(18, 6))] | None]
    rule_version: Mapped[Code]
    captured_at: Mapped[Moment]
    late: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[Long] = mapped_column(default="")
    reporter: Mapped[Name] = mapped_column(default="")
    document: Mapped[Name] = mapped_column(default="")
    note: Mapped[Long] = mapped_column(default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[Code]
    returned_reason: Mapped[Long] = mapped_column(default="")
    submitted_at: Mapped[Moment | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Moment | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    locked_at: Mapped[Moment | None]
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    entered_by: Mapped[Person | None] = relationship(foreign_keys=[entered_by_id], lazy="raise_on_sql")
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=[submitted_by_id], lazy="raise_on_sql")
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id], lazy="raise_on_sql")
    locked_by: Mapped[Person | None] = relationship(foreign_keys=[locked_by_id], lazy="raise_on_sql")


class IndicatorCount(Base):
    """What the indicators of the running day come to in an area, counted again every minute by the workers in the
    background. Only a shorter way to what the records say: it may be thrown away at any time."""

    __tablename__ = "indicator_count"

    day: Mapped[Day] = mapped_column(primary_key=True)
    key: Mapped[Code] = mapped_column(primary_key=True)
    area_code: Mapped[Code] = mapped_column(primary_key=True)
    numerator: Mapped[int]
    denominator: Mapped[int]
    counted_at: Mapped[Moment]


class CylinderTally(Base):
    """What the indicators over cylinders come to on a past day in one block of cylinders, by the block of their ids.
    Only a shorter way to what the records say: it may be thrown away at any time, and holds while nothing has touched
    the block's day since (`touched`) and the same `rules` count.

    `counts`: area -> [population, counted of each indicator].
    """

    __tablename__ = "cylinder_tally"

    day: Mapped[Day] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(BigType, primary_key=True, autoincrement=False)
    counts: Mapped[Json]
    touched: Mapped[int] = mapped_column(BigType)
    rules: Mapped[Code]


class CylinderTouch(Base):
    """So many changes of records that may move a block's counts from a day on. Written by triggers of the database
    alone, so that no way of writing goes past it; rows are only added, or put together without changing their sum."""

    __tablename__ = "cylinder_touch"

    block: Mapped[int] = mapped_column(BigType, primary_key=True, autoincrement=False)
    since: Mapped[Day] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigType, primary_key=True, autoincrement=False)
    times: Mapped[int] = mapped_column(BigType)


class IndicatorAlert(Base):
    """Something that an office has to look at: an indicator under its target or near it, a month that was not frozen in
    time, a reported figure that is overdue. It is cleared when it is over. `name` says what it is about; of one name
    one alert stands at a time. `value` and `target` are those of the moment it was raised."""

    __tablename__ = "indicator_alert"
    __table_args__ = (
        Index(
            "uq_indicator_alert_standing",
            "name",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_indicator_alert_area_code", "area_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name]
    kind: Mapped[Code]
    key: Mapped[Code] = mapped_column(default="")
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    period_end: Mapped[Day | None]
    value: Mapped[Annotated[Decimal, mapped_column(Numeric(18, 6))] | None]
    target: Mapped[Annotated[Decimal, mapped_column(Numeric(18, 6))] | None]
    raised_at: Mapped[Moment]
    cleared_at: Mapped[Moment | None]
    acknowledged_at: Mapped[Moment | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[Long] = mapped_column(default="")

    acknowledged_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
