"""Safety assessments: put on record, corrected without losing what stood there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Assessment, TrailEntry
from registry.queries import assessments as queries
from registry.services import assessments, files
from tests import elevators_factory as make


def values(**changes):
    return {"assessed_on": date(2026, 6, 1), "conclusion": "repair", "organisation": "安徽某检测公司", **changes}


@pytest.fixture
def lift(actor):
    return make.in_use(actor("section"), made_on=date(2008, 5, 1))


def test_what_is_recorded_stands(actor, lift) -> None:
    report = files.store(actor("inspector"), "r.pdf", "application/pdf", b"%PDF-1", "assessment").id
    given = values(organisation=None, score=Decimal("61.5"), grade="三级", measures="更换门锁", file_id=report)
    row = assessments.record(actor("inspector"), lift.id, given)
    assert (row.standard, row.organisation) == ("GB/T 42615-2023", "宿州市特种设备检验中心")
    assert queries.standing([lift.id])[lift.id].id == row.id
    path, mime, name = queries.file(actor("property"), row.id)
    assert (path.read_bytes(), mime, name) == (b"%PDF-1", "application/pdf", "r.pdf")
    entry = db.session.query(TrailEntry).filter_by(act="assessment.recorded").one()
    assert entry.data == {
        "elevator_id": lift.id,
        "standard": "GB/T 42615-2023",
        "assessed_on": "2026-06-01",
        "conclusion": "repair",
    }


def test_a_correction_is_a_new_row(actor, lift) -> None:
    first = assessments.record(actor("county"), lift.id, values())
    second = assessments.correct(actor("county"), first.id, {"conclusion": "renew"}, "复核")
    assert (second.corrects_id, second.conclusion, second.organisation) == (first.id, "renew", first.organisation)
    assert db.session.get(Assessment, first.id).conclusion == "repair"
    assert queries.standing([lift.id])[lift.id].id == second.id
    assert [row.id for row in queries.page(actor("county"), {}).items] == [second.id]
    assert queries.show(actor("county"), first.id)[1].id == second.id
    with pytest.raises(Conflict):
        assessments.correct(actor("county"), first.id, {"conclusion": "scrap"}, "再改")
    third = assessments.correct(actor("county"), second.id, {"score": Decimal(50)}, "补录总分")
    assert (third.conclusion, third.score) == ("renew", 50)
    with pytest.raises(Invalid):
        assessments.correct(actor("county"), third.id, {}, " ")


BAD = [
    ({"assessed_on": date(2100, 1, 1)}, "assessed_on"),
    ({"assessed_on": date(2008, 4, 30)}, "assessed_on"),
    ({"conclusion": "fine"}, "conclusion"),
    ({"organisation": " "}, "organisation"),
    ({"file_id": 999}, "file_id"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_what_cannot_be_is_refused_beside_its_field(actor, lift, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        assessments.record(actor("county"), lift.id, values(**changes))
    assert set(refused.value.errors) == {field}


def test_only_today_and_before(actor, lift) -> None:
    today = clock.today()
    assert assessments.record(actor("county"), lift.id, values(assessed_on=today)).id
    with pytest.raises(Invalid):
        assessments.record(actor("county"), lift.id, values(assessed_on=today + timedelta(days=1)))


def test_a_file_of_another_purpose_is_no_report(actor, lift) -> None:
    other = files.store(actor("county"), "x.jpg", "image/jpeg", b"\xff\xd8\xff", "hazard").id
    with pytest.raises(Invalid):
        assessments.record(actor("county"), lift.id, values(file_id=other))


def test_twice_is_once(actor, lift) -> None:
    ref = str(uuid4())
    first, known = assessments.record_once(actor("county"), ref, lift.id, values())
    again, known_again = assessments.record_once(actor("county"), ref, lift.id, values())
    assert (known, known_again, again.id) == (False, True, first.id)
    with pytest.raises(Conflict):
        assessments.record_once(actor("county"), ref, lift.id, values(conclusion="scrap"))
    with pytest.raises(Conflict):
        assessments.record(actor("county"), lift.id, values())


def test_who_may(actor, lift) -> None:
    for login in ("property", "company", "insurer"):
        with pytest.raises(Forbidden):
            assessments.record(actor(login), lift.id, values())
    with pytest.raises(Missing):
        assessments.record(actor("dangshan"), lift.id, values())
    row = assessments.record(actor("county"), lift.id, values())
    with pytest.raises(Conflict):
        assessments.correct(actor("inspector"), row.id, {}, "不是本机构的")
    with pytest.raises(Missing):
        queries.show(actor("dangshan"), row.id)
