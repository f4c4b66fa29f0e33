#!/usr/bin/env python3
"""Check an exported trail without the registry: `verify_trail.py EXPORT HASH`.

EXPORT is the file of `flask audit export`; HASH is the hash of its last seal as it was published at /seals, from a
source you trust (a printed copy, a page you saved). Every seal carries the hash of the one before it, so this one hash
vouches for all of them. Standard library only; one batch of entries is held at a time.

Names everything that is not as it was sealed, a line each: changed, removed, inserted and reordered entries by their
seal and number; seals that were removed or changed. Exit code 0: nothing. 1: something. 2: no export.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMAT = "registry-trail-1"
PRIVATE = ("person_id", "request_id", "role")
SEAL = ("no", "root", "previous", "first_id", "last_id", "count", "sealed_at")


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def body_of(entry: dict[str, Any]) -> bytes:
    """The digest of an entry: of its public part and of who acted."""
    public = {name: value for name, value in entry.items() if name not in PRIVATE and name != "id"}
    private = {name: entry.get(name) for name in PRIVATE}
    return sha256(b"\x02", sha256(canonical(public)), sha256(canonical(private)))


def root_of(bodies: dict[int, bytes]) -> str:
    """The root of the tree over a batch."""
    row = [sha256(b"\x00", number.to_bytes(8, "big"), bodies[number]) for number in sorted(bodies)]
    while len(row) > 1:
        odd = row[len(row) - len(row) % 2 :]
        row = [sha256(b"\x01", row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)] + odd
    return row[0].hex() if row else ""


def unpacked(packed: bytes) -> dict[int, bytes]:
    """Digests as a seal keeps them: an id of eight bytes and a digest of 32, one after the other."""
    starts = range(0, len(packed), 40)
    return {int.from_bytes(packed[at : at + 8], "big"): packed[at + 8 : at + 40] for at in starts}


def batches(lines: Iterator[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each seal with the entries that stand after it."""
    seal: dict[str, Any] | None = None
    entries: list[dict[str, Any]] = []
    for line in lines:
        if "seal" not in line:
            entries.append(line)
            continue
        if seal is not None:
            yield seal, entries
        seal, entries = line, []
    if seal is None:
        raise ValueError("no seal")
    yield seal, entries


def of_seal(seal: dict[str, Any], previous: str, expected: int) -> Iterator[str]:
    """Whether a seal follows the one before it and says what was hashed."""
    number = seal["no"]
    if number != expected:
        yield f"seal {expected}: seal_removed"
    if seal["previous"] != previous:
        yield f"seal {number}: chain_broken"
    if seal["hash"] != hashlib.sha256(canonical({name: seal[name] for name in SEAL})).hexdigest():
        yield f"seal {number}: seal_changed"


def of_entries(number: int, was: dict[int, bytes], entries: list[dict[str, Any]]) -> Iterator[str]:
    """Entries that are not what was sealed."""
    found: dict[int, bytes] = {}
    before = 0
    for entry in entries:
        if entry["id"] in found:
            yield f"seal {number} entry {entry['id']}: inserted"
        elif entry["id"] < before:
            yield f"seal {number} entry {entry['id']}: reordered"
        before = entry["id"]
        found[entry["id"]] = body_of(entry)
    wrong = {one for one in was.keys() | found.keys() if was.get(one) != found.get(one)}
    sealed = {was[one]: one for one in wrong if one in was}
    for one in sorted(wrong):
        if one in found and found[one] in sealed:
            yield f"seal {number} entry {one}: reordered (sealed as entry {sealed[found[one]]})"
        elif one not in found:
            yield f"seal {number} entry {one}: removed"
        else:
            yield f"seal {number} entry {one}: {'changed' if one in was else 'inserted'}"


def problems(lines: Iterator[dict[str, Any]], published: str) -> Iterator[str]:
    """Everything that is not as it was sealed."""
    head = next(lines, {})
    if head.get("format") != FORMAT:
        raise ValueError(f"not a file of the format {FORMAT}")
    previous, expected = head["previous"], int(head["first"])
    for line, entries in batches(lines):
        seal = line["seal"]
        yield from of_seal(seal, previous, expected)
        was = unpacked(base64.b64decode(line["digests"]))
        if root_of(was) != seal["root"] or len(was) != seal["count"]:
            yield f"seal {seal['no']}: digests_changed"
        yield from of_entries(seal["no"], was, entries)
        previous, expected = seal["hash"], seal["no"] + 1
    if previous != published.strip().lower():
        yield f"seal {expected - 1}: not_as_published"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    wrong = 0
    try:
        with Path(arguments[0]).open(encoding="utf-8") as file:
            for problem in problems((json.loads(line) for line in file), arguments[1]):
                print(problem)
                wrong += 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        print(f"no export: {error}", file=sys.stderr)
        return 2
    print("WRONG" if wrong else "TRUE: every entry is as it was sealed", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
