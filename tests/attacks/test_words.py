"""A thing of somebody else is answered in the very words that a thing that is not there gets: in addresses of the
interface and of pages, and in the fields of the pages' forms. Only the name itself differs."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from registry.actor import Actor
from registry.services import accounts
from seeds import cast
from tests.attacks import forgery, witness
from tests.attacks.test_bodies import ATTACKERS, NAMED, address, missing

# What differs from answer to answer and tells nothing: numbers of requests, refs and nonces.
PASSING = re.compile(
    r'"request_id": ?"[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{16}\b'
)
# Answered to whoever holds the thing, whosever it is; each by a promise of its own in docs/security.md.
FOR_HOLDERS = {
    "api_labels.show": "whoever holds a label may ask what it is",
    "labels.show": "whoever holds a label may ask what it is",
    "public.show": "the page behind a label",
    "public_reports.new": "whoever stands before it may report it",
}
# Fields that only look as if they named another's thing: a login is chosen, and taken is said; what a transfer lists
# is offered to whoever receives it; a customer confirms the receipt of any cylinder whose code it holds.
OWN_FIELDS = {"people.login": {"login"}, "cylinder_transfers.move": {"refused"}, "deliveries.index": {"code"}}


def words(answer: Any, names: list[Any]) -> str:
    """All that an answer says, without the names it was asked about, as written in texts and in addresses."""
    told = answer.headers.get("Location", "") + answer.get_data(as_text=True)
    text = PASSING.sub("", unescape(told))
    either = "|".join(re.escape(str(name)) for name in names)
    return re.sub(rf"(?<![0-9A-Za-z])(?:{either})(?![0-9A-Za-z])", "…", text)


def difference(answers: list[Any], names: list[Any]) -> str:
    """Where two answers part; empty where they are the same."""
    if answers[0].status_code != answers[1].status_code:
        return f"{answers[0].status_code} and {answers[1].status_code}"
    one, other = (words(answer, names) for answer in answers)
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return "" if one == other else f"{one[max(0, at - 60) : at + 60]!r} and {other[max(0, at - 60) : at + 60]!r}"


def pairs(actor: Actor, rule: Rule) -> list[tuple[str, list[Any]]]:
    """(place, [a name of somebody else's thing, a name of nothing]) of an address that names one thing."""
    named = [place for place in forgery.places(rule) if (forgery.first_word(rule), place) in forgery.OBJECTS]
    if len(named) != 1:
        return []
    value = forgery.unseen(actor, *forgery.OBJECTS[forgery.first_word(rule), named[0]])
    return [] if value is None else [(named[0], [value, missing(value)])]


def asked(actor: Actor, rule: Rule, place: str, value: Any) -> str:
    words_of = {one: forgery.WORDS.get(one, "withdraw") for one in forgery.places(rule)}
    for one in ("verb", "step", "move"):
        if one in words_of:
            words_of[one] = forgery.verbs(actor, forgery.first_word(rule))[0]
    return forgery.addressed(rule, {**words_of, place: value})


@pytest.mark.timeout(400)
@pytest.mark.parametrize("login", ATTACKERS)
def test_an_address_of_somebody_elses_thing_says_what_one_of_nothing_says(
    app: Flask, client: Any, browser_of: Any, login: str
) -> None:
    actor, browser = cast.actor(login), browser_of(login)
    headers = {"Authorization": f"Bearer {accounts.create_token(actor, 'attack', 1)}"}
    told, tried = [], 0
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        programs = rule.rule.startswith(forgery.API)
        for place, names in pairs(actor, rule) if rule.endpoint not in FOR_HOLDERS else []:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                schema = forgery.schema_of(app, rule.endpoint, method) if programs else None
                sent: dict[str, Any] = {"headers": headers} if programs else {}
                if schema:
                    sent["json"] = forgery.body(schema, lambda _name: [])
                elif method == "POST":
                    sent["data"] = forgery.typed()

                # A second time where they differ: what an answer before has left to be said is said once.
                for _attempt in range(2):
                    addresses = [asked(actor, rule, place, name) for name in names]
                    answers = [(client if programs else browser).open(one, method=method, **sent) for one in addresses]
                    found = difference(answers, names)
                    if not found:
                        break
                tried += answers[0].status_code == 404
                if found:
                    told.append(f"{method} {rule.rule} ({rule.endpoint}): {found}")
    assert not sorted(told), "\n".join(sorted(told))
    assert tried > 20


def filled(sent: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """A form with other names in its fields; files are read anew each time."""
    return {
        key: names[key]
        if key in names
        else (io.BytesIO(forgery.picture()), "a.png")
        if isinstance(value, tuple)
        else value
        for key, value in sent.items()
    }


@pytest.mark.timeout(400)
@pytest.mark.parametrize("login", ATTACKERS)
def test_a_form_that_names_somebody_elses_thing_says_what_one_that_names_nothing_says(
    app: Flask, browser_of: Any, login: str
) -> None:
    """The forms of all pages that have one, on the caller's own things."""
    actor, browser = cast.actor(login), browser_of(login)
    foreign = {name: forgery.unseen(actor, *known) for name, known in NAMED.items()}
    absent = {name: missing(value) for name, value in foreign.items() if value is not None}
    told, done, tried = [], [], set()
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if rule.rule.startswith((forgery.API, "/account/")) or not {"GET", "POST"} <= (rule.methods or set()):
            continue
        where = address(actor, rule)
        page = browser.get(where) if where else None
        if page is None or page.status_code != 200:
            continue
        for action, sent in forgery.forms(page.text, lambda _name: []):
            named = {name for name, value in sent.items() if name in absent and not isinstance(value, tuple)}
            for name in sorted(named - OWN_FIELDS.get(rule.endpoint, set())):
                before = witness.acts()
                answers = [
                    browser.post(
                        action or where, data=filled(sent, {name: value}), headers={"Sec-Fetch-Site": "same-origin"}
                    )
                    for value in (foreign[name], absent[name])
                ]
                tried.add((rule.rule, name))
                if answers[0].status_code in (302, 303) and witness.acts() != before:
                    done.append(f"{rule.rule} naming {name}: {answers[0].status_code}")
                if found := difference(answers, [foreign[name], absent[name]]):
                    told.append(f"{rule.rule} ({rule.endpoint}) {name}: {found}")
    assert not sorted(done), "\n".join(sorted(done))
    assert not sorted(told), "\n".join(sorted(told))
    assert tried or login not in ("company2", "filling2", "dangshan")
