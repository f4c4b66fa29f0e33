"""Files on disk under their SHA-256: written once, never replaced; only what a job made for somebody is dropped."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def keep(root: Path, content: bytes) -> str:
    """Store the content and return its SHA-256 in hex; the same content is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(root, digest)
    if not _touched(path):
        _put(path, lambda stream: stream.write(content))
    return digest


def keep_copy(root: Path, source: Path) -> str:
    """Store a file of this machine, which need not fit into memory; its SHA-256 in hex."""
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    path = path_of(root, digest)
    if not _touched(path):
        with source.open("rb") as given:
            _put(path, lambda stream: shutil.copyfileobj(given, stream, 1_000_000))
    return digest


def _put(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Make a file that is there whole and for good, or not at all: its name reaches the disk after its content."""
    missing = [folder for folder in (path.parent, path.parent.parent) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    for folder in (path.parent, *(folder.parent for folder in missing)):
        _settle(folder)


def _settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _touched(path: Path) -> bool:
    """Whether the content is here already; it counts as brought now, so that nobody drops it meanwhile."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def rests(root: Path, digest: str, since: float) -> bool:
    """Whether nobody brought this content since then, in seconds of the epoch."""
    path = path_of(root, digest)
    return not path.exists() or path.stat().st_mtime <= since


def drop(root: Path, digest: str) -> None:
    """Forget a content that no row names any more."""
    path_of(root, digest).unlink(missing_ok=True)


def path_of(root: Path, digest: str) -> Path:
    """Where the content with this digest lies."""
    return root / digest[:2] / digest[2:4] / digest


def part_of(root: Path, name: str) -> Path:
    """Where the pieces of an unfinished upload are put together; `name` is ours, never a caller's text."""
    return root / "uploads" / name


def write_part(root: Path, name: str, offset: int, content: bytes) -> None:
    """Put a piece at its place; the same piece again changes nothing."""
    path = part_of(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        written = 0
        while written < len(content):  # a disk that is nearly full takes a part
            written += os.pwrite(handle, content[written:], offset + written)
        os.fsync(handle)
    finally:
        os.close(handle)


def read_part(root: Path, name: str) -> bytes:
    """What has been put together so far; empty when there is nothing."""
    path = part_of(root, name)
    return path.read_bytes() if path.exists() else b""


def drop_part(root: Path, name: str) -> None:
    """Forget the pieces."""
    part_of(root, name).unlink(missing_ok=True)
