"""What the ledgers of all workflows share: a line says who made which move from where to where, and when."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from registry.models.base import Code, Long, Moment, Name
from registry.models.people import Person
from registry.models.units import Unit


class Step:
    """A line of a ledger; never edited. `person` is None where the system itself moved."""

    verb: Mapped[Code]
    source: Mapped[Code]
    target: Mapped[Code]
    at: Mapped[Moment]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    @declared_attr
    def person(self) -> Mapped[Person | None]:
        return relationship(lazy="raise_on_sql")

    @declared_attr
    def unit(self) -> Mapped[Unit | None]:
        return relationship(lazy="raise_on_sql")


class SentStep(Step):
    """A line whose move a page or program may send again when no answer came: the second finds the first by `ref`,
    unique in its table, and is told from another by the digest of its content."""

    ref: Mapped[Code | None]
    ref_digest: Mapped[Name | None]


class SpokenStep(Step):
    """A line of an anomaly's ledger: in which role, and what was said."""

    role: Mapped[Code]
    text: Mapped[Long] = mapped_column(default="")
