"""Why a file is not read at all, and how much of one is read."""

from __future__ import annotations

from dataclasses import dataclass

from registry.errors import Invalid
from registry.messages import T


class UnreadableSheet(Invalid):
    """The file cannot be taken as a spreadsheet. `detail` is a sentence that says what to do."""

    type = "unreadable-spreadsheet"

    def __init__(self, reason: T) -> None:
        super().__init__({"file": [reason]}, reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read: bytes, rows, columns; `cells` and `text_bytes` bound the memory of one sheet."""

    upload_bytes: int = 50_000_000
    unpacked_bytes: int = 400_000_000
    packing_ratio: int = 300
    rows: int = 200_000
    columns: int = 500
    cells: int = 12_000_000
    text_bytes: int = 500_000_000


COMMAND_LINE_LIMITS = Limits(
    upload_bytes=500_000_000,
    unpacked_bytes=4_000_000_000,
    rows=5_000_000,
    cells=60_000_000,
    text_bytes=3_000_000_000,
)


def megabytes(count: int) -> int:
    """Whole MB (10^6) for messages, rounded up."""
    return -(-count // 1_000_000)
