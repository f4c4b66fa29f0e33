"""Policies for tests, made through the verbs."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.db import transaction
from registry.models import Capacity, Unit
from seeds import cast

START, END = date(2026, 1, 1), date(2026, 12, 31)


def values(*codes: str, **changes: Any) -> dict[str, Any]:
    """A policy of the cast's insurer over some codes, held by the property company."""
    return {
        "subject": "elevator",
        "policy_no": "JH-2026-0001",
        "insurer_id": cast.unit("insurer").id,
        "holder_id": cast.unit("property").id,
        "holder_type": "use_unit",
        "starts_on": START,
        "ends_on": END,
        "limit_per_accident_fen": 500_000_000,
        "codes": list(codes),
        **changes,
    }


def other_insurer() -> Unit:
    """An insurer beside the cast's."""
    with transaction() as session:
        unit = Unit(name="淮海财产保险", area_code="341302", created_on=START)
        session.add(unit)
        session.flush()
        session.add(Capacity(unit_id=unit.id, capacity="insurer", since=START))
    return unit
