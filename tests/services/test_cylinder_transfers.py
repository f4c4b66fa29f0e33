"""Cylinders handed on between stations: proposed, filled by nobody meanwhile, accepted whole or in part, refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import (
    Capacity,
    Cylinder,
    CylinderEvent,
    CylinderLeft,
    CylinderTransfer,
    CylinderTransferItem,
    LabelCode,
    TrailEntry,
)
from registry.queries import cylinder_transfers as queries
from registry.services import cylinder_transfers, cylinders, scans
from seeds import cast
from tests import filling_factory
from tests.cylinder_factory import cylinder
from tests.life_factory import ordered, sent
from tests.services.test_anomalies_race import at_once, separate  # noqa: F401

GIVER, RECEIVER = "filling", "filling2"
TODAY = clock.today()


def licensed_for(*media: str) -> None:
    """The cast's second station fills industrial gases; here its licence covers these too."""
    with transaction() as session:
        filling = (Capacity.unit_id == cast.unit("station2").id, Capacity.capacity == "filling")
        licence = session.scalars(select(Capacity).where(*filling)).one()
        licence.media = sorted({*(licence.media or ()), *media})


def given(*rows, **changes):
    licensed_for("lpg")
    codes = [row.label_code for row in rows]
    return {"receiver_id": cast.unit("station2").id, "codes": codes, "document": "过户协议1号", **changes}


def proposed(*rows, **changes) -> CylinderTransfer:
    return cylinder_transfers.propose(cast.actor(GIVER), given(*rows, **changes))[0]


def again(row) -> Cylinder:
    return db.session.get_one(Cylinder, row.id, populate_existing=True)


def dated(row, **days) -> None:
    with transaction() as session:
        session.execute(update(Cylinder).where(Cylinder.id == row.id).values(**days))


def rules_of(login: str, row) -> set[str]:
    asked = {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"}
    return {finding.rule for finding in scans.scan(cast.actor(login), asked).judged.verdict.findings}


def test_accepted_as_a_whole_with_labels_and_numbers_kept(app) -> None:
    one, two = cylinder(), cylinder()
    codes = [one.label_code, two.label_code]
    row = proposed(one, two)
    assert [(again(each).status, each.owner_id) for each in (one, two)] == [
        ("transferred", cast.unit("station").id)
    ] * 2
    assert queries.tally(cast.actor(RECEIVER), TODAY)["incoming"] == 1
    assert queries.tally(cast.actor(GIVER), TODAY)["outgoing"] == 1
    done = cylinder_transfers.make(cast.actor(RECEIVER), row.id, "accept", {}, row.version)
    assert (done.state, done.decided_on) == ("accepted", TODAY)
    for each, code in zip((one, two), codes, strict=True):
        fresh = again(each)
        assert (fresh.status, fresh.owner_id, fresh.area_code) == ("in_use", cast.unit("station2").id, "341323")
        assert (fresh.label_code, fresh.register_no) == (code, each.register_no)
        left = db.session.scalars(select(CylinderLeft.unit_id).where(CylinderLeft.cylinder_id == each.id)).all()
        assert left == [cast.unit("station").id]
        assert db.session.scalars(select(LabelCode.status).where(LabelCode.cylinder_id == each.id)).all() == ["active"]
    kinds = db.session.scalars(select(CylinderEvent.kind).where(CylinderEvent.cylinder_id == one.id)).all()
    assert kinds == ["transfer"]
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject == "cylinder_transfer")).all()
    assert acts == ["cylinder_transfer.proposed", "cylinder_transfer.moved"]
    assert queries.tally(cast.actor(GIVER), TODAY)["answered"] == 1


def test_nobody_fills_it_while_it_waits(app) -> None:
    row = filling_factory.cylinder()
    transfer = proposed(row)
    assert {"R07", "R41"} <= rules_of("filler", row)
    cylinder_transfers.make(cast.actor(RECEIVER), transfer.id, "accept", {})
    assert not {"R07", "R41", "R13"} & rules_of("filler2", row)
    assert "R13" in rules_of("filler", row)


