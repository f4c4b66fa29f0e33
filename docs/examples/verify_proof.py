#!/usr/bin/env python3
"""Check a proof from the registry without the registry: `verify_proof.py PROOF.json ROOT`.

PROOF.json is what the page of a cylinder or `flask audit proof` gave out; ROOT is the root of its seal as it was
published at /seals, from a source you trust (a printed copy, a page you saved). Standard library only.
Exit code 0: the entry stood in the trail, word for word, when the seal was made. 1: it did not. 2: no proof.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def root_of(proof: dict[str, Any]) -> str:
    """The root that the entry and its neighbours lead to."""
    private = bytes.fromhex(proof["private_sha256"])
    if "private" in proof and sha256(canonical(proof["private"])) != private:
        raise ValueError("the private part is not the one that was sealed")
    body = sha256(b"\x02", sha256(canonical(proof["entry"])), private)
    here = sha256(b"\x00", int(proof["id"]).to_bytes(8, "big"), body)
    for step in proof["path"]:
        beside = bytes.fromhex(step["hash"])
        here = sha256(b"\x01", beside, here) if step["side"] == "left" else sha256(b"\x01", here, beside)
    return here.hex()


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:
            proof = json.load(file)
        found = root_of(proof)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"no proof: {error}", file=sys.stderr)
        return 2
    if found != arguments[1].strip().lower():
        print("WRONG: this entry does not lead to that root")
        return 1
    print(f"TRUE: entry {proof['id']} was sealed under this root")
    print(json.dumps(proof["entry"], ensure_ascii=False, sort_keys=True, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
