"""Insurance policies through verbs, pages and the API."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry import clock
from registry.errors import Conflict, Forbidden, Invalid
from registry.queries import indicators
from registry.services import claims, policies
from seeds import cast
from tests import cylinder_factory, elevators_factory

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
    assert set(api.post("/policies", {}).json["errors"]) >= {"policy_no", "holder_id", "starts_on", "codes"}
    assert api_of("property2").get("/policies/JH-2026-0001").status_code == 404


def test_the_list_knows_what_ends_soon(actor, browser_of, elevators, monkeypatch) -> None:
    policies.record(actor("insurer"), values(elevators[0].label_code))
    moment = clock.start_of(END - timedelta(days=60))
    browser = browser_of("insurer")
    for days, shown in ((-1, False), (0, True), (60, True), (61, False)):
        monkeypatch.setattr(clock, "today", lambda days=days: clock.day_of(moment) + timedelta(days=days))
        assert ("JH-2026-0001" in browser.get("/policies/?state=ending").text) is shown
