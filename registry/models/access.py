"""What proves that it is the person: known devices, second factors, recovery codes; and who asked for which right."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Moment, Name
from registry.models.people import Person
from registry.models.units import Unit


class KnownDevice(Base):
    """A browser in which a person has signed in before, known by a cookie of which the hash is kept."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("person_id", "token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[Name]
    browser: Mapped[Name]
    first_at: Mapped[Moment]
    seen_at: Mapped[Moment]


class SecondFactor(Base):
    """A person's TOTP. Its secret is derived from the registry's key and `salt`, so the table alone opens nothing.

    `last_step` is the newest interval of 30 s (since 1970) whose code was used: that one and older ones are over.
    """

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    salt: Mapped[Code]
    last_step: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[Moment]


class RecoveryCode(Base):
    """One of the codes for somebody who has lost the second factor. Only a keyed hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[Name]
    used_at: Mapped[Moment | None]


class AccessRequest(Base):
    """What one administrator asks for and another person decides: a `role` at a unit, the reset of a `second_factor`,
    or a new `password`, whose hash waits here. `state` is waiting, granted or refused."""

    __tablename__ = "access_request"
    __table_args__ = (
        Index("ix_access_request_state", "state"),
        Index("ix_access_request_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Code | None]
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))
    reason: Mapped[Name]
    password_hash: Mapped[str | None] = mapped_column(Text)  # none once it is decided
    state: Mapped[Code]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[Moment]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id, lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id, lazy="raise_on_sql")
