"""The registers that spreadsheets may fill. A new one is a module with a `REGISTER`, named here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from registry.errors import Missing
from registry.exchange.sheets import (
    cylinder_inspections,
    cylinders,
    elevators,
    indicator_figures,
    inspections,
    people,
    policies,
    responders,
    units,
)
from registry.exchange.sheets._common import Bound, Register
from registry.messages import T

__all__ = ["REGISTERS", "Bound", "Register", "find"]

MODULES = (
    elevators,
    cylinders,
    units,
    people,
    inspections,
    cylinder_inspections,
    policies,
    indicator_figures,
    responders,
)
REGISTERS: Mapping[str, Register] = MappingProxyType(
    {module.REGISTER.sheet.name: module.REGISTER for module in MODULES}
)


def find(name: str) -> Register:
    """The register of a name; Missing when there is none."""
    if name not in REGISTERS:
        raise Missing(T("没有这个登记簿"))
    return REGISTERS[name]
