"""Lists that an office sends to a unit: what an indicator does not count, and what became of it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Long, Moment, Name
from registry.models.people import Person
from registry.models.units import Unit


class FollowUp(Base):
    """One list for one unit about one indicator. `sent_on` is the day whose figure it was made from.

    A unit has one open list an indicator and office, so that nobody is asked twice for the same.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        Index(
            "uq_follow_up_open",
            "office_id",
            "unit_id",
            "key",
            unique=True,
            sqlite_where=text("state IN ('sent', 'answered')"),
            postgresql_where=text("state IN ('sent', 'answered')"),
        ),
        Index("ix_follow_up_unit_id_state", "unit_id", "state"),
        Index("ix_follow_up_office_id_state", "office_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment]
    sent_on: Mapped[Day]
    due_on: Mapped[Day]
    note: Mapped[Long] = mapped_column(default="")
    state: Mapped[Code]
    answer: Mapped[Long] = mapped_column(default="")
    promised_on: Mapped[Day | None]
    answered_at: Mapped[Moment | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_on: Mapped[Day | None]
    ended_note: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    office: Mapped[Unit] = relationship(foreign_keys=[office_id], lazy="raise_on_sql")
    sent_by: Mapped[Person] = relationship(foreign_keys=[sent_by_id], lazy="raise_on_sql")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id], lazy="raise_on_sql")
    items: Mapped[list[FollowUpItem]] = relationship(lazy="raise_on_sql", order_by="FollowUpItem.id")


class FollowUpItem(Base):
    """One row that was not counted when the list was sent, with the reason as it was said then.

    `row_id` is an id of the indicator's own table.
    """

    __tablename__ = "follow_up_item"
    __table_args__ = (UniqueConstraint("follow_up_id", "row_id"),)

    id: Mapped[Big]
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    row_id: Mapped[int]
    title: Mapped[Name]
    reason: Mapped[Json]
