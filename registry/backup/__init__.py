"""A registry in one file: its database at one moment with the files that it names, and back into an empty one.

`archive` is the file, `contents` what a database says about itself, `on_sqlite` and `on_postgresql` copy it out and
put it back.
"""

from __future__ import annotations

from types import ModuleType

from registry.backup import on_postgresql, on_sqlite
from registry.db import db


def database() -> ModuleType:
    """How the database of this registry is copied and put back: `snapshot`, `contents_now`, `put_back`, `busy`."""
    return on_sqlite if db.engine.dialect.name == "sqlite" else on_postgresql
