"""Files under their SHA-256: written once, never replaced; only what a job made for somebody is dropped.

They lie in a directory, or in the store of REGISTRY_FILES_URL; then the directory holds copies of what this host was
asked for, which may be lost at any time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from registry.object_store import StoreAway, store


def keep(root: Path, content: bytes) -> str:
    """Store the content and return its SHA-256 in hex; the same content is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    kept = store()
    if kept is not None:
        if not kept.touched(_object(digest)):
            kept.put(_object(digest), content)
    elif not _touched(_here(root, digest)):
        _written(root, digest, lambda stream: stream.write(content))
    return digest


def keep_copy(root: Path, source: Path) -> str:
    """Store a file of this machine, which need not fit into memory; its SHA-256 in hex."""
    digest = _digest_of(source)
    kept = store()
    if kept is not None:
        if not kept.touched(_object(digest)):
            kept.put_file(_object(digest), source)
    elif not _touched(_here(root, digest)):
        with source.open("rb") as given:
            _written(root, digest, lambda stream: shutil.copyfileobj(given, stream, 1_000_000))
    return digest


def path_of(root: Path, digest: str) -> Path:
    """Where the content with this digest lies on this host, fetched from the store when it is not here yet.

    Raises:
        StoreAway: the store does not answer, or with another content.
    """
    path, kept = _here(root, digest), store()
    if kept is not None and not path.exists():
        with tempfile.TemporaryDirectory(dir=unfinished(root)) as folder:
            copy = Path(folder) / digest
            if kept.fetch(_object(digest), copy):
                if _digest_of(copy) != digest:
                    raise StoreAway("another content")
                os.replace(copy, _made(path.parent) / digest)
    return path


def rests(root: Path, digest: str, since: float) -> bool:
    """Whether nobody brought this content since then, in seconds of the epoch."""
    kept, path = store(), _here(root, digest)
    if kept is not None:
        brought = kept.brought_at(_object(digest))
        return brought is None or brought <= since
    return not path.exists() or path.stat().st_mtime <= since


def drop(root: Path, digest: str) -> None:
    """Forget a content that no row names any more."""
    kept = store()
    if kept is not None:
        kept.drop(_object(digest))
    _here(root, digest).unlink(missing_ok=True)


def write_part(root: Path, name: str, offset: int, content: bytes) -> None:
    """Put a piece at its place; the same piece again changes nothing. `name` is ours, never a caller's text."""
    kept = store()
    if kept is not None:
        kept.put(f"{_pieces(name)}{offset:012d}", content)
        return
    handle = os.open(_made(_part(root, name).parent) / name, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        written = 0
        while written < len(content):  # a disk that is nearly full takes a part
            written += os.pwrite(handle, content[written:], offset + written)
        os.fsync(handle)
    finally:
        os.close(handle)


def read_part(root: Path, name: str) -> bytes:
    """What has been put together so far; empty when there is nothing."""
    kept = store()
    if kept is None:
        path = _part(root, name)
        return path.read_bytes() if path.exists() else b""
    whole = bytearray()
    for piece in kept.names(_pieces(name)):
        content, offset = kept.read(piece) or b"", int(piece.removeprefix(_pieces(name)))
        whole[offset : offset + len(content)] = content
    return bytes(whole)


def drop_part(root: Path, name: str) -> None:
    """Forget the pieces."""
    kept = store()
    if kept is None:
        _part(root, name).unlink(missing_ok=True)
        return
    for piece in kept.names(_pieces(name)):
        kept.drop(piece)


def unfinished(root: Path) -> Path:
    """The folder for what is being written; what a killed process left in it is nobody's."""
    return _made(root / "unfinished")


def sweep(root: Path, unfinished_seconds: float, piece_seconds: float) -> int:
    """Delete what was being written and nobody went on with for so long, and pieces of uploads that have lain for so
    long; how many. Pieces whose upload no row names any more were left by who died between the two.

    By the clock of the disk, which gave the files their moments.
    """
    with tempfile.TemporaryFile(dir=unfinished(root)) as new:
        now, gone = os.fstat(new.fileno()).st_mtime, 0
    for folder, seconds in ((unfinished(root), unfinished_seconds), (_made(root / "uploads"), piece_seconds)):
        for one in folder.iterdir():
            with suppress(FileNotFoundError):  # another worker sweeps too, or it has just become whole
                if now - max(path.lstat().st_mtime for path in (one, *one.rglob("*"))) > seconds:
                    shutil.rmtree(one) if one.is_dir() else one.unlink()
                    gone += 1
    kept = store()
    if kept is not None:
        for piece in kept.names("uploads/"):
            brought = kept.brought_at(piece)
            if brought is not None and now - brought > piece_seconds:
                kept.drop(piece)
                gone += 1
    return gone


def _touched(path: Path) -> bool:
    """Whether the content is here already; it counts as brought now, so that nobody drops it meanwhile."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _written(root: Path, digest: str, write: Callable[[BinaryIO], object]) -> None:
    """Make a file that is there whole and for good, or not at all: its name reaches the disk after its content."""
    path = _here(root, digest)
    missing = [folder for folder in (path.parent, path.parent.parent) if not folder.exists()]
    _made(path.parent)
    handle, temporary = tempfile.mkstemp(dir=unfinished(root))
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


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _here(root: Path, digest: str) -> Path:
    return root / _object(digest)


def _object(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _part(root: Path, name: str) -> Path:
    """Where the pieces of an unfinished upload are put together."""
    return root / "uploads" / name


def _pieces(name: str) -> str:
    """What the names of an upload's pieces begin with."""
    return f"uploads/{name}/"
