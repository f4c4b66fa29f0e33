"""Nothing of one side of the city reaches the other: every page, list, export and chart of web and API, and everything
that anybody's pages link to, asked by the people of both sides. Nothing of it breaks."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from registry.codes import grouped
from tests import two_sides
from tests.two_sides import Side

NOT_WALKED = frozenset(
    {
        "static",
        "account.choose_language",  # a redirect to anywhere
        "health.readyz",
        "api-docs.openapi_json",
    }
)
OPEN_BOOKS = ("rulebook.", "api_docs.", "api_rules.")  # the law, for everybody
API = "/api/v1/"
HREF = re.compile(r'(?:href|hx-get|src)="(/[^"#]*)')
MOST_OF_A_KIND = 5  # the newest: those that the two sides brought
MOST_LINKS = 3
SPREADSHEET, WORD = "spreadsheetml", "wordprocessingml"
EVERYTHING = frozenset({"inspector", "inspector2"})  # an inspection body finds every elevator and cylinder

Get = Callable[[str], Any]
Pools = dict[tuple[str, str], set[str]]


@dataclass
class Reader:
    """One who reads: how pages and the API are asked, and what the pages lead to."""

    login: str
    page: Get
    api: Get
    links: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Any:
        return self.api(address) if address.startswith(API) else self.page(address)


def text_of(answer: Any) -> str:
    """All that somebody could read in an answer."""
    data, kind = answer.data, answer.mimetype
    if kind == "application/pdf":
        document = pypdfium2.PdfDocument(data)
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    if SPREADSHEET in kind:
        book = load_workbook(io.BytesIO(data), read_only=True)
        return "\n".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)
    if WORD in kind:
        return zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    if kind == "application/json" or kind.endswith("+json"):
        return str(answer.get_json())
    return str(unescape(data.decode("utf-8", "replace")))


def readers(browser_of: Any, api_of: Any, sides: tuple[Side, Side]) -> list[tuple[Reader, Side]]:
    """One of each trade, and the side that is none of his business."""
    jia, yi = sides
    logins = (
        (jia.use, yi),
        (yi.company, jia),
        (jia.station, yi),
        (yi.county[0], jia),
        (jia.insurer, yi),
        (yi.body, jia),
    )
    return [(Reader(login, browser_of(login).get, caller(api_of(login))), other) for login, other in logins]


def caller(api: Any) -> Get:
    return lambda address: api.client.get(address, headers=api.headers)


def plain(app: Flask) -> list[str]:
    """The addresses that name nothing."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    walked = [one for one in rules if one.endpoint not in NOT_WALKED and not one.endpoint.startswith(OPEN_BOOKS)]
    return sorted({rule.rule for rule in walked})


def endpoint_of(app: Flask, address: str) -> tuple[str, dict[str, Any]] | None:
    try:
        return app.url_map.bind("localhost").match(urlsplit(address).path)
    except RequestRedirect as moved:
        return endpoint_of(app, moved.new_url)
    except HTTPException:
        return None


def follow(app: Flask, reader: Reader, addresses: list[str]) -> Iterator[tuple[str, str, Any]]:
    """Ask for addresses; yields (address, where its link stood, answer) and notes the links of pages on the reader."""
    for address in addresses:
        answer = reader.get(address)
        yield address, reader.links.get(address, ""), answer
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for found in HREF.findall(answer.get_data(as_text=True)):
                reader.links.setdefault(unescape(found), address)


def fresh(app: Flask, links: dict[str, str], most: int = MOST_LINKS) -> list[str]:
    """Links to a few different things of each view, whatever is asked of them; the first in their order."""
    asked: dict[str, set[str]] = defaultdict(set)
    found = []
    for link in links:
        matched = endpoint_of(app, link)
        if matched is None or matched[0] in NOT_WALKED or matched[0].startswith(OPEN_BOOKS):
            continue
        endpoint, values = matched[0], str(sorted(matched[1].items()))
        if values not in asked[endpoint] and len(asked[endpoint]) < most:
            asked[endpoint].add(values)
            found.append(link)
    return found


def pools_of(app: Flask, links: dict[str, str], pools: Pools) -> None:
    """Under what first word of an address which names and numbers occur."""
    for link in links:
        matched = endpoint_of(app, link)
        for name, value in (matched[1] if matched else {}).items():
            pools[link.removeprefix(API).strip("/").partition("/")[0].partition("?")[0], name].add(str(value))


def named(app: Flask, pools: Pools, own: Pools) -> list[str]:
    """Every address that names one thing, with things that the city's pages named and the own did not."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or len(rule.arguments) != 1 or rule.endpoint in NOT_WALKED:
            continue
        if rule.endpoint.startswith(OPEN_BOOKS):
            continue
        (name,) = rule.arguments
        first = rule.rule.removeprefix(API).strip("/").partition("/")[0]
        others = pools.get((first, name), set()) - own.get((first, name), set())
        for value in sorted(others, key=lambda text: (len(text), text), reverse=True)[:MOST_OF_A_KIND]:
            found.add(re.sub(r"<[^>]+>", value, rule.rule))
    return sorted(found)


def marks(side: Side, login: str) -> set[str]:
    """What a reader of the other side may not find."""
    if login in EVERYTHING:  # of what it finds it may not read who insures, inspects or is late with it
        return {
            f"{side.mark}{word}"
            for word in ("-JB", "-BD", "隐患", "异响", "来电", "举报", "案", "视图", "员工", "催办")
        }
    return side.private | side.public | {grouped(code) for code in side.public if len(code) in (16, 17)}


@pytest.fixture
def world(app: Flask) -> tuple[Side, Side]:
    return two_sides.build()


@pytest.mark.slow
@pytest.mark.timeout(900)  # some two thousand answers, on whatever machine
def test_nothing_crosses(app: Flask, world, browser_of, api_of) -> None:
    city: Pools = defaultdict(set)
    section = Reader("section", browser_of("section").get, caller(api_of("section")))
    for _ in follow(app, section, [address for address in plain(app) if not address.startswith(API)]):
        pass
    pools_of(app, section.links, city)
    leaks: list[str] = []
    broken: list[str] = []
    read = 0
    for reader, other in readers(browser_of, api_of, world):
        own: Pools = defaultdict(set)
        read += look(app, reader, other, plain(app), leaks, broken)
        read += look(app, reader, other, fresh(app, reader.links), leaks, broken)
        pools_of(app, reader.links, own)
        read += look(app, reader, other, named(app, city, own), leaks, broken)
    assert not leaks
    assert not broken
    assert read > 300


def look(
    app: Flask,
    reader: Reader,
    other: Side,
    addresses: list[str],
    leaks: list[str],
    broken: list[str],
) -> int:
    """Ask for addresses; returns how many answers were read."""
    read = 0
    for address, source, answer in follow(app, reader, addresses):
        if answer.status_code >= 500:
            broken.append(f"{reader.login}: {address}, linked from {source}: {answer.status_code}")
        if answer.status_code == 200:
            read += 1
            text = text_of(answer)
            if found := [mark for mark in marks(other, reader.login) if mark in text]:
                leaks.append(f"{reader.login}: {address} shows {found}")
    return read


def test_strangers_read_no_marks(app: Flask, world, client) -> None:
    shown = []
    for address in plain(app):
        answer = client.get(address)
        if answer.status_code == 200 and any(side.mark in text_of(answer) for side in world):
            shown.append(address)
    assert not shown
