"""What an inspection found and who may do it: conclusion, self-testers, parts with intervals of their own (§4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from registry.rules.dates import add_months
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.limits import limit
from registry.rules.maintenance import governor_calibration_months
from registry.rules.verdict import Finding

PASS, PASS_AFTER_FIX, FAIL = "pass", "pass_after_fix", "fail"
GOVERNOR, BRAKE = "governor_calibration", "brake_test"
TESTED_PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        GOVERNOR: ("限速器校验", "Governor calibration"),
        BRAKE: ("125%额定载荷制动试验", "Brake test with 125 % of the rated load"),
    }
)
WHO_TESTS = "TSG T7008-2023（自行检测的实施单位）"


def conclusion_of(key_failed: int, general_failed: int, promised: bool, on: date) -> str:
    """The conclusion from the number of key and general items that failed (those fixed later count).

    `promised`: the use unit promised in writing to use it under supervision until the general ones are fixed.
    """
    if not key_failed and not general_failed:
        return PASS
    few = general_failed <= limit("inspection_limits", "general_fails_most", on)
    return PASS_AFTER_FIX if not key_failed and few and promised else FAIL


@dataclass(frozen=True, slots=True)
class SelfTester:
    """Who is to self-test an elevator: `uses` or `maintains` it; `inspects_here`: it does periodic inspections in this
    city; the licence for self-testing (`licensed`) with its last day and the day it was suspended, if any."""

    name: str
    uses: bool
    maintains: bool
    inspects_here: bool
    licensed: bool
    licence_until: date | None = None
    suspended_since: date | None = None


def against_tester(tester: SelfTester, on: date) -> tuple[Finding, ...]:
    """Why somebody may not self-test on a day; empty when it may (§4.1).

    The use unit or the maintenance unit when qualified, or an approved body that does not inspect in the city.
    """
    named = tester.name
    if tester.inspects_here:
        return (
            _against(
                "tester_inspects_here",
                f"“{named}”在本市从事定期检验，不得承担本市电梯的自行检测",
                f"{named} does periodic inspections in this city and must not self-test here",
            ),
        )
    if not tester.licensed:
        return (
            _against(
                "tester_unqualified",
                f"“{named}”没有登记自行检测资质，不能作为自行检测单位",
                f"{named} has no qualification for self-testing on file",
            ),
        )
    if tester.licence_until is not None and tester.licence_until < on:
        return (
            _against(
                "tester_licence_ended",
                f"“{named}”的自行检测资质已于{tester.licence_until}到期",
                f"The qualification of {named} for self-testing ended on {tester.licence_until}",
            ),
        )
    if tester.suspended_since is not None and tester.suspended_since <= on:
        return (
            _against(
                "tester_suspended",
                f"“{named}”自{tester.suspended_since}起被责令停止自行检测",
                f"{named} has been ordered to stop self-testing since {tester.suspended_since}",
            ),
        )
    return ()


def _against(rule: str, text: str, text_en: str) -> Finding:
    return Finding(rule, "block", text, text_en, WHO_TESTS, "C")


def part_months(part: str, kind: str, made: date | None, brake_months: int, on: date) -> int | None:
    """Months to the next calibration or test of a part (§0, §4.4); None where this kind of elevator has none.

    `made` is the day the governor was made, as near as is known; `brake_months` what the office has chosen.
    """
    if part == GOVERNOR:
        return governor_calibration_months(kind, made or on, on)
    return brake_months if ELEVATOR_KINDS[kind].annex == "A" else None


def next_part_test(
    part: str, kind: str, made: date | None, brake_months: int, done_on: date, on: date | None = None
) -> date | None:
    """The last day for the next one after `done_on`: the day as many months later; None where there is none."""
    months = part_months(part, kind, made, brake_months, on or done_on)
    return add_months(done_on, months) if months else None


def self_check_since(inspection_due_by: date) -> date:
    """The first day of a self-check that counts for the periodic inspection due by a day (T5002 art. 5 (9): yearly,
    before it)."""
    return add_months(inspection_due_by, -limit("inspection_limits", "self_check_months", inspection_due_by))
