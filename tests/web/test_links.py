"""No dead links: where the pages of a role lead, that role gets in, and every form has a door."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from seeds import cast
from tests import two_sides
from tests.conftest import POSTGRES

READERS = {person.role: person.login for person in reversed(cast.PEOPLE)}
TAG = re.compile(r"<(?:a|form|[a-z-]+(?=[^>]*\shx-(?:get|post)=))\b[^>]*>")
# What is written for each reader anew has tests of its own and takes longer than a hundred pages.
WRITTEN = re.compile(r"\.(?:pdf|docx|xlsx|svg|zpl|zip)$")
# Where one lands who was not let in; the door by which one leaves, a redirect to anywhere, files.
OUTSIDE = "account.sign_in"
APART = ("account.sign_out", "account.choose_language", "static", "imports.template")


@dataclass
class Walk:
    """One reader's way through his pages: the first page of each view, and what was wrong on the way."""

    app: Flask
    browser: FlaskClient
    known: set[str] = field(default_factory=lambda: set(APART))
    wanted: deque[tuple[str, str]] = field(default_factory=deque)
    wrong: list[str] = field(default_factory=list)
    seen: int = 0

    def through(self) -> Walk:
        """From where the role begins its day, and from the desk if it has one."""
        for start in ("/", "/dashboard"):
            if self.browser.get(start).status_code != 403:
                self.follow(start, "his browser")
        while self.wanted:
            self.read(*self.wanted.popleft())
        return self

    def follow(self, address: str, source: str) -> None:
        """Note a page to be read, unless one of its view was."""
        path = urlsplit(address).path
        endpoint = door(self.app, path, "GET")
        if endpoint is None:
            self.wrong.append(f"{address} on {source} is no page")
        elif endpoint not in self.known and not WRITTEN.search(path):
            self.known.add(endpoint)
            self.wanted.append((address, source))

    def read(self, address: str, source: str) -> None:
        answer = self.browser.get(address, follow_redirects=True)
        self.seen += 1
        if answer.status_code != 200 or door(self.app, answer.request.path, "GET") == OUTSIDE:
            self.wrong.append(f"{address} on {source}: {answer.status_code} at {answer.request.path}")
        elif answer.mimetype == "text/html":
            for method, target in ways(answer.get_data(as_text=True), answer.request.path):
                if method == "GET":
                    self.follow(target, address)
                elif (sent := door(self.app, urlsplit(target).path, method)) is None:
                    self.wrong.append(f"{method} {target} on {address} is no door")
                elif sent == door(self.app, urlsplit(target).path, "GET"):
                    self.follow(target, address)


def door(app: Flask, path: str, method: str) -> str | None:
    """The endpoint of an address, None where the application has none for this method."""
    try:
        return str(app.url_map.bind("localhost").match(path, method=method)[0])
    except RequestRedirect as moved:
        return door(app, urlsplit(moved.new_url).path, method)
    except HTTPException:
        return None


def ways(page: str, here: str) -> Iterator[tuple[str, str]]:
    """(method, address) of every link, form and htmx request of a page that stays with us."""
    for tag in TAG.findall(page):
        found = [("GET", attribute(tag, name)) for name in ("href", "hx-get")] + [("POST", attribute(tag, "hx-post"))]
        if tag.startswith("<form") and not (attribute(tag, "hx-get") or attribute(tag, "hx-post")):
            found.append(((attribute(tag, "method") or "get").upper(), attribute(tag, "action") or here))
        for method, target in found:
            if target and not target.startswith(("#", "//")) and not urlsplit(target).scheme:
                yield method, urljoin(here, target)


def attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else None


@pytest.fixture
def world(app: Flask) -> None:
    two_sides.build()


# The same pages carry the same links on the other database, which test_scope asks for every page as well.
@pytest.mark.slow
@pytest.mark.skipif(POSTGRES, reason="a walk of a minute, on one database")
@pytest.mark.timeout(900)  # more than a thousand pages, on whatever machine
@pytest.mark.usefixtures("world")
def test_every_link_opens_and_every_form_has_a_door(app: Flask, browser_of) -> None:
    walks = {login: Walk(app, browser_of(login)).through() for login in READERS.values()}
    wrong = [f"{login}: {problem}" for login, walk in walks.items() for problem in walk.wrong]
    assert not wrong, "\n".join(wrong)
    assert sum(walk.seen for walk in walks.values()) > 1000
