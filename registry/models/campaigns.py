"""Campaigns (专项行动): scope, tasks, the order of self-checks, and what was done under them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name
from registry.models.people import Person
from registry.models.units import Unit


class Campaign(Base):
    """A campaign of an office over a period. `areas`, `unit_kinds` (capacities) and `kinds` (elevator, cylinder) are
    lists of codes, an empty one means all; `self_check_by` is the day by which units check themselves."""

    __tablename__ = "campaign"
    __table_args__ = (Index("ix_campaign_area_code_starts_on", "area_code", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Name]
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    areas: Mapped[Json]
    unit_kinds: Mapped[Json]
    kinds: Mapped[Json]
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    tasks: Mapped[Long]
    self_check: Mapped[Long] = mapped_column(default="")
    self_check_by: Mapped[Day | None]
    document: Mapped[Name] = mapped_column(default="")
    state: Mapped[Code]
    summary: Mapped[Long] = mapped_column(default="")
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)

    issuer: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class CampaignSelfCheck(Base):
    """The order to one unit to check itself (自查) under a campaign, and its answer (SAMR57 11).

    `area_code`: the area it is counted in. `found` items of which `corrected` were put right; what is `open` is written
    in `open_items`. `photos`: `[{file, name}, ...]`. `signer` signed for the unit, `person` sent it.
    """

    __tablename__ = "campaign_self_check"
    __table_args__ = (
        UniqueConstraint("campaign_id", "unit_id"),
        Index("ix_campaign_self_check_unit_id", "unit_id"),
        Index("ix_campaign_self_check_area_code", "area_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_code: Mapped[Code] = mapped_column(ForeignKey("area.code"))
    ordered_on: Mapped[Day]
    due_on: Mapped[Day]
    answered_on: Mapped[Day | None]
    answered_at: Mapped[Moment | None]
    found: Mapped[int] = mapped_column(default=0)
    corrected: Mapped[int] = mapped_column(default=0)
    findings: Mapped[Long] = mapped_column(default="")
    open_items: Mapped[Long] = mapped_column(default="")
    photos: Mapped[Json | None]
    signer: Mapped[Name] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    campaign: Mapped[Campaign] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def open(self) -> int:
        """Items found and not put right."""
        return self.found - self.corrected


class CampaignLink(Base):
    """Something that was done under a campaign: one of the five is set."""

    __tablename__ = "campaign_link"
    __table_args__ = (
        UniqueConstraint("campaign_id", "check_id"),
        UniqueConstraint("campaign_id", "directive_id"),
        UniqueConstraint("campaign_id", "hazard_id"),
        UniqueConstraint("campaign_id", "sealing_id"),
        UniqueConstraint("campaign_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    check_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_check.id"))
    directive_id: Mapped[int | None] = mapped_column(ForeignKey("directive.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    sealing_id: Mapped[int | None] = mapped_column(ForeignKey("sealing.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("enforcement_case.id"))
    linked_on: Mapped[Day]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
