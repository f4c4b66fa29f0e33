"""Targets by year with their baseline; frozen figures of indicators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLE = "indicator_snapshot"
SAYS = ("key", "area_code", "period_end", "revision", "origin", "numerator", "denominator", "value")


def _points_at(column: str, target: str) -> sa.Column:
    name = op.f(f"fk_{TABLE}_{column}_{target}")
    return sa.Column(column, sa.Integer, sa.ForeignKey(f"{target}.id", name=name))


def upgrade() -> None:
    for name, kind in (
        ("year", sa.Integer),
        ("value2", sa.Numeric(10, 3)),
        ("baseline_year", sa.Integer),
        ("baseline_value", sa.Numeric(10, 3)),
        ("weight", sa.Numeric(10, 3)),
    ):
        op.add_column("indicator_target", sa.Column(name, kind))
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column(
            "area_code",
            sa.String(40),
            sa.ForeignKey("area.code", name=op.f(f"fk_{TABLE}_area_code_area")),
            nullable=False,
        ),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("numerator", sa.Numeric(16, 3)),
        sa.Column("denominator", sa.Numeric(16, 3)),
        sa.Column("value", sa.Numeric(18, 6)),
        sa.Column("rule_version", sa.String(40), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(4000), nullable=False),
        sa.Column("reporter", sa.String(200), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        _points_at("unit_id", "unit"),
        _points_at("entered_by_id", "person"),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("returned_reason", sa.String(4000), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        _points_at("submitted_by_id", "person"),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        _points_at("approved_by_id", "person"),
        sa.Column("locked_at", sa.DateTime(timezone=True)),
        _points_at("locked_by_id", "person"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "key", "area_code", "period_end", "revision", name=op.f(f"uq_{TABLE}_key_area_code_period_end_revision")
        ),
    )
    op.create_index(f"ix_{TABLE}_period_end", TABLE, ["period_end"])
    op.create_index(f"ix_{TABLE}_state", TABLE, ["state"])
    _stand()


def _stand() -> None:
    """What a row says never changes; a locked one takes no change; none is deleted."""
    if op.get_bind().dialect.name == "postgresql":
        old, new = (", ".join(f"{row}.{name}" for name in SAYS) for row in ("OLD", "NEW"))
        op.execute(
            "CREATE FUNCTION refuse_figure_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' OR OLD.state = 'locked' OR ROW({old}) IS DISTINCT FROM ROW({new}) "
            f"THEN RAISE EXCEPTION '{TABLE} keeps its figures'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {TABLE}_stands BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_figure_change()"
        )
        op.execute(
            f"CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in SAYS)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TABLE} keeps its figures'); END"
    op.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} {refuse}")
    op.execute(
        f"CREATE TRIGGER {TABLE}_stands BEFORE UPDATE ON {TABLE} WHEN OLD.state = 'locked' OR {changed} {refuse}"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_figure_change()")
    for name in ("weight", "baseline_value", "baseline_year", "value2", "year"):
        op.drop_column("indicator_target", name)
