"""Label codes: issued in batches, bound with evidence, replaced, voided, never reused; and codes nobody knows."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry import clock
from registry.models.base import Base, Big, Code, Day, Json, Moment, Name
from registry.models.cylinders import Cylinder
from registry.models.hazards import Hazard
from registry.models.office import StoredFile
from registry.models.people import Person
from registry.models.units import Unit

_WAITING = text("state = 'waiting'")
_IN_BATCH = text("batch_id IS NOT NULL")
_OPEN = text("ended_on IS NULL AND cylinder_id IS NOT NULL")
_ENDED = text("ended_on IS NOT NULL AND cylinder_id IS NOT NULL")


class LabelBatch(Base):
    """Blank codes for one unit: asked for, issued, received. `state` is one of `label_batch_states.csv`.

    `carrier` is what the codes are put on (`label_carriers.csv`), `layout` what they are printed in. The codes are made
    when the batch is issued.
    """

    __tablename__ = "label_batch"
    __table_args__ = (
        UniqueConstraint("station_id", "ref"),
        Index("ix_label_batch_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[Code] = mapped_column(unique=True)
    ref: Mapped[Code | None]
    ref_digest: Mapped[Name | None]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    count: Mapped[int]
    carrier: Mapped[Code]
    layout: Mapped[Code]
    reason: Mapped[Name] = mapped_column(default="")
    state: Mapped[Code]
    requested_at: Mapped[Moment]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[Moment | None]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[Name] = mapped_column(default="")

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    requested_by: Mapped[Person | None] = relationship(foreign_keys=[requested_by_id], lazy="raise_on_sql")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise_on_sql")
    received_by: Mapped[Person | None] = relationship(foreign_keys=[received_by_id], lazy="raise_on_sql")


class LabelCode(Base):
    """A code of ours or, with another `scheme`, of a maker or an older system. One equipment may carry several."""

    __tablename__ = "label_code"
    __table_args__ = (
        Index("ix_label_code_elevator_id", "elevator_id"),
        Index("ix_label_code_cylinder_id", "cylinder_id"),
        Index("ix_label_code_bound_on", "bound_on"),
        Index("ix_label_code_changed_at", "changed_at"),
        Index("ix_label_code_ended_on", "ended_on", "cylinder_id", sqlite_where=_ENDED, postgresql_where=_ENDED),
        Index("ix_label_code_open_bound_on", "bound_on", "cylinder_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(
            "ix_label_code_batch_id", "batch_id", "status", sqlite_where=_IN_BATCH, postgresql_where=_IN_BATCH
        ),  # most codes belong to none, and an import of a million should not pay for it
    )

    id: Mapped[Big]
    code: Mapped[Name] = mapped_column(unique=True)
    scheme: Mapped[Code] = mapped_column(default="own")
    status: Mapped[Code]  # blank | active | replaced | void
    elevator_id: Mapped[int | None] = mapped_column(ForeignKey("elevator.id"))
    cylinder_id: Mapped[int | None] = mapped_column(ForeignKey("cylinder.id"))
    issued_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("label_batch.id"))
    issued_on: Mapped[Day]
    bound_on: Mapped[Day | None]
    ended_on: Mapped[Day | None]
    reason: Mapped[Name] = mapped_column(default="")
    prints: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[Moment | None] = mapped_column(default=lambda: clock.now(), onupdate=lambda: clock.now())

    batch: Mapped[LabelBatch | None] = relationship(lazy="raise_on_sql")


class LabelBinding(Base):
    """The evidence that a code is on its cylinder: two photos, the place, two people of the station.

    The code is in force only when the second person has confirmed (`confirmed`); until then the row is `waiting`, one
    for a code and one for a cylinder at most. `reason` says why the former code is given up, `note` why it was refused.
    """

    __tablename__ = "label_binding"
    __table_args__ = (
        UniqueConstraint("station_id", "ref"),
        Index("uq_label_binding_label", "label_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index(
            "uq_label_binding_cylinder", "cylinder_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        Index("ix_label_binding_label_id", "label_id"),
        Index("ix_label_binding_cylinder_id", "cylinder_id"),
        Index("ix_label_binding_state", "state", "station_id"),
    )

    id: Mapped[Big]
    ref: Mapped[Code]
    ref_digest: Mapped[Name]
    station_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    label_id: Mapped[int] = mapped_column(ForeignKey("label_code.id"))
    cylinder_id: Mapped[int] = mapped_column(ForeignKey("cylinder.id"))
    state: Mapped[Code]
    at: Mapped[Moment]
    received_at: Mapped[Moment]
    position: Mapped[Json | None]
    stamp_photo_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    label_photo_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    bound_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[Moment | None]
    reason: Mapped[Name] = mapped_column(default="")
    note: Mapped[Name] = mapped_column(default="")

    station: Mapped[Unit] = relationship(lazy="raise_on_sql")
    label: Mapped[LabelCode] = relationship(lazy="raise_on_sql")
    cylinder: Mapped[Cylinder] = relationship(lazy="raise_on_sql")
    bound_by: Mapped[Person] = relationship(foreign_keys=[bound_by_id], lazy="raise_on_sql")
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id], lazy="raise_on_sql")
    stamp_photo: Mapped[StoredFile] = relationship(foreign_keys=[stamp_photo_id], lazy="raise_on_sql")
    label_photo: Mapped[StoredFile] = relationship(foreign_keys=[label_photo_id], lazy="raise_on_sql")


class UnknownCode(Base):
    """A text that was scanned and leads to no equipment, once for each unit that scanned it: what is to be done.

    `kind` is what the last scan found (unknown, unreadable, bad_check, bad_mac, blank), `digest` over unit and text.
    Scans of citizens have no unit and leave no person and no place.
    """

    __tablename__ = "unknown_code"
    __table_args__ = (Index("ix_unknown_code_state", "state", "unit_id"), Index("ix_unknown_code_code", "code"))

    id: Mapped[Big]
    digest: Mapped[Code] = mapped_column(unique=True)
    text: Mapped[Name]
    code: Mapped[Name]
    kind: Mapped[Code]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]
    times: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    position: Mapped[Json | None]
    state: Mapped[Code]
    label_id: Mapped[int | None] = mapped_column(ForeignKey("label_code.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    note: Mapped[Name] = mapped_column(default="")
    handled_at: Mapped[Moment | None]
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
    handled_by: Mapped[Person | None] = relationship(foreign_keys=[handled_by_id], lazy="raise_on_sql")
    label: Mapped[LabelCode | None] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
