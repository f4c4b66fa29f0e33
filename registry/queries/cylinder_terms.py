"""What the office has chosen where the rules of a cylinder's dates leave a choice (cylinders.md §2.1, §2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from registry.queries import parameters
from registry.rules.cylinders import END_OF_MONTH, STRICT

MONTH_END, AMMONIA = "cylinder.inspected_to_month_end", "cylinder.ammonia_ordinary"
AMMONIA_MEDIUM = "ammonia"
ORDINARY = {AMMONIA_MEDIUM: "other"}


class Terms(NamedTuple):
    """`to_month_end`: an inspection runs to the end of its last month, not to the day; `ammonia_ordinary`: ammonia is
    inspected like ordinary gases, not like corrosive ones."""

    to_month_end: bool = False
    ammonia_ordinary: bool = False

    @property
    def month_stamp(self) -> str:
        """The same as `CylinderDates.month_stamp_valid_through`."""
        return END_OF_MONTH if self.to_month_end else STRICT

    @property
    def groups(self) -> Mapping[str, str] | None:
        """The office's own groups of media, where it has any."""
        return ORDINARY if self.ammonia_ordinary else None


def chosen(on: date) -> Terms:
    """The choices in force on a day."""
    found = parameters.values((MONTH_END, AMMONIA), on)
    return Terms(bool(found[MONTH_END]), bool(found[AMMONIA]))


def groups_for(medium: str | None, on: date) -> Mapping[str, str] | None:
    """The office's own groups for one medium; nothing is read for a medium it has no choice about."""
    return chosen(on).groups if medium == AMMONIA_MEDIUM else None
