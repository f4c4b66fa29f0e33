"""A line between a device and the registry that loses answers, or changes them: the request arrives, what the registry
said to it does not, or not as it was said."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Line:
    """Forwards to a server; while `every` is set, each so-many-th answer under `path` (to `methods`, if any) is lost.
    `lost` counts them. `changes` says by path what becomes of its answers, as they are on the way (zipped, say)."""

    def __init__(self, target: str, path: str = "/field/", methods: tuple[str, ...] = ()) -> None:
        self.methods = methods
        self.target = urlsplit(target).netloc
        self.path = path
        self.every = 0
        self.asked = self.lost = 0
        self.changes: dict[str, Callable[[bytes], bytes]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"line": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Line:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def heal(self) -> None:
        """Let everything through as it is: what one test broke is not broken for the next."""
        with self._lock:
            self.every = self.asked = self.lost = 0
        self.changes.clear()

    def loses(self, method: str, address: str) -> bool:
        """Whether the answer to this request gets lost."""
        if not self.every or not address.startswith(self.path) or method not in (self.methods or method):
            return False
        with self._lock:
            self.asked += 1
            lost = self.asked % self.every == 0
            self.lost += lost
        return lost

    def changed(self, address: str, content: bytes) -> bytes:
        """What arrives of an answer."""
        found = next((change for path, change in self.changes.items() if address.startswith(path)), None)
        return content if found is None else found(content)


class _Handler(BaseHTTPRequestHandler):
    """One request a connection, so that the browser does not quietly send again what it got no answer to."""

    line: Line
    protocol_version = "HTTP/1.0"

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = HTTPConnection(self.line.target, timeout=60)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "keep-alive"):
                upstream.putheader(name, value)
        upstream.endheaders(body or None)
        answer = upstream.getresponse()
        content = self.line.changed(self.path, answer.read())
        upstream.close()
        if not self.line.loses(self.command, self.path):
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PATCH = _forward

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""
