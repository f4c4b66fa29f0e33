"""Seals over the trail: one row per sealed batch. The table refuses UPDATE and DELETE by trigger."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Big, BigType, Moment, Name


class Seal(Base):
    """The Merkle root over the entries `first_id` to `last_id`, tied to the seal before it by `previous`.

    `no` counts without gaps from 1. `digests` holds the id and the digest of each entry (`merkle.pack`), so that
    what was changed can be named; it is worth what `root` says.
    """

    __tablename__ = "seal"

    id: Mapped[Big]
    no: Mapped[int] = mapped_column(unique=True)
    root: Mapped[Name]
    previous: Mapped[Name]
    first_id: Mapped[int] = mapped_column(BigType)
    last_id: Mapped[int] = mapped_column(BigType, unique=True)
    count: Mapped[int]
    sealed_at: Mapped[Moment]
    hash: Mapped[Name]
    digests: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
