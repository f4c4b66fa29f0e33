"""Places: positions sent by devices and distances between them (WGS-84)."""

from __future__ import annotations

from typing import Any

from geopy.distance import geodesic


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> int:
    """The geodesic distance of two (lat, lon) points in whole metres."""
    metres: float = geodesic(a, b).meters
    return round(metres)


def distance_to(position: dict[str, Any] | None, lat: float | None, lon: float | None) -> int | None:
    """Metres between a device's position and a place; None when either is not known."""
    if not position or lat is None or lon is None:
        return None
    return distance_m((position["lat"], position["lon"]), (lat, lon))
