"""/metrics: who may ask, what is counted and when, and that workers count together."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from blueprints.web import metrics as page
from registry import audit, clock, metrics
from registry import settings as settings_of
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import Beat
from registry.queries import operation
from registry.services import beats, jobs, seals
from seeds import cast

TOKEN = "a token for the watcher"


@pytest.fixture(autouse=True)
def fresh():
    page.KEPT.until = 0.0


def values(text: str) -> dict[tuple, float]:
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(client) -> dict[tuple, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return values(answer.text)


@pytest.mark.parametrize(
    ("token", "proxies", "address", "headers", "status"),
    [
        ("", 0, "127.0.0.1", {}, 200),
        ("", 0, "::1", {}, 200),
        ("", 0, "10.0.0.9", {}, 404),
        ("", 0, "127.0.0.1", {"X-Forwarded-For": "10.0.0.9"}, 404),
        ("", 0, "127.0.0.1", {"X-Real-IP": "10.0.0.9"}, 404),
        ("", 0, "127.0.0.1", {"Authorization": "Bearer x"}, 200),
        ("", 0, "", {}, 404),
        (TOKEN, 0, "10.0.0.9", {"Authorization": f"Bearer {TOKEN}"}, 200),
        (TOKEN, 0, "10.0.0.9", {"Authorization": f"Bearer {TOKEN}x"}, 404),
        (TOKEN, 0, "10.0.0.9", {"Authorization": "Basic eDp5"}, 404),
        (TOKEN, 0, "10.0.0.9", {}, 404),
        (TOKEN, 0, "127.0.0.1", {}, 200),
    ],
)
def test_who_may_ask(client, monkeypatch, token, proxies, address, headers, status) -> None:
    chosen = dataclasses.replace(settings_of.current(), metrics_token=token, proxies=proxies)
    monkeypatch.setattr(settings_of, "_current", [chosen])
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("registry_hazards_overdue" in answer.text) is (status == 200)


def test_requests_are_counted_by_endpoint(app, client) -> None:
    before = scrape(client)
    for _ in range(3):
        client.get("/healthz")
    client.get("/q/NOTHING-WITH-13805570001")
    after = scrape(client)
    name = ("registry_requests_total", "2xx", "health.healthz")
    assert after[name] - before.get(name, 0) == 3
    took = ("registry_request_seconds_count", "health.healthz")
    assert after[took] - before.get(took, 0) == 3
    assert not [name for name in after if any("13805570001" in str(part) for part in name)]


def test_the_doors_of_the_gun_are_there(app) -> None:
    assert set(metrics.GUNS) <= set(app.view_functions)
    assert set(metrics.COUNTED) <= set(audit.ACTS)


def test_the_seconds_of_a_gun_are_counted(client) -> None:
    before = scrape(client).get(("registry_verdict_seconds_count", "gateway"), 0)
    client.post("/api/v1/gateway/fills", json={"label_no": "x", "machine_no": "1"})
    assert scrape(client)[("registry_verdict_seconds_count", "gateway")] - before == 1


def test_an_act_counts_once_it_is_committed(client) -> None:
    def counts() -> tuple[float, float, float]:
        found = scrape(client)
        names = [
            ("registry_scans_total", "block"),
            ("registry_fills_total", "refused"),
            ("registry_visits_total", "confirmed"),
        ]
        return tuple(found.get(name, 0) for name in names)

    before = counts()
    with pytest.raises(ZeroDivisionError):
        _taken_back()
    assert counts() == before
    with transaction():
        audit.record_many(SYSTEM, "scan.recorded", "scan", [(1, {"verdict": "block"}), (2, {"verdict": "block"})])
        audit.record_many(SYSTEM, "filling.refused", "fill_refusal", [(1, {"findings": []})])
        audit.record_many(SYSTEM, "visit.confirmed", "visit", [(1, {"paperless": True})])
    assert tuple(now - then for now, then in zip(counts(), before, strict=True)) == (2, 1, 1)


def _taken_back() -> None:
    with transaction():
        audit.record_many(SYSTEM, "scan.recorded", "scan", [(1, {"verdict": "block"})])
        raise ZeroDivisionError


def test_the_tables_are_asked(client) -> None:
    jobs.ask(cast.actor("section"), "try", "try:1", {})
    beats.beat("host:1", beats.WORKER)
    with transaction():
        audit.record(SYSTEM, "seed.step_taken", None, name="x", step="y", on="z")
    seals.seal(SYSTEM)
    found = scrape(client)
    assert found[("registry_jobs", "waiting")] == 1
    assert found[("registry_jobs", "failed")] == 0
    assert found[("registry_workers",)] == 1
    assert found[("registry_database_up",)] == 1
    assert found[("registry_database_bytes",)] > 100_000
    assert 0 <= found[("registry_seal_age_seconds",)] < 60
    assert 0 <= found[("registry_job_waiting_seconds",)] < 60
    for name in ("visits_waiting", "visit_waiting_seconds", "hazards_overdue", "calls_running", "calls_beyond_level"):
        assert (f"registry_{name}",) in found
    assert ("registry_replica_lag_seconds",) not in found


def test_the_tables_are_not_asked_at_every_scrape(client, monkeypatch) -> None:
    asked = []
    real = operation.gauges
    monkeypatch.setattr(operation, "gauges", lambda: asked.append(1) or real())
    scrape(client)
    scrape(client)
    assert asked == [1]


def test_without_a_database_the_counts_are_told(client, monkeypatch) -> None:
    def away():
        raise OperationalError("", None, Exception("gone"))

    monkeypatch.setattr(operation, "gauges", away)
    found = scrape(client)
    assert found[("registry_database_up",)] == 0
    assert ("registry_requests_total", "2xx", "metrics.show") in found


def test_a_silent_worker_is_gone(app) -> None:
    beats.beat("host:1", beats.WORKER)
    with transaction() as session:
        session.query(Beat).filter_by(name="host:1").update({"seen_at": clock.now() - operation.SILENT})
    assert {one.value for one in operation.gauges() if one.name == "registry_workers"} == {0}


def test_a_month_is_late_when_its_figures_are_missing(app, monkeypatch) -> None:
    def newest(value):
        monkeypatch.setattr(db.session, "scalar", lambda *_: value, raising=False)

    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # 1 December in the city
    newest(midnight.date().replace(day=31, month=10))
    assert operation.freezing_late(midnight + timedelta(hours=5)) == 0
    assert operation.freezing_late(midnight + timedelta(hours=7)) == 1
    newest(midnight.date())
    assert operation.freezing_late(midnight + timedelta(hours=7)) == 0
    newest(None)
    assert operation.freezing_late(midnight + timedelta(hours=7)) == 0


def test_a_refused_request_is_counted_as_refused(client) -> None:

    def refused() -> float:
        return sum(count for name, count in scrape(client).items() if name[:2] == ("registry_requests_total", "4xx"))

    before = refused()
    assert client.get("/api/v1/elevators").status_code == 401
    assert refused() == before + 1


def test_nobody_adds_up_while_an_ended_worker_is_moved(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for work in (metrics.exposition, lambda: metrics.bury(tmp_path, 1)):
        one = threading.Thread(target=work, daemon=True)
        with metrics._locked(tmp_path):
            one.start()
            one.join(0.3)
            assert one.is_alive()
        one.join(10)
        assert not one.is_alive()


COUNT = """
import sys
from pathlib import Path
from types import SimpleNamespace
from registry import metrics
for _ in range(int(sys.argv[1])):
    metrics.served("api_scans.scan", 200, 0.01)
