"""Each cheap fault once under load, on the database of this run; `make rig` does as many as one wants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.rig.cluster import programs
from tests.conftest import POSTGRES

ROOT = Path(__file__).parents[2]
EVERYWHERE = (
    "worker_killed", "workers_killed", "job_worker_killed", "line_cut_before", "line_cut_in_head", "line_cut_in_body",
    "line_cut_after", "line_cut_in_answer", "clock_moved",
)  # fmt: skip
HERE = ("backends_ended", "backend_killed", "database_crashed") if POSTGRES else ("log_put_away",)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),  # a machine that is busy with other things takes its time to start processes
    pytest.mark.skipif(POSTGRES and programs() is None, reason="PostgreSQL's own programs are not on this machine"),
]


def broken(database: str, kinds: Sequence[str], count: int) -> dict[str, Any]:
    """What the rig says after so many faults of these kinds."""
    chosen = {"FAULTS": str(count), "SEED": "5", "DATABASES": database, "ONLY": " ".join(kinds)}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rig"],
        cwd=ROOT,
        env={**os.environ, **chosen},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["problems"] == []
    assert sum(found["by_kind"].values()) == count
    assert found["sent_again"] > 0
    return found


def test_no_fault_loses_or_doubles_anything() -> None:
    kinds = (*EVERYWHERE, *HERE, *(["disk_full"] if os.geteuid() == 0 else []))
    found = broken("postgresql" if POSTGRES else "sqlite", kinds, len(kinds))
    assert set(found["by_kind"]) == set(kinds)
    assert {"scan", "fill", "batch", "visit", "call_move", "post_check"} <= set(found["acts"])


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no replica")
def test_nothing_is_lost_with_the_primary() -> None:
    found = broken("replicated", ["primary_lost", "replica_away"], 2)
    assert set(found["by_kind"]) == {"primary_lost", "replica_away"}
    assert {"fill", "call_move"} <= set(found["acts"])
