"""Cylinders that leave a station many at once: to be inspected, to be destroyed; and those that it bought."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Big, Code, Day, Json, Long, Moment, Name
from registry.models.cylinders import Cylinder, CylinderInspection
from registry.models.people import Person
from registry.models.units import Unit

OPEN = text("open")


class InspectionBatch(Base):
    """A delivery of cylinders from a station to an inspection body and back; `state` is one of
    `inspection_batch_states` and assigned by its service alone."""

    __tablename__ = "inspection_batch"
    __table_args__ = (
        Index("ix_inspection_batch_station_id_state", "station_id", "state"),
        Index("ix_inspection_batch_body_id_state", "body_id", "state"),
        UniqueConstraint("body_id", "certificate_no"),
    )

    id: Mapped[Big]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[Code]
    sent_on: Mapped[Day]
    received_on: Mapped[Day | None]
    inspected_on: Mapped[Day | None]
    returned_on: Mapped[Day | None]
    taken_back_on: Mapped[Day | None]
    certificate_no: Mapped[Code | None]
    inspector: Mapped[Code | None]
    reviewer: Mapped[Code | None]
    note: Mapped[Name] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    station: Mapped[Unit] = relationship(foreign_keys=[station_id], lazy="raise_on_sql")
    body: Mapped[Unit] = relationship(foreign_keys=[body_id], lazy="raise_on_sql")
    items: Mapped[list[InspectionBatchItem]] = relationship(lazy="raise_on_sql", order_by="InspectionBatchItem.id")

    @property
    def no(self) -> str:
        """What people call it by."""
        return f"SJ{self.sent_on:%Y%m%d}-{self.id}"


class InspectionBatchItem(Base):
    """One cylinder of a delivery: waiting, missing, passed or failed. While it is `open` the cylinder is in no other
    delivery, which the database holds; `came_back` is what the station found when it took the delivery back."""

    __tablename__ = "inspection_batch_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "cylinder_id"),
        Index("uq_inspection_batch_item_open", "cylinder_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[Big]
    batch_id: Mapped[int] = mapped_column(ForeignKey("inspection_batch.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"), index=True)
    state: Mapped[Code]
    open: Mapped[bool]
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder_inspection.id"))
    came_back: Mapped[bool | None]

    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
    inspection: Mapped[CylinderInspection | None] = relationship(lazy="raise_on_sql")


class ScrapBatch(Base):
    """Cylinders that are destroyed together, with the evidence of it (cylinders.md §2.4).

    `handler_id` destroys them: the station itself or an inspection body. `photos_*`, `ticket_id` are stored files.
    """

    __tablename__ = "scrap_batch"
    __table_args__ = (
        Index("ix_scrap_batch_station_id_state", "station_id", "state"),
        Index("ix_scrap_batch_handler_id_state", "handler_id", "state"),
        UniqueConstraint("handler_id", "certificate_no"),
    )

    id: Mapped[Big]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[Code]
    ordered_on: Mapped[Day]
    handed_over_on: Mapped[Day | None]
    destroyed_on: Mapped[Day | None]
    cancelled_on: Mapped[Day | None]
    method: Mapped[Code | None]
    operator: Mapped[Code | None]
    witness: Mapped[Code | None]
    weighed_g: Mapped[int | None]
    ticket_no: Mapped[Code | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    certificate_no: Mapped[Code | None]
    photos_before: Mapped[Json | None]
    photos_after: Mapped[Json | None]
    document: Mapped[Name | None]
    question: Mapped[Name | None]
    note: Mapped[Long] = mapped_column(default="")
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    station: Mapped[Unit] = relationship(foreign_keys=[station_id], lazy="raise_on_sql")
    handler: Mapped[Unit | None] = relationship(foreign_keys=[handler_id], lazy="raise_on_sql")
    confirmed_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    items: Mapped[list[ScrapItem]] = relationship(lazy="raise_on_sql", order_by="ScrapItem.id")

    @property
    def no(self) -> str:
        """What people call it by."""
        return f"BF{self.ordered_on:%Y%m%d}-{self.id}"


class ScrapItem(Base):
    """One cylinder of a batch with its reason of `scrap_reasons`; in one open batch at a time. `missing`: it was not
    there to be destroyed, and is still to be scrapped."""

    __tablename__ = "scrap_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "cylinder_id"),
        Index("uq_scrap_item_open", "cylinder_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[Big]
    batch_id: Mapped[int] = mapped_column(ForeignKey("scrap_batch.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"), index=True)
    reason: Mapped[Code]
    open: Mapped[bool]
    missing: Mapped[bool] = mapped_column(default=False)

    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")


class CylinderPurchase(Base):
    """New cylinders that a station bought: what its register is held against."""

    __tablename__ = "cylinder_purchase"
    __table_args__ = (Index("ix_cylinder_purchase_station_id_bought_on", "station_id", "bought_on"),)

    id: Mapped[Big]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    bought_on: Mapped[Day]
    kind: Mapped[Code]
    supplier: Mapped[Name]
    document: Mapped[Name]
    count: Mapped[int]
    note: Mapped[Name] = mapped_column(default="")
    withdrawn_on: Mapped[Day | None]
    recorded_at: Mapped[Moment]
    ref: Mapped[Code | None] = mapped_column(unique=True)
    ref_digest: Mapped[Name | None]

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
