"""What may be entered wrongly with a move of a hazard, and the shortest ways into what must never be possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.hazards_factory import person

# Ways in which what is entered may be wrong.
WRONG: dict[str, Callable[[dict[str, Any], date], dict[str, Any]]] = {
    "one verifier": lambda data, _: {**data, "verifiers": data.get("verifiers", [])[:1]},
    "the planner verifies": lambda data, _: {**data, "verifiers": [person("property"), person("officer")]},
    "an uncertified verifier": lambda data, _: {**data, "verifiers": [person("county-leader"), person("officer")]},
    "a company's verifier": lambda data, _: {**data, "verifiers": [person("company"), person("officer")]},
    "in the future": lambda data, on: {
        name: on + timedelta(days=1) if isinstance(value, date) else value for name, value in data.items()
    },
    "long ago": lambda data, on: {
        name: on - timedelta(days=90) if isinstance(value, date) else value for name, value in data.items()
    },
    "no clause": lambda data, _: {**data, "clauses": []},
    "an unknown clause": lambda data, _: {**data, "clauses": ["9.9z"]},
    "a severe clause": lambda data, _: {**data, "clauses": ["s3"]},
    "no test report": lambda data, _: {n: v for n, v in data.items() if not n.startswith("test_report")},
    "an old test report": lambda data, on: {**data, "test_report_on": on - timedelta(days=2)},
    "only fined": lambda data, _: {**data, "checklist": {"penalty_handled": {"answer": "yes"}}},
    "still in use": lambda data, _: {**data, "stop_use": False},
    "voided alone": lambda data, _: {**data, "second_person": person("county-leader")},
    "asked in time": lambda data, on: {**data, "applied_on": on - timedelta(days=20)},
    "another list": lambda data, _: {**data, "list_level": "city"},
}


# The shortest way into each thing that must never be: (road, state, clause) to begin from, then (login, verb, wrong)
# or a method of the machine with its arguments.
Step = tuple[str, ...] | tuple[str, dict[str, Any]]
PLACES = {
    "draft": ("county", "DRAFT", "4.6b"),
    "unrecognised": ("city", "PENDING_RECOGNITION", "4.6a"),
    "rectifying": ("county", "RECTIFYING", "4.6a"),
    "verifying": ("county", "VERIFYING", "4.6b"),
    "verifying city": ("city", "VERIFYING", "4.6b"),
    "in review": ("county", "COUNTY_REVIEW", "4.6b"),
    "notice": ("city", "NOTICE", "4.6b"),
}
ASKED = (("property", "request_closing", ""), ("county2", "accept_request", ""))
TRAPS: dict[str, tuple[str, tuple[Step, ...]]] = {
    "closed unsigned": ("in review", (("county-leader2", "sign_county_second", ""), ("county2", "close", ""))),
    "closed on an old signature": (
        "in review",
        (
            ("county-leader", "sign_county", ""),
            ("county-leader", "return_to_verifying", ""),
            ("county", "pass_verification", ""),
            ("county-leader2", "sign_county_second", ""),
            ("county2", "close", ""),
        ),
    ),
    "one signs twice": (
        "in review",
        (("county-leader", "sign_county", ""), ("county-leader", "sign_county_second", ""), ("county2", "close", "")),
    ),
    "a rectifier verifies": (
        "rectifying",
        (("officer", "report_progress", ""), *ASKED, ("county", "pass_verification", "")),
    ),
    "one verifies alone": (
        "rectifying",
        (ASKED[0], ("county2", "accept_request", "one verifier"), ("county", "pass_verification", "")),
    ),
    "verified before it was asked for": ("verifying", (("county", "pass_verification", "long ago"),)),
    "rectified tomorrow": ("rectifying", (("property", "request_closing", "in the future"),)),
    "put into use": ("rectifying", (("run", {"login": "section", "verb": "halt"}), ("run", {"login": "section"}))),
    "a third extension": ("rectifying", (("county-leader", "extend", ""),) * 3),
    "overdue days forgiven": (
        "rectifying",
        (("wait", {"days": 35}), ("county-leader", "extend", "asked in time")),
    ),
    "lowered after the assignment": ("rectifying", (("county-leader", "downgrade", ""),)),
    "voided alone": ("unrecognised", (("county-leader", "void", "voided alone"),)),
    "evidence changed": ("rectifying", ASKED),
    "a number lost": ("draft", (("clue", {"voided": True}), ("clue", {"voided": False}))),
    "another county's": ("rectifying", (("dangshan", "report_progress", ""),)),
    "a county closes the city's": ("notice", (("county2", "close", ""),)),
    "suspended while it runs": (
        "unrecognised",
        (("section", "recognise", "still in use"), ("section", "assign", ""), ("leader", "suspend", "still in use")),
    ),
    "no test report": (
        "rectifying",
        (
            ("property", "request_closing", "no test report"),
            ("county2", "accept_request", ""),
            ("county", "pass_verification", ""),
        ),
    ),
    "an old test report": (
        "rectifying",
        (
            ("property", "request_closing", "an old test report"),
            ("county2", "accept_request", ""),
            ("county", "pass_verification", ""),
        ),
    ),
    "reopened in the same round": ("notice", (("section", "close", ""), ("section", "reopen", ""))),
    "only fined": ("verifying", (("county", "pass_verification", "only fined"),)),
    "major without its clause": (
        "draft",
        (("county", "submit", ""), ("county-leader", "recognise", "a severe clause")),
    ),
}
