"""Notices: who was told of what, how each person wants to be told, and what was sent."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, BigType, Code, Day, Moment, Name
from registry.models.people import Person
from registry.models.units import Unit


class Notice(Base):
    """One person is told of one event, once: `key` names the event (`trail:<entry>` or `<kind>:<subject>:<day>`).

    It was made for `membership`, and is shown while that holds. `subject` is a table, `label` what the row was called
    then, without telephone numbers; `day` the last day it is about.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_notice_membership_id_read_at", "membership_id", "read_at"),
        Index("ix_notice_person_id_made_at", "person_id", "made_at"),
        Index("ix_notice_key", "key"),
    )

    id: Mapped[Big]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[Code]
    key: Mapped[Name]
    subject: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(BigType)
    label: Mapped[Name]
    day: Mapped[Day | None]
    urgent: Mapped[bool]
    made_at: Mapped[Moment]
    read_at: Mapped[Moment | None]


class NoticeSetting(Base):
    """How one person wants to be told. Quiet hours are minutes of the day; no `email` or `hook_url`, no such channel.

    `email_since` and `hook_since`: what was made before is not sent there. `hook_unit_id`: the webhook is the group of
    that unit, of which it has one; it carries this person's notices.
    """

    __tablename__ = "notice_setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    digest_hour: Mapped[int]
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    email: Mapped[Name | None]
    email_since: Mapped[Moment | None]
    hook_flavour: Mapped[Code | None]
    hook_url: Mapped[Name | None]
    hook_secret: Mapped[Name | None]
    hook_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), unique=True)
    hook_since: Mapped[Moment | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class NoticeSwitch(Base):
    """A person switched a kind of notice on or off for a channel. Without a row it is on."""

    __tablename__ = "notice_switch"
    __table_args__ = (UniqueConstraint("person_id", "kind", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Code]
    channel: Mapped[Code]
    is_on: Mapped[bool]


class NoticeDelivery(Base):
    """One message to one person by e-mail or webhook. `key`: `digest:<day>`, or `notice:<id>` of an urgent one.

    `state` is waiting, sending, sent, failed or suppressed; `reason` a code that says why. While it is being sent
    nobody else takes it before `held_until`. `count` is how many notices were in it.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        UniqueConstraint("person_id", "channel", "key"),
        Index("ix_notice_delivery_state_next_at", "state", "next_at"),
        Index("ix_notice_delivery_unit_id", "unit_id"),
    )

    id: Mapped[Big]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[Code]
    key: Mapped[Code]
    state: Mapped[Code]
    reason: Mapped[Name] = mapped_column(default="")
    count: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[Moment]
    next_at: Mapped[Moment]
    held_until: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")


class NoticeDeliveryItem(Base):
    """A notice goes into one message a channel."""

    __tablename__ = "notice_delivery_item"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index("ix_notice_delivery_item_delivery_id", "delivery_id"),
    )

    id: Mapped[Big]
    delivery_id: Mapped[int] = mapped_column(BigType, ForeignKey("notice_delivery.id"))
    notice_id: Mapped[int] = mapped_column(BigType, ForeignKey("notice.id"))
    channel: Mapped[Code]


class NoticePosition(Base):
    """How far the trail was walked: the one row that whoever makes notices locks. `day`: the last day whose deadlines
    were looked at."""

    __tablename__ = "notice_position"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigType)
    day: Mapped[Day | None]
