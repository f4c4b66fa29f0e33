"""Insurance policies over lists of elevators or cylinders (elevators.md §7, cylinders.md §8)."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Long, Moment, Name, Number, Period
from registry.models.units import Unit

_CYLINDERS = text("cylinder_id IS NOT NULL")
_ENDED = text("until IS NOT NULL AND cylinder_id IS NOT NULL")


class Policy(Base):
    """A policy. It covers the days `starts_on <= day <= ends_on`, unless cancelled from a day on.

    `premium_fen` is what was agreed, `proposed_fen` what the factor table said; `covers` the events it answers for.
    `insurer_id` is the one that leads, the others of a co-insurance are in `PolicyShare`.

    Of cylinders (cylinders.md §8): `line` is what it answers for, `unit_fen` the premium of one fill, cylinder and year
    or station and year, as `basis` says; paid by the fill, each fill of the holder's begins a cover of `cover_days`
    (the office's parameter when empty). `media`: none named, all.
    """

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("insurer_id", "policy_no"),
        Index("ix_policy_ends_on", "ends_on", "subject"),
        Index("ix_policy_renews_id", "renews_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Code]  # elevator | cylinder
    policy_no: Mapped[Code]
    insurer_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    holder_type: Mapped[Code]
    broker: Mapped[Name | None]
    basis: Mapped[Code] = mapped_column(default="per_item_year")
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    cancelled_on: Mapped[Day | None]
    cancel_reason: Mapped[Name | None]
    cancel_document: Mapped[Name | None]
    refund_fen: Mapped[int | None] = mapped_column(BigInteger)
    premium_fen: Mapped[int] = mapped_column(BigInteger)
    proposed_fen: Mapped[int | None] = mapped_column(BigInteger)
    sharing: Mapped[Code | None]
    limit_per_accident_fen: Mapped[int] = mapped_column(BigInteger)
    limit_per_person_fen: Mapped[int | None] = mapped_column(BigInteger)
    limit_total_fen: Mapped[int | None] = mapped_column(BigInteger)
    limit_legal_fen: Mapped[int | None] = mapped_column(BigInteger)
    relief_per_accident_fen: Mapped[int | None] = mapped_column(BigInteger)
    relief_per_person_fen: Mapped[int | None] = mapped_column(BigInteger)
    covers: Mapped[Json | None]
    line: Mapped[Code | None]
    unit_fen: Mapped[int | None] = mapped_column(BigInteger)
    cover_days: Mapped[int | None]
    media: Mapped[Json | None]
    deductible_fen: Mapped[int | None] = mapped_column(BigInteger)
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    note: Mapped[Long | None]
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    insurer: Mapped[Unit] = relationship(foreign_keys=[insurer_id], lazy="raise_on_sql")
    holder: Mapped[Unit] = relationship(foreign_keys=[holder_id], lazy="raise_on_sql")
    items: Mapped[list[PolicyItem]] = relationship(lazy="raise_on_sql")
    shares: Mapped[list[PolicyShare]] = relationship(lazy="raise_on_sql", order_by="PolicyShare.id")


class PolicyShare(Base):
    """What a co-insurer bears of a policy, in percent; the rest is the leading insurer's."""

    __tablename__ = "policy_share"
    __table_args__ = (UniqueConstraint("policy_id", "insurer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    insurer_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    percent: Mapped[Number]

    insurer: Mapped[Unit] = relationship(lazy="raise_on_sql")


class PolicyItem(Period, Base):
    """One elevator or cylinder under a policy for `[since, until)`; endorsements end or add items.

    `proposed_fen` is what the factor table said for the policy's term, `premium_fen` its part of what was agreed.
    """

    __tablename__ = "policy_item"
    __table_args__ = (
        Index("ix_policy_item_elevator_id_since", "elevator_id", "since"),
        Index("ix_policy_item_cylinder_id_since", "cylinder_id", "since"),
        Index("ix_policy_item_policy_id", "policy_id", "cylinder_id", "elevator_id", "since", "until"),
        Index("ix_policy_item_since", "since", "cylinder_id", sqlite_where=_CYLINDERS, postgresql_where=_CYLINDERS),
        Index("ix_policy_item_until", "until", "cylinder_id", sqlite_where=_ENDED, postgresql_where=_ENDED),
    )

    id: Mapped[Big]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    proposed_fen: Mapped[int | None] = mapped_column(BigInteger)
    premium_fen: Mapped[int | None] = mapped_column(BigInteger)


class Endorsement(Base):
    """A change of what a policy covers from a day on. A difference below nothing is paid back."""

    __tablename__ = "policy_endorsement"
    __table_args__ = (UniqueConstraint("policy_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    number: Mapped[int]
    since: Mapped[Day]
    reason: Mapped[Name] = mapped_column(default="")
    document: Mapped[Name] = mapped_column(default="")
    added: Mapped[int]
    removed: Mapped[int]
    proposed_fen: Mapped[int] = mapped_column(BigInteger)
    difference_fen: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[Moment]


class FillSettlement(Base):
    """What a month's fills under a policy paid by the fill came to, as insurer and station settled it.

    Fills that arrive later are settled with the next month: `late` of them, of months settled before.
    """

    __tablename__ = "fill_settlement"
    __table_args__ = (UniqueConstraint("policy_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    month: Mapped[Day]
    fills: Mapped[int]
    late: Mapped[int]
    unit_fen: Mapped[int] = mapped_column(BigInteger)
    premium_fen: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[Moment]


class Claim(Base):
    """A claim against a policy. `claimant_name` is for the insurer and the section alone."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_elevator_id", "elevator_id", "happened_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    filling_id: Mapped[int | None] = mapped_column(ForeignKey("filling.id"))
    claim_no: Mapped[Code | None]
    state: Mapped[Code] = mapped_column(server_default="settled")
    event: Mapped[Code] = mapped_column(server_default="accident")
    happened_on: Mapped[Day]
    injury: Mapped[Code]
    claimant: Mapped[Code | None]
    claimant_name: Mapped[Name | None]
    reserve_fen: Mapped[int | None] = mapped_column(BigInteger)
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    decided_on: Mapped[Day | None]
    decision: Mapped[Name | None]
    note: Mapped[Long | None]
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    policy: Mapped[Policy] = relationship(lazy="raise_on_sql")
