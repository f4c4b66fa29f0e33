"""Bodies that name things of somebody else: every operation of the interface whose body names another object, filled in
well and with an elevator, cylinder, hazard, person, file … that the caller does not see. Nothing is done with it, the
answer has the status and the words that a name of nothing gets, and it tells nothing of whose the thing is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, fields
from sqlalchemy import select
from werkzeug.routing import Rule

from registry import codes, policy
from registry.actor import Actor
from registry.db import db
from registry.models import StoredFile
from registry.queries import directives
from registry.services import accounts
from seeds import cast
from tests import two_sides
from tests.attacks import forgery, witness

# What a field of a body names: its name -> table and column.
NAMED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("elevator", "elevators", "new_elevator"), ("Elevator", "label_code")),
    **dict.fromkeys(("cylinder", "cylinders", "code", "codes", "refused"), ("Cylinder", "label_code")),
    **dict.fromkeys(("hazard", "hazards"), ("Hazard", "no")),
    **dict.fromkeys(("workers", "filler", "checker", "technicians", "inspectors", "login"), ("Person", "login")),
    **dict.fromkeys(
        ("person", "person_id", "handler_id", "members", "second", "officer", "reviewer"), ("Person", "id")
    ),
    **dict.fromkeys(
        ("file", "file_id", "files", "evidence", "photo", "photos", "photos_after", "photos_before", "refusal_files"),
        ("StoredFile", "id"),
    ),
    **dict.fromkeys(("ticket", "stamp_photo"), ("StoredFile", "id")),
    **dict.fromkeys(("fills", "filling"), ("Filling", "id")),
    **dict.fromkeys(("contracts",), ("Contract", "id")),
    "gun": ("Gun", "number"),
    "renews_id": ("Policy", "id"),
    "directive": ("Directive", "number"),
    "plan": ("EmergencyPlan", "id"),
    "plan_id": ("SupervisionPlan", "id"),
    "responders": ("Responder", "id"),
    "checks": ("SupervisionCheck", "no"),
}
ATTACKERS = ("property2", "company2", "tech3", "filling2", "filler2", "inspector2", "insurer2", "dangshan")
# What may name another's thing, and why.
LAWFUL = {
    "api_scans.scan": "whoever holds a bottle may ask about it; a foreign one is answered by the alliances' rules",
    "api_elevators.enrol": "its `code` is a rescue code",
    "api_policies.check": "an insurer finds equipment by its exact code, see CONTRIBUTING",
    "api_calls.move": "a rescuer's own step takes no elevator and no team; the second time it is done already",
}
# Fields that only look as if they named another's thing, and why the answer may tell.
OWN_FIELDS = {
    ("api_people.set_login", "login"): "chosen, not named: one login is one in the whole registry, and taken is said",
    ("api_turns.precheck", "code"): "as a scan: a foreign bottle is answered by the alliances' rules",
    ("api_turns.precheck", "gun"): "a number within the caller's own station, which has guns of the same numbers",
    ("api_cylinder_transfers.move", "refused"): "on the transfer that is offered to the caller",
}


def named_in(schema: Schema, prefix: str = "") -> set[str]:
    """The fields of a body that name something."""
    found = set()
    for name, field in schema.fields.items():
        inner: Any = field
        while isinstance(inner, fields.List):
            inner = inner.inner
        if isinstance(inner, fields.Nested):
            found |= named_in(inner.schema)
        elif not field.dump_only and (field.data_key or name) in NAMED:
            found.add(field.data_key or name)
    return found


def naming(app: Flask) -> list[tuple[str, Rule, Schema, set[str]]]:
    """The operations whose body names something: method, rule, schema, fields."""
    found = []
    for method, rule in forgery.unsafe(app):
        schema = forgery.schema_of(app, rule.endpoint, method) if rule.rule.startswith(forgery.API) else None
        if schema is None or rule.endpoint.startswith("api_rules."):
            continue
        names = {name for name in named_in(schema) if (rule.endpoint, name) not in OWN_FIELDS}
        if names:
            found.append((method, rule, schema, names))
    return found


def seen(actor: Actor, name: str, column: str) -> Any:
    """The newest row of a table that this caller does see."""
    model: Any = forgery.model_of(name)
    wanted = policy.scope(actor, model, getattr(model, column)).where(getattr(model, column).is_not(None))
    return db.session.scalar(wanted.order_by(model.id.desc()).limit(1))


def address(actor: Actor, rule: Rule) -> str | None:
    """The operation on something of the caller's own, with a verb that he has."""
    word, values = forgery.first_word(rule), {}
    for place in forgery.places(rule):
        known = forgery.OBJECTS.get((word, place))
        if place in ("verb", "step", "move"):
            values[place] = forgery.verbs(actor, word)[0]
        else:
            values[place] = seen(actor, *known) if known else forgery.WORDS[place]
        if values[place] is None:
            return None
    return forgery.addressed(rule, values)


