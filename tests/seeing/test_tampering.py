"""Whatever is changed, removed, inserted or reordered in the sealed trail is found and named, by the registry and by
who has only the exported file and the published hash. TAMPERINGS=1000 tries so many; the ordinary run some dozens."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text

from registry import audit
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Forbidden, Missing
from registry.models import Seal, TrailEntry
from registry.queries import seals as queries
from registry.services import seals
from tests.seeing.tampering import KINDS, Tampering, Trail

COUNT = int(os.environ.get("TAMPERINGS", "66"))
VERIFIER = Path(__file__).resolve().parents[2] / "docs/examples/verify_trail.py"
_spec = importlib.util.spec_from_file_location("verify_trail", VERIFIER)
verify_trail = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(verify_trail)


@pytest.fixture
def sealed(app) -> Trail:
    """Entries with gaps between their numbers, under seals of seven."""
    with transaction():
        for number in range(50):
            audit.record(SYSTEM, "seed.step_taken", None, name=f"门{number}", step="x" * (number % 3), on=None)
    unguarded()
    gaps = list(db.session.scalars(select(TrailEntry.id).order_by(TrailEntry.id.desc())))[3::4]
    db.session.execute(delete(TrailEntry).where(TrailEntry.id.in_(gaps)))
    db.session.commit()
    seals.seal(SYSTEM, 7)
    return Trail.of([*queries.export(SYSTEM)])


def unguarded() -> None:
    """As somebody who owns the database: no trigger in the way."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for table in ("trail_entry", "seal"):
        for verb in ("update", "delete"):
            db.session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))


def tamperings(sealed: Trail) -> list[Tampering]:
    chance = random.Random(os.environ.get("TAMPERINGS_SEED", "seven"))
    return [KINDS[at % len(KINDS)](chance, deepcopy(sealed)) for at in range(COUNT)]


def put(trail: Trail) -> None:
    """Make the tables say what the tampered trail says, uncommitted."""
    unguarded()
    db.session.execute(delete(Seal))
    db.session.execute(delete(TrailEntry))
    rows = [{**one, "at": datetime.fromisoformat(one["at"])} for one in trail.entries.values()]
    db.session.execute(insert(TrailEntry), rows)
    db.session.execute(
        insert(Seal), [{**one, "sealed_at": datetime.fromisoformat(one["sealed_at"])} for one in trail.seals]
    )


def test_the_registry_names_every_tampering(sealed) -> None:
    published = [{"no": seal["no"], "hash": seal["hash"]} for seal in sealed.seals]
    put(sealed)
    assert list(queries.verify(SYSTEM, published=published)) == []
    db.session.rollback()
    tried = Counter()
    for one in tamperings(sealed):
        put(one.trail)
        found = list(queries.verify(SYSTEM, published=published))
        db.session.rollback()
        db.session.expunge_all()
        named = {problem.entry_id for problem in found} & one.entries
        named_seals = {problem.seal_no for problem in found} & one.seals
        assert named or named_seals, (one.kind, one.entries, one.seals, found)
        if one.entries and one.kind.split()[0] != "swap_entries":
            told = {number for problem in found for number in (problem.entry_id, problem.other)}
            assert one.entries <= told, (one.kind, one.entries, found)
        tried[one.kind.split()[0]] += 1
    assert sum(tried.values()) == COUNT
    assert len(tried) == min(COUNT, len(KINDS))


def test_the_exported_file_names_every_tampering(sealed) -> None:
    published = sealed.seals[-1]["hash"]
    whole = json.dumps(sealed.lines())
    assert list(verify_trail.problems(iter(json.loads(whole)), published)) == []
    for one in tamperings(sealed):
        # Through text, as a file.
        lines = json.loads(json.dumps(one.trail.lines()))
        found = list(verify_trail.problems(iter(lines), published))
        words = [problem.split(": ")[0].split() for problem in found]
        entries = {int(word[3]) for word in words if len(word) == 4} & one.entries
        numbers = {int(word[1]) for word in words} & one.seals
        assert entries or numbers, (one.kind, one.entries, one.seals, found)


def test_lines_of_a_file_in_another_order_are_found(sealed) -> None:
    published = sealed.seals[-1]["hash"]
    chance = random.Random(3)
    for _ in range(min(COUNT, 200)):
        lines = sealed.lines()
        here, there = chance.sample(range(1, len(lines)), 2)
        lines[here], lines[there] = lines[there], lines[here]
        assert list(verify_trail.problems(iter(lines), published)), (here, there)
    doubled = sealed.lines()
    doubled.insert(4, doubled[4])
    assert list(verify_trail.problems(iter(doubled), published))


def test_the_verifier_needs_the_file_and_the_hash_alone(app, sealed, tmp_path) -> None:
    file = tmp_path / "trail.jsonl"
    result = app.test_cli_runner().invoke(args=["audit", "export", str(file)])
    assert result.exit_code == 0, result.output

    def verified(hash_: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", VERIFIER, file, hash_], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        return done.returncode, done.stdout

    published = sealed.seals[-1]["hash"]
    assert verified(published) == (0, "")
    assert verified("0" * 64) == (1, f"seal {sealed.seals[-1]['no']}: not_as_published\n")
    lines = file.read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[2])
    lines[2] = json.dumps({**entry, "unit_id": 99})
    file.write_text("\n".join(lines), encoding="utf-8")
    assert verified(published) == (1, f"seal 1 entry {entry['id']}: changed\n")
    file.write_text("{}", encoding="utf-8")
    assert verified(published)[0] == 2


def test_only_what_is_new_is_exported_and_verified(app, sealed, actor) -> None:
    last = sealed.seals[-1]["no"]
    tail = [*queries.export(SYSTEM, last)]
    assert [line["seal"]["no"] for line in tail if "seal" in line] == [last]
    assert list(verify_trail.problems(iter(tail), sealed.seals[-1]["hash"])) == []
    with pytest.raises(Missing):
        list(queries.export(SYSTEM, last + 1))
    with pytest.raises(Forbidden):
        list(queries.export(actor("filling")))
    counts = []
    assert list(queries.verify(SYSTEM, last, walked=counts.append)) == []
    assert counts == [sealed.seals[-1]["count"]]
    run = app.test_cli_runner()
    assert f" {counts[0]} entries" in run.invoke(args=["audit", "verify", "--since", str(last - 1)]).output
    assert " 0 entries" in run.invoke(args=["audit", "verify", "--since", str(last)]).output