def test_single_cylinders_are_refused_with_a_reason(app) -> None:
    good, bad = cylinder(), cylinder()
    row = proposed(good, bad)
    receiver = cast.actor(RECEIVER)
    for data, field in (
        ({"refused": [bad.label_code]}, "reason"),
        ({"refused": ["SZ-NONE"], "reason": "x"}, "refused"),
        ({"refused": [good.label_code, bad.label_code], "reason": "x"}, "refused"),
    ):
        with pytest.raises(Invalid) as refused:
            cylinder_transfers.make(receiver, row.id, "accept", data)
        assert list(refused.value.errors) == [field]
        assert again(good).status == "transferred"
    done = cylinder_transfers.make(receiver, row.id, "accept", {"refused": [bad.serial_no], "reason": "瓶阀漏气"})
    assert done.state == "accepted_in_part"
    assert again(good).owner_id == cast.unit("station2").id
    assert (again(bad).owner_id, bad.status) == (cast.unit("station").id, "in_use")
    items = db.session.execute(select(CylinderTransferItem.state, CylinderTransferItem.reason)).all()
    assert sorted(items) == [("accepted", ""), ("refused", "瓶阀漏气")]


@pytest.mark.parametrize(("verb", "login"), [("refuse", RECEIVER), ("withdraw", GIVER), ("withdraw", "county")])
def test_refused_or_taken_back_it_is_the_givers_as_before(app, verb, login) -> None:
    used, stopped = cylinder(), cylinder()
    cylinders.change_status(cast.actor("section"), stopped.label_code, "suspend", {"reason": "待核"})
    row = proposed(used, stopped)
    assert again(stopped).status == "suspended"
    with pytest.raises(Invalid):
        cylinder_transfers.make(cast.actor(login), row.id, verb, {})
    done = cylinder_transfers.make(cast.actor(login), row.id, verb, {"reason": "协议未签"})
    assert done.state == {"refuse": "refused", "withdraw": "withdrawn"}[verb]
    assert [again(each).status for each in (used, stopped)] == ["in_use", "suspended"]
    assert {again(each).owner_id for each in (used, stopped)} == {cast.unit("station").id}
    proposed(used)  # free again


def test_every_bad_line_is_told_with_all_that_speaks_against_it(app) -> None:
    good = cylinder()
    away, scrapped, failing = cylinder(), cylinder(), cylinder()
    sent(away)
    ordered(scrapped)
    dated(failing, next_inspection_on=TODAY - timedelta(days=1), service_end_on=TODAY - timedelta(days=1))
    codes = [row.label_code for row in (good, away, scrapped, failing)] + ["SZ-NONE", good.label_code]
    with pytest.raises(Invalid) as refused:
        proposed(codes=codes)
    told = refused.value.errors["codes"]
    assert [text[:4] for text in told] == ["第2行“", "第3行“", "第4行“", "第5行“", "第6行“"]
    assert "送检" in told[0]
    assert "报废" in told[1]
    assert "检验已超期" in told[2]
    assert "使用年限" in told[2]
    assert db.session.scalar(select(func.count()).select_from(CylinderTransfer)) == 0


def test_what_happened_since_is_judged_again(app) -> None:
    fine, failed = cylinder(), cylinder()
    row = proposed(fine, failed)
    dated(failed, next_inspection_on=TODAY - timedelta(days=1))
    with pytest.raises(Invalid) as refused:
        cylinder_transfers.make(cast.actor(RECEIVER), row.id, "accept", {})
    assert "检验已超期" in refused.value.errors["refused"][0]
    data = {"refused": [failed.label_code], "reason": "超期"}
    assert cylinder_transfers.make(cast.actor(RECEIVER), row.id, "accept", data).state == "accepted_in_part"


def test_one_cylinder_in_one_transfer_and_no_way_round_it(app) -> None:
    row = cylinder()
    transfer = proposed(row)
    with pytest.raises(Invalid):
        proposed(row)
    for call in (
        lambda: cylinders.change_status(cast.actor(GIVER), row.label_code, "withdraw_transfer", {"reason": "不过户了"}),
        lambda: cylinders.transfer(
            cast.actor("section"), row.label_code, {"owner_id": cast.unit("station2").id, "document": "x"}
        ),
    ):
        with pytest.raises(Conflict, match=transfer.no):
            call()
    cylinder_transfers.make(cast.actor("county"), transfer.id, "withdraw", {"reason": "由登记机关办理"})
    new = {"owner_id": cast.unit("station2").id, "document": "裁定"}
    assert cylinders.transfer(cast.actor("section"), row.label_code, new).owner_id == cast.unit("station2").id


