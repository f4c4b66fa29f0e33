"""Insurance policies over lists of elevators or cylinders (elevators.md §7, cylinders.md §8)."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Long, Moment, Period
from registry.models.units import Unit


class Policy(Base):
    """A policy. It covers the days `starts_on <= day <= ends_on`, unless cancelled from a day on."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("insurer_id", "policy_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Code]  # elevator | cylinder
    policy_no: Mapped[Code]
    insurer_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    holder_type: Mapped[Code]
    basis: Mapped[Code] = mapped_column(default="per_item_year")
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    cancelled_on: Mapped[Day | None]
    premium_fen: Mapped[int] = mapped_column(BigInteger)
    limit_per_accident_fen: Mapped[int] = mapped_column(BigInteger)
    limit_per_person_fen: Mapped[int | None] = mapped_column(BigInteger)
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    note: Mapped[Long | None]

    insurer: Mapped[Unit] = relationship(foreign_keys=[insurer_id], lazy="raise_on_sql")
    holder: Mapped[Unit] = relationship(foreign_keys=[holder_id], lazy="raise_on_sql")
    items: Mapped[list[PolicyItem]] = relationship(lazy="raise_on_sql")


class PolicyItem(Period, Base):
    """One elevator or cylinder under a policy for `[since, until)`; endorsements end or add items."""

    __tablename__ = "policy_item"
    __table_args__ = (
        Index("ix_policy_item_elevator_id_since", "elevator_id", "since"),
        Index("ix_policy_item_cylinder_id_since", "cylinder_id", "since"),
        Index("ix_policy_item_policy_id", "policy_id", "cylinder_id", "elevator_id", "since", "until"),
    )

    id: Mapped[Big]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))


class Claim(Base):
    """A claim against a policy."""

    __tablename__ = "claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    happened_on: Mapped[Day]
    injury: Mapped[Code]
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[Long | None]
    recorded_at: Mapped[Moment]
