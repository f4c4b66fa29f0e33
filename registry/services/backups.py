"""A backup of the whole registry, and back: for whoever sits at the machine, with the actor SYSTEM."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy import func, select

from registry import audit, backup, clock, files, policy, schema
from registry.actor import Actor
from registry.backup import archive, origin
from registry.backup.archive import Manifest
from registry.backup.contents import Contents
from registry.db import db, transaction
from registry.errors import Conflict
from registry.models import StoredFile
from registry.queries import seals
from registry.queries.operation import database_bytes
from registry.settings import current

_NAMED = re.compile(r"registry-\d{8}-\d{6}\.tar")


@dataclass(frozen=True)
class Made:
    """`size` of the archive in bytes."""

    path: Path
    size: int
    manifest: Manifest


def make(actor: Actor, target: Path, with_secrets: bool = False) -> Made:
    """Write the database as it is now, with every file that it names, into one archive; others write meanwhile.

    A folder as `target` gets an archive named after the moment. Files are written once and before the row that names
    them, so those of the snapshot are all there when it has been taken; only lists that a job dropped meanwhile are
    not, and the database does not name them any more.

    Raises:
        FileExistsError: there is something of that name.
        ToolError: pg_dump is missing or failed.
        OSError: no room, no such folder.
        Conflict: the disk has not got the room that it may take, so nothing was begun.
    """
    policy.require(actor, "backup.make")
    now = clock.now()
    path = target / f"registry-{now:%Y%m%d-%H%M%S}.tar" if target.is_dir() else target
    _refuse_tight(path.parent)
    source = backup.database()
    with (
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder,
        source.snapshot(Path(folder)) as snapshot,
    ):
        manifest = Manifest(
            origin.version(), source.ENGINE, now.isoformat(), snapshot.contents(), origin.fingerprints()
        )
        with archive.written(path, manifest) as writer:
            digests = list(snapshot.digests())
            copy = Path(folder) / archive.DATABASE
            snapshot.write(copy)
            writer.database(copy)
            copy.unlink()
            root = current().files_dir
            absent = [digest for digest in digests if not writer.file(digest, files.path_of(root, digest))]
            if with_secrets:
                writer.secrets(origin.secrets())
            writer.end(tuple(digest for digest in absent if source.names(digest)))
    made = Made(path, path.stat().st_size, writer.manifest)
    kept, contents = writer.manifest.files, writer.manifest.contents
    with transaction():
        audit.record(
            actor,
            "backup.made",
            name=path.name,
            revision=contents.revision,
            trail_id=contents.trail_id,
            files=kept.count,
            bytes=made.size,
            missing=len(kept.missing),
            secrets=with_secrets,
        )
    return made


def _refuse_tight(folder: Path) -> None:
    """A full disk would stop the registry itself, which may lie on the same one."""
    needed = database_bytes() + int(db.session.scalar(select(func.sum(StoredFile.size))) or 0)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Conflict(f"{folder} has {free:,} bytes left, and the archive may take {needed:,}")


def forget_old(actor: Actor, folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` archives that `make` named in this folder; returns those that went."""
    policy.require(actor, "backup.make")
    named = sorted(path for path in folder.iterdir() if _NAMED.fullmatch(path.name))
    old = named[: max(0, len(named) - keep)]
    for path in old:
        path.unlink()
        with transaction():
            audit.record(actor, "backup.forgotten", name=path.name)
    return old


@dataclass(frozen=True)
class Restored:
    """`problems`: what the seals say of the trail that came back; `keys_missing`: versions of label keys that this
    registry lacks."""

    manifest: Manifest
    problems: list[seals.Problem]
    keys_missing: list[str]


def restore(actor: Actor, path: Path, upgrade: Callable[[], object], replace: str = "") -> Restored:
    """Put an archive back into an empty registry: files first, then the database, all of it or nothing.

    `upgrade` then brings the tables from the schema they had to this version's. `replace`: the name of the database,
    when what it holds is to be given up.

    Raises:
        Damaged: the archive, or what came out of it, is not what was written.
        Conflict: it does not fit: another kind of database, a later schema, a registry in use.
        ToolError, TimeoutError: the database could not be replaced; it is as it was.
    """
    policy.require(actor, "backup.restore")
    manifest, target = archive.check(path), backup.database()
    _refuse_misfit(manifest, target.ENGINE)
    _refuse_filled(target.contents_now(), target.name(), replace)
    if others := target.others():
        raise Conflict(f"{others} other connections are open to the database: stop the registry first")
    _put_back(path, target, manifest)
    upgrade()
    problems = list(seals.verify(actor))
    with transaction():
        audit.record(
            actor,
            "backup.restored",
            name=path.name,
            made_at=manifest.made_at,
            version=manifest.version,
            revision=manifest.contents.revision,
            trail_id=manifest.contents.trail_id,
            files=manifest.files.count,
            missing=len(manifest.files.missing),
        )
    return Restored(manifest, problems, origin.keys_missing(manifest.keys))


def _put_back(path: Path, target: ModuleType, manifest: Manifest) -> None:
    root = current().files_dir
    with tempfile.TemporaryDirectory(dir=files.unfinished(root), prefix="restore-") as name:
        folder = Path(name)
        archive.extract(path, folder / archive.DATABASE, lambda copy: files.keep_copy(root, copy), folder)
        target.put_back(folder / archive.DATABASE, manifest.contents)


def _refuse_misfit(manifest: Manifest, engine: str) -> None:
    if manifest.engine != engine:
        raise Conflict(f"the archive was made from {manifest.engine}, this registry is on {engine}")
    if not schema.knows(manifest.contents.revision):
        raise Conflict(
            f"the archive has schema {manifest.contents.revision}, which this version does not know: "
            f"restore it with version {manifest.version} or a later one"
        )


def _refuse_filled(found: Contents | None, name: str, replace: str) -> None:
    if found is None or not found.in_use:
        return
    if replace != name:
        raise Conflict(
            f"the database {name} holds a registry ({found.rows} rows, trail until entry {found.trail_id}); "
            f"to give it up: --replace {name}"
        )