def test_who_may(app) -> None:
    row = proposed(cylinder())
    for login, verb, error in (
        (GIVER, "accept", Forbidden),
        (GIVER, "refuse", Forbidden),
        (RECEIVER, "withdraw", Forbidden),
        ("county", "accept", Forbidden),
        ("filler2", "accept", Forbidden),
        (RECEIVER, "swallow", Missing),
    ):
        with pytest.raises(error):
            cylinder_transfers.make(cast.actor(login), row.id, verb, {"reason": "x"})
    with pytest.raises(Forbidden):
        cylinder_transfers.propose(cast.actor("section"), given(cylinder()))
    with pytest.raises(Invalid):
        proposed(cylinder(), receiver_id=cast.unit("property").id)
    with pytest.raises(Invalid):
        proposed(cylinder(), receiver_id=cast.unit("station").id)
    with pytest.raises(Conflict):
        cylinder_transfers.make(cast.actor(RECEIVER), row.id, "accept", {}, row.version + 1)


def test_the_same_ref_is_one_transfer(app) -> None:
    row = cylinder()
    first, known = cylinder_transfers.propose(cast.actor(GIVER), given(row, ref="r1"))
    second, replayed = cylinder_transfers.propose(cast.actor(GIVER), given(row, ref="r1"))
    assert (first.id, known, replayed) == (second.id, False, True)
    with pytest.raises(Conflict):
        cylinder_transfers.propose(cast.actor(GIVER), given(row, ref="r1", document="另一份"))


def test_a_receiver_without_the_medium_in_its_licence(app) -> None:
    row = cylinder()
    data = {"receiver_id": cast.unit("station2").id, "codes": [row.label_code], "document": "x"}
    (line,) = queries.check(cast.actor(GIVER), data["codes"], data["receiver_id"])
    assert [finding.rule for finding in line.verdict.findings] == ["receiver_medium"]
    with pytest.raises(Invalid) as refused:
        cylinder_transfers.propose(cast.actor(GIVER), data)
    assert "许可不含" in refused.value.errors["codes"][0]


def test_two_decide_at_once(separate) -> None:  # noqa: F811
    one, two = cylinder(), cylinder()
    number = proposed(one, two).id
    ids = [one.id, two.id]
    receiver, giver, county = cast.actor(RECEIVER), cast.actor(GIVER), cast.actor("county")
    db.session.remove()
    found = at_once(
        separate,
        lambda: cylinder_transfers.make(receiver, number, "accept", {}),
        lambda: cylinder_transfers.make(receiver, number, "refuse", {"reason": "x"}),
        lambda: cylinder_transfers.make(giver, number, "withdraw", {"reason": "x"}),
        lambda: cylinder_transfers.make(county, number, "withdraw", {"reason": "x"}),
        lambda: cylinder_transfers.make(receiver, number, "accept", {}),
    )
    assert found == {"done": 1, "conflict": 4}
    row = db.session.get_one(CylinderTransfer, number)
    taken = row.state == "accepted"
    owners = set(db.session.scalars(select(Cylinder.owner_id).where(Cylinder.id.in_(ids))))
    assert owners == {cast.unit("station2" if taken else "station").id}
    statuses = set(db.session.scalars(select(Cylinder.status).where(Cylinder.id.in_(ids))))
    assert statuses == {"in_use"}
    left = db.session.scalar(select(func.count()).select_from(CylinderLeft).where(CylinderLeft.cylinder_id.in_(ids)))
    assert left == (2 if taken else 0)


def test_two_propose_one_cylinder_at_once(separate) -> None:  # noqa: F811
    row = cylinder()
    data, giver = given(row), cast.actor(GIVER)
    db.session.remove()

    def propose() -> None:
        try:
            cylinder_transfers.propose(giver, data)
        except Invalid as error:
            raise Conflict(str(error.errors)) from None

    assert at_once(separate, propose, propose, propose) == {"done": 1, "conflict": 2}
    waiting = select(func.count()).select_from(CylinderTransferItem).where(CylinderTransferItem.open)
    assert db.session.scalar(waiting) == 1
