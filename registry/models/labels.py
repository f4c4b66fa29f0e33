"""Label codes: issued blank or bound, replaced, voided, never reused."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry import clock
from registry.models.base import Base, Big, Code, Day, Moment, Name


class LabelCode(Base):
    """A code of ours or, with another `scheme`, of a maker or an older system. One equipment may carry several."""

    __tablename__ = "label_code"
    __table_args__ = (
        Index("ix_label_code_elevator_id", "elevator_id"),
        Index("ix_label_code_cylinder_id", "cylinder_id"),
        Index("ix_label_code_bound_on", "bound_on"),
        Index("ix_label_code_changed_at", "changed_at"),
    )

    id: Mapped[Big]
    code: Mapped[Name] = mapped_column(unique=True)
    scheme: Mapped[Code] = mapped_column(default="own")
    status: Mapped[Code]  # blank | active | replaced | void
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    issued_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    issued_on: Mapped[Day]
    bound_on: Mapped[Day | None]
    ended_on: Mapped[Day | None]
    reason: Mapped[Name] = mapped_column(default="")
    prints: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[Moment | None] = mapped_column(default=lambda: clock.now(), onupdate=lambda: clock.now())
