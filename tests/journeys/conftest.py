"""A clock to turn by hand: a journey takes days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from registry import clock

MORNING = datetime.fromisoformat("2026-11-03T09:00:00+08:00")  # a Tuesday


class Time:
    """The registry's clock."""

    def __init__(self) -> None:
        self.at = MORNING

    def forward(self, **span: int) -> datetime:
        self.at += timedelta(**span)
        return self.at

    def day(self, offset: int = 0) -> str:
        """A day near today, as JSON carries it."""
        return (clock.today() + timedelta(days=offset)).isoformat()


@pytest.fixture
def time(app: Any, monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made


def sent(answer: Any, status: int = 201) -> Any:
    """What was answered, once it was answered as it should be."""
    assert answer.status_code == status, answer.text
    return answer.json


@pytest.fixture
def figure(api_of: Callable[[str], Any]) -> Callable[..., tuple[int, int]]:
    """`figure("paperless_maintenance")`: counted and population of an indicator, as the city's office reads it."""

    def read(key: str, area: str = "341302") -> tuple[int, int]:
        items = sent(api_of("section").get("/indicators", area=area), 200)["items"]
        found = next(item for item in items if item["key"] == key)
        return found["numerator"], found["denominator"]

    return read


@pytest.fixture
def behind(api_of: Callable[[str], Any]) -> Callable[[str], dict[str, str]]:
    """`behind("paperless_maintenance")`: code -> why it is not counted."""

    def read(key: str) -> dict[str, str]:
        items = sent(api_of("section").get(f"/indicators/{key}/behind", area="341302"), 200)["items"]
        return {item["code"]: item["reason"] for item in items}

    return read


ELEVATOR: dict[str, Any] = {
    "kind": "traction_passenger",
    "address": "埇桥区银河一路8号商务中心",
    "name": "1号客梯",
    "area_code": "341302",
    "place_type": "office",
    "use_unit": "宿州汇源物业服务有限公司",
    "device_code": "311034130202600019",
    "use_cert_no": "梯11皖L90001(26)",
    "registered_on": "2026-01-20",
    "installation_inspected_on": "2026-01-10",
    "status": "in_use",
    "drive_type": "traction",
    "rated_load_kg": 1000,
    "rated_speed_mps": "1.75",
    "floors": 20,
    "stops": 20,
    "doors": 20,
    "lat": 33.6402,
    "lon": 116.978,
}


def register_elevator(api: Any, **changes: Any) -> str:
    """Put an elevator on file; returns its label code."""
    code: str = sent(api.post("/elevators", {**ELEVATOR, **changes}))["code"]
    return code
