"""flask audit: seal the trail, look whether it still is what was sealed, prove one entry."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from flask.cli import AppGroup

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.errors import Missing
from registry.queries import seals as queries
from registry.services import beats, seals

group = AppGroup("audit", help="Seals over the trail.")


@group.command("seal")
@click.option("--batch", type=click.IntRange(1, 65_536), default=seals.BATCH, show_default=True, help="Entries a seal.")
def seal(batch: int) -> None:
    """Seal what was recorded since the last seal; may run at any time."""
    for row in seals.seal(SYSTEM, batch):
        click.echo(f"{row.no} {row.count} {row.root}")


@group.command("verify")
@click.option("--from", "first", type=click.IntRange(1), default=1, show_default=True, help="Number of the first seal.")
@click.option("--since", type=click.IntRange(0), help="Number of the last seal that was verified: only newer ones.")
@click.option(
    "--published", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Seals kept from /seals."
)
def verify(first: int, since: int | None, published: Path | None) -> None:
    """Name every entry that is not as it was sealed; exit code 1 when there is one. On a terminal it says how far it
    is."""
    kept = _published(published) if published else []
    first = first if since is None else since + 1
    begun, wrong, total = perf_counter(), 0, queries.sealed(first)
    started = clock.now()
    with click.progressbar(length=total, label="verify", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for problem in queries.verify(SYSTEM, first, kept, bar.update):
            wrong += 1
            _name(problem)
    last = queries.last()
    db.session.rollback()
    beats.beat("audit:verify", beats.VERIFY, f"{wrong} problems" if wrong else "", started)
    took = perf_counter() - begun
    click.echo(f"{wrong} problems, {total} entries up to seal {last.no if last else 0}, {took:.1f} s", err=True)
    if wrong:
        raise SystemExit(1)


def _name(problem: queries.Problem) -> None:
    entry = f" entry {problem.entry_id}" if problem.entry_id is not None else ""
    other = f" (sealed as entry {problem.other})" if problem.other is not None else ""
    click.echo(f"seal {problem.seal_no}{entry}: {problem.kind}{other}")


def _published(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        rows = found["items"] if isinstance(found, dict) else found
        return [{"no": int(row["no"]), "hash": str(row["hash"])} for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{path} is not what /seals publishes: {error}") from error


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "first", type=click.IntRange(1), default=1, show_default=True, help="Number of the first seal.")
def export(file: Path, first: int) -> None:
    """Write the sealed trail to a file, a line an entry; docs/examples/verify_trail.py checks it without us."""
    written = file.with_name(file.name + ".part")
    try:
        with written.open("w", encoding="utf-8") as lines:
            for line in queries.export(SYSTEM, first):
                lines.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    except Missing as error:
        written.unlink()
        raise click.ClickException(f"there is no seal {first} yet") from error
    written.replace(file)


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
