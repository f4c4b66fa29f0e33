"""Makers of the cylinders on file."""

from __future__ import annotations

from sqlalchemy import func, select

from registry.db import db
from registry.models import Cylinder
from registry.rules.identifiers import normalise


def codes() -> dict[str, str]:
    """Maker (half-width, without blanks) -> the code most of its cylinders are on file with."""
    statement = (
        select(Cylinder.maker, Cylinder.maker_code, func.count())
        .group_by(Cylinder.maker, Cylinder.maker_code)
        .order_by(func.count())
    )
    return {normalise(maker): code for maker, code, _count in db.session.execute(statement)}
