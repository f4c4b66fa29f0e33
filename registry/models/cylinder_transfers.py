"""Cylinders on their way from one filling station to another (过户), as both agree upon them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.people import Person
from registry.models.units import Unit

OPEN = text("open")


class CylinderTransfer(Base):
    """Cylinders that one station hands on to another: proposed by the giver, accepted or refused by the receiver.

    `state` is one of `cylinder_transfer_states` and assigned by its service alone. `document` is the agreement of the
    two; `reason` is why it was refused or withdrawn.
    """

    __tablename__ = "cylinder_transfer"
    __table_args__ = (
        Index("ix_cylinder_transfer_giver_id_state", "giver_id", "state"),
        Index("ix_cylinder_transfer_receiver_id_state", "receiver_id", "state"),
    )

    id: Mapped[Big]
    giver_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[Code]
    document: Mapped[Name]
    proposed_on: Mapped[Day]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_on: Mapped[Day | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[Name] = mapped_column(default="")
    note: Mapped[Name] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    giver: Mapped[Unit] = relationship(foreign_keys=[giver_id], lazy="raise_on_sql")
    receiver: Mapped[Unit] = relationship(foreign_keys=[receiver_id], lazy="raise_on_sql")
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id], lazy="raise_on_sql")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise_on_sql")
    items: Mapped[list[CylinderTransferItem]] = relationship(lazy="raise_on_sql", order_by="CylinderTransferItem.id")

    @property
    def no(self) -> str:
        """What people call it by."""
        return f"GH{self.proposed_on:%Y%m%d}-{self.id}"


class CylinderTransferItem(Base):
    """One cylinder of a transfer: pending, accepted, refused or withdrawn. While it is `open` the cylinder stands in no
    other transfer, which the database holds; `reason`: why this one was refused."""

    __tablename__ = "cylinder_transfer_item"
    __table_args__ = (
        UniqueConstraint("transfer_id", "cylinder_id"),
        Index("uq_cylinder_transfer_item_open", "cylinder_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[Big]
    transfer_id: Mapped[int] = mapped_column(ForeignKey("cylinder_transfer.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"), index=True)
    state: Mapped[Code]
    open: Mapped[bool]
    reason: Mapped[Name] = mapped_column(default="")

    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
