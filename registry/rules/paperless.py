"""Whether a maintenance visit counts as paperless: its chain of evidence (elevators.md §3.2).

A visit counts when steps 1, 2 (unless the elevator has no place), 3, 5, 7, 8 and 9 are complete, it is
not voided and no anomaly blocks it. What is missing there is `hold` (it may still come) or `block` (it
contradicts); steps 4, 6 and 10 are reported as `warn` and do not decide. An office may ask for more steps
or for fewer (`require_...`); steps 1 and 5 always decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from math import ceil

from registry.rules.limits import edition, limit
from registry.rules.verdict import Finding, Verdict

LEGAL_TIME = timezone(timedelta(hours=8))  # Asia/Shanghai keeps one offset since 1991


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What is known of one visit; moments are aware, distances metres to the elevator's place.

    A distance is None when no position was sent. `answers` are the findings of
    `maintenance.check_answers`. `second_worker_seconds` is the time between the two check-ins, None
    when the second worker did not check in himself. `contract_valid` and `certificates_valid` are of
    the check-in day. `received_at` is the server's time.
    """

    cycle: str
    check_in_at: datetime | None = None
    check_out_at: datetime | None = None
    check_in_metres: float | None = None
    check_out_metres: float | None = None
    elevator_has_place: bool = True
    check_in_photo: bool = False
    photo_reused: bool = False
    workers: int = 0
    second_worker_seconds: int | None = None
    second_worker_metres: float | None = None
    answers: tuple[Finding, ...] = ()
    signatures: int = 0
    signatures_expected: int = 0
    confirmed_at: datetime | None = None
    confirmer_is_worker: bool = False
    confirmer_phone_is_workers: bool = False
    contract_valid: bool = False
    certificates_valid: bool = False
    received_at: datetime | None = None
    voided: bool = False
    blocking_anomaly: bool = False


def visit_day(facts: VisitFacts) -> date:
    """The legal day of a visit: of its check-in, else check-out, else arrival. Without any, the far future."""
    moment = facts.check_in_at or facts.check_out_at or facts.received_at
    return moment.astimezone(LEGAL_TIME).date() if moment else date.max


def default_parameters(on: date) -> dict[str, int]:
    """The parameters that an office may override, with their default values on a day."""
    return {row["key"]: int(row["value"]) for row in edition("paperless_limits", on)}


def judge(facts: VisitFacts, parameters: Mapping[str, int] | None = None) -> Verdict:
    """One finding per missing piece of evidence, worst first.

    `parameters` are the office's own values by the keys of `default_parameters`; other keys are left
    alone. `KeyError` for an unknown cycle.
    """
    asked = _Judge(facts, parameters or {}, visit_day(facts))
    return Verdict.of(asked.weighed(finding) for finding in (*asked.findings(), *facts.answers))


def counts(verdict: Verdict) -> bool:
    """Whether the visit counts as paperless: nothing blocks and nothing is missing."""
    return verdict.allowed


@cache
def _required_by(on: date) -> dict[str, str]:
    """The parameter that makes a finding's step required, by rule; M11 is the missing photo of a test item."""
    rows = edition("paperless_steps", on)
    return {**{row["rule"]: row["required_by"] for row in rows if row["required_by"]}, "M11": "require_test_photos"}


