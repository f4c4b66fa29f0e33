"""The product behind a real pgbouncer that gives each transaction one of two servers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from blueprints import job_runner, notice_runner
from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import FillCycle, Filling, Scan
from registry.queries import seals as seal_queries
from registry.services import (
    anomaly_finding,
    cylinder_anomaly_finding,
    fill_cycles,
    filling,
    jobs,
    partitions,
    risk,
    scans,
    seals,
)
from seeds import cast
from tests import filling_factory as make
from tests.conftest import POSTGRES
from tests.growth.apps import registry, signed_in
from tests.growth.clusters import Cluster, clusters, free_port, refuse_to_skip
from tests.services.test_fill_cycles import after, check, filled

pytestmark = pytest.mark.skipif(not POSTGRES, reason="SQLite has no pooler")
SERVERS = 2


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with clusters(1) as (made,):
        made.make()
        made.start()
        yield made


@pytest.fixture(scope="module")
def pooler(cluster: Cluster) -> Iterator[int]:
    """The port of a pgbouncer before the cluster."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        refuse_to_skip("pgbouncer was not found")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pooler_") as folder:
        file = Path(folder) / "pgbouncer.ini"
        file.write_text(
            f"[databases]\npostgres = host=127.0.0.1 port={cluster.port} dbname=postgres user=postgres "
            "connect_query='SET jit = off'\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = transaction\n"
            f"default_pool_size = {SERVERS}\nmax_client_conn = 50\nunix_socket_dir =\nserver_lifetime = 2\n"
        )
        file.chmod(0o644)
        Path(folder).chmod(0o755)
        command = [program, str(file)]
        process = subprocess.Popen(["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command)
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("pgbouncer did not come up")


@pytest.fixture(scope="module")
def pooled(cluster: Cluster, pooler: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = f"postgresql+psycopg://postgres@127.0.0.1:{pooler}/postgres"
    folder = tmp_path_factory.mktemp("instance")
    with registry(folder, DATABASE_URL=url, POOLER="transaction") as app:
        yield app


@pytest.fixture
def app(pooled: Flask) -> Flask:
    db.session.rollback()
    return pooled


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def turn(app: Flask) -> int:
    """A whole turn of a cylinder, in a context of its own; its id."""
    with app.app_context():
        row = make.cylinder()
        fill_cycles.precheck(cast.actor("checker"), check(row))
        scans.scan(cast.actor("filler"), {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"})
        filling.record(cast.actor("filler"), filled(row))
        fill_cycles.post_check(cast.actor("checker"), after(row))
        number = row.id
        db.session.remove()
        return number


def test_turns_by_many_at_once(app) -> None:
    """More threads than servers: each transaction meets whichever is free."""
    before = count(Filling)
    db.session.remove()  # an open transaction would hold one of the servers
    with ThreadPoolExecutor(8) as pool:
        cylinders = list(pool.map(lambda _: turn(app), range(24)))
    db.session.rollback()
    assert count(Filling) == before + 24
    turns = db.session.scalars(select(FillCycle).where(FillCycle.cylinder_id.in_(cylinders))).all()
    assert [one.postchecked_at is not None for one in turns] == [True] * 24


def test_pages_and_signing_in(app) -> None:
    browser = app.test_client()
    answer = browser.post("/account/sign-in", data={"login": "section", "password": cast.PASSWORD})
    assert answer.status_code == 302
    for path in ("/elevators/", "/cylinders/", "/trail", "/units/"):
        assert browser.get(path).status_code == 200, path
    assert signed_in(app, "filling").get("/turns/").status_code == 200


def test_jobs_notices_nights_and_proofs(app) -> None:
    turn(app)
    jobs.ask(cast.actor("section"), "nothing", "once", {}, steps=1)
    assert job_runner.run_next(app, "worker", {"nothing": lambda data, progress: None})
    job_runner.run_regular()
    notice_runner.run()
    cylinder_anomaly_finding.examine_night(SYSTEM, clock.today())
    anomaly_finding.examine_night(SYSTEM, clock.today())
    risk.refresh(SYSTEM, clock.today())
    partitions.ensure(SYSTEM)
    assert seals.seal(SYSTEM)
    assert list(seal_queries.verify(SYSTEM, 1, [])) == []


def test_a_quick_commit_stays_with_its_transaction(app, cluster) -> None:
    """A scan may be lost by a power cut; what comes after it on the same server may not."""
    with transaction(durable=False) as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "off"
    for _ in range(SERVERS * 3):
        with transaction() as session:
            assert session.scalar(text("SHOW synchronous_commit")) == "on"
    row = make.cylinder()
    scans.scan(cast.actor("filler"), {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"})
    assert count(Scan) > 0
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{_port()}/postgres", prepare_threshold=None) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def _port() -> int:
    return int(db.engine.url.port or 0)


def test_nothing_is_left_on_a_server(app, cluster) -> None:
    turn(app)
    db.session.rollback()
    for _ in range(SERVERS * 3):
        with transaction() as session:
            assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
            assert session.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
            assert session.scalar(text("SHOW jit")) == "off"
    connected = cluster.do(
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    assert int(str(connected[0][0])) <= SERVERS
