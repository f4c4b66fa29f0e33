"""The shipped templates of the office's papers, by kind; an office may bring its own of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from registry.documents.office.templates import (
    accidents,
    cases,
    circular,
    directives,
    guarded_event,
    hazard_closing,
    hazard_forms,
    hazard_letters,
    risk_list,
    status_report,
    supervision_forms,
)

TEMPLATES: dict[str, Callable[[date], bytes]] = {
    "report_up": hazard_forms.report_up,
    "assignment": hazard_forms.assignment,
    "plan": hazard_forms.plan,
    "rect_report": hazard_closing.rect_report,
    "close_request": hazard_closing.close_request,
    "verification": hazard_closing.verification,
    "close_approval": hazard_closing.close_approval,
    "close_notice": hazard_closing.close_notice,
    "remind": hazard_letters.remind,
    "supervise": hazard_letters.supervise,
    "listed_notice": hazard_letters.listed_notice,
    "delisting_notice": hazard_letters.delisting_notice,
    "talk": hazard_letters.talk,
    "talk_record": hazard_letters.talk_record,
    "transfer": hazard_letters.transfer,
    "circular": circular.circular,
    "status_report": status_report.status_report,
    "risk_list": risk_list.risk_list,
    "guarded_event_report": guarded_event.report,
    "directive": directives.directive,
    "check_record": supervision_forms.check_record,
    "sealing": directives.sealing,
    "case_filing": cases.filing,
    "penalty_notice": cases.notice,
    "hearing_notice": cases.hearing_notice,
    "penalty_decision": cases.decision,
    "case_closing": cases.closing,
    "case_transfer": cases.transfer,
    "accident_first": accidents.first,
    "accident_follow_up": accidents.follow_up,
    "accident_closing": accidents.closing,
}


def shipped(kind: str, on: date) -> bytes:
    """The Word template of a kind as it comes with the registry."""
    return TEMPLATES[kind](on)
