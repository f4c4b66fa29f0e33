"""flask backup: the whole registry into one file, while it runs; flask restore is the way back."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from registry import clock
from registry.actor import SYSTEM
from registry.backup import archive
from registry.backup.archive import Damaged, Manifest
from registry.backup.on_postgresql import ToolError
from registry.errors import Conflict
from registry.services import backups, beats


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--check", "checking", is_flag=True, help="Prove the archive TARGET and change nothing.")
@click.option(
    "--keep", type=click.IntRange(min=1), help="Of the archives in the folder TARGET, keep the newest so many."
)
@click.option("--with-secrets", is_flag=True, help="Put the secret key and the label keys in as well.")
@with_appcontext
def group(target: Path, checking: bool, keep: int | None, with_secrets: bool) -> None:
    """Write database and files into the archive TARGET, or into a new one in the folder TARGET.

    The registry may run meanwhile. Exit code 1 when a file that the database names is not on the disk: the archive is
    written all the same, and says which. How the last one went stands on the page of the operator.
    """
    if keep and not target.is_dir():
        raise click.BadParameter("needs a folder as TARGET", param_hint="--keep")
    try:
        manifest = _checked(target) if checking else _made(target, with_secrets)
    except FileExistsError:
        raise click.ClickException(f"{target} is there already: it is not replaced") from None
    except (Conflict, Damaged, ToolError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror or error}") from None
    click.echo(describe(manifest))
    for old in backups.forget_old(SYSTEM, target, keep) if keep and not checking else ():
        click.echo(f"removed: {old}")
    for digest in manifest.files.missing:
        click.echo(f"named by the database, but not on the disk as it was: {digest}", err=True)
    if manifest.files.missing:
        raise SystemExit(1)


def _checked(target: Path) -> Manifest:
    manifest = archive.check(target)
    click.echo(f"{target}: whole")
    return manifest


def _made(target: Path, with_secrets: bool) -> Manifest:
    """Make one, and note how it went: who looks after the registry must learn that there is none."""
    begun = clock.now()
    try:
        made = backups.make(SYSTEM, target, with_secrets)
    except Exception as error:
        beats.note_backup(type(error).__name__)
        raise
    missing = len(made.manifest.files.missing)
    beats.note_backup(f"{missing} files missing" if missing else "", begun)
    click.echo(f"{made.path}: {made.size:,} bytes")
    return made.manifest


def describe(manifest: Manifest) -> str:
    """What is in an archive, one line each."""
    contents, seal = manifest.contents, manifest.contents.seal
    return "\n".join(
        (
            f"made {manifest.made_at} by version {manifest.version} from {manifest.engine}, schema {contents.revision}",
            f"{contents.rows:,} rows in {len(contents.counts)} tables, trail until entry {contents.trail_id}",
            f"seal {seal.no} with root {seal.root}" if seal else "nothing sealed yet",
            f"{manifest.files.count:,} files, {manifest.files.size:,} bytes",
            "secrets: inside, keep it under lock" if manifest.secrets else "secrets: not inside",
        )
    )
