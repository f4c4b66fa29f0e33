"""flask audit: seal the trail, look whether it still is what was sealed, prove one entry."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from flask.cli import AppGroup

from registry.actor import SYSTEM
from registry.errors import Missing
from registry.queries import seals as queries
from registry.services import seals

group = AppGroup("audit", help="Seals over the trail.")


@group.command("seal")
@click.option("--batch", type=click.IntRange(1, 65_536), default=seals.BATCH, show_default=True, help="Entries a seal.")
def seal(batch: int) -> None:
    """Seal what was recorded since the last seal; may run at any time."""
    for row in seals.seal(SYSTEM, batch):
        click.echo(f"{row.no} {row.count} {row.root}")


@group.command("verify")
@click.option("--from", "first", type=click.IntRange(1), default=1, show_default=True, help="Number of the first seal.")
@click.option(
    "--published", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Seals kept from /seals."
)
def verify(first: int, published: Path | None) -> None:
    """Name every entry that is not as it was sealed; exit code 1 when there is one."""
    kept = _published(published) if published else []
    begun, wrong = perf_counter(), 0
    for problem in queries.verify(SYSTEM, first, kept):
        wrong += 1
        entry = f" entry {problem.entry_id}" if problem.entry_id is not None else ""
        other = f" (sealed as entry {problem.other})" if problem.other is not None else ""
        click.echo(f"seal {problem.seal_no}{entry}: {problem.kind}{other}")
    click.echo(f"{wrong} problems, {perf_counter() - begun:.1f} s", err=True)
    if wrong:
        raise SystemExit(1)


def _published(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        rows = found["items"] if isinstance(found, dict) else found
        return [{"no": int(row["no"]), "hash": str(row["hash"])} for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{path} is not what /seals publishes: {error}") from error


@group.command("proof")
@click.argument("entry_id", type=click.IntRange(1))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
def proof(entry_id: int, out: Path | None) -> None:
    """The proof that an entry was sealed; docs/examples/verify_proof.py checks it without us."""
    try:
        found = queries.proof(SYSTEM, entry_id)
    except Missing as error:
        raise click.ClickException(f"entry {entry_id} is not there, or not sealed yet") from error
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    else:
        click.echo(text)
