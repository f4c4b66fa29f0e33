"""What people may report from behind a label, as tables `<name>_kinds`: the reason, and what to do until help comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

from registry.rules.limits import edition


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do until help comes."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What is wrong; `emergency` means: call, do not write."""

    id: str
    zh: str
    en: str
    emergency: bool
    advice: Advice | None


@cache
def kinds(name: str, on: date = date.max) -> Mapping[str, Kind]:
    """The kinds of a sort of reports by identifier, the worst first."""
    return MappingProxyType(
        {
            row["kind"]: Kind(
                row["kind"],
                row["zh"],
                row["en"],
                row["emergency"] == "1",
                Advice(row["advice_zh"], row["advice_en"]) if row["advice_zh"] else None,
            )
            for row in edition(f"{name}_kinds", on)
        }
    )


def answer_due(received_at: datetime, hours: int) -> datetime:
    """When whoever reported should have been told something."""
    return received_at + timedelta(hours=hours)
