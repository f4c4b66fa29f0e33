"""A running server over a small demo city, and Chromium in front of it."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from registry import clock
from seeds import cast

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
SIZE = ("--elevators", "60", "--cylinders", "200", "--days", "40")
STARTUP_SECONDS = 200  # of a busy machine; one that died is noticed at once
ACTION_MS = 15_000
expect.set_options(timeout=ACTION_MS)
PLACE = {"latitude": 33.6402, "longitude": 116.9780, "accuracy": 8}


@dataclass(frozen=True)
class Server:
    """Where the server answers, and the clock it goes by."""

    url: str
    clock_file: Path

    def forward(self, **span: int) -> None:
        """Put the registry's clock forward; whoever must act later signs in after this."""
        ahead = int(self.clock_file.read_text(encoding="ascii")) + int(timedelta(**span).total_seconds())
        self.clock_file.write_text(str(ahead), encoding="ascii")

    @property
    def now(self) -> datetime:
        """The server's time, whatever tests before this one put forward."""
        return clock.now() + timedelta(seconds=int(self.clock_file.read_text(encoding="ascii")))

    @property
    def today(self) -> date:
        """The server's legal day."""
        return clock.day_of(self.now)


def _environment(instance: Path, url: str) -> dict[str, str]:
    return {
        **os.environ,
        "REGISTRY_INSTANCE_DIR": str(instance),
        "REGISTRY_DATABASE_URL": f"sqlite:///{instance / 'registry.sqlite3'}",
        "REGISTRY_BASE_URL": url,
        "TEST_CLOCK": str(instance / "clock"),
    }


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The instance folder of a demo registry, made once for all workers. It is copied, never served."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    instance, made = shared / "demo", shared / "demo.made"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            instance.mkdir()
            run_flask(instance, "db", "upgrade")
            run_flask(instance, "seed", "demo", *SIZE)
            made.touch()
    return instance


def run_flask(instance: Path, *arguments: str, typed: str = "") -> None:
    """A command of the registry in an instance folder; `typed` is its standard input."""
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=_environment(instance, "http://127.0.0.1"),
        input=typed,
        text=True,
        check=True,
        capture_output=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn over a copy of the demo registry; each test module has its own."""
    instance = tmp_path_factory.mktemp("served") / "instance"
    shutil.copytree(demo, instance)
    url = f"http://127.0.0.1:{_free_port()}"
    environment = _environment(instance, url)
    clock_file = Path(environment["TEST_CLOCK"])
    clock_file.write_text("0", encoding="ascii")
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread"]
    command += ["--threads", "4", "--bind", url.removeprefix("http://"), "tests.browser.clocked:app"]
    with (instance / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(url, process, instance / "server.log")
        yield Server(url, clock_file)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:  # a busy machine; what it served is a copy
            process.kill()
            process.wait(timeout=10)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    pytest.fail(f"the server did not start: {'it ended' if process.poll() is not None else 'no answer'}\n{said}")


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
def browse(server: Server, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`browse(PHONE)`: a stranger's page; script errors and violations of the content policy fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(viewport: dict[str, int] = DESK, base_url: str = "") -> Page:
        context = chromium.new_context(
            base_url=base_url or server.url,
            viewport=viewport,
            has_touch=viewport is PHONE,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            geolocation=PLACE,
            permissions=["geolocation", "camera"],
        )
        context.set_default_timeout(ACTION_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def signed_in(browse: Callable[..., Page]) -> Callable[..., Page]:
    """`signed_in("tech1", PHONE)`: a page of one of the cast, where its day begins."""

    def make(login: str, viewport: dict[str, int] = DESK) -> Page:
        page = browse(viewport)
        sign_in(page, login)
        return page

    return make


def settled(page: Page) -> None:
    """Wait until the page has asked everything it asks of itself, before saying that something did not come."""
    page.wait_for_load_state("networkidle")


def sign_in(page: Page, login: str) -> None:
    """Sign in as one of the cast."""
    if "/account/sign-in" not in page.url:
        page.goto("/account/sign-in")
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码").fill(cast.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    if "/account/security/enrol" in page.url:
        _enrol(page)


def _enrol(page: Page) -> None:
    """Set up the second factor that the role needs, with the key that the page shows."""
    page.get_by_label("验证码").fill(pyotp.TOTP(page.locator("#key").inner_text()).now())
    page.get_by_role("button", name="启用").click()
    page.get_by_role("link", name="已保管好，继续").click()
