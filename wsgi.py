"""What gunicorn and the flask command start: `wsgi:app`."""

import gc

from blueprints.app import create_app

app = create_app()

# Half a million objects were made at the start and stay: a worker that looks through them for rubbish stops for a
# tenth of a second, at a gun too. So they are left out, and what requests leave behind is looked through less often.
gc.freeze()
gc.set_threshold(10_000, 10, 10)
