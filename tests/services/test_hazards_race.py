"""Two people move one hazard at once, each on a connection of his own: one wins, the other is told what changed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from registry.db import db
from registry.errors import Conflict
from registry.models import Hazard, HazardStep, Paper
from registry.services import hazards
from seeds import cast
from tests.hazards_factory import data_for, reported, walk
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture


def at_once(app: Flask, *verbs: Callable[[], object]) -> list[str]:
    """Start all together; what each is told, "" for who won."""
    gate, told = threading.Barrier(len(verbs)), [""] * len(verbs)

    def run(place: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                verbs[place]()
            except Conflict as error:
                told[place] = str(error.detail)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(verbs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return told


def test_one_approves_one_returns_the_plan(separate: Flask) -> None:  # noqa: F811
    hazard = walk(reported(), "PLAN_REVIEW")
    no, version = hazard.no, hazard.version
    tries = [
        (cast.actor(login), verb, data_for(verb, login))
        for login, verb in (("county", "approve_plan"), ("county2", "return_plan"), ("county-leader", "approve_plan"))
    ]
    db.session.remove()

    told = at_once(separate, *(lambda one=one: hazards.move(one[0], no, one[1], one[2], version) for one in tries))

    assert told.count("") == 1
    winner = tries[told.index("")]
    names = {"county": "李明", "county2": "赵倩", "county-leader": "周卫东"}
    steps = {"approve_plan": "同意方案", "return_plan": "退回方案"}
    who = names[("county", "county2", "county-leader")[told.index("")]]
    for sentence in filter(None, told):
        assert f"{who}已办理“{steps[winner[1]]}”" in sentence
        assert "请核对后再办理" in sentence
    row = db.session.scalars(select(Hazard).where(Hazard.no == no)).one()
    assert row.version == version + 1
    assert row.state == ("RECTIFYING" if winner[1] == "approve_plan" else "PLAN_DUE")
    ledger = db.session.scalars(select(HazardStep).where(HazardStep.hazard_id == row.id)).all()
    assert len(ledger) == version + 1


def test_an_assignment_issued_twice_takes_one_number(separate: Flask) -> None:  # noqa: F811
    hazard = walk(reported(), "LISTED")
    no, version = hazard.no, hazard.version
    tries = [(cast.actor(login), data_for("assign", login)) for login in ("county-leader", "county-leader2")]
    db.session.remove()

    told = at_once(separate, *(lambda one=one: hazards.move(one[0], no, "assign", one[1], version) for one in tries))

    assert sorted(map(bool, told)) == [False, True]
    papers = db.session.scalars(select(Paper).where(Paper.kind == "assignment")).all()
    assert [paper.sequence for paper in papers] == [1]
