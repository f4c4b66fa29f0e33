"""What gunicorn and the flask command start: `wsgi:app`."""

import gc

# Looking for rubbish while everything is only being made takes a quarter of the start.
gc.disable()

import click  # noqa: E402

from blueprints.app import create_app  # noqa: E402
from registry import schema  # noqa: E402

app = create_app()

# A server; the commands that serve nobody, such as `flask db upgrade`, look for themselves where they have to.
command = click.get_current_context(silent=True)
if command is None or command.info_name == "run":
    with app.app_context():
        schema.stand_on()

# Half a million objects were made at the start and stay: a worker that looks through them for rubbish stops for a
# tenth of a second, at a gun too. So they are left out, and what requests leave behind is looked through less often.
# Nor does looking end the sharing of what a server has loaded before it forks.
gc.freeze()
gc.set_threshold(10_000, 10, 10)
gc.enable()
