"""Directives: issued by two, numbered without gaps, served, reported, rechecked in ten working days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.documents.office import issued as office
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Directive, Paper, SupervisionCheck, SupervisionStep, TrailEntry
from registry.queries import directives as queries
from registry.queries import papers as paper_queries
from registry.services import directives, papers
from seeds import cast
from tests import supervision_factory
from tests.enforcement_factory import issued, order, recheck, refused, reported, stored
from tests.hazards_factory import Clock
from tests.hazards_factory import reported as hazard_reported

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def move(login: str, row: Directive, verb: str, **data: Any) -> Directive:
    return directives.move(cast.actor(login), row.id, verb, data)


def test_it_is_numbered_by_office_and_served_on_the_spot(time: Clock) -> None:
    first, second = issued(), issued()
    other = issued("dangshan", unit=cast.unit("property2").credit_code, inspectors=people("dangshan", "county"))
    assert first.number == "（埇）市监特令〔2026〕第1号"
    assert second.number == "（埇）市监特令〔2026〕第2号"
    assert other.number.endswith("第1号")
    assert (first.state, first.delivery, first.served_on) == ("served", "direct", clock.today())
    steps = queries.by_id(cast.actor("county"), first.id).steps
    assert [step.verb for step in steps] == ["issue", "serve"]
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject == "directive")).all()
    assert {"directive.issued", "directive.moved"} <= set(acts)


def people(*logins: str) -> list[dict[str, Any]]:
    return order(*logins)["inspectors"]


def test_it_names_devices_and_hazards(time: Clock) -> None:
    hazard = hazard_reported()
    row = issued(unit=None, hazards=[hazard.no])
    assert row.unit_id == hazard.unit_id
    assert [one.number for one in queries.of_hazard(cast.actor("county"), hazard)] == [row.number]
    assert queries.of_hazard(cast.actor("filler"), hazard) == ()


def test_its_paper_is_made_once_in_word_and_pdf(time: Clock) -> None:
    row = issued()
    paper = db.session.get_one(Paper, row.paper_id)
    assert (paper.subject, paper.subject_id, paper.unit_id) == ("directive", row.id, row.unit_id)
    assert paper.facts["inspectors"][0]["person"] == "李明"
    for form, sign in (("docx", b"PK"), ("pdf", b"%PDF")):
        path, _mime, _name = office.file(cast.actor("property"), paper.id, form)
        assert path.read_bytes().startswith(sign)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"problems": " "}, "problems"),
        ({"unit": "没有这个单位"}, "unit"),
        ({"unit": None}, "unit"),
        ({"elevators": ["NOSUCH"]}, "elevators"),
        ({"hazards": ["ZDYH-1"]}, "hazards"),
        ({"due_on": date(2026, 11, 2)}, "due_on"),
        ({"oral_on": date(2026, 11, 4)}, "oral_on"),
        ({"unit_signer": None}, "unit_signer"),
        ({"refusal": "拒签"}, "unit_signer"),
        ({"unit_signer": None, "refusal": "拒签"}, "refusal_files"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(time: Clock, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused_:
        issued(**changes)
    assert field in refused_.value.errors
    assert db.session.scalars(select(Paper)).all() == []


@pytest.mark.parametrize(
    "logins", [("county",), ("county", "county"), ("county2", "officer"), ("county", "section"), ("county", "property")]
)
def test_two_certified_inspectors_sign_the_caller_among_them(time: Clock, logins: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as wrong:
        issued(inspectors=people(*logins))
    assert "inspectors" in wrong.value.errors


def test_the_same_ref_is_answered_like_the_first(time: Clock) -> None:
    data = order()
    row, known = directives.issue(cast.actor("county"), data)
    assert not known
    again, known = directives.issue(cast.actor("county"), data)
    assert (again.id, known) == (row.id, True)
    with pytest.raises(Conflict):
        directives.issue(cast.actor("county"), {**data, "measures": "另一项"})


def test_not_outside_the_area_and_not_by_units(time: Clock) -> None:
    with pytest.raises(Invalid):
        issued(unit=cast.unit("property2").credit_code)
    with pytest.raises(Forbidden):
        directives.issue(cast.actor("property"), order())
    row = issued()
    for login in ("dangshan", "property2"):
        with pytest.raises(Missing):
            queries.by_id(cast.actor(login), row.id)
    assert queries.by_id(cast.actor("property"), row.id).id == row.id


def test_a_refused_one_is_left_with_proof(time: Clock) -> None:
    row = refused()
    assert row.state == "issued"
    with pytest.raises(Invalid) as wrong:
        move("county", row, "serve", delivery="leave", delivered_on=clock.today())
    assert set(wrong.value.errors) == {"note", "files"}
    files = [stored("county", "leave.mp4")]
    row = move("county", row, "serve", delivery="leave", delivered_on=clock.today(), note="网格员见证", files=files)
    assert (row.state, row.delivery) == ("served", "leave")


def test_electronic_service_only_with_consent(time: Clock) -> None:
    row = refused()
    given = {"delivery": "electronic", "delivered_on": clock.today(), "note": "sz@example.cn"}
    with pytest.raises(Invalid) as wrong:
        move("county", row, "serve", **given)
    assert set(wrong.value.errors) == {"consent"}
    assert move("county", row, "serve", **given, consent=[stored("county", "consent.pdf")]).state == "served"


@pytest.mark.parametrize(("days", "served"), [(29, False), (30, True)])
def test_a_public_notice_counts_after_thirty_days(time: Clock, days: int, served: bool) -> None:
    row = refused()
    with pytest.raises(Invalid):
        move("county", row, "serve", delivery="notice")
    row = move("county", row, "publish", published_on=clock.today(), note="市局网站；无法直接送达")
    time.forward(days=days)
    if served:
        row = move("county", row, "serve", delivery="notice")
        assert (row.state, row.served_on) == ("served", clock.today())
        return
    with pytest.raises(Invalid):
        move("county", row, "serve", delivery="notice")


def test_report_and_recheck(time: Clock) -> None:
    row = issued()
    with pytest.raises(Invalid):  # neither the day nor a report has come
        move("county", row, "pass_recheck", **recheck("pass_recheck"))
    row = reported(row)
    assert row.recheck_due_on == date(2026, 11, 17)
    assert queries.tally(cast.actor("county"), clock.today())["to_recheck"] == 1
    for second in (None, cast.person("county").id, cast.person("section").id):
        with pytest.raises(Invalid) as wrong:
            move("county", row, "pass_recheck", **recheck("pass_recheck", second=second))
        assert set(wrong.value.errors) == {"second"}
    row = move("county", row, "fail_recheck", **recheck("fail_recheck"))
    assert (row.state, row.recheck_due_on) == ("not_complied", None)
    row = reported(row)
    row = move("county", row, "pass_recheck", method="documents", rechecked_on=clock.today(), note="报告齐全")
    assert row.state == "complied"
    with pytest.raises(Conflict):
        reported(row)


@pytest.mark.parametrize(("on", "late"), [(date(2026, 11, 17), ""), (date(2026, 11, 18), "recheck")])
def test_a_recheck_is_late_after_ten_working_days(time: Clock, on: date, late: str) -> None:
    row = reported(issued())
    assert queries.late(row, on) == late
    assert queries.tally(cast.actor("county"), on)["recheck_late"] == bool(late)
    assert len(queries.page(cast.actor("county"), {"waits": "to_recheck"}).items) == 1


@pytest.mark.parametrize(("days", "late"), [(15, ""), (16, "report")])
def test_a_report_is_late_after_the_due_day(time: Clock, days: int, late: str) -> None:
    row = issued()
    on = clock.today() + timedelta(days=days)
    assert queries.late(row, on) == late
    assert queries.tally(cast.actor("property"), on)["unreported"] == bool(late)
    if late:
        time.forward(days=days)
        assert move("county", row, "fail_recheck", **recheck("fail_recheck")).state == "not_complied"


def test_it_is_withdrawn_with_its_paper_by_a_head(time: Clock) -> None:
    row = issued()
    with pytest.raises(Forbidden):
        move("county", row, "withdraw", note="有误")
    with pytest.raises(Conflict):
        papers.withdraw(cast.actor("county-leader"), row.paper_id, "有误")
    with pytest.raises(Invalid):
        move("county-leader", row, "withdraw", note=" ")
    assert move("county-leader", row, "withdraw", note="对象有误").state == "withdrawn"
    db.session.expire_all()
    assert paper_queries.show(cast.actor("county"), row.paper_id).withdrawal.reason == "对象有误"


def test_somebody_else_was_faster(time: Clock) -> None:
    row = issued()
    with pytest.raises(Conflict):
        directives.move(cast.actor("property"), row.id, "report", {"note": "x", "files": []}, row.version - 1)


def test_the_check_it_came_from_goes_along(time: Clock) -> None:
    check = supervision_factory.recorded()
    row = issued(unit=None, check=check.no)
    assert check_state(check) == "directive_issued"
    reported(row)
    assert check_state(check) == "report_received"
    row = move("county", row, "fail_recheck", **recheck("fail_recheck"))
    assert check_state(check) == "rechecked_fail"
    move("county", row, "pass_recheck", method="documents", rechecked_on=clock.today(), note="报告齐全")
    assert check_state(check) == "rechecked_pass"
    verbs = db.session.scalars(
        select(SupervisionStep.verb).where(SupervisionStep.check_id == check.id).order_by(SupervisionStep.id)
    ).all()
    assert verbs[-4:] == ["issue_directive", "receive_report", "recheck_fail", "recheck_pass"]


def test_a_second_directive_of_a_check_leaves_it_where_it_is(time: Clock) -> None:
    check = supervision_factory.recorded()
    issued(unit=None, check=check.no)
    issued(unit=None, check=check.no)
    assert check_state(check) == "directive_issued"


def check_state(check: SupervisionCheck) -> str:
    return db.session.get_one(SupervisionCheck, check.id, populate_existing=True).state
