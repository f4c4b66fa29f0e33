"""What label codes are put on, and the schemes of codes that are not ours (cylinders.md §1.3, §5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules.limits import edition

OWN = "own"
REQUESTED, ISSUED, RECEIVED = "requested", "issued", "received"
WAITING, CONFIRMED, REFUSED = "waiting", "confirmed", "refused"
OPEN, BOUND = "open", "bound"


@dataclass(frozen=True, slots=True)
class Carrier:
    """What a code is put on; `level` is the error correction its symbol needs there."""

    id: str
    zh: str
    en: str
    level: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """Whose code it is, when it is not ours."""

    id: str
    zh: str
    en: str
    basis: str
    certainty: str


@cache
def carriers(on: date = date.max) -> Mapping[str, Carrier]:
    """The carriers by identifier."""
    return MappingProxyType(
        {
            row["carrier"]: Carrier(*(row[key] for key in ("carrier", "zh", "en", "level", "basis", "certainty")))
            for row in edition("label_carriers", on)
        }
    )


@cache
def schemes(on: date = date.max) -> Mapping[str, Scheme]:
    """The schemes by identifier."""
    return MappingProxyType(
        {
            row["scheme"]: Scheme(*(row[key] for key in ("scheme", "zh", "en", "basis", "certainty")))
            for row in edition("code_schemes", on)
        }
    )
