"""Statements that go to PostgreSQL past its driver."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from flask import Flask

from registry import journeys
from registry.db import db
from registry.journeys import Sent

SECONDS = 0.5


@pytest.mark.postgres
def test_who_waits_for_the_server_holds_up_no_other_thread(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server to wait for")
    over = Event()

    def wait_for_the_server() -> None:
        with app.app_context(), db.engine.connect() as connection:
            journeys.travel(connection, [Sent("SELECT 1 FROM pg_sleep($1)", [SECONDS])])
            over.set()

    thread = Thread(target=wait_for_the_server)
    thread.start()
    looked = 0
    while not over.wait(SECONDS / 20):
        looked += 1
    thread.join()
    assert looked >= 3
