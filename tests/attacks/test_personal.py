"""Nobody reads personal data that he does not need: every page, list, export and answer of the interface, asked as
every role, against every mobile number that the database holds in whatever column, every number of a certificate and
every citizen's name. A new page that leaks, or a new column that nobody thought of, is in it by itself."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registry import policy
from registry.actor import Actor
from registry.db import Base, db
from registry.exchange import lists
from registry.models import Accident, Call, CallCaller, Certificate, Person
from registry.queries import personal
from registry.rules import masking
from registry.rules.masking import MOBILE
from seeds import cast
from tests.web.test_scope import API, Pools, Reader, caller, endpoint_of, follow, fresh, plain, pools_of, text_of

# One of each door: roles that see and may the same stand for each other (the leaders and the safety office for the
# auditor, a checker for a filler, a courier for a depot keeper).
READERS = (
    "section",
    "county",
    "auditor",
    "security",
    "desk",
    "property",
    "company",
    "tech1",
    "filling",
    "depot",
    "insurer",
)
LINKS = 1  # things of each view
# Figures alone, and slow: the month's report as a Word file and a workbook, the trends.
FIGURES = ("indicator_figures.report", "indicators.trends")


def held() -> dict[str, str]:
    """What somebody may not read without a need, and in which column it is."""
    found: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for name, value in row.items():
                if isinstance(value, str | dict | list):
                    found |= dict.fromkeys(MOBILE.findall(str(value)), f"{table.name}.{name}")
    numbers = db.session.scalars(select(Certificate.number).where(Certificate.item != personal.ENFORCEMENT))
    found |= dict.fromkeys((number for number in numbers if len(number) >= 8 and number[0].isdigit()), "number")
    staff = set(db.session.scalars(select(Person.name)))
    for column in (Call.caller, CallCaller.caller, Accident.reporter):
        citizens = {name for name in db.session.scalars(select(column)) if name} - staff
        found |= {name: str(column) for name in citizens if len(name) > 1 and masking.name(name) != name}
    return found


def needed(actor: Actor) -> set[str]:
    """What the table of needs gives a caller, over all rows that he may see."""
    found: set[str] = set()
    for holding in personal.HOLDINGS.values():
        for row in db.session.scalars(policy.scope(actor, holding.model).options(*holding.options())):
            if personal.sees(actor, row):
                found |= {text for _name, _label, text in personal.whole(holding, row)}
    return found


def one_of_each(app: Flask, own: Pools) -> list[str]:
    """The addresses of the interface that name one thing, with the newest that the reader's own pages name."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and len(rule.arguments) == 1 and rule.rule.startswith(API):
            (name,) = rule.arguments
            word = rule.rule.removeprefix(API).partition("/")[0]
            values = sorted(own.get((word, name), ()), key=lambda text: (len(text), text))[-LINKS:]
            found += [re.sub(r"<[^>]+>", value, rule.rule) for value in values]
    return found


def answers(app: Flask, reader: Reader) -> Any:
    """(endpoint, address, text) of everything that the reader is shown."""

    def asked(addresses: list[str]) -> Any:
        wanted = [one for one in addresses if not _endpoint(app, one).startswith(FIGURES)]
        for address, _source, answer in follow(app, reader, wanted):
            if answer.status_code == 200:
                yield _endpoint(app, address), address, text_of(answer)

    pools: Pools = defaultdict(set)
    yield from asked(plain(app))
    yield from asked(fresh(app, reader.links, LINKS))
    pools_of(app, reader.links, pools)
    yield from asked([f"/exports/{name}.xlsx" for name in lists.LISTS])
    yield from asked(one_of_each(app, pools))


def _endpoint(app: Flask, address: str) -> str:
    found = endpoint_of(app, address)
    return found[0] if found else ""


@pytest.mark.slow
@pytest.mark.timeout(600)  # some five hundred answers, on whatever machine
@pytest.mark.parametrize("login", READERS)
def test_nobody_reads_what_he_does_not_need(app: Flask, browser_of: Any, api_of: Any, login: str) -> None:
    secret = held()
    hidden = set(secret) - needed(cast.actor(login))
    reader = Reader(login, browser_of(login).get, caller(api_of(login)))
    leaks, read = set(), 0
    for endpoint, address, text in answers(app, reader):
        read += 1
        shown = {one for one in hidden if one in text}
        numbers = set(MOBILE.findall(text))
        for one in shown:
            if one in numbers or not MOBILE.fullmatch(one):
                leaks.add(f"{endpoint}: {address} shows {one} of {secret[one]}")
    assert not sorted(leaks)
    assert read > 40
    assert len(hidden) > 20
