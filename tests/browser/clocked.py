"""The application with a clock that a test puts forward, so that a visit of half an hour need not take half an hour.

`TEST_CLOCK` names a file that holds how many seconds the registry's clock is ahead.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from blueprints.app import create_app
from registry import clock

_ahead = Path(os.environ["TEST_CLOCK"])
_real = clock.now


def _now() -> datetime:
    return _real() + timedelta(seconds=int(_ahead.read_text(encoding="ascii")))


clock.now = _now
app = create_app()
