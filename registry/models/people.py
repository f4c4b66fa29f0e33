"""People, their roles at units, certificates, and the ways they sign in."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Moment, Name, Period
from registry.models.units import Unit


class Person(Base):
    """A human being. With a login and a password hash the person can sign in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name]
    phone: Mapped[Code] = mapped_column(default="")
    login: Mapped[Code | None] = mapped_column(unique=True)
    password_hash: Mapped[Name | None]
    language: Mapped[Code] = mapped_column(default="zh")
    disabled: Mapped[bool] = mapped_column(default=False)
    created_on: Mapped[Day]

    memberships: Mapped[list[Membership]] = relationship(back_populates="person", lazy="raise_on_sql")
    certificates: Mapped[list[Certificate]] = relationship(back_populates="person", lazy="raise_on_sql")


class Membership(Period, Base):
    """A person's role at a unit for a period; office roles may be confined to an area."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_person_id", "person_id"),
        Index("ix_membership_unit_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Code]
    area_code: Mapped[Code | None] = mapped_column(ForeignKey("area.code"))

    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")


class Certificate(Base):
    """A 特种设备作业人员证 or an enforcement certificate: `item` is its code, such as T, P or A."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("item", "number"), Index("ix_certificate_person_id", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    item: Mapped[Code]
    number: Mapped[Code]
    issued_on: Mapped[Day | None]
    expires_on: Mapped[Day]

    person: Mapped[Person] = relationship(back_populates="certificates", lazy="raise_on_sql")


class SignIn(Base):
    """A signed-in browser. Only a hash of its cookie is kept.

    `waits_for` is what is missing until it counts: `code` or `enrolment` of a second factor, else empty; until then it
    has no membership. `browser` and `address` are what its owner recognises it by.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[Name] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    waits_for: Mapped[Code] = mapped_column(default="", server_default="")
    second_factor_at: Mapped[Moment | None]
    device_hash: Mapped[Name | None]
    browser: Mapped[Name] = mapped_column(default="", server_default="")
    address: Mapped[Name] = mapped_column(default="", server_default="")
    started_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class SignInFailure(Base):
    """Failed attempts on a login, from an address or by a known device: guessing is stopped on every worker alike."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_subject_at", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Name]
    at: Mapped[Moment]


class ApiToken(Base):
    """A bearer token of one person at one unit. Only its hash is kept; it can never do more than the person."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[Name] = mapped_column(unique=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    name: Mapped[Name]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
