"""The trail: one append-only entry per change. The table refuses UPDATE and DELETE by trigger."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Big, BigType, Code, Json, Moment


class TrailEntry(Base):
    """Who did what to what, when. People and units are kept as plain numbers: the trail outlives everything."""

    __tablename__ = "trail_entry"
    __table_args__ = (
        Index("ix_trail_entry_subject_id", "subject", "subject_id"),
        Index("ix_trail_entry_at", "at"),
    )

    id: Mapped[Big]
    at: Mapped[Moment]
    act: Mapped[Code]
    subject: Mapped[Code]
    subject_id: Mapped[int | None] = mapped_column(BigType)
    person_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    role: Mapped[Code]
    request_id: Mapped[Code] = mapped_column(default="")
    data: Mapped[Json]
