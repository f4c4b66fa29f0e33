"""A file that was handed in with a step: only through the row it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from registry import files
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import StoredFile
from registry.settings import current


def find(file_id: int, kept: Iterable[int | None]) -> tuple[Path, str, str]:
    """Where the file lies, its type and its name; `kept` are the ids that the row holds.

    Raises:
        Missing: the file is not of it.
    """
    stored = db.session.get(StoredFile, file_id) if file_id in set(kept) else None
    if stored is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime, stored.name
