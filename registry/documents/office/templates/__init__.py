"""The shipped templates of the office's papers, by kind; an office may bring its own of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from registry.documents.office.templates import hazard_closing, hazard_forms

TEMPLATES: dict[str, Callable[[date], bytes]] = {
    "report_up": hazard_forms.report_up,
    "assignment": hazard_forms.assignment,
    "plan": hazard_forms.plan,
    "rect_report": hazard_closing.rect_report,
    "close_request": hazard_closing.close_request,
    "verification": hazard_closing.verification,
    "close_approval": hazard_closing.close_approval,
    "close_notice": hazard_closing.close_notice,
}


def shipped(kind: str, on: date) -> bytes:
    """The Word template of a kind as it comes with the registry."""
    return TEMPLATES[kind](on)
