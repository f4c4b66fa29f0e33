"""Files on disk under their SHA-256: written once, never replaced."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def keep(root: Path, content: bytes) -> str:
    """Store the content and return its SHA-256 in hex; the same content is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(root, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    return digest


def path_of(root: Path, digest: str) -> Path:
    """Where the content with this digest lies."""
    return root / digest[:2] / digest[2:4] / digest
