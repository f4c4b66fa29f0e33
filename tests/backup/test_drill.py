"""The restore drill: copied while another process writes, put back elsewhere, and everything that was acknowledged
before is there; archives and restores that must be refused."""

from __future__ import annotations

import gzip
import hashlib
import multiprocessing
import os
import random
import sqlite3
import stat
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from registry import backup, files
from registry.actor import SYSTEM
from registry.backup import archive, origin
from registry.backup.archive import Damaged, Manifest
from registry.db import db
from registry.models import Beat, StoredFile, TrailEntry
from registry.queries import operation
from registry.queries import seals as seal_queries
from registry.schema import state
from registry.services import backups, beats, seals
from registry.services.files import store
from registry.settings import current
from scripts.freeze_release import RELEASES
from seeds import cast
from tests.conftest import POSTGRES

REVISIONS = sorted(path.stem for path in RELEASES.glob("*.json"))
FORK = multiprocessing.get_context("fork")
AT_LEAST = 25  # writes acknowledged before the backup, and after it


def write_on(app: Any, over: Any, told: Any) -> None:
    """Another process: keeps files until told to stop, and tells of each that was acknowledged, with the moment."""
    with app.app_context():
        db.engine.dispose(close=False)
        office, number = cast.actor("section"), 0
        while not over.is_set():
            content = f"file {number} ".encode() * (number % 50 + 1)
            row = store(office, f"{number}.txt", "text/plain", content, "hazard")
            told.put((row.sha256, time.monotonic()))
            number += 1
            if number % 10 == 0:
                seals.seal(SYSTEM)


class Writer:
    """The other process, and what it has told so far."""

    def __init__(self, app: Any) -> None:
        self.over, self.queue, self.told = FORK.Event(), FORK.Queue(), []
        self.process = FORK.Process(target=write_on, args=(app, self.over, self.queue))

    def __enter__(self) -> Writer:
        db.session.remove()
        db.engine.dispose()  # no connection is shared
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.hear()
        self.process.join(30)

    def hear(self) -> list[tuple[str, float]]:
        while not self.queue.empty():
            self.told.append(self.queue.get())
        return list(self.told)

    def wait_for(self, count: int) -> list[tuple[str, float]]:
        until = time.monotonic() + 60
        while len(self.hear()) < count:
            assert time.monotonic() < until, f"{len(self.told)} writes only"
            time.sleep(0.01)
        return list(self.told)


@pytest.fixture(scope="module")
def taken(place, tmp_path_factory) -> tuple[Path, set[str]]:
    """An archive made while another process wrote, and what had been acknowledged before it began."""
    folder = tmp_path_factory.mktemp("archives")
    with place("a", filled=True) as app, Writer(app) as writer:
        for _ in range(5):
            before = {digest for digest, _ in writer.wait_for(len(writer.told) + AT_LEAST)}
            began = time.monotonic()
            said = app.test_cli_runner().invoke(args=["backup", str(folder)])
            ended = time.monotonic()
            assert said.exit_code == 0, said.output
            after = writer.wait_for(len(writer.told) + AT_LEAST)
            if any(began < moment < ended for _, moment in after):
                break
            time.sleep(1)  # another name
        else:
            pytest.fail("nothing was written while the backup ran")
    return max(folder.iterdir()), before


def kept() -> list[StoredFile]:
    return list(db.session.scalars(select(StoredFile).order_by(StoredFile.id)))


def flipped(source: Path, target: Path, position: int) -> Path:
    content = bytearray(source.read_bytes())
    content[position] ^= 0x41
    target.write_bytes(content)
    return target


