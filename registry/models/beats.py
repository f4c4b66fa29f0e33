"""Signs of life: of the processes that work in the background, and of what is done every night."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Code, Moment, Name


class Beat(Base):
    """`name` was there last at `seen_at`. `kind` is worker (a process, `host:pid`), night (one nightly job), verify (of
    the seals) or probe; `problem` says what went wrong the last time."""

    __tablename__ = "beat"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name] = mapped_column(unique=True)
    kind: Mapped[Code]
    version: Mapped[Code]
    begun_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    problem: Mapped[Name] = mapped_column(default="")
