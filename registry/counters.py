"""Gap-free numbers per kind, body and year, taken inside the transaction that uses them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.models import Counter


def next_number(session: Session, kind: str, body: str, year: int) -> int:
    """The next number; others wait for this transaction, and a rollback gives it back."""
    return int(
        session.execute(
            upsert(session, Counter)
            .values(kind=kind, body=body, year=year, value=1)
            .on_conflict_do_update(
                index_elements=[Counter.kind, Counter.body, Counter.year], set_={"value": Counter.value + 1}
            )
            .returning(Counter.value)
        ).scalar_one()
    )


def upsert(session: Session, model: Any) -> Any:
    """The INSERT of this database that knows ON CONFLICT."""
    dialect = session.get_bind().dialect.name
    return postgresql.insert(model) if dialect == "postgresql" else sqlite.insert(model)
