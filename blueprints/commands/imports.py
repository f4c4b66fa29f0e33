"""flask import REGISTER FILE --profile NAME: spreadsheets in from the command line, also those too large for a page."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from registry.actor import SYSTEM, Actor
from registry.errors import RegistryError
from registry.exchange import desk
from registry.exchange.errors_book import errors_book, refused_rows
from registry.exchange.importing import Report
from registry.exchange.mapping import Profile, propose
from registry.exchange.reading import COMMAND_LINE_LIMITS, Table
from registry.exchange.sheets import REGISTERS, find
from registry.queries import accounts

group = AppGroup("import", help="Import spreadsheets (.xlsx, .csv) into a register.")

SHOWN = 20


@contextmanager
def _explained() -> Iterator[None]:
    """What goes wrong, as one line for the operator."""
    try:
        yield
    except RegistryError as error:
        texts = [str(text) for found in getattr(error, "errors", {}).values() for text in found]
        raise click.ClickException("；".join(texts) or str(error.detail)) from None


@contextmanager
def _for_many_rows() -> Iterator[None]:
    """Rows hold no circles: collect seldom, and never look through what the application itself is made of. It takes a
    fifth of an import's time otherwise."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _actor(login: str | None) -> Actor:
    if login is None:
        return SYSTEM
    found = accounts.actor_of_login(login)
    if found is None:
        raise click.ClickException(f"nobody with the login {login} has a role today")
    return found


def _profile(actor: Actor, register: str, table: Table, name: str | None) -> Profile:
    if name is None:
        return propose(table.headings, find(register).sheet)
    return desk.profile(actor, register, name)


def _tell(report: Report, announced: list[Any]) -> None:
    for text in (*announced, *report.notices):
        click.echo(str(text))
    for heading, reason, count in report.reasons()[:SHOWN]:
        click.echo(f"refused  {count:>8}  {heading}: {reason}")
    for heading, reason, count in report.warning_reasons()[:SHOWN]:
        click.echo(f"left out {count:>8}  {heading}: {reason}")
    click.echo(
        f"rows {report.rows_in}, new {report.new}, changed {report.changed}, unchanged {report.unchanged}, "
        f"refused {report.refused} in {report.seconds:.1f} s"
    )


def _command(register: str) -> Callable[..., None]:
    def run(file: Path, profile: str | None, dry_run: bool, login: str | None, errors: Path | None) -> None:
        actor = _actor(login)
        with _explained(), _for_many_rows():
            desk.allow(actor, register)
            click.echo(f"reading {file.name} ...")
            table = desk.open_file(register, str(file), limits=COMMAND_LINE_LIMITS)
            chosen = _profile(actor, register, table, profile)
            bound = find(register).bind(actor, chosen)
            with click.progressbar(length=table.row_count, label="checking" if dry_run else "importing") as bar:
                done = 0

                def advance(rows: int, _of: int) -> None:
                    nonlocal done
                    bar.update(rows - done)
                    done = rows

                as_text = errors is not None and errors.suffix.lower() == ".csv"
                with refused_rows(errors, table) if errors and as_text else nullcontext() as refused:
                    if dry_run:
                        report = desk.rehearse(bound, table, chosen, advance, refused)
                    else:
                        report = desk.bring_in(actor, register, bound, table, chosen, file, advance, refused)
        _tell(report, bound.announce())
        if as_text:
            click.echo(f"refused rows: {errors}")
        elif errors and report.refused:
            errors.write_bytes(errors_book(table, report.errors))
            click.echo(f"refused rows: {errors}")

    return run


for _name, _register in REGISTERS.items():
    _made: Any = click.Command(
        _name,
        callback=with_appcontext(_command(_name)),
        help=f"Import {_register.sheet.heading_en.lower()} from FILE.",
        params=[
            click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.Option(["--profile"], metavar="NAME", help="A saved mapping, or one that comes with the product."),
            click.Option(["--dry-run"], is_flag=True, help="Say what would happen, change nothing."),
            click.Option(["--as", "login"], metavar="LOGIN", help="Import as this person; else as the system."),
            click.Option(
                ["--errors"],
                type=click.Path(dir_okay=False, writable=True, path_type=Path),
                help="Write the refused rows with the reasons into this .xlsx, or .csv for any number of them.",
            ),
        ],
    )
    group.add_command(_made)
