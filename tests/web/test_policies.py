"""Insurance policies through verbs, pages and the API."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest

from registry import clock
from registry.errors import Conflict, Forbidden, Invalid
from registry.queries import indicators
from registry.services import claims, policies
from seeds import cast
from tests import cylinder_factory, elevators_factory
from tests.exchange.sheets import workbook

START, END = date(2026, 1, 1), date(2026, 12, 31)


def values(*codes: str, **changes):
    """A policy of the cast's insurer over some codes."""
    return {
        "subject": "elevator",
        "policy_no": "JH-2026-0001",
        "insurer_id": cast.unit("insurer").id,
        "holder_id": cast.unit("property").id,
        "holder_type": "use_unit",
        "starts_on": START,
        "ends_on": END,
        "premium_fen": 12_000,
        "limit_per_accident_fen": 500_000_000,
        "codes": list(codes),
        **changes,
    }


@pytest.fixture
def elevators(actor):
    return [elevators_factory.in_use(actor("section"), number) for number in (1, 2, 3)]


def insured(actor, on: date) -> tuple[int, int]:
    found = next(f for f in indicators.figures(actor("section"), on) if f.key == "liability_insurance")
    return found.numerator, found.denominator


@pytest.mark.parametrize(
    ("on", "count"),
    [(START - timedelta(days=1), 0), (START, 2), (END, 2), (END + timedelta(days=1), 0)],
)
def test_only_the_days_of_the_policy_count(actor, elevators, on, count) -> None:
    policies.record(actor("insurer"), values(elevators[0].label_code, elevators[1].label_code))
    assert insured(actor, on) == (count, 3)


def test_two_policies_over_one_elevator_count_once(actor, elevators) -> None:
    policies.record(actor("insurer"), values(elevators[0].label_code))
    policies.record(actor("insurer"), values(elevators[0].label_code, policy_no="JH-2026-0002"))
    assert insured(actor, START) == (1, 3)


def test_an_endorsement_moves_cover_on_its_day(actor, elevators) -> None:
    first, second, _ = (row.label_code for row in elevators)
    row = policies.record(actor("insurer"), values(first))
    day = date(2026, 6, 1)
    policies.endorse(actor("insurer"), row.id, day, [second, elevators[2].label_code], [first])
    assert insured(actor, day - timedelta(days=1)) == (1, 3)
    assert insured(actor, day) == (2, 3)
    with pytest.raises(Invalid) as refused:
        policies.endorse(actor("insurer"), row.id, day, [], [first])
    assert "不含" in refused.value.errors["removed"][0]


