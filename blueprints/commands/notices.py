"""flask notices: who is to be told of what, and sending it."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from blueprints import notice_runner

group = AppGroup("notices", help="Notices by page, e-mail and webhook.")


@group.command("send")
def send() -> None:
    """Make the notices of what is new and send what is due; may run as often and in as many places as one likes."""
    made, sent = notice_runner.run()
    click.echo(f"{made} made, {sent} sent")
