"""Filtered lists that somebody keeps under a name."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Json, Moment, Name
from registry.models.people import Person


class SavedView(Base):
    """The conditions of a list, as they stand in its address: `filters` is {name: text or [texts]}.

    It keeps conditions and never rows: whoever opens it sees what the list shows that person. It belongs to a person at
    one unit; `shared` lets the people of that unit open it as well.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("person_id", "unit_id", "listing", "name"),
        Index("ix_saved_view_unit_id_shared", "unit_id", "shared"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    listing: Mapped[Code]
    name: Mapped[Name]
    filters: Mapped[Json]
    shared: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[Moment]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