"""


def test_workers_count_together_and_outlive_themselves(tmp_path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    root = Path(__file__).resolve().parents[2]

    def run(script: str, *more: str) -> str:
        command = [sys.executable, "-c", script, *more]
        return subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=True).stdout

    told = "from registry import metrics; print(metrics.exposition().decode())"
    run(COUNT, "3")
    run(COUNT, "4")
    name = ("registry_requests_total", "2xx", "api_scans.scan")
    assert values(run(told))[name] == 7
    for file in tmp_path.glob("counter_*.db"):
        metrics.bury(tmp_path, int(file.stem.partition("_")[2]))
    assert sorted(file.name for file in tmp_path.glob("*.db")) == ["counter_ended.db", "histogram_ended.db"]
    run(COUNT, "5")
    found = values(run(told))
    assert found[name] == 12
    assert found[("registry_verdict_seconds_count", "scan")] == 12
    assert found[("registry_verdict_seconds_bucket", "+Inf", "scan")] == 12
    assert found[("registry_verdict_seconds_bucket", "0.015", "scan")] == 12
    assert found[("registry_verdict_seconds_bucket", "0.008", "scan")] == 0


def test_the_server_empties_the_folder_and_keeps_what_a_worker_counted(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    (tmp_path / "counter_1.db").write_bytes(b"old")
    names: dict = {}
    file = Path(__file__).resolve().parents[2] / "deploy/gunicorn.conf.py"
    exec(compile(file.read_text(), str(file), "exec"), names)
    names["on_starting"](None)
    assert list(tmp_path.glob("*.db")) == []
    names["child_exit"](None, SimpleNamespace(pid=1))
    names["on_exit"](None)
    assert not tmp_path.exists()