def test_what_was_acknowledged_before_comes_back(place, taken) -> None:
    path, before = taken
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir() if found.name.startswith(".")] == []
    with place("b") as app:
        said = app.test_cli_runner().invoke(args=["restore", str(path)])
        assert said.exit_code == 0, said.output
        assert "audit verify: 0 problems" in said.output
        manifest = archive.check(path)
        rows = kept()
        assert before <= {row.sha256 for row in rows}
        assert len(rows) == manifest.contents.counts["stored_file"] == manifest.files.count
        for row in rows:
            content = files.path_of(current().files_dir, row.sha256).read_bytes()
            assert hashlib.sha256(content).hexdigest() == row.sha256
        assert seal_queries.last().no >= manifest.contents.seal.no >= 2
        assert not list(seal_queries.verify(SYSTEM))
        assert state()[0] == state()[1]
        last = db.session.scalars(select(TrailEntry).order_by(TrailEntry.id.desc()).limit(1)).one()
        assert (last.act, last.data["trail_id"]) == ("backup.restored", manifest.contents.trail_id)
        assert app.test_client().get("/readyz").status_code == 200
        store(cast.actor("section"), "after.txt", "text/plain", b"written after", "hazard")
    with place("a"):
        assert len(kept()) > manifest.contents.counts["stored_file"]
        assert db.session.scalar(select(TrailEntry.data).where(TrailEntry.act == "backup.made")) is not None


def test_a_filled_registry_is_given_up_by_its_name_alone(place, taken, tmp_path) -> None:
    path = taken[0]
    with place("c", filled=True) as app:
        runner = app.test_cli_runner()
        for wrong in ([], ["--replace", "registry"]):
            said = runner.invoke(args=["restore", str(path), *wrong])
            assert said.exit_code == 1
            assert f"--replace {backup.database().name()}" in said.output
            assert kept() == []
        said = runner.invoke(args=["restore", str(path), "--replace", backup.database().name()])
        assert said.exit_code == 0, said.output
        assert len(kept()) == archive.check(path).contents.counts["stored_file"]


def test_what_does_not_come_back_as_it_was_leaves_all_as_it_is(place, taken, tmp_path) -> None:
    with place("a") as app:
        rows, name = len(kept()), backup.database().name()
        wrong = dressed(taken[0], tmp_path, lambda one: one["unit"].__class__(one["unit"] + 1))
        said = app.test_cli_runner().invoke(args=["restore", str(wrong), "--replace", name])
        assert said.exit_code == 1
        assert "unit: " in said.output
        assert len(kept()) == rows
        assert app.test_client().get("/readyz").status_code == 200


def dressed(source: Path, folder: Path, count: Any = None, **changes: Any) -> Path:
    """The same archive with another manifest, all its sums right."""
    copy = folder / "database"
    kept_files: dict[str, bytes] = {}

    def take(path: Path) -> str:
        kept_files[path.name] = path.read_bytes()
        return path.name

    manifest = archive.extract(source, copy, take, folder)
    contents = manifest.contents
    if count:
        contents = replace(contents, counts={**contents.counts, "unit": count(contents.counts)})
    if "revision" in changes:
        contents = replace(contents, revision=changes.pop("revision"))
    plain = Manifest(manifest.version, manifest.engine, manifest.made_at, contents, manifest.keys)
    with archive.written(folder / "dressed.tar", replace(plain, **changes)) as writer:
        writer.database(copy)
        for digest, content in sorted(kept_files.items()):
            (folder / digest).write_bytes(content)
            assert writer.file(digest, folder / digest)
        writer.end(())
    return folder / "dressed.tar"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"revision": "9999"}, "which this version does not know"), ({"engine": "oracle"}, "was made from oracle")],
)
def test_what_does_not_fit_is_refused(place, taken, tmp_path, changes, sentence) -> None:
    with place("d") as app:
        said = app.test_cli_runner().invoke(args=["restore", str(dressed(taken[0], tmp_path, **changes))])
        assert said.exit_code == 1
        assert sentence in said.output
        assert backup.database().contents_now() is None
        assert not current().files_dir.exists() or not any(current().files_dir.iterdir())


