"""The registry under a clock that the rig moves: the file that RIG_CLOCK names holds seconds to add.

`gunicorn benchmarks.rig.moved:app` and `flask --app benchmarks.rig.moved`. Only the registry's own clock moves, which
is the only one it reads.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from blueprints.app import create_app
from registry import clock

_FILE = Path(os.environ["RIG_CLOCK"])
_now = clock.now


def _moved() -> datetime:
    return _now() + timedelta(seconds=float(_FILE.read_text() or 0))


clock.now = _moved
app = create_app()
