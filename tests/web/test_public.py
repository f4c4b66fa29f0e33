"""What anyone sees behind a label, where a scan leads, and the rule book."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry import clock
from registry.db import db
from registry.models import Capacity, Contract, Inspection, Policy, PolicyItem, Scan, Visit
from registry.services import filling, labels
from seeds import cast
from tests import filling_factory as make


def add(*rows) -> None:
    db.session.add_all(rows)
    db.session.commit()


def insure(cylinder_id=None, elevator_id=None) -> Policy:
    today = clock.today()
    policy = Policy(
        subject="cylinder" if cylinder_id else "elevator",
        policy_no=f"P{cylinder_id}-{elevator_id}",
        insurer_id=cast.unit("insurer").id,
        holder_id=cast.unit("station").id,
        holder_type="filling",
        starts_on=today - timedelta(days=10),
        ends_on=today + timedelta(days=90),
        premium_fen=100,
        limit_per_accident_fen=100,
    )
    add(policy)
    add(PolicyItem(policy_id=policy.id, cylinder_id=cylinder_id, elevator_id=elevator_id, since=policy.starts_on))
    return policy


@pytest.mark.parametrize("prefix", ["/q/", "/Q/"])
def test_a_cylinder_shows_its_last_fill_and_its_dates_to_anyone(client, actor, prefix) -> None:
    row = make.cylinder()
    filling.record(actor("filler"), make.fill(row))
    insure(cylinder_id=row.id)
    page = client.get(prefix + make.signed(row.label_code))
    assert page.status_code == 200
    assert "verdict-allow" in page.text
    for text in ("宿州皖北液化气充装站", "14.1 kg", str(row.next_inspection_on), str(row.service_end_on), "有效"):
        assert text in page.text
    for private in ("高飞", "罗英", "139557", "filler"):
        assert private not in page.text


def test_lower_case_and_codes_without_a_mac_open_too(client) -> None:
    row = make.cylinder()
    for text in (make.signed(row.label_code).lower(), row.label_code):
        assert row.serial_no in client.get(f"/q/{text}").text


def test_json_for_programs_has_the_same(client, actor) -> None:
    row = make.cylinder()
    filling.record(actor("filler"), make.fill(row))
    body = client.get(f"/q/{make.signed(row.label_code)}", headers={"Accept": "application/json"}).json
    assert (body["equipment"], body["verdict"], body["tone"]) == ("cylinder", "allow", "green")
    assert (body["net_g"], body["insured"], body["filler"]) == (14100, False, "宿州皖北液化气充装站")
    unknown = client.get("/q/whatever", headers={"Accept": "application/json"}).json
    assert (unknown["equipment"], unknown["tone"]) == (None, "red")


def test_a_look_is_recorded_without_anything_personal(client, browser_of) -> None:
    row = make.cylinder()
    browser_of("filler").get(f"/q/{row.label_code}")
    scan = db.session.query(Scan).one()
    assert (scan.purpose, scan.cylinder_id, scan.verdict) == ("look", row.id, "allow")
    assert (scan.person_id, scan.unit_id, scan.position) == (None, None, None)


RED = [
    {"status": "cancelled"},
    {"next_inspection_on": clock.today() - timedelta(days=1)},
    {"service_end_on": clock.today() - timedelta(days=1)},
    {"last_inspected_on": clock.today() - timedelta(days=1), "last_inspection_passed": False},
]


@pytest.mark.parametrize("values", RED)
def test_red(client, values) -> None:
    assert "verdict-block" in client.get(f"/q/{make.cylinder(**values).label_code}").text


def test_red_when_the_licence_of_the_owner_has_expired(client) -> None:
    row = make.cylinder()
    licence = db.session.query(Capacity).filter_by(unit_id=row.owner_id, capacity="filling").one()
    licence.licence_until = clock.today() - timedelta(days=1)
    db.session.commit()
    assert "verdict-block" in client.get(f"/q/{row.label_code}").text


@pytest.mark.parametrize("days", [0, 30])
def test_amber_when_a_day_is_near(client, days) -> None:
    row = make.cylinder(next_inspection_on=clock.today() + timedelta(days=days))
    assert "verdict-warn" in client.get(f"/q/{row.label_code}").text


def test_unknown_forged_and_void_labels_are_red(client, actor) -> None:
    row = make.cylinder()
    good = make.signed(row.label_code)
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    assert client.get("/q/%00").status_code == 404
    for text in ("x", forged, labels.fresh_code(), "%01", "长" * 300):
        page = client.get(f"/q/{text}")
        assert page.status_code == 200
        assert "verdict-block" in page.text
        assert row.serial_no not in page.text
    labels.replace(actor("section"), row.label_code, "破损")
    assert "此码已作废" in client.get(f"/q/{good}").text


def test_a_vehicle_cylinder_of_somebody_who_fills_nothing_needs_no_licence(client) -> None:
    row = make.cylinder("property", kind="vehicle_lpg", medium="lpg", vehicle_plate="皖L12345")
    page = client.get(f"/q/{row.label_code}").text
    assert "verdict-allow" in page
    assert "皖L12345" not in page


def elevator_in_order():
    today = clock.today()
    lift = make.elevator()
    company = cast.unit("company").id
    now = datetime.now(UTC)
    add(
        Contract(elevator_id=lift.id, company_id=company, since=today - timedelta(days=400)),
        Inspection(elevator_id=lift.id, kind="periodic_inspection", conclusion="pass", done_on=today,
                   valid_until=today + timedelta(days=365)),
        Visit(ref="1", ref_digest="1", elevator_id=lift.id, company_id=company, cycle="half_month", started_at=now,
              ended_at=now, done_on=today - timedelta(days=3), received_at=now, check_in={}, check_out={}, answers={},
              signatures=[], findings=[], counts_from=today - timedelta(days=3)),
        Visit(ref="2", ref_digest="2", elevator_id=lift.id, company_id=company, cycle="half_month", started_at=now,
              ended_at=now, done_on=today - timedelta(days=1), received_at=now, check_in={}, check_out={}, answers={},
              signatures=[], findings=[]),
    )  # fmt: skip
    insure(elevator_id=lift.id)
    return lift


def test_an_elevator_shows_its_last_counted_visit_and_whom_to_call(client) -> None:
    lift = elevator_in_order()
    page = client.get(f"/q/{make.signed(lift.label_code)}").text
    assert "verdict-allow" in page
    today = clock.today()
    for text in ("安徽迅安电梯工程有限公司", str(today - timedelta(days=3)), str(today + timedelta(days=365)), "96366",
                 "130001", str(today + timedelta(days=90))):  # fmt: skip
        assert text in page
    assert str(today - timedelta(days=1)) not in page
    assert "139557" not in page


def test_an_elevator_that_is_stopped_or_expired_is_red_and_one_without_evidence_amber(client) -> None:
    assert "verdict-warn" in client.get(f"/q/{make.elevator(rescue_code='130002').label_code}").text
    stopped = make.elevator(status="stopped", rescue_code="130003")
    assert "verdict-block" in client.get(f"/q/{stopped.label_code}").text
    lift = make.elevator(rescue_code="130004")
    add(Inspection(elevator_id=lift.id, kind="periodic_inspection", conclusion="pass",
                   valid_until=clock.today() - timedelta(days=1)))  # fmt: skip
    assert "verdict-block" in client.get(f"/q/{lift.label_code}").text


def test_a_scan_leads_to_the_page_of_what_was_scanned(browser_of) -> None:
    bottle, lift, foreign = (
        make.cylinder(),
        make.elevator(register_code="31103413022020010001"),
        make.cylinder("station2"),
    )
    office, station = browser_of("section"), browser_of("filling")
    for text in (make.signed(bottle.label_code), f"https://old.example/q/{bottle.label_code}", bottle.serial_no):
        assert office.get("/scan/", query_string={"code": text}).location == f"/cylinders/{bottle.label_code}"
    for text in (lift.label_code, lift.register_code, lift.rescue_code):
        assert office.get("/scan/", query_string={"code": text}).location == f"/elevators/{lift.label_code}"
    assert station.get("/scan/", query_string={"code": foreign.label_code}).location == f"/q/{foreign.label_code}"
    lost = station.get("/scan/", query_string={"code": "something else"})
    assert (lost.status_code, "something else" in lost.text) == (422, True)
    assert station.get("/scan/").status_code == 200


def test_the_rule_book_shows_every_table(browser_of, client) -> None:
    browser = browser_of("tech1")
    index = browser.get("/rulebook/").text
    keys = [part.split('"')[0] for part in index.split("/rulebook/tables/")[1:]]
    assert len(keys) >= 15
    for key in keys:
        page = browser.get(f"/rulebook/tables/{key}?all=1")
        assert page.status_code == 200
        assert "<td>" in page.text
    assert "超期未检" in browser.get("/rulebook/tables/filling_rules").text
    findings = browser.get("/rulebook/tables/offence_findings").text
    assert "使用未取得许可生产" in findings  # the offence by its name
    assert ">K</abbr>" in findings
    assert "当日未生效" in browser.get("/rulebook/tables/filling_rules?on=2020-01-01&all=1").text
    assert browser.get("/rulebook/tables/secrets").status_code == 404
    assert browser.get("/rulebook/tables/filling_rules?on=never").status_code == 422
    assert client.get("/rulebook/").status_code == 302


QUESTIONS = [
    ("elevator-inspection", {"base": "2024-06-15", "on": "2025-07-01"}, "超期"),
    ("elevator-inspection", {"base": "2016-06-15", "on": "2025-07-01", "done": "1\n2\n3\n4\n5\n6\n7\n8"}, "2025-06"),
    ("maintenance-plan", {"kind": "escalator", "taken_over": "2026-10-01", "on": "2026-11-03"}, "半月"),
    ("cylinder-dates", {"kind": "lpg_steel", "made": "2021-05"}, "2025-04-30"),
    ("fill-limit", {"medium": "lpg", "volume_l": "35.5"}, "14.9 kg"),
    ("fill-limit", {"medium": "oxygen", "volume_l": "40", "working_pressure_mpa": "15"}, "未知充装温度"),
    ("filling", {"on": "2026-11-03", "next_due": "2026-11-02", "kind": "lpg_steel", "rules": "R08"}, "超期未检"),
]


@pytest.mark.parametrize(("key", "form", "text"), QUESTIONS)
def test_each_rule_can_be_asked(browser_of, key, form, text) -> None:
    browser = browser_of("insurer")
    assert browser.get(f"/rulebook/ask/{key}").status_code == 200
    page = browser.post(f"/rulebook/ask/{key}", data=form)
    assert page.status_code == 200
    assert text in page.text


def test_a_bad_question_keeps_what_was_typed(browser_of) -> None:
    page = browser_of("insurer").post("/rulebook/ask/fill-limit", data={"medium": "lpg", "volume_l": "viel"})
    assert (page.status_code, 'value="viel"' in page.text) == (422, True)
    assert browser_of("insurer").get("/rulebook/ask/nothing").status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_a_cylinder_is_one_small_page_and_one_stylesheet(client, actor, language) -> None:
    row = make.cylinder()
    filling.record(actor("filler"), make.fill(row))
    client.get(f"/account/language/{language}")
    page = client.get(f"/q/{make.signed(row.label_code)}")
    (style,) = re.findall(r'<link rel="stylesheet" href="/static/dist/([^"]+)"', page.text)
    size = (Path(__file__).resolve().parents[2] / "static/dist" / style).stat().st_size
    assert len(page.data) + size < 16_000
    for heavy in ("<script", "<img", "@import"):
        assert heavy not in page.text
    assert "/report" in page.text
    assert "/proof" in page.text
