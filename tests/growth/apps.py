"""The application over databases of a test's own, in this process or as a server."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from blueprints.app import create_app
from registry import settings as settings_of
from registry.db import db
from registry.services import accounts
from seeds import cast, reference_rows
from tests.growth.clusters import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret that only tests know, long enough"


@contextmanager
def registry(folder: Path, *, new: bool = True, **given: str) -> Iterator[Flask]:
    """The application with these settings, in a context; `new`: over an empty database, which gets the cast."""
    before = settings_of.current()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"INSTANCE_DIR": str(folder), "SECRET_KEY": SECRET, **given}.items():
            patch.setenv(f"REGISTRY_{name}", value)
        app = create_app(settings_of.load())
    with app.app_context():
        if new:
            upgrade()
            reference_rows.load()
            cast.build()
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    settings_of.configure(before)


def signed_in(app: Flask, login: str) -> FlaskClient:
    """A browser of one of the cast."""
    secret, _ = accounts.sign_in(login, cast.PASSWORD, "127.0.0.1", accounts.Limits(attempts=5, minutes=15))
    made = app.test_client()
    made.set_cookie("registry_session", secret)
    return made


@contextmanager
def served(folder: Path, workers: int = 1, **given: str) -> Iterator[int]:
    """A server with these settings; the port it answers on."""
    port = free_port()
    settings = {"INSTANCE_DIR": str(folder), "SECRET_KEY": SECRET, **given}
    environment = os.environ | {f"REGISTRY_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--preload", "--worker-class", "sync"]
    command += ["--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 200
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")
