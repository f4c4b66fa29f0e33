"""Papers that were issued: frozen facts under a number, the files made of them, the offices' own templates."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Moment, Name
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.units import Unit


class Paper(Base):
    """An issued paper. Never changed: `facts` hold all it says, `template_id` what it is set with (None: the shipped
    one). `body` is the division of the issuing office, `sequence` its running number of the kind and year."""

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("kind", "body", "year", "sequence"),
        Index("ix_paper_hazard_id", "hazard_id"),
        Index("ix_paper_subject_subject_id", "subject", "subject_id"),
        Index("ix_paper_area_code_issued_on", "area_code", "issued_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    body: Mapped[Code]
    year: Mapped[int]
    sequence: Mapped[int | None]
    number: Mapped[Name] = mapped_column(default="")
    title: Mapped[Name]
    subject: Mapped[Code]
    subject_id: Mapped[int | None]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    facts: Mapped[Json]
    template_id: Mapped[int | None] = mapped_column(ForeignKey("paper_template.id"))
    issued_on: Mapped[Day]
    issued_at: Mapped[Moment]
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    issuer: Mapped[Unit | None] = relationship(foreign_keys=[issuer_id], lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    files: Mapped[list[PaperFile]] = relationship(lazy="raise_on_sql")
    withdrawal: Mapped[PaperWithdrawal | None] = relationship(lazy="raise_on_sql", uselist=False)


class PaperFile(Base):
    """What was made of a paper once and is handed out ever after; `format` docx or pdf."""

    __tablename__ = "paper_file"
    __table_args__ = (UniqueConstraint("paper_id", "format"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    format: Mapped[Code]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    made_at: Mapped[Moment]


class PaperTemplate(Base):
    """An office's own Word template of a kind from a day on; `body` is its division."""

    __tablename__ = "paper_template"
    __table_args__ = (UniqueConstraint("kind", "body", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    body: Mapped[Code]
    since: Mapped[Day]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))  # None: back to the shipped one
    note: Mapped[Name] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[Moment]


class CircularItem(Base):
    """A hazard that a circular names as overdue; `days` as they stood then."""

    __tablename__ = "circular_item"
    __table_args__ = (UniqueConstraint("paper_id", "hazard_id"), Index("ix_circular_item_hazard_id", "hazard_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"))
    days: Mapped[int]


class PaperWithdrawal(Base):
    """A paper taken back: it and its number stay, marked as withdrawn."""

    __tablename__ = "paper_withdrawal"

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), unique=True)
    reason: Mapped[Name]
    at: Mapped[Moment]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
