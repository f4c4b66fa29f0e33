"""What somebody could do to a sealed trail who owns the database or the exported file: one random thing at a time."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from registry.rules import merkle

ENTRY_FIELDS = ("at", "act", "subject", "subject_id", "person_id", "unit_id", "role", "request_id", "data")
SEAL_FIELDS = ("root", "previous", "first_id", "last_id", "count", "sealed_at", "hash", "digests")


@dataclass
class Trail:
    """Seals with their packed digests, and entries by their ids; `head` is the first line of an export."""

    head: dict[str, Any]
    seals: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: list[dict[str, Any]]) -> Trail:
        trail = cls(lines[0])
        for line in lines[1:]:
            if "seal" in line:
                trail.seals.append({**line["seal"], "digests": base64.b64decode(line["digests"])})
            else:
                trail.entries[line["id"]] = line
        return trail

    def lines(self) -> list[dict[str, Any]]:
        """As an export: each seal with the entries up to its last, what is beyond with the last seal."""
        found, left = [self.head], sorted(self.entries)
        for seal in self.seals:
            facts = {name: value for name, value in seal.items() if name != "digests"}
            found.append({"seal": facts, "digests": base64.b64encode(seal["digests"]).decode()})
            whole = seal is self.seals[-1]
            mine = [number for number in left if whole or number <= seal["last_id"]]
            left = left[len(mine) :]
            found += [self.entries[number] for number in mine]
        return found

    def seal_of(self, entry_id: int) -> int:
        """The place of the seal over an entry."""
        return next(at for at, seal in enumerate(self.seals) if entry_id <= seal["last_id"])

    def forge(self, place: int) -> None:
        """Make a seal anew over what stands there now, as somebody would who knows how it is made."""
        seal = self.seals[place]
        after = self.seals[place - 1]["last_id"] if place else self.head["reached"]
        bodies = {n: merkle.body_of(one) for n, one in self.entries.items() if after < n <= seal["last_id"]}
        if not bodies:
            return
        seal |= {"digests": merkle.pack(bodies), "root": merkle.root(merkle.leaves(bodies)), "count": len(bodies)}
        seal["previous"] = self.seals[place - 1]["hash"] if place else self.head["previous"]
        seal["hash"] = merkle.seal_hash(seal)


@dataclass
class Tampering:
    """What was done, and what has to be named for it: one of these entries or one of these seals."""

    kind: str
    trail: Trail
    entries: set[int] = field(default_factory=set)
    seals: set[int] = field(default_factory=set)


def other(chance: random.Random, value: Any) -> Any:
    """Something else of the same kind, as little different as may be."""
    match value:
        case bool() | None:
            return 7
        case int():
            return value + chance.choice((-1, 1, 2**20)) if value > 0 else value + 1
        case bytes():
            place = chance.randrange(len(value))
            return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
        case str() if value:
            place = chance.randrange(len(value))
            return (
                value[:place]
                + chance.choice([c for c in "0123456789abcdefx" if c != value[place]])
                + value[place + 1 :]
            )
        case dict() if value:
            name = chance.choice(sorted(value))
            return {**value, name: other(chance, value[name])}
        case _:
            return {"x": 1} if isinstance(value, dict) else "x"


def moment(chance: random.Random, value: str) -> str:
    """One digit of the fraction of a second is another."""
    digit = chance.randrange(20, 26)
    return value[:digit] + str((int(value[digit]) + chance.randrange(1, 10)) % 10) + value[digit + 1 :]


def change_entry(chance: random.Random, trail: Trail) -> Tampering:
    victim = chance.choice(sorted(trail.entries))
    name = chance.choice(ENTRY_FIELDS)
    entry = trail.entries[victim]
    entry[name] = moment(chance, entry[name]) if name == "at" else other(chance, entry[name])
    return Tampering(f"change_entry {name}", trail, {victim})


def remove_entry(chance: random.Random, trail: Trail) -> Tampering:
    victim = chance.choice(sorted(trail.entries))
    del trail.entries[victim]
    return Tampering("remove_entry", trail, {victim})


def insert_entry(chance: random.Random, trail: Trail) -> Tampering:
    last = trail.seals[-1]["last_id"]
    free = chance.choice([number for number in range(min(trail.entries), last) if number not in trail.entries])
    trail.entries[free] = {**deepcopy(chance.choice(list(trail.entries.values()))), "id": free, "role": "forged"}
    return Tampering("insert_entry", trail, {free})


def swap_entries(chance: random.Random, trail: Trail) -> Tampering:
    one, two = chance.sample(sorted(trail.entries), 2)
    here, there = trail.entries[one], trail.entries[two]
    if merkle.body_of(here) == merkle.body_of(there):
        there["role"] = "forged"
    trail.entries[one], trail.entries[two] = {**there, "id": one}, {**here, "id": two}
    return Tampering("swap_entries", trail, {one, two})


def move_entry(chance: random.Random, trail: Trail) -> Tampering:
    victim = chance.choice(sorted(trail.entries))
    free = chance.choice([n for n in range(min(trail.entries), trail.seals[-1]["last_id"]) if n not in trail.entries])
    trail.entries[free] = {**trail.entries.pop(victim), "id": free}
    return Tampering("move_entry", trail, {victim, free})


def change_seal(chance: random.Random, trail: Trail) -> Tampering:
    seal = chance.choice(trail.seals)
    name = chance.choice(SEAL_FIELDS)
    seal[name] = moment(chance, seal[name]) if name == "sealed_at" else other(chance, seal[name])
    return Tampering(f"change_seal {name}", trail, seals={seal["no"], seal["no"] + 1})


def remove_seal(chance: random.Random, trail: Trail) -> Tampering:
    victim = trail.seals.pop(chance.randrange(len(trail.seals)))
    return Tampering("remove_seal", trail, seals={victim["no"], victim["no"] - 1})


def insert_seal(chance: random.Random, trail: Trail) -> Tampering:
    """One more at the end, over nothing."""
    like = deepcopy(chance.choice(trail.seals))
    last = trail.seals[-1]
    like |= {"no": last["no"] + 1, "first_id": last["last_id"] + 1, "last_id": last["last_id"] + 9}
    like["previous"] = last["hash"]
    like["hash"] = merkle.seal_hash(like)
    trail.seals.append(like)
    return Tampering("insert_seal", trail, seals={like["no"]})


def swap_seals(chance: random.Random, trail: Trail) -> Tampering:
    here, there = sorted(chance.sample(range(len(trail.seals)), 2))
    one, two = trail.seals[here], trail.seals[there]
    one["no"], two["no"] = two["no"], one["no"]
    trail.seals.sort(key=lambda seal: seal["no"])
    return Tampering("swap_seals", trail, seals={one["no"], two["no"]})


def forge_seal(chance: random.Random, trail: Trail) -> Tampering:
    """Another entry, and its seal made anew: the next one no longer follows it."""
    done = change_entry(chance, trail)
    place = trail.seal_of(min(done.entries))
    trail.forge(place)
    number = trail.seals[place]["no"]
    return Tampering("forge_seal", trail, seals={number, number + 1})


def forge_all(chance: random.Random, trail: Trail) -> Tampering:
    """Another entry, and every seal from there on made anew: only what was published tells."""
    done = chance.choice((change_entry, remove_entry, insert_entry))(chance, trail)
    place = trail.seal_of(min(done.entries))
    for at in range(place, len(trail.seals)):
        trail.forge(at)
    return Tampering("forge_all", trail, seals={seal["no"] for seal in trail.seals[place:]})


KINDS: tuple[Callable[[random.Random, Trail], Tampering], ...] = (
    change_entry, remove_entry, insert_entry, swap_entries, move_entry,
    change_seal, remove_seal, insert_seal, swap_seals, forge_seal, forge_all,
)  # fmt: skip
