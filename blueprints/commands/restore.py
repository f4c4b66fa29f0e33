"""flask restore: a registry out of an archive of flask backup."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_migrate import upgrade

from blueprints.commands.backup import describe
from registry.actor import SYSTEM
from registry.backup.archive import Damaged
from registry.backup.on_postgresql import ToolError
from registry.errors import Conflict
from registry.services import backups


@click.command("restore")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", default="", metavar="NAME", help="Give up the registry in the database of this name.")
@with_appcontext
def group(archive: Path, replace: str) -> None:
    """Bring back ARCHIVE into an empty registry; stop the services first.

    Every sum is checked before anything is touched. An archive of an older version is brought to this one's schema.
    Exit code 1 when the trail is not what was sealed.
    """
    try:
        found = backups.restore(SYSTEM, archive, upgrade, replace)
    except TimeoutError:
        raise click.ClickException("others hold the database: stop the registry first") from None
    except (Damaged, ToolError, Conflict) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or archive}: {error.strerror or error}") from None
    click.echo(describe(found.manifest))
    click.echo("restored: sums, rows of every table and references are those of the archive")
    click.echo(f"audit verify: {len(found.problems)} problems")
    for problem in found.problems:
        click.echo(f"seal {problem.seal_no} entry {problem.entry_id}: {problem.kind}", err=True)
    for digest in found.manifest.files.missing:
        click.echo(f"was missing when the archive was made: {digest}", err=True)
    for version in found.keys_missing:
        click.echo(
            f"label key {version} is not the one of the archive: labels printed under it cannot be checked "
            "until REGISTRY_LABEL_KEYS has it",
            err=True,
        )
    if found.problems:
        raise SystemExit(1)
