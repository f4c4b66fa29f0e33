"""Limits hold over several workers: two processes of gunicorn in front of one database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine, text

from registry.db import db
from seeds import cast
from tests.services.test_anomalies_race import copied

ROOT = Path(__file__).resolve().parents[2]
STARTUP_SECONDS = 120
LOGIN = "/account/sign-in"


@pytest.fixture
def served(built_app, database_url, tmp_path) -> Iterator[tuple[str, str]]:
    """The address of the server, and of its database."""
    with built_app.app_context():
        db.session.remove()
        db.engine.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{probe.getsockname()[1]}"
    with copied(database_url, tmp_path) as url:
        environment = {
            **os.environ,
            "REGISTRY_INSTANCE_DIR": str(tmp_path),
            "REGISTRY_DATABASE_URL": url,
            "REGISTRY_SECRET_KEY": "a secret that only tests know, long enough",
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--no-control-socket",
            "--workers",
            "2",
            "--bind",
            where,
            "wsgi:app",
        ]
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(f"http://{where}", process)
            yield f"http://{where}", url
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/healthz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    pytest.fail("the server did not start")


def test_of_twenty_guesses_at_once_five_are_judged(served) -> None:
    url, database = served

    def guess(number: int) -> int:
        sent = {"login": "section", "password": f"guess {number} of many"}
        return requests.post(f"{url}{LOGIN}", data=sent, allow_redirects=False, timeout=60).status_code

    with ThreadPoolExecutor(20) as pool:
        assert Counter(pool.map(guess, range(20))) == {422: 20}
    engine = create_engine(database)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT subject, count(*) FROM sign_in_failure GROUP BY subject ORDER BY subject")
        )
        assert rows.all() == [("address:127.0.0.1", 5), ("login:section", 5)]
    engine.dispose()
    good = {"login": "section", "password": cast.PASSWORD}
    assert requests.post(f"{url}{LOGIN}", data=good, allow_redirects=False, timeout=60).status_code == 422
    other = {**good, "login": "county"}
    assert requests.post(f"{url}{LOGIN}", data=other, allow_redirects=False, timeout=60).status_code == 302
