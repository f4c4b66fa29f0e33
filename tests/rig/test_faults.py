"""Twenty faults under load, on the database of this run; `make rig` does as many as one wants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.rig.cluster import programs
from tests.conftest import POSTGRES

ROOT = Path(__file__).parents[2]
EVERYWHERE = (
    "worker_killed", "workers_killed", "server_reloaded", "job_worker_killed", "line_cut_before", "line_cut_in_head",
    "line_cut_in_body", "line_cut_after", "line_cut_in_answer", "clock_moved",
)  # fmt: skip
HERE = ("backends_ended", "backend_killed", "database_crashed") if POSTGRES else ("log_put_away",)


@pytest.mark.slow
@pytest.mark.timeout(900)  # a machine that is busy with other things takes its time to start processes
@pytest.mark.skipif(POSTGRES and programs() is None, reason="PostgreSQL's own programs are not on this machine")
def test_twenty_faults_lose_nothing_and_double_nothing() -> None:
    chosen = {"FAULTS": "20", "SEED": "5", "DATABASES": "postgresql" if POSTGRES else "sqlite"}
    only = " ".join((*EVERYWHERE, *HERE, *(["disk_full"] if os.geteuid() == 0 else [])))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rig"],
        cwd=ROOT,
        env={**os.environ, **chosen, "ONLY": only},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["problems"] == []
    assert sum(found["by_kind"].values()) == 20
    assert set(HERE) <= set(found["by_kind"])
    assert found["sent_again"] > 0
    assert {"scan", "fill", "batch", "visit", "call_move", "post_check"} <= set(found["acts"])
