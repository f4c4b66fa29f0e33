"""Which rows of each table a caller may see: one condition a table, asked by `registry/policy.py` alone.

A table without a row in SCOPES is seen by nobody but the system.
"""

from __future__ import annotations

from collections.abc import Callable

from registry.actor import Actor
from registry.db import Base
from registry.scopes import calls, cylinders, elevators, guarded, hazards, insurance, office
from registry.scopes.common import Where
from registry.scopes.elevators import contracted

__all__ = ["SCOPES", "contracted"]

SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    **elevators.SCOPES,
    **insurance.SCOPES,
    **cylinders.SCOPES,
    **hazards.SCOPES,
    **calls.SCOPES,
    **guarded.SCOPES,
    **office.SCOPES,
}
