"""What an office chooses and keeps: parameters, targets, holidays, stored files, imports."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Code, Day, Json, Moment, Name, Number


class Parameter(Base):
    """A number an office may choose, from a day on. Rows are added, never edited."""

    __tablename__ = "parameter"
    __table_args__ = (UniqueConstraint("key", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[Code]
    value: Mapped[Name]
    since: Mapped[Day]
    basis: Mapped[Name] = mapped_column(default="")
    certainty: Mapped[Code] = mapped_column(default="")


class IndicatorTarget(Base):
    """A target of the plan for an indicator from a day on, for the city (area None) or one area.

    `year` is the year by whose end it is to be reached; `value2` the upper bound of `between`; `baseline_value` in the
    same unit. Of rates all values are shares. A row that was in force is never edited.
    """

    __tablename__ = "indicator_target"
    __table_args__ = (UniqueConstraint("key", "area_code", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[Code]
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    since: Mapped[Day]
    comparator: Mapped[Code] = mapped_column(default=">=")
    value: Mapped[Number]
    nature: Mapped[Code] = mapped_column(default="expected")
    source: Mapped[Name] = mapped_column(default="")
    year: Mapped[int | None]
    value2: Mapped[Number | None]
    baseline_year: Mapped[int | None]
    baseline_value: Mapped[Number | None]
    weight: Mapped[Number | None]


class Holiday(Base):
    """A day off, or with `works` a weekend day made a working day (调休)."""

    __tablename__ = "holiday"

    day: Mapped[Day] = mapped_column(primary_key=True)
    name: Mapped[Name]
    works: Mapped[bool] = mapped_column(default=False)


class StoredFile(Base):
    """A file kept under its SHA-256; the row says what it is and who brought it. Never replaced."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_sha256", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[Name]
    name: Mapped[Name]
    mime: Mapped[Name]
    size: Mapped[int]
    purpose: Mapped[Code]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    stored_at: Mapped[Moment]


class ImportProfile(Base):
    """How another register's columns and values match ours, under a name."""

    __tablename__ = "import_profile"
    __table_args__ = (UniqueConstraint("sheet", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet: Mapped[Code]
    name: Mapped[Code]
    data: Mapped[Json]


class ImportBatch(Base):
    """An uploaded spreadsheet on its way in: file, mapping, dry-run result, what came of it."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet: Mapped[Code]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    profile: Mapped[Json]
    result: Mapped[Json | None]
    state: Mapped[Code]  # uploaded | checked | imported
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    at: Mapped[Moment]
