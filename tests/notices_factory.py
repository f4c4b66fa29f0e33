"""Notices for tests: what is there to tell of, and a mail server and a webhook on this machine as the network."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import select

from registry import settings as settings_of
from registry.actor import SYSTEM
from registry.db import db
from registry.models import Notice, NoticeDelivery, Person
from registry.services import notices
from seeds import cast


def told(login: str) -> list[str]:
    """The kinds of the notices of one of the cast, oldest first."""
    return [notice.kind for notice in of(login)]


def of(login: str) -> list[Notice]:
    person_id = cast.person(login).id
    statement = select(Notice).where(Notice.person_id == person_id).order_by(Notice.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def logins() -> set[str]:
    """Who was told of anything."""
    return set(db.session.scalars(select(Person.login).join(Notice, Notice.person_id == Person.id)))


def deliveries(login: str) -> list[NoticeDelivery]:
    db.session.rollback()
    person_id = cast.person(login).id
    statement = select(NoticeDelivery).where(NoticeDelivery.person_id == person_id).order_by(NoticeDelivery.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def robot(login: str, url: str, flavour: str = "wecom", **more: Any) -> None:
    """One of the cast has a webhook."""
    notices.set_up(cast.actor(login), {"hook_flavour": flavour, "hook_url": url, **more})


def start() -> None:
    """The first look, so that what the cast has done is old."""
    notices.gather(SYSTEM)


@contextmanager
def settings(**changes: Any) -> Iterator[None]:
    """Other settings of this process for a while."""
    before = settings_of.current()
    settings_of.configure(replace(before, **changes))
    try:
        yield
    finally:
        settings_of.configure(before)


class Hook:
    """A webhook: what it got, and what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.answer: Any = {"errcode": 0, "errmsg": "ok"}
        self.location = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, json.loads(body)))
                outer.headers.append(dict(self.headers))
                self.send_response(outer.status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()
                self.wfile.write(json.dumps(outer.answer).encode())

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send?key=K"

    def texts(self) -> list[str]:
        return [body["markdown"].get("content") or body["markdown"]["text"] for _path, body in self.got]


class Mailbox:
    """A mail server that takes everything, or refuses recipients with `refuses`."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuses = b""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 here\r\n")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb == b"RCPT" and outer.refuses:
                        self.wfile.write(outer.refuses + b"\r\n")
                    elif verb == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        got = b""
                        while (line := self.rfile.readline()) != b".\r\n":
                            got += line
                        outer.mails.append(message_from_bytes(got, policy=policy.default))
                        self.wfile.write(b"250 kept\r\n")
                    elif verb == b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    else:
                        self.wfile.write(b"250 ok\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def set_up(self) -> dict[str, Any]:
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_security": "none",
            "smtp_sender": "registry@example.cn",
        }


@contextmanager
def serving(one: Any) -> Iterator[Any]:
    """A mailbox or hook that answers."""
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.server.shutdown()
        one.server.server_close()
