"""Everybody tries everything: whatever comes of it, a call stands where its log and its dispatches say."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from sqlalchemy import select

from registry.db import db
from registry.errors import RegistryError
from registry.models import Call, CallDispatch, CallStep
from registry.queries import call_facts, calls
from registry.rules import calls as rules
from registry.services import calls as verbs
from seeds import cast
from tests.calls_factory import lift, seen, taken

LOGINS = ("desk", "desk2", "tech1", "property", "company2", "county", "section", "insurer")


def tried(chance: random.Random, row: Call, login: str, verb: str) -> bool:
    """Whether the move was made."""
    data = {
        "note": "说明",
        "reason": "原因",
        "elevator": chance.choice(("030001", "030002")),
        "units": [str(cast.unit(chance.choice(("company2", "station"))).id)],
        "service": chance.choice(rules.SERVICES),
        "result": chance.choice(("rescued", "self_freed")),
        "cause": chance.choice(("misuse_debris", "unknown")),
        "satisfaction": "satisfied",
        "kind": chance.choice(("entrapment", "fault")) if verb == "amend" else None,
        "title": "反复困人",
        "description": "一年内多次困人",
        "dispatch": chance.choice([one.id for one in seen(row).dispatches] or [None]),
        "eta_minutes": chance.choice((None, 10, 90)),
    }
    try:
        verbs.move(cast.actor(login), row.no, verb, {name: value for name, value in data.items() if value is not None})
    except RegistryError:
        return False
    return True


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("seed", range(4))
def test_a_call_stands_where_its_log_says(seed: int) -> None:
    chance = random.Random(seed)
    row = taken(lift())
    lift(2, "030002", use_unit_id=cast.unit("property2").id)
    made = 0
    for _ in range(60):
        login = chance.choice(LOGINS)
        offered = [step.verb for step in seen_moves(login, row)]
        wild = chance.random() < 0.3 or not offered
        verb = chance.choice(rules.VERBS) if wild else chance.choice(offered)
        version = seen(row).version
        done = tried(chance, row, login, verb)
        made += done
        now = seen(row)
        facts = call_facts.facts(now)
        assert now.state == rules.state_of(facts)
        assert now.level == rules.level_of(facts)
        assert now.version == version + done
        assert (now.state == "closed") is (now.closed_at is not None)
        units = [one.unit_id for one in now.dispatches if one.unit_id and call_facts.asked(one).open]
        assert len(units) == len(set(units))
    steps = db.session.scalars(select(CallStep).where(CallStep.call_id == row.id).order_by(CallStep.id)).all()
    assert len(steps) == made + 1
    assert all(later.source == former.target for former, later in pairwise(steps))
    assert made > 5
    assert db.session.scalars(select(CallDispatch.id).where(CallDispatch.call_id == row.id)).all()


def seen_moves(login: str, row: Call):
    try:
        return calls.show(cast.actor(login), row.no).moves
    except RegistryError:
        return ()