@dataclass(frozen=True, slots=True)
class _Judge:
    facts: VisitFacts
    parameters: Mapping[str, int]
    on: date

    def findings(self) -> Iterator[Finding]:
        yield from self._check_in()
        yield from self._second_worker()
        yield from self._signatures()
        yield from self._check_out()
        yield from self._confirmation()
        yield from self._record()

    def weighed(self, finding: Finding) -> Finding:
        """The finding with the severity that the office gives to its step: `hold` where required, else `warn`."""
        required_by = _required_by(self.on).get(finding.rule)
        if required_by is None or finding.severity not in ("hold", "warn"):
            return finding
        return replace(finding, severity="hold" if self._limit(required_by) else "warn")

    def _limit(self, key: str) -> int:
        value = self.parameters.get(key)
        return limit("paperless_limits", key, self.on) if value is None else value

    def _finding(self, key: str, **values: object) -> Finding:
        row = next(row for row in edition("paperless_steps", self.on) if row["key"] == key)
        zh, en = row["zh"].format(**values), row["en"].format(**values)
        return Finding(row["rule"], row["severity"], zh, en, row["basis"], row["certainty"])

    def _check_in(self) -> Iterator[Finding]:
        facts = self.facts
        if not facts.contract_valid:
            yield self._finding("no_contract")
        if not facts.certificates_valid:
            yield self._finding("no_certificate")
        if facts.check_in_at is None:
            yield self._finding("no_check_in")
            return
        yield from self._inside(facts.check_in_metres, "no_position", "outside_fence")
        if not facts.check_in_photo:
            yield self._finding("no_photo")
        elif facts.photo_reused:
            yield self._finding("photo_reused")

    def _inside(self, metres: float | None, missing: str, outside: str) -> Iterator[Finding]:
        if not self.facts.elevator_has_place:
            return
        fence = self._limit("fence_m")
        if metres is None:
            yield self._finding(missing)
        elif metres > fence:
            yield self._finding(outside, metres=ceil(metres), fence=fence)

    def _second_worker(self) -> Iterator[Finding]:
        facts, needed = self.facts, self._limit("min_workers")
        if facts.workers < needed:
            yield self._finding("too_few_workers", needed=needed, count=facts.workers)
            return
        if needed < 2:
            return
        if facts.second_worker_seconds is None:
            yield self._finding("second_worker_absent")
            return
        minutes = self._limit("second_worker_minutes")
        if abs(facts.second_worker_seconds) > 60 * minutes:
            apart = -(-abs(facts.second_worker_seconds) // 60)
            yield self._finding("second_worker_late", minutes=apart, limit=minutes)
        if facts.second_worker_metres is not None:
            yield from self._inside(facts.second_worker_metres, "second_worker_absent", "second_worker_outside")

    def _signatures(self) -> Iterator[Finding]:
        needed = max(self.facts.signatures_expected, self._limit("min_workers"))
        if self.facts.signatures < needed:
            yield self._finding("signatures_missing", needed=needed, count=self.facts.signatures)

    def _check_out(self) -> Iterator[Finding]:
        facts, shortest = self.facts, self._limit(f"min_minutes_{self.facts.cycle}")
        if facts.check_out_at is None:
            yield self._finding("no_check_out")
            return
        yield from self._inside(facts.check_out_metres, "no_position_out", "outside_fence_out")
        if facts.check_in_at is None:
            return
        took = facts.check_out_at - facts.check_in_at
        if took < timedelta(0):
            yield self._finding("out_before_in")
        elif took < timedelta(minutes=shortest):
            yield self._finding("too_short", minutes=took // timedelta(minutes=1), limit=shortest)

    def _confirmation(self) -> Iterator[Finding]:
        facts = self.facts
        if facts.confirmed_at is None:
            yield self._finding("not_confirmed")
            return
        if facts.confirmer_is_worker:
            yield self._finding("confirmer_is_worker")
        if facts.confirmer_phone_is_workers:
            yield self._finding("confirmer_phone_is_workers")
        if facts.check_out_at is None:
            return
        if facts.confirmed_at < facts.check_out_at:
            yield self._finding("confirmed_early")
        yield from self._later(facts.confirmed_at, "confirmation_hours", "confirmed_late")

    def _record(self) -> Iterator[Finding]:
        if self.facts.received_at is not None:
            yield from self._later(self.facts.received_at, "late_hours", "received_late")
        if self.facts.voided:
            yield self._finding("voided")
        if self.facts.blocking_anomaly:
            yield self._finding("blocking_anomaly")

    def _later(self, moment: datetime, key: str, late: str) -> Iterator[Finding]:
        if self.facts.check_out_at is None:
            return
        passed, hours = moment - self.facts.check_out_at, self._limit(key)
        if passed > timedelta(hours=hours):
            yield self._finding(late, hours=-(-passed // timedelta(hours=1)), limit=hours)
