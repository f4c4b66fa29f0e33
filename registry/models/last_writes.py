"""How far the primary was when somebody last wrote: what a replica must have reached before it answers that person."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, BigType, Moment


class LastWrite(Base):
    """One row a person; `position` counts bytes of the primary's log. Kept only where there is a replica."""

    __tablename__ = "last_write"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigType)
    at: Mapped[Moment]
