"""Seals over the trail as arithmetic: digests of entries, the tree over a batch, the way from one entry to its root.

Hashes are SHA-256. A leaf is `H(00 | entry id as eight bytes | body)`, a node `H(01 | left | right)`; a last node
without a neighbour goes up unchanged, which gives the tree of RFC 6962. The body of an entry is
`H(02 | H(public part) | H(private part))`: who acted is sealed too, and a proof can be shown without showing it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

SIZE = 32
ID_SIZE = 8
RECORD = ID_SIZE + SIZE
GENESIS = "0" * 64
TOGETHER = 4096  # entries that are held at once
PRIVATE = ("person_id", "request_id", "role")

Side = Literal["left", "right"]
Kind = Literal["changed", "removed", "inserted", "reordered"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step up: the neighbour's hash and on which side of us it stands."""

    side: Side
    hash: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that is not what was sealed. `other`: where a reordered one was sealed."""

    kind: Kind
    entry_id: int
    other: int | None = None


def canonical(content: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, without spaces, in UTF-8: the same content is the same bytes."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def parts(entry: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The public and the private part of an entry; its id belongs to the leaf, not to the body."""
    public = {name: value for name, value in entry.items() if name not in PRIVATE and name != "id"}
    return public, {name: entry[name] for name in PRIVATE}


def body(public: bytes, private: bytes) -> bytes:
    """The digest of an entry from the digests of its two parts."""
    return hashlib.sha256(b"\x02" + public + private).digest()


def body_of(entry: Mapping[str, Any]) -> bytes:
    """The digest of a whole entry."""
    public, private = parts(entry)
    return body(hashlib.sha256(canonical(public)).digest(), hashlib.sha256(canonical(private)).digest())


def leaf(entry_id: int, content: bytes) -> bytes:
    """The leaf of an entry: where it stands and what it says."""
    return hashlib.sha256(b"\x00" + entry_id.to_bytes(ID_SIZE, "big") + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash above two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def pack(bodies: Mapping[int, bytes]) -> bytes:
    """The digests of a batch as one string of bytes, in the order of the ids."""
    return b"".join(number.to_bytes(ID_SIZE, "big") + bodies[number] for number in sorted(bodies))


def unpack(packed: bytes) -> dict[int, bytes]:
    """The opposite of `pack`. ValueError when the length is no multiple of a record's."""
    if len(packed) % RECORD:
        raise ValueError("not a whole number of digests")
    starts = range(0, len(packed), RECORD)
    return {int.from_bytes(packed[at : at + ID_SIZE], "big"): packed[at + ID_SIZE : at + RECORD] for at in starts}


def leaves(bodies: Mapping[int, bytes]) -> list[bytes]:
    """The leaves of a batch in the order of the ids."""
    return [leaf(number, bodies[number]) for number in sorted(bodies)]


def root(level: Sequence[bytes]) -> str:
    """The root over some leaves. ValueError for none."""
    if not level:
        raise ValueError("nothing to seal")
    *_, top = _levels(level)
    return top[0].hex()


def path(level: Sequence[bytes], index: int) -> list[Step]:
    """The neighbours on the way from a leaf to the root. IndexError outside the batch."""
    if not 0 <= index < len(level):
        raise IndexError(index)
    steps = []
    for row in _levels(level):
        beside = index ^ 1
        if beside < len(row):
            steps.append(Step("left" if beside < index else "right", row[beside].hex()))
        index //= 2
    return steps


def climb(start: bytes, steps: Sequence[Step]) -> str:
    """The root that a leaf and its neighbours lead to."""
    for step in steps:
        beside = bytes.fromhex(step.hash)
        start = node(beside, start) if step.side == "left" else node(start, beside)
    return start.hex()


def seal_hash(seal: Mapping[str, Any]) -> str:
    """The hash of a seal, which the next one carries: `no, root, previous, first_id, last_id, count, sealed_at`."""
    names = ("no", "root", "previous", "first_id", "last_id", "count", "sealed_at")
    return hashlib.sha256(canonical({name: seal[name] for name in names})).hexdigest()


def differences(sealed: Mapping[int, bytes], found: Mapping[int, bytes]) -> list[Difference]:
    """What is not as it was sealed, entry by entry: both map ids to bodies."""
    wrong = {number for number in sealed.keys() | found.keys() if sealed.get(number) != found.get(number)}
    was = {sealed[number]: number for number in wrong if number in sealed}
    named: list[Difference] = []
    moved = {number: was[found[number]] for number in wrong if number in found and found[number] in was}
    for number in sorted(wrong):
        if number in moved:
            named.append(Difference("reordered", number, moved[number]))
        elif number not in found:
            if number not in moved.values():
                named.append(Difference("removed", number))
        else:
            named.append(Difference("changed" if number in sealed else "inserted", number))
    return named


def _levels(level: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The rows of the tree from the leaves to the root."""
    yield level
    while len(level) > 1:
        pairs = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
        yield level
