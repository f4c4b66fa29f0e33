"""Freeze what a released version makes of a small register: python scripts/freeze_release.py COMMIT [POSTGRES_URL]

Writes tests/data/releases/REVISION.{sqlite.sql.gz,postgresql.sql.gz,json}: the named people and units with all their
equipment, made by the code and the migrations of that commit, its trail sealed, its labels as it prints them. Once
for every release; tests/migrations/test_releases.py brings each of them to the newest revision.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RELEASES = ROOT / "tests/data/releases"
SECRET = "the secret of the frozen releases, long enough"
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
BASE_URL = "https://released.example.cn"
# Runs in the checkout of that commit, with what every release has had.
INSIDE = """
import json, sys
from alembic.runtime.migration import MigrationContext
from flask_migrate import upgrade
from sqlalchemy import select
from blueprints.app import create_app
from registry import codes, settings
from registry.actor import SYSTEM
from registry.db import db
from registry.models import LabelCode
from registry.queries.seals import last
from registry.services import seals
from seeds import cast_equipment

with create_app(settings.load()).app_context():
    upgrade()
    cast_equipment.build()
    for _ in seals.seal(SYSTEM):
        pass
    now = settings.current()
    active = select(LabelCode.code).where(LabelCode.status == "active").order_by(LabelCode.code)
    ridden = db.session.scalars(active.where(LabelCode.elevator_id.is_not(None)).limit(3)).all()
    filled = db.session.scalars(active.where(LabelCode.cylinder_id.is_not(None)).limit(3)).all()
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    print(json.dumps({
        "revision": revision,
        "root": last().root,
        "labels": [codes.qr_url(now.base_url, code, now.label_keys) for code in [*ridden, *filled]],
    }))
"""


def freeze(commit: str, postgres: str) -> str:
    """The revision of the commit, once its three files are written."""
    RELEASES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, commit], cwd=ROOT, check=True)
        try:
            return _frozen(tree, commit, postgres)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)


def _frozen(tree: Path, commit: str, postgres: str) -> str:
    base = tree.parent / "release.sqlite3"
    said = {"sqlite": _made(tree, f"sqlite:///{base}")}
    revision = str(said["sqlite"]["revision"])
    with sqlite3.connect(base) as connection:
        _keep(f"{revision}.sqlite", "\n".join(connection.iterdump()))
    server, database = postgres.rpartition("/")[0], f"release_{revision}"
    plain = server.replace("+psycopg", "")
    _tell(postgres, f"DROP DATABASE IF EXISTS {database}")
    _tell(postgres, f"CREATE DATABASE {database}")
    said["postgresql"] = _made(tree, f"{server}/{database}")
    dump = ["pg_dump", "--no-owner", "--no-privileges", "--rows-per-insert=200", f"{plain}/{database}"]
    text = subprocess.run(dump, check=True, capture_output=True, text=True).stdout
    # What begins with a backslash is for psql alone.
    _keep(f"{revision}.postgresql", "\n".join(line for line in text.splitlines() if not line.startswith("\\")))
    subprocess.run(
        ["psql", "-q", "-d", postgres.replace("+psycopg", ""), "-c", f"DROP DATABASE {database}"], check=True
    )
    whole = subprocess.run(["git", "rev-parse", commit], cwd=ROOT, check=True, capture_output=True, text=True)
    about = {"commit": whole.stdout.strip(), **said}
    (RELEASES / f"{revision}.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return revision


def _made(tree: Path, database_url: str) -> dict[str, object]:
    settings = {
        "REGISTRY_INSTANCE_DIR": str(tree.parent / "instance"),
        "REGISTRY_DATABASE_URL": database_url,
        "REGISTRY_SECRET_KEY": SECRET,
        "REGISTRY_BASE_URL": BASE_URL,
        "REGISTRY_LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(tree),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    command = [sys.executable, "-c", INSIDE]
    made = subprocess.run(command, cwd=tree, env=kept | settings, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(made.stdout.splitlines()[-1])
    return found


def _tell(postgres: str, command: str) -> None:
    subprocess.run(["psql", "-q", "-d", postgres.replace("+psycopg", ""), "-c", command], check=True)


def _keep(name: str, text: str) -> None:
    path = RELEASES / f"{name}.sql.gz"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    print(freeze(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else POSTGRES))
