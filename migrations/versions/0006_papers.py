"""Papers issued by the offices, which can only grow, and the short names that their numbers begin with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("paper", "paper_file", "paper_template", "paper_withdrawal")
SHORT = {
    "341300": "宿",
    "341302": "埇",
    "341321": "砀",
    "341322": "萧",
    "341323": "灵",
    "341324": "泗",
    "341371": "宿马",
    "341372": "宿经",
    "3413GX": "宿高",
}


def upgrade() -> None:
    op.add_column("area", sa.Column("short", sa.String(40), nullable=False, server_default=""))
    area = sa.table("area", sa.column("code", sa.String), sa.column("short", sa.String))
    for code, short in SHORT.items():
        op.execute(area.update().where(area.c.code == code).values(short=short))
    op.create_table(
        "paper_template",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("body", sa.String(40), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column(
            "file_id", sa.Integer, sa.ForeignKey("stored_file.id", name=op.f("fk_paper_template_file_id_stored_file"))
        ),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", name=op.f("fk_paper_template_person_id_person"))),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("kind", "body", "since", name=op.f("uq_paper_template_kind_body_since")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template")),
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("body", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Integer),
        sa.Column("hazard_id", sa.Integer, sa.ForeignKey("hazard.id", name=op.f("fk_paper_hazard_id_hazard"))),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("unit.id", name=op.f("fk_paper_unit_id_unit"))),
        sa.Column(
            "area_code", sa.String(40), sa.ForeignKey("area.code", name=op.f("fk_paper_area_code_area")), nullable=False
        ),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "template_id",
            sa.Integer,
            sa.ForeignKey("paper_template.id", name=op.f("fk_paper_template_id_paper_template")),
        ),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issuer_id", sa.Integer, sa.ForeignKey("unit.id", name=op.f("fk_paper_issuer_id_unit"))),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", name=op.f("fk_paper_person_id_person"))),
        sa.UniqueConstraint("kind", "body", "year", "sequence", name=op.f("uq_paper_kind_body_year_sequence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    op.create_index("ix_paper_hazard_id", "paper", ["hazard_id"])
    op.create_index("ix_paper_subject_subject_id", "paper", ["subject", "subject_id"])
    op.create_index("ix_paper_area_code_issued_on", "paper", ["area_code", "issued_on"])
    op.create_table(
        "paper_file",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(
            "paper_id", sa.Integer, sa.ForeignKey("paper.id", name=op.f("fk_paper_file_paper_id_paper")), nullable=False
        ),
        sa.Column("format", sa.String(40), nullable=False),
        sa.Column(
            "file_id",
            sa.Integer,
            sa.ForeignKey("stored_file.id", name=op.f("fk_paper_file_file_id_stored_file")),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("paper_id", "format", name=op.f("uq_paper_file_paper_id_format")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_file")),
    )
    op.create_table(
        "paper_withdrawal",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(
            "paper_id",
            sa.Integer,
            sa.ForeignKey("paper.id", name=op.f("fk_paper_withdrawal_paper_id_paper")),
            nullable=False,
        ),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "person_id", sa.Integer, sa.ForeignKey("person.id", name=op.f("fk_paper_withdrawal_person_id_person"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_withdrawal")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_paper_withdrawal_paper_id")),
    )
    _only_grow()


def _only_grow() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        if postgresql:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} can only grow'); END"
            )


def downgrade() -> None:
    for table in reversed(("paper_template", "paper", "paper_file", "paper_withdrawal")):
        op.drop_table(table)
    op.drop_column("area", "short")
