"""Alembic's entry, through Flask-Migrate: forward, numbered, small, never edited once released."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from registry.models.base import UtcMoment

migrate = current_app.extensions["migrate"]
database = migrate.db


def render_item(kind: str, item: object, _autogen: object) -> str | bool:
    """Our column types as the plain types that the database keeps."""
    if isinstance(item, UtcMoment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Bring the database of the application to the newest revision."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            render_item=render_item,
            target_metadata=database.Model.metadata,
            **{key: value for key, value in migrate.configure_args.items() if key != "target_metadata"},
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("migrations need a database: they are not written to be printed as SQL")
run()
