"""Requests made from the OpenAPI document: what it allows, by schemathesis, and each with one thing in it broken."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core import NotSet
from schemathesis.generation import GenerationMode

from registry.services import accounts
from seeds import cast
from tests.attacks import forgery

# Who is asked in turn, until somebody may.
CALLERS = ("section", "county", "filling", "company", "property", "filler", "desk", "tech1", "security", "insurer")
# What programs and people send by mistake or on purpose.
NASTY: tuple[Any, ...] = (
    *("", " ", "\x00", "\ud800", "\u202e\u0301", "'; DROP TABLE scan; --", "../../etc/passwd", "{{7*7}}", "%00%s%n"),
    *("0", "-1", "1e400", "NaN", "１２３", "٣", "0x10", "9" * 400, "a" * 70_000, "汉" * 3_000, "\n\r\t"),
    *("2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"),
    *(0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0, True, None, [], {}, [[]], ["x"], {"a": 1}, [None]),
)
PLACE = re.compile(r"{(\w+)}")


@dataclass
class Asked:
    """One request: `place`s of the address filled, `query` and `body` as sent."""

    method: str
    path: str
    places: dict[str, str]
    query: dict[str, Any]
    body: Any

    @property
    def address(self) -> str:
        return PLACE.sub(lambda found: quoted(self.places[found.group(1)]), self.path)


def quoted(text: str) -> str:
    """A place of an address as a client writes it; surrogates, which no client can, as the mark for what cannot be."""
    from urllib.parse import quote

    return quote(text.encode("utf-8", "replace").decode(), safe="") or "%20"


def operations(document: dict[str, Any]) -> list[Any]:
    """The operations of a document, in its order."""
    return [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


def lawful(operation: Any, examples: int, number: int) -> list[Any]:
    """So many cases that the document allows; the same for the same number."""
    cases: list[Any] = []

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def collect(case: Any) -> None:
        cases.append(case)

    collect()
    return cases[:examples]


def places(path: str, generated: Any, chance: random.Random) -> dict[str, str]:
    """Values for the places of an address: mostly things that there are, else what was generated."""
    word = path.removeprefix(forgery.API).strip("/").partition("/")[0]
    found = {}
    for name in PLACE.findall(path):
        known = forgery.OBJECTS.get((word, name))
        value = forgery.newest(*known) if known else forgery.WORDS.get(name)
        if value is None or chance.random() < 0.2:
            value = dict(generated or {}).get(name, "1")
        found[name] = str(value)
    return found


def asked(case: Any, chance: random.Random) -> Asked:
    """A case of schemathesis as a request of ours."""
    body = None if isinstance(case.body, NotSet) else copy.deepcopy(case.body)
    path = case.operation.full_path
    return Asked(case.method, path, places(path, case.path_parameters, chance), dict(case.query or {}), body)


def broken(one: Asked, chance: random.Random) -> Asked:
    """The request with one value of it replaced: somewhere in the body, the query or the address."""
    found = copy.deepcopy(one)
    spots = [*_spots(found.body), *((found.query, name) for name in found.query), *_spots(found.places)]
    if not spots:
        return found
    holder, name = chance.choice(spots)
    value = chance.choice(NASTY)
    holder[name] = str(value) if holder is found.places or holder is found.query else value
    return found


def _spots(value: Any) -> list[tuple[Any, Any]]:
    """Where something can be replaced: (what holds it, under which name)."""
    names = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [spot for name in names for spot in ((value, name), *_spots(value[name]))]


class Sender:
    """Sends requests as whoever may, and keeps what broke."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.tokens = {login: accounts.create_token(cast.actor(login), "fuzz", 1) for login in CALLERS}
        self.wrong: list[str] = []
        self.sent = 0
        self.good = 0

    def send(self, one: Asked, login: str) -> int:
        """The status; what is not a plain answer is kept."""
        sent: dict[str, Any] = {}
        if one.body is not None:
            # As a program would write it: numbers beyond floats and lone surrogates are legal JSON.
            sent = {"data": json.dumps(one.body).encode(), "content_type": "application/json"}
        query = {name: _text(value) for name, value in one.query.items()}
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        answer = self.client.open(one.address, method=one.method, query_string=query, headers=headers, **sent)
        self.sent += 1
        self.good += answer.status_code < 300
        if answer.status_code >= 500 or b"Traceback" in answer.data:
            self.wrong.append(
                f"{answer.status_code} {login} {one.method} {one.path} {one.places} ?{query} {str(one.body)[:400]}"
            )
        return int(answer.status_code)

    def as_whoever_may(self, one: Asked) -> str:
        """Send it as one after the other until it is not refused for the role; returns as whom."""
        for login in CALLERS:
            if self.send(one, login) != 403:
                break
        return login


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(value).encode("utf-8", "replace").decode()


def requests(
    document: dict[str, Any], number: int, examples: int, mutants: int, chosen: slice = slice(None)
) -> Iterator[tuple[Asked, list[Asked]]]:
    """Lawful requests to every operation, each with broken ones after it."""
    chance = random.Random(number)
    for operation in operations(document)[chosen]:
        for case in lawful(operation, examples, number):
            one = asked(case, chance)
            yield one, [broken(one, chance) for _ in range(mutants)]
