"""What the acts of an office against one unit share: directives, sealings, cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from registry.models.base import Code, Name
from registry.models.papers import Paper
from registry.models.people import Person
from registry.models.units import Unit


class Act:
    """An act of the office `issuer` against `unit`. `state` moves only through its service, `version` counts its
    moves; `ref` comes from whoever sent it, `ref_digest` says what came."""

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[Code]
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code] = mapped_column(unique=True)
    ref_digest: Mapped[Name]

    @declared_attr
    def unit(self: Any) -> Mapped[Unit]:
        return relationship(foreign_keys=lambda: [self.unit_id], lazy="raise_on_sql")

    @declared_attr
    def issuer(self: Any) -> Mapped[Unit | None]:
        return relationship(foreign_keys=lambda: [self.issuer_id], lazy="raise_on_sql")


class Order(Act):
    """An act that is one paper: `person` made it."""

    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @declared_attr
    def paper(self) -> Mapped[Paper | None]:
        return relationship(lazy="raise_on_sql")

    @declared_attr
    def person(self) -> Mapped[Person | None]:
        return relationship(lazy="raise_on_sql")
