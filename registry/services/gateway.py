"""Older scale controllers: a label number and a gun in, two digits (or one byte) out; anything unclear denies."""

from __future__ import annotations

from registry import audit, policy
from registry.actor import Actor
from registry.db import transaction
from registry.services import gun_unlocks, scans

ALLOWED = frozenset({"00", "09"})
DENIED = "02"
UNKNOWN = "01"
BYTES = {True: b"\xaa", False: b"\x55"}
UNKNOWN_BYTE = b"\x02"


def ask(actor: Actor, label_no: str, gun: str) -> str:
    """The two digits for a cylinder at a gun. The gun opens only after the check before filling at this station: the
    leave is given and used up at once, since such controllers cannot keep one."""
    policy.require(actor, "filling.record")
    with transaction():
        answer = scans.scan(actor, {"code": label_no, "purpose": "fill", "gun": gun})
        code = answer.judged.code
        if code not in ALLOWED:
            return code
        if answer.unlock is None:
            return DENIED
        row = gun_unlocks.redeem(actor, answer.unlock, gun)
        audit.record(actor, "gateway.answered", row, gun=gun, code=code)
        return code


def as_byte(code: str) -> bytes:
    """The one byte of a controller that understands no more: allow, deny, or unknown cylinder."""
    return UNKNOWN_BYTE if code == UNKNOWN else BYTES[code in ALLOWED]
