"""What arrives at a running server: headers that lie, are huge or no text, bytes that are no HTTP, codes of every kind.
Never a 500, never a trace, and the process grows no bigger."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("/", "/account/sign-in", "/healthz", "/q/SZ0000000000000", "/api/v1/scans", "/static/none.css")
HEADERS: list[dict[str, str]] = [
    {"Host": "evil.example"},
    {"Host": ""},
    {"Host": "[::1"},
    {"Host": "a" * 4000},
    {"Host": "evil.example:99999"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript", "X-Forwarded-Prefix": "/evil"},
    {"X-Forwarded-For": "; ".join(["1.2.3.4"] * 500)},
    {"X-Forwarded-For": "not an address, \u00ff"},
    {"X-Request-Id": "a\u00ff" * 900},
    {"Content-Type": "application/json; charset=nonsense"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "multipart/form-data; boundary=" + "b" * 5000},
    {"Content-Type": "\u00ff/\u00fe"},
    {"Content-Length": "99999999999999999999"},
    {"Content-Length": "-1"},
    {"Transfer-Encoding": "chunked, chunked"},
    {"Range": "bytes=9999999999999999999-"},
    {"Range": "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(800))},
    {"If-None-Match": '"' + "x" * 4000 + '"'},
    {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT"},
    {"Accept": "*/*;q=nan, " * 200},
    {"Accept-Language": "zh-" + "a" * 3000},
    {"Accept-Encoding": "\u00e9"},
    {"Cookie": "registry_session=" + "A" * 6000},
    {"Cookie": 'registry_session="\\377\\000"; language=../../etc'},
    {"Authorization": "Bearer " + "\u00ff" * 300},
    {"Authorization": "Basic !!!"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Kept-Form": "\u00fc", "Acting-As": "9" * 500, "HX-Request": "\u00ff"},
]
CODES = [
    "",
    "a" * 2000,
    "SZ" + "0" * 1000,
    "\u0000",
    "\x1b[2J",
    "汉字" * 200,
    "\U0001f525",
    "\u202eSZ",
    "../../../etc/passwd",
    "..%2f..%2f",
    "' OR 1=1 --",
    "SZ0000000000000;DROP TABLE cylinder",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "HTTPS://EVIL.EXAMPLE/Q/SZ0000000000000.AAAA",
    "SZ0000000000000." + "A" * 500,
    "%00",
    "%",
    "\r\nSet-Cookie: a=b",
]
RAW = [
    b"",
    b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS where none is spoken
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET //evil.example/%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    b"POST /api/v1/scans HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n"
    b"\xff\xfe\x00",
    bytes(range(256)) * 8,
]
LINE = re.compile(rb"HTTP/1\.[01] (\d{3})")


def broken(answer: Any) -> bool:
    return answer.status_code >= 500 or b"Traceback" in answer.data or b"werkzeug" in answer.data


@pytest.mark.parametrize("path", PLACES)
def test_no_header_breaks_an_answer(app: Flask, client: Any, path: str) -> None:
    wrong = []
    for sent in HEADERS:
        for method in ("GET", "POST"):
            environ = {
                "HTTP_" + name.upper().replace("-", "_")
                if not name.startswith("Content")
                else name.upper().replace("-", "_"): text
                for name, text in sent.items()
            }
            answer = client.open(path, method=method, environ_overrides=environ)
            if broken(answer) or "evil.example" in (answer.headers.get("Location") or ""):
                wrong.append(f"{method} {path} {str(sent)[:120]}: {answer.status_code}")
    assert not wrong


def test_no_code_breaks_an_answer(app: Flask, client: Any, api_of: Any, browser_of: Any) -> None:
    api, filler, wrong = api_of("filler"), browser_of("filler"), []
    for code in CODES:
        asked = {"code": code, "purpose": "fill", "gun": "1", "medium": "lpg"}
        typed = quote(code.encode("utf-8", "surrogatepass"), safe="")
        answers = {
            "scan": api.post("/scans", asked),
            "label": client.get(f"/q/{typed}"),
            "json": client.get(f"/Q/{typed}", headers={"Accept": "application/json"}),
            "page": filler.get(f"/scan?code={typed}"),
            "gun": filler.get(f"/filling/?code={typed}"),
            "cylinder": api.get(f"/cylinders/{typed}"),
        }
        wrong += [f"{door} {code!r}: {answer.status_code}" for door, answer in answers.items() if broken(answer)]
        scanned = answers["scan"]
        if scanned.status_code == 200 and scanned.get_json()["verdict"] not in ("block", "hold"):
            wrong.append(f"{code!r} opened a gun")
        wrong += [f"{door} runs {code!r}" for door, one in answers.items() if b"<script>alert" in one.data]
    assert not wrong


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """A gunicorn of its own with one worker over an empty register: port, pid of the master, its log."""
    folder = tmp_path_factory.mktemp("wire")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "REGISTRY_INSTANCE_DIR": str(folder),
        "REGISTRY_DATABASE_URL": f"sqlite:///{folder / 'wire.sqlite3'}",
        "REGISTRY_SECRET_KEY": "a secret that only tests know, long enough",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")} | given
    log = folder / "log"
    run = [sys.executable, "-m"]
    subprocess.run(
        [*run, "flask", "--app", "wsgi", "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    with log.open("wb") as out:
        command = [*run, "gunicorn", "--no-control-socket", "--workers", "1", "--timeout", "20"]
        process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "wsgi:app"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        until = time.monotonic() + 90
        while time.monotonic() < until and not said(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").startswith(
            b"HTTP"
        ):
            time.sleep(0.3)
        yield port, process.pid, log
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def said(port: int, sent: bytes) -> bytes:
    """All that the server answers to some bytes, as far as it says it within two seconds."""
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65536):
                answer += piece
    except OSError:
        pass
    return answer


def memory(master: int) -> int:
    """Kilobytes that the master and its workers hold."""
    listed = subprocess.run(
        ["ps", "-o", "rss=", "--ppid", str(master), "--pid", str(master)], capture_output=True, text=True
    )
    return sum(int(line) for line in listed.stdout.split())


@pytest.mark.timeout(600)
def test_bytes_that_are_no_request_harm_nobody(server: tuple[int, int, Path]) -> None:
    port, master, log = server
    good = b"GET /account/sign-in HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert b" 200 " in said(port, good).partition(b"\r\n")[0]
    before = memory(master)
    for _round in range(5):
        for sent in RAW:
            answer = said(port, sent)
            assert all(int(status) < 500 or status == b"505" for status in LINE.findall(answer)), (
                sent[:80],
                answer[:300],
            )
            assert b"Traceback" not in answer
    assert b" 200 " in said(port, good).partition(b"\r\n")[0]
    assert memory(master) - before < 40_000
    assert "Traceback" not in log.read_text(errors="replace")
