"""The guards of the hazard workflow: each says what forbids a move, by the invariant it keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal

from registry.rules import tables
from registry.rules.dates import add_months, add_working_days
from registry.rules.hazard_case import Case, collection, guard, in_order, names_of, number
from registry.rules.hazard_facts import (
    OFFICE_RANKS,
    REOPEN_REASONS,
    SUPERVISION_RANKS,
    AcceptanceAnswer,
    ActorFacts,
    HazardFacts,
    Verifier,
)
from registry.rules.verdict import Finding


@guard("recognise")
def recognition(case: Case) -> Iterator[Finding]:
    if case.facts.finders == {case.actor.person}:
        yield case.note("sole_finder")
    if case.facts.device_in_use is not False and not case.given("interim_measures"):
        yield case.note("interim_missing")
    known = {row["clause"] for row in tables.rows("hazard_clauses", case.on)}
    for chosen in collection(case, "clauses"):
        if chosen not in known:
            yield case.note("clause_unknown", clause=str(chosen))


@guard("sign_for")
def refused_signature(case: Case) -> Iterator[Finding]:
    if case.data.get("refused") and not (case.given("witness") and case.given("recording")):
        yield case.note("refusal_evidence")


@guard("file_plan")
def five_elements(case: Case) -> Iterator[Finding]:
    """五落实: the fields are needed by the move; here money and time."""
    budget, plan_due = case.data.get("budget_yuan"), case.day("plan_due")
    if isinstance(budget, (int, Decimal)) and budget < 0:
        yield case.note("budget_negative")
    if budget == 0 and not case.given("budget_reason"):
        yield case.note("budget_reason")
    if case.facts.due is None:
        yield case.note("no_due")
    elif plan_due is not None and plan_due > case.facts.due:
        yield case.note("plan_after_due")


@guard("approve_plan")
def other_reviewer(case: Case) -> Iterator[Finding]:
    if case.facts.plan_author is None or case.facts.plan_author == case.actor.person:
        yield case.note("author_reviews")


@guard("extend")
def extension(case: Case) -> Iterator[Finding]:
    """I6: by the body that set the date, in time, not too often, never by the applicant."""
    facts, actor = case.facts, case.actor
    if not _sets_the_date(facts, actor):
        yield case.note("not_date_setter")
    if case.data.get("applicant") == actor.person:
        yield case.note("applicant_approves")
    most = number("extension_count", case.on)
    if facts.extensions >= most:
        yield case.note("too_many_extensions", most=str(most))
    if facts.due is None:
        yield case.note("no_due")
        return
    applied, new_due, lead = case.day("applied_on"), case.day("new_due"), number("extension_lead", case.on)
    calendar = case.calendar
    if applied and add_working_days(applied, lead, calendar.holidays, calendar.extra_workdays) > facts.due:
        yield case.note("applied_too_late", lead=str(lead))
    if new_due and new_due <= facts.due:
        yield case.note("not_later")


def _sets_the_date(facts: HazardFacts, actor: ActorFacts) -> bool:
    if facts.listed_supervision in SUPERVISION_RANKS:
        wanted = min(SUPERVISION_RANKS[facts.listed_supervision] + 1, OFFICE_RANKS["city"])
        return OFFICE_RANKS[actor.office_level] >= wanted
    return facts.due_set_by is not None and facts.due_set_by == actor.body


@guard("request_closing")
def ready_to_close(case: Case) -> Iterator[Finding]:
    rectified = case.day("rectified_on")
    yield from in_order(
        case,
        ("recognised_on", case.facts.recognised_on),
        ("plan_approved_on", case.facts.plan_approved_on),
        ("close_requested_on", case.on),
    )
    if not requires_test(case):
        return
    report_day = case.day("test_report_on")
    if not case.given("test_report") or report_day is None:
        yield case.note("test_report_missing")
    elif rectified and report_day < rectified:
        yield case.note("test_report_early")


@guard("request_closing")
def late_request(case: Case) -> Iterator[Finding]:
    if case.facts.due is not None and case.on > case.facts.due:
        yield case.note("after_due", "warn")


def requires_test(case: Case) -> bool:
    """Whether a clause of the hazard asks for a test report (I13); a clause nobody knows does."""
    rows = {row["clause"]: row for row in tables.rows("hazard_clauses", case.on)}
    return any(chosen not in rows or rows[chosen]["requires_test"] for chosen in case.facts.clauses)


def fit_to_verify(case: Case, verifiers: Collection[Verifier], site_day: date) -> Iterator[Finding]:
    """I2 and I3: two or more, certified on the day, none of them involved or of a unit concerned."""
    facts = case.facts
    if len({verifier.person for verifier in verifiers}) < 2:
        yield case.note("too_few_verifiers")
    lapsed = [v for v in verifiers if v.certificate_until is None or v.certificate_until < site_day]
    if lapsed:
        yield case.note("certificate_invalid", names=names_of(lapsed))
    barred = facts.involved | {p for p in (facts.county_signer, facts.second_signer) if p is not None}
    conflicts = [v for v in verifiers if v.person in barred or v.units & facts.units]
    if conflicts:
        yield case.note("verifier_conflict", names=names_of(conflicts))


@guard("accept_request")
def appointed(case: Case) -> Iterator[Finding]:
    verifiers = [item for item in collection(case, "verifiers") if isinstance(item, Verifier)]
    yield from fit_to_verify(case, verifiers, case.on)


@guard("pass_verification", "fail_verification")
def verifier_concludes(case: Case) -> Iterator[Finding]:
    if case.actor.person not in {verifier.person for verifier in case.facts.verifiers}:
        yield case.note("not_a_verifier")
    yield from fit_to_verify(case, case.facts.verifiers, case.day("site_date") or case.on)


@guard("pass_verification")
def verified(case: Case) -> Iterator[Finding]:
    facts = case.facts
    yield from in_order(
        case,
        ("recognised_on", facts.recognised_on),
        ("plan_approved_on", facts.plan_approved_on),
        ("close_requested_on", facts.close_requested_on),
        ("site_date", case.day("site_date")),
    )
    if not {v.person for v in facts.verifiers} <= {*collection(case, "verifier_signatures")}:
        yield case.note("signatures_missing")
    if not case.given("unit_signature") and not case.given("unit_refusal_note"):
        yield case.note("unit_signature_missing")
    if requires_test(case):
        if facts.test_report_on is None:
            yield case.note("test_report_missing")
        elif facts.rectified_on is None or facts.test_report_on < facts.rectified_on:
            yield case.note("test_report_early")


@guard("pass_verification")
def acceptance(case: Case) -> Iterator[Finding]:
    """All six points yes, or not applicable with a reason where that is possible."""
    given = case.data.get("checklist")
    answers = given if isinstance(given, Mapping) else {}
    open_points, unreasoned = [], []
    for row in tables.rows("hazard_acceptance", case.on):
        answer = answers.get(row["item"])
        if isinstance(answer, str):
            answer = AcceptanceAnswer(answer)
        if not isinstance(answer, AcceptanceAnswer) or not _passes(answer, row):
            open_points.append((row["zh"], row["en"]))
        elif answer.answer == "not_applicable" and not answer.reason.strip():
            unreasoned.append((row["zh"], row["en"]))
    for key, points in (("checklist_open", open_points), ("checklist_no_reason", unreasoned)):
        if points:
            yield case.note(key, names=("；".join(p[0] for p in points), "; ".join(p[1] for p in points)))


def _passes(answer: AcceptanceAnswer, row: tables.Row) -> bool:
    return answer.answer == "yes" or (answer.answer == "not_applicable" and bool(row["may_not_apply"]))


@guard("sign_county", "sign_county_second", "sign_city")
def signature(case: Case) -> Iterator[Finding]:
    """I1 and I2: only after the verification of this round, and by a person who had no other part in it."""
    facts, actor = case.facts, case.actor
    if facts.verified_on is None:
        yield case.note("not_verified")
    taken = {verifier.person for verifier in facts.verifiers} | facts.involved
    if case.verb != "sign_county":
        taken |= {facts.county_signer} if facts.county_signer is not None else set()
    if actor.person in taken or actor.units & facts.units:
        yield case.note("signer_conflict")


@guard("sign_county")
def first_signature(case: Case) -> Iterator[Finding]:
    if case.facts.county_signer is not None:
        yield case.note("already_signed")


@guard("sign_county_second", "sign_city")
def after_the_first(case: Case) -> Iterator[Finding]:
    if case.facts.county_signer is None:
        yield case.note("not_signed_county")


@guard("close")
def whole_path(case: Case) -> Iterator[Finding]:
    """I1: verification of this round, then both signatures by two persons who did not verify."""
    facts = case.facts
    if facts.verified_on is None:
        yield case.note("not_verified")
    if facts.county_signer is None:
        yield case.note("not_signed_county")
    if facts.second_signer is None:
        yield case.note("not_signed_second")
    signers = [p for p in (facts.county_signer, facts.second_signer) if p is not None]
    barred = {verifier.person for verifier in facts.verifiers} | facts.involved
    if len(set(signers)) < len(signers) or barred & set(signers):
        yield case.note("signer_conflict")
    if facts.objection_open:
        yield case.note("objection_open")


def notice_over(case: Case, end: date | None) -> Iterator[Finding]:
    """The public notice was published after the last signature and has run its time."""
    published, signed = case.day("notice_published_on"), case.facts.second_signed_on
    if published is not None and signed is not None and published < signed:
        yield case.note("notice_before_signing")
    if end is not None and case.on <= end:
        yield case.note("notice_running", day=end.isoformat())


@guard("suspend")
def out_of_use(case: Case) -> Iterator[Finding]:
    if not case.facts.device_stop_use:
        yield case.note("device_in_use")
    latest = add_months(case.on, number("suspension_recheck", case.on))
    recheck = case.day("recheck_on")
    if recheck is not None and recheck > latest:
        yield case.note("recheck_too_late", day=latest.isoformat())


@guard("resume")
def has_a_plan(case: Case) -> Iterator[Finding]:
    if case.facts.plan_approved_on is None:
        yield case.note("plan_not_approved")


@guard("relist")
def has_no_plan(case: Case) -> Iterator[Finding]:
    if case.facts.plan_approved_on is not None:
        yield case.note("plan_approved")


@guard("reopen")
def reopening(case: Case) -> Iterator[Finding]:
    if case.actor.person in {verifier.person for verifier in case.facts.verifiers}:
        yield case.note("verifier_reopens")
    if case.given("reopen_reason") and case.data["reopen_reason"] not in REOPEN_REASONS:
        yield case.note("reopen_reason_unknown")


@guard("void")
def second_person(case: Case) -> Iterator[Finding]:
    if case.data.get("second_person") == case.actor.person:
        yield case.note("same_person")
