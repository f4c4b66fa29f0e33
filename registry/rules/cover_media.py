"""Which gases a policy over all that a station fills answers for (cylinders.md §8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.rules.cylinders import same_medium


def answers_for(medium: str | None, media: Sequence[str], on: date) -> bool:
    """Whether a policy over these media answers for a cylinder of this one; none named: for all."""
    return not media or (medium is not None and any(same_medium(medium, one, on) for one in media))
