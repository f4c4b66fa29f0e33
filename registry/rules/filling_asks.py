"""What has to be told of a cylinder at a gun beside the items of its checks, so that no rule lacks its fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.rules.kinds import CYLINDER_KINDS, MEDIA

GROSS, PRESSURE, TEMPERATURE = "gross", "pressure", "temperature"
PURGED, PLATE, PASSENGERS = "purged", "plate", "passengers"


def asks(known: Mapping[str, Any]) -> tuple[str, ...]:
    """What a station has to tell beside the facts that are `known`, by name: `gross` (weighed before, after and again)
    or `pressure` with `temperature`; `temperature` of acetylene too; `purged` before a first fill (R32); `plate` and
    `passengers` of a vehicle (R40)."""
    medium = MEDIA.get(known.get("gun_medium") or known.get("medium") or "")
    kind = CYLINDER_KINDS.get(known.get("kind") or "")
    state = medium.state if medium is not None else ""
    found = [PRESSURE if state == "compressed" else GROSS]
    found += [TEMPERATURE] if state in ("compressed", "dissolved") else []
    found += [PURGED] if known.get("first_fill") or known.get("first_after_inspection") else []
    found += [PLATE, PASSENGERS] if kind is not None and kind.vehicle else []
    return tuple(found)
