"""Statements, hearings, discussions and papers of enforcement cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0026"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _points_at(table: str, column: str, target: str, nullable: bool = False) -> sa.Column:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.Column(column, sa.Integer, sa.ForeignKey(f"{target}.id", name=name), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "case_statement",
        sa.Column("id", sa.Integer, nullable=False),
        _points_at("case_statement", "case_id", "enforcement_case"),
        sa.Column("spoken", sa.String(40), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _points_at("case_statement", "unit_id", "unit", nullable=True),
        _points_at("case_statement", "person_id", "person", nullable=True),
        sa.Column("adopted", sa.String(40)),
        sa.Column("answer", sa.String(4000), nullable=False),
        sa.Column("answered_on", sa.Date),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_statement")),
    )
    op.create_index("ix_case_statement_case_id", "case_statement", ["case_id"])
    op.create_table(
        "case_hearing",
        sa.Column("id", sa.Integer, nullable=False),
        _points_at("case_hearing", "case_id", "enforcement_case"),
        sa.Column("requested_on", sa.Date, nullable=False),
        sa.Column("request", sa.String(4000), nullable=False),
        sa.Column("notified_on", sa.Date),
        sa.Column("meets_at", sa.DateTime(timezone=True)),
        sa.Column("place", sa.String(200), nullable=False),
        _points_at("case_hearing", "host_id", "person", nullable=True),
        sa.Column("held_on", sa.Date),
        sa.Column("attendees", JSON),
        sa.Column("minutes", sa.String(4000), nullable=False),
        sa.Column("result", sa.String(40)),
        sa.Column("opinion", sa.String(4000), nullable=False),
        sa.Column("reported_on", sa.Date),
        sa.Column("withdrawn_on", sa.Date),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_hearing")),
    )
    op.create_index("ix_case_hearing_case_id", "case_hearing", ["case_id"])
    op.create_table(
        "case_discussion",
        sa.Column("id", sa.Integer, nullable=False),
        _points_at("case_discussion", "case_id", "enforcement_case"),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("discussed_on", sa.Date, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attendees", JSON, nullable=False),
        sa.Column("agreed", sa.Boolean, nullable=False),
        sa.Column("opinion", sa.String(4000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_discussion")),
    )
    op.create_index("ix_case_discussion_case_id", "case_discussion", ["case_id"])
    op.create_table(
        "case_paper",
        sa.Column("id", sa.Integer, nullable=False),
        _points_at("case_paper", "case_id", "enforcement_case"),
        _points_at("case_paper", "paper_id", "paper"),
        sa.Column("to_party", sa.Boolean, nullable=False),
        sa.Column("served_on", sa.Date),
        sa.Column("delivery", sa.String(40)),
        sa.Column("receiver", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_paper")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_case_paper_paper_id")),
    )
    op.create_index("ix_case_paper_case_id", "case_paper", ["case_id"])
    op.create_index("ix_case_paper_served_on", "case_paper", ["served_on"])
    with op.batch_alter_table("enforcement_case") as batch:
        batch.add_column(sa.Column("told_yuan", sa.Integer))
        batch.add_column(sa.Column("told_on", sa.Date))
        batch.add_column(sa.Column("hearing_right", sa.Boolean, nullable=False, server_default=sa.false()))
        batch.drop_column("heard")
    with op.batch_alter_table("case_clock") as batch:
        batch.add_column(sa.Column("extensions", sa.Integer, nullable=False, server_default="0"))
        batch.add_column(sa.Column("left_out", sa.Integer, nullable=False, server_default="0"))
    _carry_over()
    with op.batch_alter_table("enforcement_case") as batch:
        batch.alter_column("hearing_right", server_default=None)
    with op.batch_alter_table("case_clock") as batch:
        batch.alter_column("extensions", server_default=None)
        batch.alter_column("left_out", server_default=None)


def _carry_over() -> None:
    """What was told and served before: the clock of the statement began on the day of the service."""
    op.execute("UPDATE case_clock SET extensions = 1 WHERE due_on <> first_due_on")
    op.execute(
        "UPDATE enforcement_case SET told_yuan = fine_yuan, told_on = (SELECT max(starts_on) FROM case_clock "
        "WHERE case_clock.case_id = enforcement_case.id AND case_clock.key IN ('statement', 'payment'))"
    )
    # Who had spoken already: its clock had been stopped while the case stood at the notice.
    op.execute(
        "INSERT INTO case_statement (case_id, spoken, text, files, received_on, at, unit_id, person_id, adopted, "
        "answer, answered_on) SELECT s.case_id, 'oral', s.note, '[]', c.done_on, s.at, s.unit_id, s.person_id, 'no', "
        "'', c.done_on FROM case_step s JOIN case_clock c ON c.case_id = s.case_id AND c.key = 'statement' "
        "WHERE s.verb = 'hear' AND c.done_on IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("case_clock") as batch:
        batch.drop_column("left_out")
        batch.drop_column("extensions")
    with op.batch_alter_table("enforcement_case") as batch:
        batch.drop_column("hearing_right")
        batch.drop_column("told_on")
        batch.drop_column("told_yuan")
        batch.add_column(sa.Column("heard", sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("enforcement_case") as batch:
        batch.alter_column("heard", server_default=None)
    for table in ("case_paper", "case_discussion", "case_hearing", "case_statement"):
        op.drop_table(table)
