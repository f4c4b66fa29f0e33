"""Enforcement cases: from a clue to the closed file, with every clock as a dated row."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.models.base import Base, Code, Day, Json, Long, Moment, Name
from registry.models.case_hearings import CaseDiscussion, CaseHearing, CasePaper, CaseStatement
from registry.models.directives import Directive
from registry.models.enforcement import Act
from registry.models.hazards import Hazard
from registry.models.people import Person
from registry.models.sealings import Sealing
from registry.models.steps import SentStep
from registry.models.supervision_checks import SupervisionCheck


class EnforcementCase(Act, Base):
    """A case against one unit. `state` moves only through `services.cases`.

    `finding` and `offence` are keys of their tables; `choice_reason` says why this offence where several fit.
    `ended_on`: of an act that went on. Amounts in yuan; `told_on`: the party was served with the notice of
    `told_yuan`, or with the decision on the spot, and sees the case from then; `hearing_right`: it may ask for a
    hearing. `reinvestigated_at`: sent back after the party was told; what was said until then binds no decision.
    """

    __tablename__ = "enforcement_case"
    __table_args__ = (
        Index("ix_enforcement_case_area_code_state", "area_code", "state"),
        Index("ix_enforcement_case_unit_id", "unit_id"),
        Index("ix_enforcement_case_directive_id", "directive_id"),
        Index("ix_enforcement_case_sealing_id", "sealing_id"),
        Index("ix_enforcement_case_hazard_id", "hazard_id"),
        Index("ix_enforcement_case_check_id", "check_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Name]
    facts: Mapped[Long]
    finding: Mapped[Code]
    offence: Mapped[Code]
    choice_reason: Mapped[Long] = mapped_column(default="")
    acted_on: Mapped[Day]
    ended_on: Mapped[Day | None]
    found_on: Mapped[Day]
    harmed: Mapped[bool] = mapped_column(default=False)
    serious: Mapped[bool] = mapped_column(default=False)
    directive_id: Mapped[int | None] = mapped_column(ForeignKey("directive.id"))
    sealing_id: Mapped[int | None] = mapped_column(ForeignKey("sealing.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"))
    check_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_check.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    filed_on: Mapped[Day | None]
    fine_yuan: Mapped[int | None]
    measures: Mapped[Long] = mapped_column(default="")
    told_yuan: Mapped[int | None]
    told_on: Mapped[Day | None]
    hearing_right: Mapped[bool] = mapped_column(default=False)
    reinvestigated_at: Mapped[Moment | None]
    decided_on: Mapped[Day | None]
    decision_no: Mapped[Name] = mapped_column(default="")
    paid_on: Mapped[Day | None]
    paid_yuan: Mapped[int | None]
    surcharge_yuan: Mapped[int | None]
    closed_on: Mapped[Day | None]

    handler: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    directive: Mapped[Directive | None] = relationship(lazy="raise_on_sql")
    sealing: Mapped[Sealing | None] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    check: Mapped[SupervisionCheck | None] = relationship(lazy="raise_on_sql")
    clocks: Mapped[list[CaseClock]] = relationship(lazy="raise_on_sql", order_by="CaseClock.id")
    statements: Mapped[list[CaseStatement]] = relationship(lazy="raise_on_sql", order_by="CaseStatement.id")
    hearings: Mapped[list[CaseHearing]] = relationship(lazy="raise_on_sql", order_by="CaseHearing.id")
    discussions: Mapped[list[CaseDiscussion]] = relationship(lazy="raise_on_sql", order_by="CaseDiscussion.id")
    papers: Mapped[list[CasePaper]] = relationship(lazy="raise_on_sql", order_by="CasePaper.id")
    steps: Mapped[list[CaseStep]] = relationship(lazy="raise_on_sql", order_by="CaseStep.id")


class CaseClock(Base):
    """A clock of a case: `key` of `enforcement_clocks.csv`; `due_on` as it stands now, `first_due_on` before it was
    extended; `done_on` when it stopped. `extensions`: 1 by the head, 2 by the heads together; `left_out`
    days that do not count."""

    __tablename__ = "case_clock"
    __table_args__ = (
        Index("ix_case_clock_case_id", "case_id"),
        Index("ix_case_clock_done_on_due_on", "done_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    key: Mapped[Code]
    starts_on: Mapped[Day]
    first_due_on: Mapped[Day]
    due_on: Mapped[Day]
    done_on: Mapped[Day | None]
    extensions: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)


class CaseStep(SentStep, Base):
    """What was done about a case. Refuses UPDATE and DELETE."""

    __tablename__ = "case_step"
    __table_args__ = (
        Index("ix_case_step_case_id", "case_id"),
        Index("ix_case_step_ref", "ref", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    note: Mapped[Long] = mapped_column(default="")
    data: Mapped[Json]
