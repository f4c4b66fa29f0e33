"""An elevator as a flat record of values: its columns and the product data of its kind under one roof.

Most kinds share a few product data, which are columns; the others lie in `details`, integers as they are, decimals and
texts as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from registry.models import Elevator
from registry.rules.kinds import ELEVATOR_KINDS, Parameter

IDENTIFIERS = ("use_cert_no", "device_code", "register_code", "rescue_code")

COLUMNS = (
    "kind",
    "name",
    *IDENTIFIERS,
    "factory_no",
    "inner_no",
    "model",
    "manufacturer",
    "installer",
    "made_on",
    "installation_inspected_on",
    "registered_on",
    "in_use_since",
    "design_life_years",
    "extended_until",
    "address",
    "place_type",
    "area_code",
    "division_code",
    "use_unit_id",
    "owner_unit_id",
    "rated_load_kg",
    "rated_speed_mps",
    "travel_m",
    "floors",
    "stops",
    "doors",
    "lat",
    "lon",
    "fence_m",
    "remarks",
)
"""What a caller may set; label code, status, version and the foreign key of an import are set by verbs."""

PARAMETERS: Mapping[str, Parameter] = {
    parameter.name: parameter for kind in ELEVATOR_KINDS.values() for parameter in kind.parameters
}
"""Product data of all kinds by name."""

DETAILS = frozenset(PARAMETERS) - frozenset(COLUMNS)
"""Product data that have no column."""


def parameters_of(kind: str) -> tuple[Parameter, ...]:
    """The product data of a kind; none for an unknown kind."""
    return ELEVATOR_KINDS[kind].parameters if kind in ELEVATOR_KINDS else ()


def stored(name: str, value: Any) -> Any:
    """One of `DETAILS` as it is kept in JSON."""
    return str(value) if isinstance(value, Decimal) else value


def read(name: str, value: Any) -> Any:
    """One of `DETAILS` as rules and forms take it."""
    return Decimal(value) if value is not None and PARAMETERS[name].type == "decimal" else value


def details(elevator: Elevator) -> dict[str, Any]:
    """The product data that have no column."""
    return {name: read(name, value) for name, value in (elevator.details or {}).items() if name in DETAILS}


def values(elevator: Elevator) -> dict[str, Any]:
    """Everything a caller may set, by name, None where nobody knows."""
    return {
        **{name: getattr(elevator, name) for name in COLUMNS},
        **dict.fromkeys(sorted(DETAILS)),
        **details(elevator),
    }
