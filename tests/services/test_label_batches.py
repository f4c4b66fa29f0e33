"""Batches of codes: asked for, issued, received; and scanned codes that nobody knows."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from registry import codes
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Hazard, LabelCode, UnknownCode
from registry.queries import filling_facts
from registry.queries import label_batches as queries
from registry.queries import unknown_codes as unknown_queries
from registry.services import label_batches, labels, scans, unknown_codes
from seeds import cast
from tests import filling_factory as make
from tests import labels_factory as tag


def asked(**values):
    return {**tag.PAPER, "count": 4, "ref": str(uuid4()), **values}


def test_asked_issued_received(app) -> None:
    batch, again = label_batches.request(cast.actor("filling"), asked())
    assert (again, batch.state, queries.show(cast.actor("filling"), batch.id).blank) == (False, "requested", 0)
    label_batches.issue(cast.actor("section"), batch.id)
    counted = queries.show(cast.actor("filling"), batch.id)
    assert (batch.state, counted.blank, counted.unprinted) == ("issued", 4, 4)
    label_batches.receive(cast.actor("checker"), batch.id, "一张破损")
    assert (batch.state, batch.note) == ("received", "一张破损")
    made = db.session.scalars(select(LabelCode).where(LabelCode.batch_id == batch.id)).all()
    assert len({row.code for row in made}) == 4
    assert {codes.check(row.code) for row in made} == {True}
    assert len({row.code[2:5] for row in made}) == 1


def test_counts_follow_the_codes(app) -> None:
    first, second, third = (label.code for label in tag.blanks(3))
    batch_id = make.label_of(first).batch_id
    tag.bound(make.cylinder(), first)
    row = make.cylinder()
    tag.bound(row, second)
    labels.void(cast.actor("filling"), second, "脱落")
    counted = queries.show(cast.actor("filling"), batch_id)
    assert (counted.blank, counted.active, counted.ended) == (1, 1, 1)
    assert set(queries.codes_of(cast.actor("filling"), batch_id)) == {first, third}


MOVES = [
    ("requested", "receive", "filling"),
    ("issued", "issue", "section"),
    ("issued", "withdraw", "filling"),
    ("refused", "issue", "section"),
    ("withdrawn", "issue", "section"),
    ("received", "receive", "filling"),
]


@pytest.mark.parametrize(("state", "verb", "login"), MOVES)
def test_steps_that_are_not_legal(app, state, verb, login) -> None:
    batch, _again = label_batches.request(cast.actor("filling"), asked())
    if state in ("issued", "received"):
        label_batches.issue(cast.actor("section"), batch.id)
    if state == "received":
        label_batches.receive(cast.actor("filling"), batch.id)
    if state == "refused":
        label_batches.refuse(cast.actor("section"), batch.id, "上一批还有结余")
    if state == "withdrawn":
        label_batches.withdraw(cast.actor("filling"), batch.id)
    assert batch.state == state
    with pytest.raises(Conflict):
        getattr(label_batches, verb)(cast.actor(login), batch.id)
    assert db.session.query(LabelCode).filter_by(batch_id=batch.id).count() in (0, 4)


WRONG = [
    ({"count": 0}, "count"),
    ({"count": 5001}, "count"),
    ({"carrier": "wood"}, "carrier"),
    ({"layout": "a3"}, "layout"),
    ({"carrier": "ceramic"}, "layout"),
    ({"carrier": "metal", "layout": "roll-40x30"}, "layout"),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_what_cannot_be_asked_for(app, values, field) -> None:
    with pytest.raises(Invalid) as refused:
        label_batches.request(cast.actor("filling"), asked(**values))
    assert list(refused.value.errors) == [field]


def test_who_may(app) -> None:
    sent = asked(carrier="ceramic", layout="plate-40x30")
    batch, _again = label_batches.request(cast.actor("filling"), sent)
    assert label_batches.request(cast.actor("filling"), sent)[1] is True
    with pytest.raises(Conflict):
        label_batches.request(cast.actor("filling"), {**sent, "count": 9})
    for login, verb in (("filling", "issue"), ("filler", "receive"), ("section", "receive")):
        with pytest.raises(Forbidden):
            getattr(label_batches, verb)(cast.actor(login), batch.id)
    with pytest.raises(Missing):
        label_batches.withdraw(cast.actor("filling2"), batch.id)
    with pytest.raises(Invalid):
        label_batches.refuse(cast.actor("section"), batch.id, "")


# Scanned codes that nobody knows


def scan(text: str, login: str = "filler"):
    return scans.scan(cast.actor(login), {"code": text, "purpose": "look"})


def known(login: str = "filling", **filters) -> list[UnknownCode]:
    return list(unknown_queries.page(cast.actor(login), {"state": "open", **filters}).items)


FOREIGN = "QP02001;132020000001;TS2234001;2021年05月"


def test_the_same_text_is_counted_once_a_unit(app) -> None:
    for login in ("filler", "checker", "filling2"):
        scan(FOREIGN, login)
    scans.look(FOREIGN)
    (row,) = known()
    assert (row.text, row.times, row.kind, row.person.name) == (FOREIGN, 2, "unreadable", cast.person("checker").name)
    assert len(known("filling2")) == 1
    assert len(known("section")) == 2


KINDS = [
    (lambda: codes.new_code(version="1"), "unknown"),
    (lambda: make.signed(codes.new_code(version="1"))[:-1] + "?", "bad_mac"),
    (lambda: codes.new_code(version="1")[:-2] + "99", "bad_check"),
    (lambda: tag.blanks(1)[0].code, "blank"),
    (lambda: "0557-3012345", "unreadable"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS, ids=[kind for _text, kind in KINDS])
def test_what_is_kept_of_whom(app, text, kind) -> None:
    shown = text()
    scan(shown)
    assert [row.kind for row in known()] == [kind]
    scans.look(shown, "a phone")
    of_citizens = db.session.scalars(select(UnknownCode).where(UnknownCode.unit_id.is_(None))).all()
    assert [row.kind for row in of_citizens] == ([kind] if kind in ("unknown", "bad_mac", "blank") else [])
    assert all(row.person_id is None and row.position is None for row in of_citizens)


@pytest.mark.parametrize(
    "text", ["13805571234", "34220119900307123X", "BEGIN:VCARD\nFN:李四", "tel:13805571234", "WIFI:S:家;P:1;;"]
)
def test_what_is_personal_is_not_kept(app, text) -> None:
    scan(text)
    assert known() == []


def test_what_leads_somewhere_is_not_on_the_list(app) -> None:
    lift, void = make.elevator(), make.cylinder().label_code
    labels.void(cast.actor("filling"), void, "破损")
    for text in (void, lift.label_code, make.cylinder().label_code):
        scan(make.signed(text))
    assert known() == []


def test_a_foreign_code_is_found_at_the_next_scan(app) -> None:
    row = make.cylinder()
    scan(FOREIGN)
    scan(FOREIGN, "section")
    (mine,) = known()
    unknown_codes.register_foreign(
        cast.actor("filling"), mine.id, {"scheme": "maker", "equipment": row.label_code, "note": "制造单位标志"}
    )
    assert (mine.state, known(), known("section")) == ("foreign", [], [])
    found = filling_facts.find(FOREIGN)
    assert (found.status, found.cylinder.id) == ("ok", row.id)
    db.session.refresh(row)
    assert scan(FOREIGN).cylinder.id == row.id
    assert make.label_of(row.label_code).status == "active"
    with pytest.raises(Conflict):
        labels.register_foreign(cast.actor("filling"), {"code": FOREIGN, "scheme": "older", "equipment": row.serial_no})
    labels.void(cast.actor("filling"), FOREIGN, "瓶阀已更换")
    assert filling_facts.find(FOREIGN).status == "void"
    db.session.refresh(row)
    assert row.label_code is not None


def test_no_code_of_ours_is_registered_as_a_foreign_one(app) -> None:
    row = make.cylinder()
    for text in (codes.new_code(version="1"), make.signed(codes.new_code(version="1"))):
        with pytest.raises(Invalid):
            labels.register_foreign(
                cast.actor("filling"), {"code": text, "scheme": "maker", "equipment": row.serial_no}
            )
    for values in ({"scheme": "own"}, {"equipment": "none"}):
        given = {"code": "X-1", "scheme": "maker", "equipment": row.serial_no, **values}
        with pytest.raises(Invalid):
            labels.register_foreign(cast.actor("filling"), given)


def test_binding_takes_it_off_the_list(app) -> None:
    blank = tag.blanks(1)[0]
    scan(make.signed(blank.code))
    (row,) = known()
    tag.bound(make.cylinder(), blank.code)
    db.session.refresh(row)
    assert (row.state, row.label_id) == ("bound", blank.id)


def test_forged_is_a_clue_and_dismissed_has_a_reason(app) -> None:
    scan(make.signed(codes.new_code(version="1"))[:-4] + "0000")
    (row,) = known()
    with pytest.raises(Forbidden):
        unknown_codes.mark_forged(cast.actor("filling"), row.id, "仿制")
    unknown_codes.mark_forged(cast.actor("section"), row.id, "签名不符，印刷粗糙")
    hazard = db.session.get(Hazard, row.hazard_id)
    assert (row.state, hazard.unit_id) == ("forged", cast.unit("station").id)
    scan("https://shop.example/1")
    (shop,) = known()
    with pytest.raises(Invalid):
        unknown_codes.dismiss(cast.actor("filling"), shop.id, "")
    with pytest.raises(Missing):
        unknown_codes.dismiss(cast.actor("filling2"), shop.id, "商店的码")
    with pytest.raises(Forbidden):
        unknown_codes.dismiss(cast.actor("filler"), shop.id, "商店的码")
    unknown_codes.dismiss(cast.actor("filling"), shop.id, "商店的码")
    with pytest.raises(Conflict):
        unknown_codes.dismiss(cast.actor("filling"), shop.id, "再来")
    scan("https://shop.example/1")
    db.session.refresh(shop)
    assert (shop.state, shop.times) == ("dismissed", 2)
