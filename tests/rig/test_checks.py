"""What the rig looks for, it finds: each kind of loss is made here, and named."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from benchmarks.rig import checks
from benchmarks.rig.callers import Act, Sent
from registry import audit, files
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import Call, Counter, FillCycle, Filling, Scan, StoredFile, Visit
from registry.settings import current
from tests import calls_factory, visits_factory
from tests import filling_factory as make


class Told:
    """Acts sent through the API, with what was answered."""

    def __init__(self, api_of: Any) -> None:
        self.api_of, self.sent = api_of, list[Sent]()

    def send(self, kind: str, login: str, path: str, body: Any, **more: Any) -> Any:
        answer = self.api_of(login).post(path, body)
        act = Act(kind, login, f"/api/v1{path}", body, **more)
        self.sent.append(Sent(act, 1, answer.status_code, answer.json))
        return answer.json

    def problems(self) -> str:
        found = [*checks.of_acts(self.sent), *checks.of_everything(self.sent)]
        found += (f"scan {one.answer['id']} lost" for one in checks.lost_scans(self.sent))
        return "\n".join([*found, *checks.of_files(0)[0], *checks.of_seals(), *checks.of_storage()])


@pytest.fixture
def told(api_of) -> Told:
    """One act of each kind, all as it should be."""
    made = Told(api_of)
    row, other, batched = make.cylinder(), make.cylinder(), make.cylinder()
    made.send("scan", "filler", "/scans", {"code": make.signed(row.label_code), "purpose": "look"})
    made.send("fill", "filler", "/fillings", make.sent(make.fill(row)))
    too_much = make.sent(make.fill(other, gross_after_g=45_000))
    made.send("overfill", "filler", "/fillings", too_much, expects=(422,))
    made.send("batch", "filler", "/fillings/batch", {"fillings": [make.sent(make.fill(batched))]})
    lift = visits_factory.elevator()
    made.send("visit", "tech1", "/visits", visits_factory.as_json(visits_factory.visit(lift.label_code)))
    body = {"source": "phone_96366", "kind": "entrapment", "place": "某小区", "trapped": 2, "ref": str(uuid.uuid4())}
    no = made.send("call", "desk", "/calls", body)["no"]
    note = {"note": "有老人", "ref": str(uuid.uuid4())}
    made.send("call_move", "desk", f"/calls/{no}/amend", note)
    calls_factory.taken()
    return made


def test_all_is_well(told: Told) -> None:
    assert [one.status for one in told.sent] == [200, 201, 422, 200, 201, 201, 200]
    # A call came from elsewhere: it has no `ref`, and the numbers go on.
    assert told.problems() == ""


def gone(statement: Any) -> None:
    with transaction() as session:
        session.execute(statement)


def newest(model: Any) -> int:
    return db.session.scalar(select(model.id).order_by(model.id.desc()).limit(1))


LOSSES = {
    "acknowledged, but there 0 times": lambda: gone(update(Visit).values(ref="another")),
    "nobody was told of it": lambda: gone(update(Filling).where(Filling.id == newest(Filling)).values(ref="x")),
    "acknowledged and kept differ": lambda: gone(update(Filling).values(gross_after_g=30_000)),
    "has no turn": lambda: gone(delete(FillCycle).where(FillCycle.id == newest(FillCycle))),
    "lost": lambda: gone(delete(Scan)),
    "is about nothing": lambda: gone(delete(Scan)),
    "2 entries call.moved": lambda: moved_by_nobody(),
    "numbers, missing [3]": lambda: gone(update(Counter).where(Counter.kind == "JY").values(value=3)),
    "has no entry call.taken": lambda: calls_of_nobody(),
    "its content is not there": lambda: files.drop(current().files_dir, db.session.scalar(select(StoredFile.sha256))),
}


def moved_by_nobody() -> None:
    """An entry in the trail of a move that is in no ledger."""
    with transaction():
        audit.record(SYSTEM, "call.moved", None, no="JY-1999-000001", verb="amend")


def calls_of_nobody() -> None:
    """A call that no verb wrote."""
    with transaction() as session:
        known = session.scalars(select(Call).order_by(Call.id).limit(1)).one()
        values = {c.name: getattr(known, c.name) for c in Call.__table__.columns if c.name not in ("id", "ref")}
        session.add(Call(**values | {"no": "JY-1999-000001"}))


@pytest.mark.parametrize("words", LOSSES)
def test_each_loss_is_named(told: Told, words: str) -> None:
    LOSSES[words]()
    db.session.expire_all()
    assert words in told.problems()
