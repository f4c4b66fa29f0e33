"""Nobody moves what is not theirs: every changing route of pages and interface, for every role, with the row of another
unit in its address and a body that is well formed. Made from the URL map: a new route is in it by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from registry.actor import Actor
from registry.services import accounts
from seeds import cast
from tests.attacks import forgery, witness
from tests.attacks.victims import ONLOOKERS, RIVALS

REFUSED = {401, 403, 404}
MADE: dict[tuple[int, int], Any] = {}
UNSEEN = ("没有找到", "不在您的管辖范围内")
VARIANTS = 20  # choices of a body that are tried until one is well formed

# Routes whose address names nothing that belongs to a unit.
NOBODYS = {
    "follow_ups.effort": "the key of an indicator; who is reminded is chosen in the body",
    "indicator_figures.new": "the key of an indicator",
    "indicator_figures.move_month": "a month of the caller's own areas",
    "api_indicator_figures.move_month": "a month of the caller's own areas",
    "indicator_targets.new": "the key of an indicator",
    "papers.template": "the kind of a paper; templates are an office's own",
    "rulebook.ask": "computes by the law, keeps nothing",
    "saved_views.new": "the name of a list",
    "personal.export": "the name of a list, which leaves as the caller sees it",
    "public_reports.new": "whoever stands before a label may report on it",
}
# Queues of a phone: refused with 409 before anything is looked for, because this one does not say whose it is.
QUEUES = {"field.append_upload"}
# Pages that tell the refusal on the page they lead back to, which then is not to be seen either.
LEAD_BACK = {"responders.drop_exception", "responders.add_exception", "responders.rota"}
# Rows that every role sees, so that nobody's are foreign: the permission alone stands in the way.
SEEN_BY_ALL = {"Unit", "Alliance", "IndicatorTarget", "IndicatorSnapshot", "InspectionOrder"}


def headers(login: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {accounts.create_token(cast.actor(login), 'attack', 1)}"}


def places(actor: Actor, rule: Rule, choose: Any) -> dict[str, Any] | None:
    """Values for the places of an address; None when the city has nothing for one of them."""
    word, found = forgery.first_word(rule), {}
    for place in forgery.places(rule):
        known = forgery.OBJECTS.get((word, place))
        found[place] = choose(actor, *known) if known else forgery.WORDS[place]
        if found[place] is None:
            return None
    return found


def addresses(actor: Actor, rule: Rule, values: dict[str, Any]) -> list[str]:
    """The address with each of a few verbs, where it has a place for one."""
    named = {"verb", "step", "move"} & set(values)
    if not named:
        return [forgery.addressed(rule, values)]
    place = next(iter(named))
    verbs = forgery.verbs(actor, forgery.first_word(rule))
    return [forgery.addressed(rule, {**values, place: verb}) for verb in verbs]


class Attack:
    """All that one caller tries, and what came of it."""

    def __init__(self, app: Flask, client: Any, login: str, patient: bool = True) -> None:
        self.variants = VARIANTS if patient else 1
        self.app, self.client, self.actor = app, client, cast.actor(login) if login else None
        self.headers = headers(login) if login else {}
        self.before, self.acts = witness.digests(), witness.acts()
        self.tried = 0
        self.known = 0
        self.stranger = not login
        self.wrong: list[str] = []

    def send(self, method: str, rule: Rule, address: str) -> Any:
        """The answer to a well-formed request: other choices are tried while it is the body that is refused."""
        schema = forgery.schema_of(self.app, rule.endpoint, method)
        for sent in _bodies(schema, self.variants) if schema else ({"data": forgery.typed()},):
            answer = self.client.open(address, method=method, headers=self.headers, **sent)
            self.tried += 1
            self.known += answer.status_code != 401
            if answer.status_code != 422 or _unseen(answer):
                break
        return answer

    def over(self, lawful: Any, choose: Any) -> None:
        """Try every changing route that names something."""
        for method, rule in forgery.unsafe(self.app):
            if not rule.arguments or rule.endpoint in NOBODYS:
                continue
            values = places(self.actor, rule, choose)
            for address in addresses(self.actor, rule, values) if values else ():
                answer = self.send(method, rule, address)
                if not lawful(rule, answer):
                    self.wrong.append(f"{method} {address} ({rule.endpoint}): {answer.status_code}")
                if witness.acts() != self.acts:
                    self.wrong.append(f"{method} {address}: {answer.status_code}, and the trail grew")
                    self.acts = witness.acts()

    def settled(self) -> None:
        """Nothing was answered otherwise, nothing is other than before."""
        assert not self.wrong
        assert not witness.changed(self.before)
        assert self.tried > 150
        if not self.stranger:  # whose token opens nothing is refused everywhere for that alone
            assert self.known > 150


def _bodies(schema: Any, variants: int) -> Iterator[dict[str, Any]]:
    """Well-formed bodies, made once for all callers."""
    for number in range(variants):
        if (id(schema), number) not in MADE:
            MADE[id(schema), number] = forgery.body(schema, lambda _name: [], number)
        yield {"json": MADE[id(schema), number]}


def _unseen(answer: Any) -> bool:
    """A form that says beside its fields that there is no such thing."""
    return answer.status_code == 422 and any(text in answer.get_data(as_text=True) for text in UNSEEN)


@pytest.mark.slow
@pytest.mark.parametrize("login", RIVALS)
def test_nobody_moves_what_is_not_theirs(app: Flask, client: Any, login: str) -> None:
    attack = Attack(app, client, login)
    attack.over(
        lambda rule, answer: (
            answer.status_code in REFUSED
            or _unseen(answer)
            or (answer.status_code == 409 and rule.endpoint in QUEUES)
            or (answer.status_code == 302 and rule.endpoint in LEAD_BACK)
        ),
        forgery.unseen,
    )
    attack.settled()


# What an administrator is there for: units, people and their accounts, and work in the background.
ADMINISTERED = frozenset({"Person", "Membership", "Unit", "Job"})


@pytest.mark.parametrize("login", ONLOOKERS)
def test_who_only_reads_moves_nothing(app: Flask, client: Any, login: str) -> None:
    """Sees the whole city: the permission alone stands between him and every row."""
    attack = Attack(app, client, login, patient=False)

    def choose(actor: Actor, name: str, column: str) -> Any:
        return None if login == "admin" and name in ADMINISTERED else forgery.newest_of(actor, name, column)

    attack.over(lambda rule, answer: 400 <= answer.status_code < 500 or rule.endpoint in LEAD_BACK, choose)
    attack.settled()


def test_a_stranger_moves_nothing(app: Flask, client: Any) -> None:
    """No session, no token, a token of nobody: told to sign in, whatever is sent."""
    attack = Attack(app, client, "", patient=False)
    signs_in = "/account/sign-in"
    attack.actor = cast.actor("section")  # for the verbs that there are
    for sent in ({}, {"Authorization": "Bearer nobody"}):
        attack.headers = sent
        attack.over(
            lambda rule, answer: (
                answer.status_code == 401
                or (answer.status_code == 302 and answer.headers["Location"].startswith(signs_in))
            ),
            forgery.newest_of,
        )
    attack.settled()


def test_every_place_of_every_route_has_its_victim(app: Flask) -> None:
    """Otherwise an attack that looks thorough tries nothing."""
    actors = [cast.actor(login) for login in RIVALS]
    untried = set()
    for _method, rule in forgery.unsafe(app):
        for place in forgery.places(rule):
            known = forgery.OBJECTS.get((forgery.first_word(rule), place))
            if known is None:
                assert place in forgery.WORDS, f"{rule.rule}: <{place}> needs a row in OBJECTS"
            elif known[0] not in SEEN_BY_ALL and not any(forgery.unseen(actor, *known) for actor in actors):
                untried.add(known[0])
    assert not sorted(untried)
