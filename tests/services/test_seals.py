"""Seals: everything is sealed once, any tampering is named, a proof stands without us."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update

from registry import audit, clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Forbidden, Missing
from registry.models import Seal, TrailEntry
from registry.queries import seals as queries
from registry.services import seals
from seeds import cast
from tests.conftest import POSTGRES

VERIFIER = Path(__file__).resolve().parents[2] / "docs/examples/verify_proof.py"


@pytest.fixture
def trail(app) -> list[int]:
    """Forty entries under five seals; their ids."""
    with transaction():
        person = cast.person("section")
        for number in range(40):
            audit.record(cast.actor("section"), "person.signed_in", person, door=f"门{number}")
    assert [row.no for row in seals.seal(SYSTEM, 9)] == list(range(1, queries.last().no + 1))
    return list(db.session.scalars(select(TrailEntry.id).where(TrailEntry.act == "person.signed_in")))


def problems(first: int = 1, published: tuple = ()) -> list[tuple[str, int | None]]:
    db.session.expire_all()
    return [(one.kind, one.entry_id) for one in queries.verify(SYSTEM, first, published)]


def without_triggers(statement) -> None:
    """What somebody could do who owns the database."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for table in ("trail_entry", "seal"):
                for verb in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        session.execute(statement)


def test_what_was_sealed_verifies_and_is_not_sealed_again(trail) -> None:
    assert problems() == []
    assert seals.seal(SYSTEM) == []
    assert db.session.scalar(select(func.sum(Seal.count))) >= 40
    with transaction():
        audit.record(cast.actor("section"), "person.signed_in", cast.person("section"), door="new")
    (made,) = seals.seal(SYSTEM)
    assert made.previous == db.session.scalar(select(Seal.hash).where(Seal.no == made.no - 1))
    assert problems() == problems(first=made.no) == []


@pytest.mark.skipif(POSTGRES, reason="only SQLite counts its steps")
def test_a_seal_reads_its_own_entries_and_no_others(app) -> None:
    steps = []

    def cost(entries: int) -> int:
        with transaction():
            for number in range(entries):
                audit.record(SYSTEM, "seed.step_taken", None, name="x", step=str(number), on=None)
        steps.clear()
        raw = db.session.connection().connection.driver_connection
        raw.set_progress_handler(lambda: steps.append(1), 100)
        try:
            assert len(seals.seal(SYSTEM, batch=20)) >= entries // 20
        finally:
            raw.set_progress_handler(None, 0)
        return len(steps)

    cost(20)  # what is needed once
    few, many = cost(400), cost(1600)
    assert many < 5 * few  # four times the entries


@pytest.mark.parametrize("seed", range(6))
def test_a_changed_entry_is_named(trail, seed) -> None:
    victim = random.Random(seed).choice(trail)
    field = random.Random(seed).choice(["act", "role", "data", "person_id", "unit_id", "at"])
    value = {"data": {"door": "x"}, "person_id": 777, "unit_id": 777, "at": clock.now()}.get(field, "forged")
    without_triggers(update(TrailEntry).where(TrailEntry.id == victim).values({field: value}))
    assert problems() == [("changed", victim)]


@pytest.mark.parametrize("seed", range(3))
def test_a_removed_entry_is_named(trail, seed) -> None:
    victim = random.Random(seed).choice(trail)
    without_triggers(delete(TrailEntry).where(TrailEntry.id == victim))
    assert problems() == [("removed", victim)]


def test_an_inserted_entry_is_named(trail) -> None:
    victim = trail[20]
    without_triggers(delete(TrailEntry).where(TrailEntry.id == victim))
    # Sealed without it, it is an entry that nobody sealed.
    row = db.session.scalars(select(Seal).where(Seal.last_id >= victim).order_by(Seal.no).limit(1)).one()
    digests = {k: v for k, v in queries.merkle.unpack(row.digests).items() if k != victim}
    merkle = queries.merkle
    values = {"digests": merkle.pack(digests), "root": merkle.root(merkle.leaves(digests)), "count": len(digests)}
    without_triggers(update(Seal).where(Seal.no == row.no).values(values))
    with transaction() as session:
        session.add(TrailEntry(id=victim, at=clock.now(), act="forged", subject="x", role="system", data={}))
    assert ("inserted", victim) in problems()
    assert ("seal_changed", None) in problems()


def test_reordered_entries_are_named(trail) -> None:
    one, two = trail[3], trail[4]
    seal_of = {n: db.session.scalar(select(func.min(Seal.no)).where(Seal.last_id >= n)) for n in (one, two)}
    whole = {number: db.session.get_one(TrailEntry, number) for number in (one, two)}
    fields = [name for name in queries.NAMES if name != "id"]
    data = {number: {name: getattr(row, name) for name in fields} for number, row in whole.items()}
    for here, there in ((one, two), (two, one)):
        without_triggers(update(TrailEntry).where(TrailEntry.id == here).values(**data[there]))
    found = problems()
    assert {entry for _, entry in found} == {one, two}
    if seal_of[one] == seal_of[two]:
        assert {kind for kind, _ in found} == {"reordered"}


def test_a_seal_that_was_removed_or_made_anew_is_named(trail) -> None:
    published = [queries.facts(row) for row in db.session.scalars(select(Seal))]
    last = published[-1]["no"]
    without_triggers(delete(Seal).where(Seal.no == last))
    assert problems() == []  # nobody can know from inside
    assert problems(published=tuple(published)) == [("seal_removed", None)]
    without_triggers(update(Seal).where(Seal.no == 2).values(previous="0" * 64))
    assert {kind for kind, _ in problems()} == {"chain_broken", "seal_changed"}


def test_a_proof_stands_without_the_registry(trail, tmp_path) -> None:
    proof = queries.proof(cast.actor("auditor"), trail[11])
    file = tmp_path / "proof.json"

    def verified(root: str, content: dict) -> int:
        file.write_text(json.dumps(content), encoding="utf-8")
        return subprocess.run([sys.executable, "-I", VERIFIER, file, root], capture_output=True, check=False).returncode

    assert verified(proof["seal"]["root"], proof) == 0
    assert verified(proof["seal"]["root"], {name: value for name, value in proof.items() if name != "private"}) == 0
    assert verified("0" * 64, proof) == 1
    assert verified(proof["seal"]["root"], {**proof, "entry": {**proof["entry"], "unit_id": 99}}) == 1
    assert verified(proof["seal"]["root"], {**proof, "private": {**proof["private"], "person_id": 99}}) == 2
    assert verified(proof["seal"]["root"], {"path": []}) == 2


def test_who_may(trail, actor) -> None:
    with pytest.raises(Forbidden):
        seals.seal(actor("section"))
    with pytest.raises(Forbidden):
        list(queries.verify(actor("filling")))
    with pytest.raises(Forbidden):
        queries.proof(actor("filling"), trail[0])
    with pytest.raises(Missing):
        queries.proof(actor("auditor"), 10**9)


def test_the_command_names_the_entry_and_fails(app, trail) -> None:
    run = app.test_cli_runner()
    assert run.invoke(args=["audit", "verify"]).exit_code == 0
    without_triggers(update(TrailEntry).where(TrailEntry.id == trail[5]).values(role="admin"))
    result = run.invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert f"entry {trail[5]}: changed" in result.output
