"""A station with a camera at its gun, heartbeats, and fills to look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from registry import clock
from registry.db import db
from registry.models import Device, Filling
from registry.services import devices, filling
from seeds import cast
from tests import filling_factory


def camera(number: str = "CAM-1", gun: str | None = "1", view: str = "gun", **values: Any) -> Device:
    """A camera of the cast's LPG station, registered an hour ago and heard of since."""
    given = {
        "kind": "camera",
        "number": number,
        "gun": gun,
        "view": view,
        "channel": f"3402000000132000000{number[-1]}",
    }
    row = devices.register(cast.actor("filling"), {**given, **values})[0]
    row.registered_at = clock.now() - timedelta(hours=1)
    row.last_seen_at = clock.now() - timedelta(minutes=4)
    db.session.commit()
    return row


def filled(minutes_ago: int = 5, **values: Any) -> Filling:
    """A fill of a bottle of its own."""
    given = filling_factory.fill(filling_factory.cylinder(), minutes_ago, **values)
    return filling.record(cast.actor("filler"), given).filling


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let the clock stand."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def again(row: Any) -> Any:
    """The row as it stands in the database."""
    db.session.expire_all()
    return db.session.get(type(row), row.id)
