"""What whoever is about to sign has to read first: the steps of this round that his move decides on."""

from __future__ import annotations

from collections.abc import Sequence

from registry.queries.hazard_ledger import Entry

CLOSING = ("file_plan", "request_closing", "pass_verification", "sign_county")
PRESSURE = ("assign", "sign_for", "file_plan", "extend", "report_progress", "remind", "supervise")
# move -> the steps it decides on, in the order in which they are read
READ = {
    "recognise": ("report", "submit"),
    "sign_for": ("assign",),
    "approve_plan": ("file_plan",),
    "return_plan": ("file_plan",),
    "accept_request": ("file_plan", "request_closing"),
    "pass_verification": ("file_plan", "request_closing"),
    "fail_verification": ("file_plan", "request_closing"),
    **dict.fromkeys(
        (
            "sign_county",
            "sign_county_second",
            "sign_city",
            "return_to_verifying",
            "return_to_rectifying",
            "refuse_city",
        ),
        CLOSING,
    ),
    "close": (*CLOSING, "sign_county_second", "sign_city"),
    "supervise": PRESSURE,
    "list_supervision": PRESSURE,
    "delist": ("list_supervision", "report_progress"),
}


def before(entries: Sequence[Entry], verb: str, round_: int) -> list[Entry]:
    """The newest step of each kind that `verb` decides on, of this round; `entries` newest first."""
    newest: dict[str, Entry] = {}
    for entry in entries:
        if entry.round == round_:
            newest.setdefault(entry.verb, entry)
    return [newest[each] for each in READ.get(verb, ()) if each in newest and newest[each].items]
