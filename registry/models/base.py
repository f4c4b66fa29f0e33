"""Column types and mixins that all tables share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, Dialect, Integer, Numeric, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base

__all__ = [
    "Base",
    "Big",
    "BigType",
    "Code",
    "Day",
    "Json",
    "Long",
    "Moment",
    "Name",
    "Number",
    "Period",
    "Placed",
    "UtcMoment",
]


class UtcMoment(TypeDecorator[datetime]):
    """A moment, stored in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """SQLite's own writes the same text, in ten times as long."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def write(value: datetime | None) -> str | None:
            moment = self.process_bind_param(value, dialect)
            return None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")

        return write

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonType = JSON().with_variant(JSONB(), "postgresql")
BigType = BigInteger().with_variant(Integer(), "sqlite")

Big = Annotated[int, mapped_column(BigType, primary_key=True)]
Code = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(200))]
Long = Annotated[str, mapped_column(String(4000))]
Day = Annotated[date, mapped_column(Date)]
Moment = Annotated[datetime, mapped_column(UtcMoment)]
Number = Annotated[Decimal, mapped_column(Numeric(10, 3))]
Json = Annotated[Any, mapped_column(JsonType)]


class Period:
    """A dated period `[since, until)`; an open end is None."""

    since: Mapped[Day]
    until: Mapped[Day | None]


class Placed:
    """A place on the map, WGS-84 degrees; None when nobody has stood there."""

    lat: Mapped[float | None]
    lon: Mapped[float | None]