def test_damage_is_found_before_anything_is_touched(place, taken, tmp_path) -> None:
    path, whole = taken[0], archive.check(taken[0])
    size, draw = path.stat().st_size, random.Random(7)
    cut = tmp_path / "cut.tar"
    for length in (0, 511, 5_000, size // 2, size - 11_000):
        cut.write_bytes(path.read_bytes()[:length])
        with pytest.raises(Damaged):
            archive.check(cut)
    found = 0
    for _ in range(60):
        one = flipped(path, tmp_path / "one.tar", draw.randrange(size))
        try:
            assert archive.check(one) == whole  # a byte that says nothing: what fills a block
        except Damaged:
            found += 1
    assert found >= 30
    with place("d") as app:
        said = app.test_cli_runner().invoke(args=["restore", str(cut)])
        assert (said.exit_code, said.output.count("\n")) == (1, 1)
        assert "cut.tar" in said.output
        assert backup.database().contents_now() is None


def test_check_says_what_is_inside_and_what_is_wrong(place, taken, tmp_path) -> None:
    with place("d") as app:
        runner = app.test_cli_runner()
        said = runner.invoke(args=["backup", "--check", str(taken[0])])
        assert said.exit_code == 0
        assert f"schema {state()[1]}" in said.output
        assert "secrets: not inside" in said.output
        for text in ("", "no archive at all\n" * 100):
            (tmp_path / "text.tar").write_text(text)
            said = runner.invoke(args=["backup", "--check", str(tmp_path / "text.tar")])
            assert said.exit_code == 1
            assert "text.tar is" in said.output
        said = runner.invoke(args=["backup", "--check", str(tmp_path / "nowhere.tar")])
        assert (said.exit_code, "Traceback" in said.output) == (1, False)


def test_nothing_is_replaced_and_nothing_left_behind(place, taken) -> None:
    with place("a") as app:
        before = taken[0].read_bytes()
        said = app.test_cli_runner().invoke(args=["backup", str(taken[0])])
        assert "is there already" in said.output
        assert taken[0].read_bytes() == before
        said = app.test_cli_runner().invoke(args=["backup", str(taken[0].parent / "no" / "folder.tar")])
        assert said.exit_code == 1
        assert not [found for found in taken[0].parent.iterdir() if found.name.startswith(".")]


def test_a_file_that_is_lost_or_changed_is_named(place, tmp_path) -> None:
    with place("e", filled=True) as app:
        office, root = cast.actor("section"), current().files_dir
        digests = [store(office, "n", "text/plain", content, "hazard").sha256 for content in (b"1", b"2", b"3")]
        files.path_of(root, digests[0]).unlink()
        files.path_of(root, digests[1]).write_bytes(b"another")
        said = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "x.tar")])
        assert said.exit_code == 1
        assert all(digest in said.output for digest in digests[:2])
        manifest = archive.check(tmp_path / "x.tar")
        assert set(manifest.files.missing) == set(digests[:2])
        assert manifest.files.count == 1


def test_how_the_last_one_went_is_noted(place, tmp_path, monkeypatch) -> None:
    with place("g", filled=True) as app:
        runner = app.test_cli_runner()

        def gauges() -> dict[str, float]:
            return {one.name: one.value for one in operation.gauges() if one.name.startswith("registry_backup")}

        assert gauges() == {}
        assert runner.invoke(args=["backup", str(tmp_path / "no" / "such.tar")]).exit_code == 1
        assert gauges()["registry_backup_failed"] == 1
        assert runner.invoke(args=["backup", str(tmp_path / "x.tar")]).exit_code == 0
        assert gauges()["registry_backup_failed"] == 0
        assert gauges()["registry_backup_age_seconds"] < 60
        monkeypatch.setattr(backups, "database_bytes", lambda: 1 << 60)
        said = runner.invoke(args=["backup", str(tmp_path / "y.tar")])
        assert said.exit_code == 1
        assert "bytes left" in said.output
        assert not (tmp_path / "y.tar").exists()
        assert gauges()["registry_backup_failed"] == 1
        row = db.session.scalars(select(Beat).where(Beat.kind == beats.BACKUP)).one()
        assert (row.name, row.problem) == ("backup", "Conflict")
        assert row.begun_at < row.seen_at


def test_the_newest_archives_are_kept_and_nothing_else_is_touched(place, tmp_path) -> None:
    old = [tmp_path / f"registry-2026010{day}-034500.tar" for day in (1, 2, 3)]
    others = [tmp_path / "registry-before-the-move.tar", tmp_path / "notes.txt"]
    for path in (*old, *others):
        path.write_bytes(b"")
    with place("g", filled=True) as app:
        said = app.test_cli_runner().invoke(args=["backup", str(tmp_path), "--keep", "2"])
        assert said.exit_code == 0, said.output
        assert f"removed: {old[0]}" in said.output
        (new,) = set(tmp_path.iterdir()) - {*old, *others}
        assert set(tmp_path.iterdir()) == {new, old[2], *others}
        refused = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "x.tar"), "--keep", "2"])
        assert refused.exit_code == 2


