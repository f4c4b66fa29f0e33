"""The archive: a tar file with the database first, then the files by their SHA-256, and the manifest last.

Whoever reads it believes nothing that a sum does not prove: a file proves itself by its name, the database and the
list of files by the manifest, the manifest by its own sum. An archive without manifest was never finished. tar opens
it too, should this program be lost.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from registry.backup.contents import Contents

FORMAT = "registry-backup-1"
DATABASE, FILES, SECRETS, MANIFEST = "database", "files/", "secrets.env", "manifest.json"
LONGEST_MANIFEST = 4_000_000
PIECE = 1_000_000
_NAME = re.compile(f"{FILES}([0-9a-f]{{64}})")


class Damaged(Exception):
    """Not an archive as it was written; the text is one line for an operator."""


@dataclass(frozen=True)
class Part:
    """`size` in bytes."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Files:
    """How many, their bytes, and one sum over the list of their sums. `missing`: named by the database, but not on
    the disk (or no more what they were) when the archive was made."""

    count: int = 0
    size: int = 0
    sha256: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """`engine`: sqlite or postgresql. `made_at`: ISO 8601, when the database was as it is in here. `keys`: a
    fingerprint of each label key by its version, so that a restored registry knows whether it has them."""

    version: str
    engine: str
    made_at: str
    contents: Contents
    keys: dict[str, str]
    database: Part = Part(0, "")
    files: Files = Files()
    secrets: Part | None = None


class Writer:
    """Puts the parts in; `manifest` names them at the end."""

    def __init__(self, stream: IO[bytes], manifest: Manifest) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.manifest = manifest
        self._list = hashlib.sha256()

    def database(self, path: Path) -> None:
        """The copy of the database; comes first."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            self.manifest = replace(self.manifest, database=Part(self._add(DATABASE, stream), digest))

    def file(self, digest: str, path: Path) -> bool:
        """A kept file, in the order of digests; False where it is not there, or is not what its name says."""
        try:
            stream = path.open("rb")
        except FileNotFoundError:
            return False
        with stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != digest:
                return False
            size = self._add(FILES + digest, stream)
        self._list.update(digest.encode())
        before = self.manifest.files
        self.manifest = replace(self.manifest, files=replace(before, count=before.count + 1, size=before.size + size))
        return True

    def secrets(self, text: str) -> None:
        """The settings that nothing can replace, as lines of an environment file."""
        content = text.encode()
        self._add(SECRETS, io.BytesIO(content))
        self.manifest = replace(self.manifest, secrets=Part(len(content), hashlib.sha256(content).hexdigest()))

    def end(self, missing: tuple[str, ...]) -> None:
        """Write the manifest; without it the archive is none."""
        files = replace(self.manifest.files, sha256=self._list.hexdigest(), missing=missing)
        self.manifest = replace(self.manifest, files=files)
        self._add(MANIFEST, io.BytesIO(_packed(self.manifest)))
        self._tar.close()

    def _add(self, name: str, stream: IO[bytes]) -> int:
        """From the beginning of the stream; its bytes."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = stream.seek(0, os.SEEK_END), 0o600
        stream.seek(0)
        self._tar.addfile(entry, stream)
        self._tar.members = []  # type: ignore[attr-defined]  # or a million photos would fill the memory
        return entry.size


@contextmanager
def written(target: Path, manifest: Manifest) -> Iterator[Writer]:
    """An archive that is there as a whole, on the disk, or not at all.

    Raises:
        FileExistsError: something has that name already.
    """
    if target.exists():
        raise FileExistsError(target)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".unfinished")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield Writer(stream, manifest)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check(path: Path) -> Manifest:
    """Read the whole archive and prove every byte of it.

    Raises:
        Damaged: with what is wrong.
    """
    return _read(path, _proved)


