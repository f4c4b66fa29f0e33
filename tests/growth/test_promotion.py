"""The primary dies under load and the replica takes over: what was acknowledged is there, once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.models import CylinderEvent, Filling, TrailEntry
from registry.services import accounts
from seeds import cast
from tests import filling_factory as make
from tests.conftest import POSTGRES
from tests.growth.apps import registry, served
from tests.growth.clusters import Cluster, clusters

pytestmark = pytest.mark.skipif(not POSTGRES, reason="SQLite has no replica")
FILLS, STATIONS = 160, 4
BEFORE = 40  # acknowledged fills after which the primary dies
PATIENCE = 90.0


@pytest.fixture
def pair() -> Iterator[tuple[Cluster, Cluster]]:
    """A primary that acknowledges nothing its replica has not on its disk."""
    with clusters(2) as (primary, replica):
        primary.make(fsync="on")
        primary.start()
        replica.copy_of(primary)
        replica.start()
        primary.do("ALTER SYSTEM SET synchronous_standby_names = 'replica'")
        primary.do("SELECT pg_reload_conf()")
        yield primary, replica


class Station:
    """Filling software: it repeats a fill with its ref until somebody has answered it."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.acknowledged: dict[str, int] = {}
        self.enough = threading.Event()

    def send(self, body: dict[str, Any]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = self._once(body)
            if answer is not None:
                self.acknowledged[body["ref"]] = answer
                if len(self.acknowledged) >= BEFORE:
                    self.enough.set()
                return
            time.sleep(0.1)
        raise AssertionError(f"nobody answered {body['ref']}")

    def _once(self, body: dict[str, Any]) -> int | None:
        """The number of the fill; None while nobody says yes or no."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
            connection.request("POST", "/api/v1/fillings", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException):
            return None
        if answer.status >= 500:
            return None
        assert answer.status in (200, 201), text
        return int(json.loads(text)["id"])


def test_nothing_acknowledged_is_lost_or_doubled(pair, tmp_path) -> None:
    primary, replica = pair
    hosts = "&".join(f"host=127.0.0.1:{one.port}" for one in pair)
    url = f"postgresql+psycopg://postgres@/postgres?{hosts}&target_session_attrs=read-write&connect_timeout=3"
    with registry(tmp_path / "here", DATABASE_URL=url):
        token = accounts.create_token(cast.actor("filler"), "test", 1)
        bodies = [make.sent(make.fill(make.cylinder())) for _ in range(FILLS)]
        db.session.remove()
        db.engine.dispose()
        with served(tmp_path / "served", workers=2, DATABASE_URL=url) as port, ThreadPoolExecutor(STATIONS) as pool:
            station = Station(port, token)
            sent = [pool.submit(station.send, body) for body in bodies]
            assert station.enough.wait(PATIENCE)
            primary.stop("immediate")
            early = set(station.acknowledged)
            replica.promote()
            replica.do("ALTER SYSTEM RESET synchronous_standby_names")
            replica.do("SELECT pg_reload_conf()")
            for one in sent:
                one.result(PATIENCE)
        assert BEFORE <= len(early) < FILLS  # it died in the middle of it
        kept = dict(db.session.execute(select(Filling.ref, Filling.id)).all())
        assert kept == station.acknowledged
        ids = list(kept.values())
        entries = select(TrailEntry.subject_id, func.count()).where(TrailEntry.act == "filling.recorded")
        assert dict(db.session.execute(entries.group_by(TrailEntry.subject_id)).all()) == dict.fromkeys(ids, 1)
        events = select(func.count()).where(CylinderEvent.kind == "fill")
        assert db.session.scalar(events) == FILLS
