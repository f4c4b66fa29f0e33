"""The graded risk of elevators as dated periods, so that any past day shows the colour it had (hazards.md §3)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Json, Number, Period
from registry.models.elevators import Elevator
from registry.models.units import Unit


class ElevatorRisk(Period, Base):
    """The risk of an elevator in `[since, until)`. `level`: red, orange, yellow or blue; `factors` and `floors`: what
    gave points and what lifted the level, as the rule said it then."""

    __tablename__ = "elevator_risk"
    __table_args__ = (
        Index("ix_elevator_risk_elevator_id_since", "elevator_id", "since"),
        Index("ix_elevator_risk_until_level", "until", "level", "elevator_id"),
    )

    id: Mapped[Big]
    elevator_id: Mapped[int] = mapped_column(ForeignKey("elevator.id"))
    level: Mapped[Code]
    score: Mapped[Number]
    points: Mapped[int]
    factors: Mapped[Json]
    floors: Mapped[Json]

    elevator: Mapped[Elevator] = relationship(lazy="raise_on_sql")


class StationRisk(Period, Base):
    """The risk of a filling station in `[since, until)`, like that of an elevator (hazards.md §3.5)."""

    __tablename__ = "station_risk"
    __table_args__ = (
        Index("ix_station_risk_station_id_since", "station_id", "since"),
        Index("ix_station_risk_until_level", "until", "level", "station_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[Code]
    score: Mapped[Number]
    points: Mapped[int]
    factors: Mapped[Json]
    floors: Mapped[Json]

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