def missing(value: Any) -> Any:
    """The same kind of name for something that is not there."""
    if isinstance(value, int):
        return 1_999_999_999
    text = str(value)
    if codes.is_code(text):
        return codes.new_code(version=codes.key_version(text))
    return (
        re.sub(r"\d", lambda digit: str((int(digit.group()) + 7) % 10), text) if re.search(r"\d", text) else "nobody7"
    )


def words(answer: Any, names: Iterable[Any]) -> str:
    """All that an answer says, with the names it was asked about and the number of its request taken out."""
    found = re.sub(r'"request_id": ?"[^"]*"', "", json.dumps(answer.get_json(silent=True), ensure_ascii=False))
    texts = sorted({str(one) for one in names if one is not None}, key=len, reverse=True)
    for text in texts:
        found = re.sub(rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])", "…", found)
    return found


class Body:
    """Bodies for one caller: the fields in `names` name what `choose` gives."""

    def __init__(self, choose: Callable[[str], Any]) -> None:
        self.choose = choose

    def of(self, schema: Schema, names: set[str], variant: int) -> dict[str, Any]:
        def offered(name: str) -> list[Any]:
            if name not in names:
                return []
            value = self.choose(name)
            return [value, str(value)] if value is not None else []

        return forgery.body(schema, offered, variant)


@pytest.mark.parametrize("login", ATTACKERS)
def test_what_a_body_names_of_others_is_as_if_it_were_not_there(app: Flask, client: Any, login: str) -> None:
    actor = cast.actor(login)
    headers = {"Authorization": f"Bearer {accounts.create_token(actor, 'attack', 1)}"}
    foreign = {name: forgery.unseen(actor, *known) for name, known in NAMED.items()}
    absent = {name: missing(value) for name, value in foreign.items() if value is not None}
    done, told, tried = [], [], 0
    before = witness.acts()
    for method, rule, schema, names in naming(app):
        where = address(actor, rule)
        of_others = {name for name in names if foreign[name] is not None}
        if where is None or not of_others or rule.endpoint in LAWFUL:
            continue
        for variant in range(3):
            bodies = [
                Body(foreign.get).of(schema, of_others, variant),
                Body(absent.get).of(schema, of_others, variant),
            ]
            answers = [client.open(where, method=method, headers=headers, json=body) for body in bodies]
            tried += answers[0].status_code not in (401, 403)
            if answers[0].status_code == 403:
                break
            if answers[0].status_code < 400 or witness.acts() != before:
                done.append(f"{method} {rule.rule} naming {sorted(of_others)}: {answers[0].status_code}")
            before = witness.acts()
            if answers[0].status_code != answers[1].status_code:
                told.append(f"{method} {rule.rule} {sorted(of_others)}: {[one.status_code for one in answers]}")
            said = [
                words(answers[0], [foreign[name] for name in of_others]),
                words(answers[1], [absent[name] for name in of_others]),
            ]
            if said[0] != said[1]:
                told.append(f"{method} {rule.rule} {sorted(of_others)}: {said}")
            if two_sides.JIA in (text := answers[0].get_data(as_text=True)):
                told.append(f"{method} {rule.rule}: {text[:300]}")
    assert not sorted(done)
    assert not sorted(told), "\n".join(sorted(told))
    assert tried > 5