def test_a_cancelled_policy_ends_on_its_day(actor, elevators) -> None:
    row = policies.record(actor("insurer"), values(elevators[0].label_code))
    day = date(2026, 3, 1)
    policies.cancel(actor("insurer"), row.id, day)
    assert [insured(actor, d)[0] for d in (day - timedelta(days=1), day)] == [1, 0]
    with pytest.raises(Conflict):
        policies.cancel(actor("insurer"), row.id, day)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": START - timedelta(days=1)}, "ends_on"),
        ({"codes": ["SZ00000000000100"]}, "codes"),
        ({"codes": []}, "codes"),
        ({"insurer_id": None}, "insurer_id"),
        ({"holder_id": 999_999}, "holder_id"),
    ],
)
def test_a_bad_policy_is_refused_beside_its_field(actor, elevators, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        policies.record(actor("section"), values(elevators[0].label_code, **changes))
    assert set(refused.value.errors) == {field}


def test_a_number_is_taken_once_by_an_insurer(actor, elevators) -> None:
    policies.record(actor("insurer"), values(elevators[0].label_code))
    with pytest.raises(Conflict):
        policies.record(actor("insurer"), values(elevators[1].label_code))


def test_a_use_unit_records_only_for_itself(actor, elevators) -> None:
    own = values(elevators[0].label_code)
    assert policies.record(actor("property"), own).id
    foreign = values(elevators[0].label_code, policy_no="X", holder_id=cast.unit("property2").id)
    with pytest.raises(Invalid):
        policies.record(actor("property"), foreign)
    with pytest.raises(Forbidden):
        policies.record(actor("tech1"), own)


def test_a_claim_needs_cover_on_its_day(actor, elevators) -> None:
    row = policies.record(actor("insurer"), values(elevators[0].label_code))
    claim = {"code": elevators[0].label_code, "happened_on": START, "injury": "light", "paid_fen": 100}
    assert claims.record(actor("insurer"), row.id, claim).elevator_id == elevators[0].id
    for changed in ({"happened_on": START - timedelta(days=1)}, {"code": elevators[1].label_code}):
        with pytest.raises(Invalid):
            claims.record(actor("insurer"), row.id, {**claim, **changed})


def test_a_cylinder_policy_counts_for_cylinders(actor, app) -> None:
    row = cylinder_factory.cylinder()
    data = values(row.label_code, subject="cylinder", holder_id=cast.unit("station").id, holder_type="filling")
    policies.record(actor("filling"), data)
    found = {f.key: f for f in indicators.figures(actor("section"), START)}["cylinder_insurance"]
    assert (found.numerator, found.denominator) == (1, 1)


def test_strangers_do_not_see_it(actor, browser_of, elevators) -> None:
    row = policies.record(actor("insurer"), values(elevators[0].label_code))
    for login in ("insurer", "property", "county", "section"):
        assert browser_of(login).get(f"/policies/{row.id}").status_code == 200
    for login in ("property2", "dangshan", "company2"):
        assert browser_of(login).get(f"/policies/{row.id}").status_code == 404
        assert "JH-2026-0001" not in browser_of(login).get("/policies/").text


def test_an_insurer_records_endorses_and_pays_on_pages(browser_of, elevators) -> None:
    browser = browser_of("insurer")
    form = {
        "subject": "elevator", "policy_no": "JH-9", "holder": "宿州汇源物业服务有限公司", "holder_type": "use_unit",
        "basis": "per_item_year", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "premium": "120.50",
        "limit_per_accident": "5000000", "codes": f"{elevators[0].label_code}\n{elevators[1].label_code}",
    }  # fmt: skip
    page = browser.post("/policies/new", data=form, follow_redirects=True)
    assert page.status_code == 200
    assert "120.50" in page.text
    policy_id = int(page.request.path.rsplit("/", 1)[1])
    wrong = browser.post("/policies/new", data={**form, "holder": "没有的单位", "policy_no": "JH-10"})
    assert wrong.status_code == 422
    assert "没有这个单位" in wrong.text
    assert 'value="没有的单位"' in wrong.text
    claim = {
        "code": elevators[0].label_code,
        "happened_on": "2026-02-01",
        "injury": "none",
        "event": "trapped",
        "paid": "30.5",
    }
    assert "30.50" in browser.post(f"/policies/{policy_id}/claim", data=claim, follow_redirects=True).text
    ended = browser.post(
        f"/policies/{policy_id}/cancel", data={"cancelled_on": "2026-05-01", "reason": "拆除"}, follow_redirects=True
    )
    assert "2026-05-01" in ended.text


def test_the_api_records_and_lists(api_of, elevators) -> None:
    api = api_of("insurer")
    body = {**values(elevators[0].label_code.lower()), "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    made = api.post("/policies", body)
    assert made.status_code == 201, made.text
    assert api.get("/policies/JH-2026-0001").json["insurer"] == "江淮财产保险股份有限公司宿州中心支公司"
    assert [row["policy_no"] for row in api.get("/policies").json["items"]] == ["JH-2026-0001"]
    claim = {"code": elevators[0].label_code, "happened_on": "2026-02-01", "injury": "none", "paid_fen": 5}
    assert api.post("/policies/JH-2026-0001/claims", claim).status_code == 201
    assert api.post("/policies", body).status_code == 409
    assert set(api.post("/policies", {}).json["errors"]) >= {"policy_no", "holder_id", "starts_on"}
    assert "codes" in api.post("/policies", {**body, "policy_no": "JH-2026-0002", "codes": []}).json["errors"]
    assert api_of("property2").get("/policies/JH-2026-0001").status_code == 404


def test_the_list_knows_what_ends_soon(actor, browser_of, elevators, monkeypatch) -> None:
    policies.record(actor("insurer"), values(elevators[0].label_code))
    moment = clock.start_of(END - timedelta(days=60))
    browser = browser_of("insurer")
    for days, shown in ((-1, False), (0, True), (60, True), (61, False)):
        monkeypatch.setattr(clock, "today", lambda days=days: clock.day_of(moment) + timedelta(days=days))
        assert ("JH-2026-0001" in browser.get("/policies/?state=ending").text) is shown


def draft(*codes: str, **changes: str) -> dict[str, str]:
    return {
        "subject": "elevator",
        "policy_no": "JH-9",
        "holder": "宿州汇源物业服务有限公司",
        "holder_type": "use_unit",
        "basis": "per_item_year",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "limit_per_accident": "5000000",
        "codes": "\n".join(codes),
        **changes,
    }


def test_bad_lines_are_answered_one_by_one_and_nothing_typed_is_lost(browser_of, elevators) -> None:
    browser = browser_of("insurer")
    page = browser.post("/policies/new", data=draft(elevators[0].label_code, "梯xx", "第3行"))
    assert page.status_code == 422
    assert "有2行不能用" in page.text
    assert page.text.count("没有找到，请核对") == 2
    assert f"{elevators[0].label_code}\n梯xx\n第3行" in page.text
    assert 'value="JH-9"' in page.text
    assert "没有符合条件的保单" in browser.get("/policies/?q=JH-9").text


def test_a_check_proposes_the_premium_with_its_parts(browser_of, actor) -> None:
    old = elevators_factory.in_use(actor("section"), 1, place_type="mall", made_on=date(2005, 1, 1))
    page = browser_of("insurer").post("/policies/new", data=draft(old.use_cert_no, step="check", policy_no=""))
    assert page.status_code == 200
    assert "145.08" in page.text
    assert "使用超过15年" in page.text
    without_days = browser_of("insurer").post(
        "/policies/new", data=draft(old.label_code, step="check", starts_on="soon")
    )
    assert "填写保险起止日期后测算" in without_days.text


def test_codes_come_from_a_spreadsheet(browser_of, elevators) -> None:
    content = workbook([["标签编号", "地点"], *([row.label_code, row.address] for row in elevators)])
    sent = {**draft(elevators[0].label_code, step="check"), "file": (io.BytesIO(content), "a.xlsx")}
    page = browser_of("insurer").post("/policies/new", data=sent, content_type="multipart/form-data")
    assert "\n".join(row.label_code for row in elevators) in page.text
    bad = {**draft(elevators[0].label_code), "file": (io.BytesIO(b"nothing"), "a.pdf")}
    refused = browser_of("insurer").post("/policies/new", data=bad, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "不是电子表格" in refused.text
    assert elevators[0].label_code in refused.text


def test_elevators_are_picked_from_ones_own(browser_of, actor, elevators) -> None:
    policies.record(actor("insurer"), values(elevators[0].label_code, ends_on=date(2199, 12, 31)))
    browser = browser_of("property")
    page = browser.post("/policies/pick", data=draft("SZ-typed", **{"pick-cover": "none", "step": "pick"})).text
    assert [code in page for code in (row.label_code for row in elevators)] == [False, True, True]
    assert 'name="policy_no" value="JH-9"' in page
    picked = browser.post("/policies/new", data=draft("SZ-typed", step="check", picked=elevators[1].label_code))
    assert f"SZ-typed\n{elevators[1].label_code}" in picked.text
    both = draft(
        "SZ-typed", elevators[1].label_code, elevators[2].label_code, step="check", picked=elevators[2].label_code
    )
    left = browser.post("/policies/new", data={**both, "listed": [elevators[1].label_code, elevators[2].label_code]})
    assert f"SZ-typed\n{elevators[2].label_code}" in left.text
    assert elevators[1].label_code not in left.text
    everything = browser.post("/policies/pick", data=draft(**{"pick-cover": "none", "step": "all"}))
    assert everything.text.count(" checked") == 2
    assert browser_of("tech1").post("/policies/pick", data=draft()).status_code == 403
    assert elevators[1].label_code not in browser_of("property2").get("/policies/pick").text


def test_a_policy_is_renewed_from_the_old_one(browser_of, actor, elevators) -> None:
    old = policies.record(actor("insurer"), values(elevators[0].label_code, elevators[1].label_code))
    browser = browser_of("property")
    page = browser.get(f"/policies/new?renews={old.id}").text
    assert 'value="2027-01-01"' in page
    assert 'value="2027-12-31"' in page
    assert elevators[1].label_code in page
    codes = (elevators[0].label_code, elevators[1].label_code)
    days = {"starts_on": "2027-01-01", "ends_on": "2027-12-31", "insurer_id": str(old.insurer_id)}
    made = browser.post("/policies/new", data=draft(*codes, renews_id=str(old.id), **days), follow_redirects=True)
    assert "续自" in made.text
    assert "已续保为" in browser.get(f"/policies/{old.id}").text
    for stranger in ("property2", "filling"):
        assert browser_of(stranger).get(f"/policies/new?renews={old.id}").status_code == 404


def test_an_endorsement_is_checked_then_recorded(browser_of, actor, elevators) -> None:
    row = policies.record(actor("insurer"), values(elevators[0].label_code, premium_fen=36_500))
    browser, path = browser_of("insurer"), f"/policies/{row.id}/endorse"
    form = {"since": "2026-12-02", "added": elevators[1].label_code, "removed": elevators[0].label_code}
    checked = browser.post(path, data={**form, "step": "check"})
    assert "-22.36" in checked.text
    assert browser.post(path, data=form).status_code == 422  # no reason
    done = browser.post(path, data={**form, "reason": "更新", "document": "批单9"}, follow_redirects=True)
    assert "批单9" in done.text
    wrong = browser.post(path, data={**form, "reason": "更新", "added": "梯没有", "removed": ""})
    assert wrong.status_code == 422
    assert "梯没有" in wrong.text
    assert browser_of("property").get(path).status_code == 403
    assert browser_of("property2").post(path, data=form).status_code == 403


def test_claims_show_no_names_but_to_the_insurer_and_the_section(browser_of, actor, elevators) -> None:
    row = policies.record(actor("insurer"), values(elevators[0].label_code))
    form = {
        "code": elevators[0].label_code, "happened_on": "2026-02-01", "event": "trapped", "injury": "none",
        "claimant": "resident", "claimant_name": "欧阳小二", "reserve": "100", "note": "欧阳小二来电",
    }  # fmt: skip
    assert browser_of("insurer").post(f"/policies/{row.id}/claim", data=form).status_code == 302
    assert browser_of("section").get(f"/policies/{row.id}/claim").status_code == 403
    path = re.search(r"/policies/\d+/claims/\d+", browser_of("insurer").get(f"/policies/{row.id}").text).group()
    for login in ("insurer", "section", "property", "county"):
        assert "欧阳" not in browser_of(login).get(f"/policies/{row.id}").text, login
        history = browser_of(login).get(f"/policies/elevators/{elevators[0].label_code}").text
        assert "困人" in history, login
        assert "欧阳" not in history
        assert ("欧阳小二" in browser_of(login).get(path).text) is (login in ("insurer", "section")), login
    for stranger in ("property2", "dangshan", "filling"):
        assert browser_of(stranger).get(path).status_code == 404
    assert browser_of("tech1").get(path).status_code == 403
    settled = browser_of("insurer").post(f"{path}/settle", data={"paid": "88.5"}, follow_redirects=True)
    assert "88.50" in settled.text
    assert browser_of("insurer").get(f"{path}/settle").status_code == 404
    assert browser_of("insurer").post(f"{path}/reopen", data={}).status_code == 422
    assert browser_of("property").get(f"{path}/reopen").status_code == 403


def test_the_lists_of_what_ends_and_what_has_none(browser_of, actor, elevators, monkeypatch) -> None:
    policies.record(actor("insurer"), values(elevators[0].label_code))
    browser = {login: browser_of(login) for login in ("section", "property", "property2", "insurer")}
    monkeypatch.setattr(clock, "today", lambda: END - timedelta(days=3))
    for login, shown in (("section", True), ("property", True), ("insurer", True), ("property2", False)):
        assert ("JH-2026-0001" in browser[login].get("/policies/renewals?when=7").text) is shown, login
    assert "JH-2026-0001" not in browser["section"].get("/policies/renewals?when=30").text
    page = browser["property"].get("/policies/uninsured").text
    assert [row.label_code in page for row in elevators] == [False, True, True]
    assert "从未投保" in page
    assert "pick-cover=none" in page
    assert elevators[1].label_code not in browser["property2"].get("/policies/uninsured").text
    assert browser["section"].get("/policies/renewals?when=never").status_code == 422
    assert browser_of("filler").get("/policies/uninsured").status_code == 403


def test_the_rule_book_answers_what_it_costs(browser_of) -> None:
    browser = browser_of("property")
    form = {"kind": "escalator", "place_type": "mall", "starts_on": "2026-01-01", "limit_per_accident": "5000000"}
    page = browser.post("/rulebook/ask/premium", data=form)
    assert "123.50" in page.text
    assert "商场、交通场所" in page.text
    assert browser.post("/rulebook/ask/premium", data={}).status_code == 422
    assert "自动扶梯和自动人行道" in browser.get("/rulebook/tables/premium_bases").text