def _as_released(revision: str) -> None:
    """Fill the empty database of the running registry with what that release left behind."""
    dump = gzip.decompress((RELEASES / f"{revision}.{db.engine.dialect.name}.sql.gz").read_bytes()).decode()
    if POSTGRES:
        with backup.on_postgresql.psycopg.connect(**backup.on_postgresql._arguments()) as connection:
            connection.execute(dump)
    else:
        with closing(sqlite3.connect(str(db.engine.url.database))) as connection:
            connection.executescript(dump)


@pytest.mark.parametrize("revision", [REVISIONS[0], REVISIONS[-1]])
def test_an_archive_of_an_older_release_comes_back_in_this_version(place, tmp_path, revision) -> None:
    with place(f"old_{revision}") as app:
        _as_released(revision)
        counts = backup.database().contents_now().counts
        said = app.test_cli_runner().invoke(args=["backup", str(tmp_path)])
        assert "Traceback" not in said.output, said.output
    (path,) = tmp_path.iterdir()
    assert archive.check(path).contents.revision == revision
    with place(f"new_{revision}") as app:
        said = app.test_cli_runner().invoke(args=["restore", str(path)])
        assert "audit verify: 0 problems" in said.output, said.output
        assert state()[0] == state()[1]
        found = backup.database().contents_now().counts
        assert {name for name, count in counts.items() if found[name] < count} == set()
        assert found["elevator"] == counts["elevator"] > 0
        assert app.test_client().get("/readyz").status_code == 200


def test_secrets_go_in_only_when_asked_for_and_keys_are_told_apart(place, tmp_path, monkeypatch) -> None:
    with place("e", filled=True) as app:
        made = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "s.tar"), "--with-secrets"])
        assert "secrets: inside" in made.output
        app.test_cli_runner().invoke(args=["backup", str(tmp_path / "p.tar")])
        secret = current().secret_key
        assert secret in (tmp_path / "s.tar").read_bytes()
        assert secret not in (tmp_path / "p.tar").read_bytes()
        assert b"a label key that all of them have" not in (tmp_path / "p.tar").read_bytes()
        manifest = archive.check(tmp_path / "p.tar")
        assert origin.keys_missing(manifest.keys) == []
        assert origin.keys_missing({**manifest.keys, "2": "0" * 16}) == ["2"]


@pytest.mark.skipif(not POSTGRES, reason="SQLite needs no program")
def test_postgresql_needs_its_programs_and_never_shows_a_password(place, tmp_path, monkeypatch) -> None:
    with place("f", filled=True) as app:
        path = os.environ["PATH"]
        monkeypatch.setenv("PATH", str(tmp_path))
        said = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "x.tar")])
        assert said.exit_code == 1
        assert "pg_dump is not on the PATH" in said.output
        program = tmp_path / "pg_dump"
        program.write_text(
            f'#!/bin/sh\nPATH={path}\necho "$@" >{tmp_path}/argv\necho "$PGPASSWORD" >{tmp_path}/password\n'
            'exec pg_dump "$@"\n'
        )
        program.chmod(0o755)
        monkeypatch.setattr(db.engine, "url", db.engine.url.set(password="the password"))
        said = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "x.tar")])
        assert said.exit_code == 0, said.output
        assert "the password" not in (tmp_path / "argv").read_text()
        assert (tmp_path / "password").read_text() == "the password\n"
        with pytest.raises(backup.on_postgresql.ToolError, match="pg_restore is not on the PATH"):
            backups.restore(SYSTEM, tmp_path / "x.tar", lambda: None)


@pytest.mark.skipif(not POSTGRES, reason="SQLite does not say who is connected")
def test_a_running_server_is_noticed(place, taken) -> None:
    with place("d") as app:
        other = backup.on_postgresql.psycopg.connect(**backup.on_postgresql._arguments())
        try:
            said = app.test_cli_runner().invoke(args=["restore", str(taken[0])])
        finally:
            other.close()
        assert "1 other connections are open" in said.output