def extract(path: Path, database: Path, file: Callable[[Path], str], folder: Path) -> Manifest:
    """Read the whole archive again: the database into a file of that name, each kept file handed over as a file in
    `folder` that goes away afterwards; `file` answers with its SHA-256.

    Raises:
        Damaged: with what is wrong.
    """

    def taken(name: str, stream: IO[bytes]) -> Part:
        if name == DATABASE:
            return _copied(stream, database)
        kept = _NAME.fullmatch(name)
        if not kept:
            return _proved(name, stream)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            copy = Path(place) / kept[1]
            part = _copied(stream, copy)
            if part.sha256 == kept[1]:
                file(copy)
        return part

    return _read(path, taken)


def _read(path: Path, take: Callable[[str, IO[bytes]], Part]) -> Manifest:
    try:
        return _parts(path, take)
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError, UnicodeError) as error:
        raise Damaged(f"{path.name} is no archive of a registry, or is damaged ({error})") from None


def _parts(path: Path, take: Callable[[str, IO[bytes]], Part]) -> Manifest:
    """What stands in it, in the order in which it was written, against the manifest at the end."""
    found: dict[str, Part] = {}
    listed, count, size = hashlib.sha256(), 0, 0
    with tarfile.open(path, "r:") as tar:
        for entry in tar:
            tar.members = []  # type: ignore[attr-defined]
            stream = tar.extractfile(entry)
            if stream is None or MANIFEST in found:
                raise Damaged(f"{path.name} is damaged: {entry.name!r} does not belong there")
            if entry.name == MANIFEST:
                manifest = _unpacked(stream.read(LONGEST_MANIFEST))
                found[MANIFEST] = Part(entry.size, "")
                continue
            part = take(entry.name, stream)
            kept = _NAME.fullmatch(entry.name)
            if kept and part.sha256 != kept[1]:
                raise Damaged(f"{path.name} is damaged: the file {kept[1][:12]}… is not what its name says")
            if kept:
                listed.update(kept[1].encode())
                count, size = count + 1, size + part.size
            else:
                found[entry.name] = part
    if MANIFEST not in found:
        raise Damaged(f"{path.name} is not whole: its end is missing")
    expected = {DATABASE: manifest.database} | ({SECRETS: manifest.secrets} if manifest.secrets else {})
    if {name: part for name, part in found.items() if name != MANIFEST} != expected:
        raise Damaged(f"{path.name} is damaged: its parts are not those of the manifest")
    if (count, size, listed.hexdigest()) != (manifest.files.count, manifest.files.size, manifest.files.sha256):
        raise Damaged(f"{path.name} is damaged: its files are not those of the manifest")
    return manifest


def _proved(_name: str, stream: IO[bytes]) -> Part:
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return Part(size, digest.hexdigest())


def _copied(stream: IO[bytes], target: Path) -> Part:
    with target.open("wb") as copy:
        shutil.copyfileobj(stream, copy, PIECE)
    with target.open("rb") as copy:
        return Part(target.stat().st_size, hashlib.file_digest(copy, "sha256").hexdigest())


def _packed(manifest: Manifest) -> bytes:
    plain: dict[str, Any] = {
        "format": FORMAT,
        "version": manifest.version,
        "engine": manifest.engine,
        "made_at": manifest.made_at,
        "contents": manifest.contents.plain(),
        "keys": manifest.keys,
        "database": vars(manifest.database),
        "files": vars(manifest.files),
        "secrets": vars(manifest.secrets) if manifest.secrets else None,
    }
    return json.dumps({**plain, "sum": _sum(plain)}, indent=1).encode()


def _unpacked(content: bytes) -> Manifest:
    plain = json.loads(content)
    if plain["format"] != FORMAT:
        raise ValueError(f"format {plain['format']!r}; this version reads {FORMAT}")
    given = plain.pop("sum")
    # As it is read back: a list for a tuple.
    if given != _sum(plain):
        raise ValueError("the manifest is not what it was")
    files = {**plain["files"], "missing": tuple(plain["files"]["missing"])}
    return Manifest(
        version=plain["version"],
        engine=plain["engine"],
        made_at=plain["made_at"],
        contents=Contents.from_plain(plain["contents"]),
        keys=plain["keys"],
        database=Part(**plain["database"]),
        files=Files(**files),
        secrets=Part(**plain["secrets"]) if plain["secrets"] else None,
    )


def _sum(plain: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