def file_routes(app: Flask) -> list[Rule]:
    """Addresses of one file under its parent."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and len(rule.arguments) == 2]
    return sorted((rule for rule in rules if "file_id" in rule.arguments), key=lambda rule: rule.rule)


def signatures(actor: Actor, directive_id: int) -> set[int]:
    """The drawn signatures of a directive, which its page shows on the paper alone."""
    row = directives.by_id(actor, directive_id)
    return {one.signature["file"] for one in row.inspectors} | {(row.unit_signature or {}).get("file", 0)}


@pytest.mark.parametrize("login", ["section", "property", "filling"])
def test_no_file_is_read_under_a_parent_that_is_not_its_own(app: Flask, browser_of: Any, login: str) -> None:
    actor, browser = cast.actor(login), browser_of(login)
    ids = db.session.scalars(select(StoredFile.id).order_by(StoredFile.id.desc()).limit(30)).all()
    wrong, tried = [], 0
    for rule in file_routes(app):
        parent = next(place for place in forgery.places(rule) if place != "file_id")
        known = forgery.OBJECTS.get((forgery.first_word(rule), parent))
        value = seen(actor, *known) if known else None
        if value is None:
            continue
        page = browser.get(rule.rule.partition("<")[0] + str(value)).text
        signed = signatures(actor, value) if rule.endpoint == "directives.file" else set()
        for file_id in ids:
            asked = forgery.addressed(rule, {parent: value, "file_id": file_id})
            if f'"{asked}"' in page or file_id in signed:
                continue
            tried += 1
            if browser.get(asked).status_code == 200:
                wrong.append(f"{asked} ({rule.endpoint})")
    assert not wrong
    assert tried > 30


# Places of an address that name a child of the place before it.
CHILDREN = {
    "place_id": ("GuardedPlace", "event_id"),
    "device_id": ("GuardedDevice", "event_id"),
    "round_id": ("GuardedRound", "event_id"),
    "shift_id": ("GuardedShift", "event_id"),
    "claim_id": ("Claim", "policy_id"),
    "membership_id": ("Membership", "person_id"),
}


def test_no_child_is_found_under_another_parent(app: Flask, client: Any) -> None:
    """Also by who sees both: an address is not half right."""
    logins = ("section", "insurer", "security")
    tokens = {login: accounts.create_token(cast.actor(login), "attack", 1) for login in logins}
    before, tried, wrong = witness.digests(), set(), []
    for login in logins:
        actor, headers = cast.actor(login), {"Authorization": f"Bearer {tokens[login]}"}
        for rule in app.url_map.iter_rules():
            child = next((one for one in forgery.places(rule)[1:] if one in CHILDREN), None)
            if child is None:
                continue
            name, parent_column = CHILDREN[child]
            parent, *_rest = forgery.places(rule)
            known = forgery.OBJECTS[forgery.first_word(rule), parent]
            parents: Any = forgery.model_of(known[0])
            model: Any = forgery.model_of(name)
            row = db.session.scalar(policy.scope(actor, model).order_by(model.id.desc()).limit(1))
            if row is None:
                continue
            other = policy.scope(actor, parents, getattr(parents, known[1])).where(
                parents.id != getattr(row, parent_column), getattr(parents, known[1]).is_not(None)
            )
            value = db.session.scalar(other.order_by(parents.id.desc()).limit(1))
            if value is None:
                continue
            rest = {one: forgery.WORDS.get(one, "withdraw") for one in forgery.places(rule)}
            asked = forgery.addressed(rule, {**rest, parent: value, child: row.id})
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                schema = forgery.schema_of(app, rule.endpoint, method)
                sent: dict[str, Any] = {"json": forgery.body(schema, lambda _name: [])} if schema else {}
                if not schema and method == "POST":
                    sent = {"data": forgery.typed()}
                answer = client.open(asked, method=method, headers=headers, **sent)
                tried.add(rule.rule)
                if answer.status_code not in (403, 404):
                    wrong.append(f"{login} {method} {asked} ({rule.endpoint}): {answer.status_code}")
    assert not wrong
    assert not witness.changed(before)
    assert len(tried) > 4, sorted(tried)
