"""Use registration of cylinders by unit: applications with their lists, certificates and what stands on them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Long, Name, Period
from registry.models.cylinders import Cylinder
from registry.models.units import Unit

RUNNING = text("until IS NULL")


class CylinderCertificate(Period, Base):
    """The use certificate of a unit for one class of cylinders (`catalogue`): one in force at a time."""

    __tablename__ = "cylinder_certificate"
    __table_args__ = (
        Index(
            "uq_cylinder_certificate_open",
            "unit_id",
            "catalogue",
            unique=True,
            sqlite_where=RUNNING,
            postgresql_where=RUNNING,
        ),
    )

    id: Mapped[Big]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    catalogue: Mapped[Code]
    number: Mapped[Code] = mapped_column(unique=True)

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")


class CertifiedCylinder(Period, Base):
    """A cylinder on a certificate for a period; on one at a time, which the database holds."""

    __tablename__ = "certified_cylinder"
    __table_args__ = (
        Index("ix_certified_cylinder_certificate_id_until", "certificate_id", "until"),
        Index("uq_certified_cylinder_open", "cylinder_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    id: Mapped[Big]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("cylinder_certificate.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))

    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
    certificate: Mapped[CylinderCertificate] = relationship(lazy="raise_on_sql")


class CylinderRegistration(Base):
    """An application of a unit for the certificate of a class: `kind` is one of `cylinder_registration_types`, `state`
    one of `registration_states` and assigned by its service alone. `fields` are those of the form, `papers` ids of
    stored files by kind of paper; `removed` is how many cylinders that are no longer the unit's the grant took off the
    certificate."""

    __tablename__ = "cylinder_registration"
    __table_args__ = (Index("ix_cylinder_registration_unit_id_state", "unit_id", "state"),)

    id: Mapped[Big]
    no: Mapped[Code] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    catalogue: Mapped[Code]
    kind: Mapped[Code]
    state: Mapped[Code]
    fields: Mapped[Json]
    papers: Mapped[Json | None]
    opened_on: Mapped[Day]
    submitted_on: Mapped[Day | None]
    due_on: Mapped[Day | None]
    decided_on: Mapped[Day | None]
    certificate_no: Mapped[Code | None]
    registrar: Mapped[Code | None]
    authority: Mapped[Name | None]
    removed: Mapped[int] = mapped_column(default=0)
    note: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    items: Mapped[list[CylinderRegistrationItem]] = relationship(
        lazy="raise_on_sql", order_by="CylinderRegistrationItem.id"
    )


class CylinderRegistrationItem(Base):
    """A cylinder on the list of an application (气瓶基本信息汇总表)."""

    __tablename__ = "cylinder_registration_item"
    __table_args__ = (UniqueConstraint("registration_id", "cylinder_id"),)

    id: Mapped[Big]
    registration_id: Mapped[int] = mapped_column(ForeignKey("cylinder_registration.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"), index=True)

    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
