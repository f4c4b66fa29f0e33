"""A running server over a small demo city, and Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from seeds import cast

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
STARTUP_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """Where the server answers, and the environment to run commands beside it."""

    url: str
    environment: dict[str, str]

    def flask(self, *arguments: str) -> str:
        """Run a flask command on the server's database."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn over a fresh demo registry; each test module has its own."""
    port, instance = _free_port(), tmp_path_factory.mktemp("instance")
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "REGISTRY_INSTANCE_DIR": str(instance),
        "REGISTRY_DATABASE_URL": f"sqlite:///{instance / 'registry.sqlite3'}",
        "REGISTRY_BASE_URL": url,
    }
    found = Server(url, environment)
    found.flask("db", "upgrade")
    found.flask("seed", "demo", "--elevators", "60", "--cylinders", "200", "--days", "40")
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread"]
    command += ["--threads", "4", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    with (instance / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(url, process)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not start")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium with a camera that shows a test picture."""
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def signed_in(server: Server, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`signed_in("tech1", PHONE)`: a page of one of the cast; script errors and policy violations fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(login: str, viewport: dict[str, int] = DESK) -> Page:
        place = {"latitude": 33.6402, "longitude": 116.9780, "accuracy": 8}
        context = chromium.new_context(
            viewport=viewport, locale="zh-CN", geolocation=place, permissions=["geolocation", "camera"]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
        )
        page.goto(f"{server.url}/account/sign-in")
        page.get_by_label("账号").fill(login)
        page.get_by_label("密码").fill(cast.PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_load_state()
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints
