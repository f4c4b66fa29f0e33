"""What killed processes left on the disk goes, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blueprints import job_runner
from registry import files
from registry.services import leftovers, uploads
from registry.settings import current
from tests.services.test_uploads import CONTENT, opening

DAY = 86_400.0
WRITES = """
import os, signal, sys
from pathlib import Path
from registry import files
def half(stream):
    stream.write(b"half of it")
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)
files._written(Path(sys.argv[1]), "ab" * 32, half)
"""


@pytest.fixture
def root(app) -> Path:
    return current().files_dir


@pytest.fixture
def left(root: Path) -> Path:
    """What a process leaves that is killed while it writes."""
    done = subprocess.run([sys.executable, "-c", WRITES, str(root)], check=False)
    assert done.returncode == -9
    (found,) = (root / "unfinished").iterdir()
    assert found.read_bytes() == b"half of it"
    return found


def old(path: Path, days: float) -> None:
    at = time.time() - days * DAY
    os.utime(path, (at, at))


def test_what_a_killed_process_left_goes_after_a_day(root: Path, left: Path) -> None:
    digest = files.keep(root, b"kept")
    old(files.path_of(root, digest), 400)
    assert leftovers.sweep() == 0
    old(left, 0.9)
    assert leftovers.sweep() == 0
    old(left, 1.1)
    assert leftovers.sweep() == 1
    assert not left.exists()
    assert files.path_of(root, digest).read_bytes() == b"kept"


def test_a_folder_goes_when_everything_in_it_is_old(root: Path) -> None:
    folder = files.unfinished(root) / "restore-x"
    folder.mkdir()
    (folder / "database").write_bytes(b"x")
    old(folder, 2)
    assert leftovers.sweep() == 0
    old(folder / "database", 2)
    old(folder, 2)
    assert leftovers.sweep() == 1
    assert not folder.exists()


def test_pieces_go_with_their_upload_or_a_day_later(root: Path, actor) -> None:
    tech, sent = actor("tech1"), opening()
    uploads.start(tech, sent)
    uploads.append(tech, sent["ref"], 0, CONTENT[:400])
    files.write_part(root, "probe-1", 0, b"probe")
    old(root / "uploads" / "probe-1", 30.5)
    assert leftovers.sweep() == 0
    old(root / "uploads" / "probe-1", 31.5)
    assert leftovers.sweep() == 1
    assert [one.name for one in (root / "uploads").iterdir()] == [f"{tech.person_id}-{sent['ref']}"]


def test_the_workers_see_to_it(root: Path, left: Path, monkeypatch) -> None:
    old(left, 2)
    monkeypatch.setattr(leftovers, "_swept_at", float("-inf"))
    job_runner.run_regular()
    assert not left.exists()
    left.write_bytes(b"again")
    old(left, 2)
    job_runner.run_regular()  # not twice an hour
    assert left.exists()
