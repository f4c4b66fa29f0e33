"""Orders of the authority to a filling station (cylinders.md R16)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Moment, Name, Period
from registry.models.people import Person
from registry.models.units import Unit


class StopOrder(Period, Base):
    """A station was ordered to stop filling from `since`; lifted, it may fill again from `until`.

    `Capacity.suspended_since` mirrors the open order: it is what a verdict reads.
    """

    __tablename__ = "stop_order"
    __table_args__ = (Index("ix_stop_order_station_id_until", "station_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    document: Mapped[Name]
    reason: Mapped[Name]
    ordered_at: Mapped[Moment]
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lift_document: Mapped[Name | None]
    lift_reason: Mapped[Name | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    ordered_by: Mapped[Person] = relationship(foreign_keys=[ordered_by_id], lazy="raise_on_sql")
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id], lazy="raise_on_sql")
