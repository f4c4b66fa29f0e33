"""What speaks against handing a cylinder on, each row hit and missed by one day or one unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.rules.cylinder_transfers import TransferFacts, judge
from registry.rules.limits import edition
from registry.rules.workflow import moves, states

TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)
GOOD = TransferFacts(
    owned=True,
    status="in_use",
    medium="lpg",
    last_inspection_passed=True,
    next_inspection_on=TODAY + 31 * DAY,
    service_end_on=TODAY,
    licence_until=TODAY,
    media=("lpg",),
)

# check, what hits it, what only just does not
CASES = [
    ("owner", {"owned": False}, {}),
    ("status", {"status": "draft"}, {"status": "suspended"}),
    ("status", {"status": "inspection"}, {"status": "transferred"}),
    ("status", {"status": "lost"}, {}),
    ("status", {"status": "cancelled"}, {}),
    ("status", {"status": "a new word"}, {}),
    ("pending", {"pending_no": "GH1"}, {}),
    ("turn", {"turn_open": True}, {}),
    ("delivery", {"in_delivery": True}, {}),
    ("scrap", {"in_scrap": True}, {}),
    ("scrap", {"status": "scrap_pending"}, {}),
    ("anomaly", {"anomalies": 1}, {"anomalies": 0}),
    ("inspection_failed", {"last_inspection_passed": False}, {"last_inspection_passed": None}),
    ("overdue", {"next_inspection_on": TODAY - DAY}, {"next_inspection_on": TODAY}),
    ("due_unknown", {"next_inspection_on": None}, {"next_inspection_on": None, "inspected_at_all": False}),
    ("life_over", {"service_end_on": TODAY - DAY}, {"service_end_on": None}),
    ("receiver_licence", {"licence_until": TODAY - DAY}, {}),
    ("receiver_licence", {"licence_until": None, "media": ()}, {}),
    ("receiver_medium", {"media": ("oxygen",)}, {"media": ("oxygen", "lpg")}),
    ("receiver_stopped", {"stopped": True}, {}),
    ("held", {"held_rules": ("R27",)}, {}),
    ("due_soon", {"next_inspection_on": TODAY + 30 * DAY}, {"next_inspection_on": TODAY + 31 * DAY}),
]


@pytest.mark.parametrize(("check", "hit", "missed"), CASES)
def test_each_check_alone(check, hit, missed) -> None:
    found = judge(replace(GOOD, **hit), TODAY)
    assert [finding.rule for finding in found.findings] == [check]
    assert found.allowed is (check in ("held", "due_soon"))
    assert "{" not in found.findings[0].text + found.findings[0].text_en
    assert check not in [finding.rule for finding in judge(replace(GOOD, **missed), TODAY).findings]


def test_every_row_has_a_case_and_both_languages() -> None:
    rows = edition("cylinder_transfer_checks", TODAY)
    assert {row["check"] for row in rows} == {check for check, _, _ in CASES}
    assert all((row["zh"] and row["en"] and row["basis"]) or row["check"] == "pending" for row in rows)


def test_all_findings_are_told_at_once_but_for_a_strangers_cylinder() -> None:
    bad = replace(GOOD, anomalies=2, turn_open=True, next_inspection_on=TODAY - DAY)
    assert {finding.rule for finding in judge(bad, TODAY).findings} == {"anomaly", "turn", "overdue"}
    assert [finding.rule for finding in judge(replace(bad, owned=False), TODAY).findings] == ["owner"]


def test_the_workflow_ends_everywhere_but_where_it_waits() -> None:
    assert {move.verb: move.target for move in moves("cylinder_transfer")} == {
        "accept": "accepted",
        "refuse": "refused",
        "withdraw": "withdrawn",
    }
    assert [state.id for state in states("cylinder_transfer").values() if not state.ended] == ["proposed"]
