"""Pictures on their way from a phone: pieces that have arrived, until they are a stored file."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Big, Code, Moment, Name


class Upload(Base):
    """A file that a person's device sends in pieces under a `ref` of its own.

    `received` bytes of `size` have arrived, from the beginning on. `file_id` is the stored file it became: None until
    the last piece was here and the digest was right. The row stays, so that a repeated upload gets the same file.
    """

    __tablename__ = "upload"
    __table_args__ = (
        UniqueConstraint("person_id", "ref"),
        Index("ix_upload_file_id_touched_at", "file_id", "touched_at"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    sha256: Mapped[Name]
    size: Mapped[int]
    mime: Mapped[Name]
    purpose: Mapped[Code]
    received: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    started_at: Mapped[Moment]
    touched_at: Mapped[Moment]
