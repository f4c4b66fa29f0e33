"""Work in the background: taken once, tried again, given up, stopped, and taken over from a worker that died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints import job_runner
from registry import clock
from registry import settings as settings_of
from registry.db import db
from registry.errors import Conflict, Forbidden, Missing
from registry.models import Job, TrailEntry
from registry.services import jobs
from seeds import cast
from tests.hazards_factory import Clock
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture

REAL_NOW = clock.now
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def asked(key: str = "paper.1", login: str = "section") -> Job:
    return jobs.ask(cast.actor(login), "paper", key, {"paper_id": 1}, steps=2)


def state(job: Job) -> tuple[str, int]:
    db.session.rollback()
    row = db.session.get_one(Job, job.id, populate_existing=True)
    return row.state, row.tries


def acts() -> list[str]:
    return list(db.session.scalars(select(TrailEntry.act).where(TrailEntry.act.like("job.%")).order_by(TrailEntry.id)))


def test_a_job_is_asked_for_once_taken_once_and_done_once(time, app) -> None:
    job = asked()
    assert asked().id == job.id
    seen = []

    def handler(data, progress):
        seen.append(data)
        assert jobs.take("another") is None
        progress(1, 2)
        row = db.session.get_one(Job, job.id, populate_existing=True)
        assert (row.state, row.done, row.steps, row.worker) == ("running", 1, 2, "one")

    assert job_runner.run_next(app, "one", {"paper": handler})
    assert not job_runner.run_next(app, "one", {"paper": handler})
    assert seen == [{"paper_id": 1}]
    assert state(job) == ("done", 1)
    assert acts() == ["job.asked", "job.done"]
    assert asked().id != job.id


def test_what_fails_is_tried_again_later_and_later_and_then_given_up(time, app) -> None:
    job, tried = asked(), []

    def broken(_data, _progress):
        tried.append(time.at)
        raise ValueError("no paper in the printer")

    for minutes in (0, 0.5, 1, 2, 4):
        time.forward(seconds=int(minutes * 60) - 1)
        assert not tried or not job_runner.run_next(app, "one", {"paper": broken})
        time.forward(seconds=1)
        assert job_runner.run_next(app, "one", {"paper": broken})
    assert len(tried) == jobs.MOST_TRIES
    assert state(job) == ("failed", 5)
    assert db.session.get_one(Job, job.id).problem == "ValueError: no paper in the printer"
    time.forward(days=1)
    assert not job_runner.run_next(app, "one", {"paper": broken})

    with pytest.raises(Forbidden):
        jobs.again(cast.actor("section"), job.id)
    jobs.again(cast.actor("admin"), job.id)
    assert job_runner.run_next(app, "one", {"paper": lambda _data, _progress: None})
    assert state(job) == ("done", 1)
    with pytest.raises(Conflict):
        jobs.again(cast.actor("admin"), job.id)


def test_what_the_registry_refuses_is_not_tried_again(time, app) -> None:
    job = asked()

    def refused(_data, _progress):
        raise Conflict("库存不平衡")

    assert job_runner.run_next(app, "one", {"paper": refused})
    assert state(job) == ("failed", 1)
    row = db.session.get_one(Job, job.id)
    assert (row.sentence, row.problem) == ("库存不平衡", "Conflict: 库存不平衡")


def test_a_kind_nobody_knows_is_a_problem_of_the_job(time, app) -> None:
    job = asked()
    assert job_runner.run_next(app, "one", {})
    assert state(job) == ("waiting", 1)
    assert "paper" in db.session.get_one(Job, job.id).problem


def test_a_stopped_job_ends_at_its_next_step(time, app) -> None:
    job, went_on = asked(), []

    def stopped_meanwhile(_data, progress):
        jobs.stop(cast.actor("admin"), job.id)
        progress(1, 2)
        went_on.append(True)

    assert job_runner.run_next(app, "one", {"paper": stopped_meanwhile})
    assert state(job) == ("stopped", 1)
    assert not went_on
    assert not job_runner.run_next(app, "one", {})
    with pytest.raises(Conflict, match="已经结束"):
        jobs.stop(cast.actor("admin"), job.id)
    with pytest.raises(Missing):
        jobs.stop(cast.actor("admin"), 999_999)


def test_the_job_of_a_silent_worker_is_taken_by_another_and_the_first_cannot_finish_it(time, app) -> None:
    job = asked()
    first = jobs.take("one")
    assert first is not None
    time.forward(seconds=90)
    jobs.beat(first.id, first.tries)
    time.forward(seconds=90)
    assert jobs.take("two") is None
    time.forward(seconds=31)
    second = jobs.take("two")
    assert second is not None
    assert (second.id, second.tries, second.worker) == (job.id, 2, "two")
    with pytest.raises(jobs.Given):
        jobs.beat(job.id, 1)
    with pytest.raises(jobs.Given):
        jobs.finish(job.id, 1)
    assert jobs.finish(job.id, 2) == "done"


def test_a_job_that_kills_every_worker_is_given_up(time, app) -> None:
    job = asked()
    for _ in range(jobs.MOST_TRIES):
        assert jobs.take("one") is not None
        time.forward(minutes=3)
    assert jobs.take("one") is None
    assert state(job) == ("failed", 5)


def test_workers_at_once_take_each_job_once(separate: Flask) -> None:  # noqa: F811
    section, taken = cast.actor("section"), []
    for number in range(12):
        jobs.ask(section, "paper", f"paper.{number}", {"paper_id": number})
    db.session.remove()

    def work(worker: int) -> None:
        with separate.app_context():
            while job_runner.run_next(
                separate, f"w{worker}", {"paper": lambda data, _p: taken.append(data["paper_id"])}
            ):
                pass

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(taken) == list(range(12))
    assert {job.state for job in db.session.scalars(select(Job))} == {"done"}


SLEEPER = """
import sys, time
from blueprints import job_runner
from blueprints.app import create_app
app = create_app()
def sleep(data, progress):
    print("taken", flush=True)
    time.sleep(60)
with app.app_context():
    job_runner.run_next(app, "doomed", {"paper": sleep})
"""


def test_a_killed_worker_s_job_is_taken_again(
    separate: Flask,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_of.current()
    monkeypatch.setattr(clock, "now", REAL_NOW)  # the other process goes by it
    job = jobs.ask(cast.actor("section"), "paper", "paper.1", {"paper_id": 1})
    db.session.remove()
    environment = {
        **os.environ,
        "REGISTRY_DATABASE_URL": settings.database_url,
        "REGISTRY_INSTANCE_DIR": str(tmp_path),
        "REGISTRY_SECRET_KEY": settings.secret_key,
    }
    doomed = subprocess.Popen([sys.executable, "-c", SLEEPER], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert doomed.stdout is not None
    assert doomed.stdout.readline() == b"taken\n"
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    db.session.remove()
    row = db.session.get_one(Job, job.id)
    assert (row.state, row.worker) == ("running", "doomed")

    later = row.held_until + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    done = []
    assert job_runner.run_next(separate, "heir", {"paper": lambda data, _progress: done.append(data)})
    assert done == [{"paper_id": 1}]
    assert state(job) == ("done", 2)
