"""The registry installed from a wheel under a prefix of its own, behind Debian's nginx with TLS, as docs/operations.md
says. It runs as whoever runs the tests; systemd is played by this file, which holds the socket as systemd would."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from blueprints.headers import HEADERS, TLS_HEADERS
from tests.deploy.installation import MAX_UPLOAD_MB, NGINX, Installation, free_port, installed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="no nginx (REQUIRE_NGINX=1 makes `make test` fail then)"),
    pytest.mark.timeout(900),  # of a busy machine: it is installed first
]
PASSWORD = "demo-suzhou-2026"
SECONDS = 120  # of a busy machine, where starting anew takes most of a minute


@pytest.fixture(scope="module")
def site(wheel_file: Path) -> Iterator[Installation]:
    """An installation with a small demo city, served."""
    with installed(wheel_file) as made:
        made.command("seed", "demo", "--elevators", "12", "--cylinders", "100", "--days", "1")
        with made.running():
            yield made


@pytest.fixture
def section(site: Installation) -> requests.Session:
    """The head of the office, signed in through TLS."""
    browser = site.browser()
    answer = browser.post(
        f"{site.url}/account/sign-in", data={"login": "section", "password": PASSWORD}, timeout=SECONDS
    )
    assert answer.status_code == 200
    assert "/sign-in" not in answer.url
    return browser


def test_the_check_finds_everything_as_it_should_be(site: Installation) -> None:
    done = site.check()
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("ok ") == 8


def test_the_check_names_what_is_wrong(site: Installation) -> None:
    settings = site.prefix / "etc/registry.env"
    settings.chmod(0o644)
    headers = site.prefix / "nginx/headers.conf"
    before = headers.read_text()
    headers.write_text(before.replace("add_header Referrer-Policy", "#"))
    site.reload_nginx()
    try:
        done = site.check()
    finally:
        settings.chmod(0o640)
        headers.write_text(before)
        site.reload_nginx()
    assert done.returncode == 1
    assert re.findall(r"^WRONG +(.*?):", done.stdout, re.MULTILINE) == ["secrets kept", "headers"]


def test_it_runs_from_the_wheel_alone(site: Installation) -> None:
    asked = "from importlib.util import find_spec as f; print(*(f(n).origin for n in ('registry', 'seeds', 'wsgi')))"
    files = site.python(asked).stdout.split()
    assert len(files) == 3
    assert all(file.startswith(str(site.release)) for file in files)


def test_without_a_folder_for_data_it_stops_with_one_line(site: Installation) -> None:
    done = site.python("from registry import settings; settings.load()")
    assert done.returncode == 1
    assert done.stderr.startswith("settings: REGISTRY_INSTANCE_DIR must name the folder where data lies")
    assert len(done.stderr.splitlines()) == 1


def test_without_a_database_a_command_stops_with_one_line(site: Installation, tmp_path: Path) -> None:
    """From a folder with settings of somebody else in it, which are not read."""
    (tmp_path / ".env").write_text("REGISTRY_INSTANCE_DIR=/nowhere\nREGISTRY_BASE_URL=nonsense\n")
    told = site.called_from(tmp_path, "audit", "--help")
    assert told.returncode == 0, told.stderr
    file = site.prefix / "etc/registry.env"
    before = file.read_text(encoding="utf-8")
    closed = f"postgresql+psycopg://registry@127.0.0.1:{free_port()}/registry"
    try:
        file.write_text(f"{before}\nREGISTRY_DATABASE_URL={closed}\n", encoding="utf-8")
        done = site.called_from(tmp_path, "database", "prepare")
    finally:
        file.write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the database does not answer: ")
    assert len(done.stderr.splitlines()) == 1


def test_whoever_signs_in_gets_a_cookie_for_tls_alone(site: Installation, section: requests.Session) -> None:
    cookie = next(cookie for cookie in section.cookies if cookie.name == "registry_session")
    assert cookie.secure
    page = section.get(f"{site.url}/dashboard", timeout=SECONDS)
    assert page.status_code == 200
    assert "指标" in page.text


def test_papers_and_labels_are_printed(site: Installation, section: requests.Session) -> None:
    paper = section.get(f"{site.url}/api/v1/papers", timeout=SECONDS).json()["items"][0]
    printed = section.get(f"{site.url}/api/v1/papers/{paper['id']}/file/pdf", timeout=SECONDS)
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
    code = section.get(f"{site.url}/api/v1/elevators", timeout=SECONDS).json()["items"][0]["code"]
    form = {"codes": code, "layout": "a4-70x37", "format": "pdf", "reason": "test"}
    labels = section.post(f"{site.url}/labels/print", data=form, timeout=SECONDS)
    assert (labels.status_code, labels.content[:5]) == (200, b"%PDF-")
    mark = section.get(f"{site.url}/registrations/elevators/{code}/use-mark.pdf", timeout=SECONDS)
    assert (mark.status_code, mark.content[:5]) == (200, b"%PDF-")


def test_what_nginx_serves_carries_the_headers_of_the_registry(site: Installation) -> None:
    page = requests.get(f"{site.url}/account/sign-in", verify=site.certificate, timeout=SECONDS)
    asset = re.search(r'src="(/static/dist/[^"]+\.js)"', page.text)
    assert asset
    answer = requests.get(f"{site.url}{asset[1]}", verify=site.certificate, timeout=SECONDS)
    for name in (*HEADERS, *TLS_HEADERS):
        assert answer.headers[name] == page.headers[name]
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"


def test_files_that_keep_their_names_are_asked_for_again(site: Installation) -> None:
    for path in ("/static/icons/icons.svg", "/static/dist/fonts/NotoSansSC-Regular.ttf", "/static/dist/manifest.json"):
        answer = requests.get(f"{site.url}{path}", verify=site.certificate, timeout=SECONDS)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_a_large_upload_arrives(site: Installation, section: requests.Session) -> None:
    rows = "设备代码,备注\n" + f"311010000000000000,{'楼' * 300}\n" * 3_000
    content = rows.encode()
    assert 2_500_000 < len(content) < MAX_UPLOAD_MB * 1024 * 1024
    files = {"file": ("register.csv", content, "text/csv")}
    answer = section.post(f"{site.url}/imports/new", data={"register": "elevators"}, files=files, timeout=SECONDS)
    assert answer.status_code == 200
    assert answer.url.endswith("/columns")


def test_a_larger_one_is_refused_with_a_sentence(site: Installation, section: requests.Session) -> None:
    files = {"file": ("register.csv", b"x" * (MAX_UPLOAD_MB * 1024 * 1024), "text/csv")}
    answer = section.post(f"{site.url}/imports/new", data={"register": "elevators"}, files=files, timeout=SECONDS)
    assert answer.status_code == 413
    assert f"上传的内容超过了 {MAX_UPLOAD_MB} MB 的限制" in answer.text
    style = re.search(r'href="(/static/dist/[^"]+)"', answer.text)
    assert style
    assert section.get(f"{site.url}{style[1]}", timeout=SECONDS).status_code == 200


@pytest.mark.skipif(
    shutil.which("curl") is None and not os.environ.get("REQUIRE_NGINX"), reason="no curl, which speaks HTTP/2"
)
@pytest.mark.parametrize(
    ("path", "kind"), [("/imports/new", "text/html"), ("/api/v1/files", "application/problem+json")]
)
def test_a_browser_reads_that_sentence_too(site: Installation, tmp_path: Path, path: str, kind: str) -> None:
    """Browsers speak HTTP/2, where nginx looks at the size again when it turns to its own page."""
    large = tmp_path / "large"
    large.write_bytes(b"x" * (MAX_UPLOAD_MB * 1024 * 1024))
    command = ["curl", "--http2", "-sk", "-F", f"file=@{large}", "-w", "\n%{http_version} %{http_code} %{content_type}"]
    answer = subprocess.run([*command, f"{site.url}{path}"], env=site.environment, capture_output=True, check=True)
    said, _, facts = answer.stdout.decode().rpartition("\n")
    assert f"{MAX_UPLOAD_MB} MB" in said
    assert facts.startswith(f"2 413 {kind}")


def test_called_again_it_keeps_what_was_chosen_and_the_files_of_open_pages(site: Installation) -> None:
    before = site.settings()
    dist = site.prefix / "www/static/dist"
    recent, old = dist / "recent-AAAAAAAA.js", dist / "old-AAAAAAAA.js"
    for file in (recent, old):
        file.write_text("0")
    os.utime(old, (0, 0))
    site.install()
    assert site.settings() == before
    assert recent.exists()
    assert not old.exists()
    assert (site.prefix / "nginx/site.conf").read_text().count(f"listen {site.https_port} ssl") == 1
    assert site.release.is_dir()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_the_units_are_sound(site: Installation) -> None:
    units = site.prefix / "systemd"
    files = [str(path) for path in sorted(units.glob("registry-*.*")) if "@" not in path.name and path.is_file()]
    told = analyze(units, "verify", *files, str(units / "registry-jobs@1.service"))
    assert told == ""
    for name in ("web", "night", "jobs@1"):
        exposure = analyze(units, "security", "--offline=yes", "--no-pager", str(units / f"registry-{name}.service"))
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", exposure)
        assert level
        assert float(level[1]) < 2.5


def analyze(units: Path, *arguments: str) -> str:
    """What systemd-analyze says of units in a folder of their own."""
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"}
    command = ["systemd-analyze", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return done.stdout + done.stderr


def test_a_killed_worker_is_replaced(site: Installation) -> None:
    before = site.workers()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(site.workers()) == len(before) and before[0] not in site.workers())
    with constant_callers(site) as statuses:
        until(lambda: len(statuses) > 20)
    assert set(statuses) == {200}


def test_a_reload_loses_no_request(site: Installation) -> None:
    before = site.workers()
    with constant_callers(site) as statuses:
        until(lambda: len(statuses) > 5)
        site.web.send_signal(signal.SIGHUP)
        until(lambda: len(site.workers()) == len(before) and not set(before) & set(site.workers()))
        seen = len(statuses)
        until(lambda: len(statuses) > seen + 10)
    assert set(statuses) == {200}


def test_a_new_server_on_the_same_socket_loses_no_request(site: Installation) -> None:
    with constant_callers(site) as statuses:
        until(lambda: len(statuses) > 5)
        site.restart_web()
        seen = len(statuses)
        until(lambda: len(statuses) > seen + 10)
    assert set(statuses) == {200}


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    limit = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.02)


@contextmanager
def constant_callers(site: Installation) -> Iterator[list[int]]:
    """Three callers without a break, each request on a connection of its own; 0 stands for none answered."""
    statuses: list[int] = []
    over = threading.Event()

    def call() -> None:
        while not over.is_set():
            try:
                statuses.append(
                    requests.get(f"{site.url}/account/sign-in", verify=site.certificate, timeout=SECONDS).status_code
                )
            except requests.RequestException:
                statuses.append(0)

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join()
