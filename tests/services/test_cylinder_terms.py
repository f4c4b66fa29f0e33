"""What the office chooses about a cylinder's dates and the thresholds of the gun reaches every place that judges."""

from datetime import date, timedelta

import pytest

from registry import clock
from registry.db import db, transaction
from registry.models import Cylinder, Parameter
from registry.queries import cylinder_terms, cylinders, filling_facts, filling_table, rule_answers
from registry.services import cylinder_inspections, scans
from seeds import cast
from tests import filling_factory as make

TODAY = date(2026, 11, 3)


def choose(key: str, value: str, since: date = date(2020, 1, 1)) -> None:
    with transaction() as session:
        session.add(Parameter(key=key, value=value, since=since, basis="t", certainty="G"))


@pytest.mark.parametrize(("chosen", "due"), [("0", date(2027, 3, 17)), ("1", date(2027, 3, 31))])
def test_an_inspection_runs_to_the_day_or_to_the_end_of_the_month(actor, chosen, due) -> None:
    choose(cylinder_terms.MONTH_END, chosen)
    row = make.oxygen("station2")
    done = date(2024, 3, 18)
    db.session.get_one(Cylinder, row.id).last_inspected_on = None
    db.session.commit()
    cylinder_inspections.record(actor("section"), row.label_code, {"done_on": done, "passed": True})
    assert db.session.get_one(Cylinder, row.id, populate_existing=True).next_inspection_on == due
    asked = {"kind": "seamless_steel", "medium": "oxygen", "made": date(2020, 2, 1), "last_inspection": done}
    assert rule_answers.cylinder_dates(actor("filler"), asked).next_inspection == due


@pytest.mark.parametrize(("chosen", "years"), [("0", 2), ("1", 3)])
def test_ammonia_is_corrosive_unless_the_office_says_otherwise(actor, chosen, years) -> None:
    choose(cylinder_terms.AMMONIA, chosen)
    row = make.cylinder(kind="welded_steel", medium="ammonia", made_on=date(2024, 1, 1))
    assert cylinders.dates_of(row, TODAY).interval_years == years
    assert filling_facts.of_register(row, TODAY).interval_years == years
    asked = {"kind": "welded_steel", "medium": "ammonia", "made": date(2024, 1, 1), "on": TODAY}
    assert rule_answers.cylinder_dates(actor("filler"), asked).interval_years == years
    other = make.cylinder(kind="welded_steel", medium="chlorine", made_on=date(2024, 1, 1))
    assert cylinders.dates_of(other, TODAY).interval_years == 2


@pytest.mark.parametrize(("minutes", "hits"), [("360", ["R29"]), ("240", [])])
def test_the_gun_asks_with_the_offices_own_interval(actor, minutes, hits) -> None:
    choose("cylinder_anomaly.fill_minutes_lpg", minutes)
    row = make.cylinder(last_filled_at=clock.now() - timedelta(hours=5))
    asked = {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"}
    found = scans.scan(actor("filler"), asked).judged.verdict.findings
    assert [finding.rule for finding in found] == hits
    table = filling_table.table(cast.actor("filler"), clock.today())
    told = next(row for row in table["rules"] if row["rule"] == "R29")
    assert told["limits"]["lpg_hours"] == str(int(minutes) // 60)
