"""A code gets on a cylinder by two people with two photos; what was there before never comes back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import CylinderEvent, LabelCode, TrailEntry
from registry.services import label_bindings, labels
from seeds import cast
from tests import filling_factory as make
from tests import labels_factory as tag
from tests.life_factory import destroyed


def record(row, code, login="filler", **values):
    return label_bindings.record(cast.actor(login), tag.binding(row, code, login, **values))


def events(row) -> list[tuple[str, dict]]:
    found = select(CylinderEvent).where(CylinderEvent.cylinder_id == row.id).order_by(CylinderEvent.id)
    return [(event.kind, event.data) for event in db.session.scalars(found)]


def status(code: str) -> str:
    return make.label_of(code).status


def test_the_code_is_in_force_when_the_second_person_has_confirmed(app) -> None:
    row, (blank, *_rest) = make.cylinder(label_code=None), tag.blanks()
    recorded, again = record(row, blank.code, reason=None)
    assert (again, recorded.state, status(blank.code)) == (False, "waiting", "blank")
    assert events(row) == []
    label_bindings.confirm(cast.actor("checker"), recorded.id)
    assert (recorded.state, status(blank.code)) == ("confirmed", "active")
    assert events(row) == [("code_bind", {"code": blank.code, "replaced": []})]
    db.session.refresh(row)
    assert row.label_code == blank.code
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject.like("label%"))).all()
    assert {"label_binding.recorded", "label_binding.settled", "label.bound"} <= set(acts)


def test_a_new_code_voids_the_old_one_with_its_reason_for_ever(app) -> None:
    row, (blank, other, *_rest) = make.cylinder(), tag.blanks()
    old = row.label_code
    tag.bound(row, blank.code)
    assert (status(old), make.label_of(old).reason) == ("replaced", "原标签破损")
    assert events(row)[-1] == ("code_replace", {"code": blank.code, "replaced": [old], "reason": "原标签破损"})
    for code in (old, blank.code):
        with pytest.raises(Conflict):
            record(make.cylinder(label_code=None), code)
    with pytest.raises(Conflict):
        labels.void(cast.actor("filling"), old, "再作废")
    tag.bound(row, other.code)
    assert (status(old), status(blank.code), status(other.code)) == ("replaced", "replaced", "active")


def test_a_code_from_registration_gets_its_evidence_later(app) -> None:
    row = make.cylinder()
    confirmed = tag.bound(row, row.label_code)
    assert (confirmed.state, confirmed.reason, status(row.label_code)) == ("confirmed", "", "active")
    assert [kind for kind, _data in events(row)] == ["code_bind"]
    with pytest.raises(Conflict, match="有照片佐证"):
        record(row, row.label_code)


def test_the_second_person_is_another_one_of_the_same_station(app) -> None:
    row, (blank, *_rest) = make.cylinder(), tag.blanks()
    recorded, _again = record(row, blank.code)
    with pytest.raises(Forbidden, match="本人"):
        label_bindings.confirm(cast.actor("filler"), recorded.id)
    with pytest.raises(Missing):
        label_bindings.confirm(cast.actor("filling2"), recorded.id)
    with pytest.raises(Forbidden):
        label_bindings.confirm(cast.actor("section"), recorded.id)
    label_bindings.confirm(cast.actor("checker"), recorded.id)
    with pytest.raises(Conflict):
        label_bindings.confirm(cast.actor("checker"), recorded.id)


def test_sent_back_it_stays_blank_and_may_be_put_elsewhere(app) -> None:
    row, (blank, *_rest) = make.cylinder(), tag.blanks()
    old = row.label_code
    recorded, _again = record(row, blank.code)
    with pytest.raises(Invalid):
        label_bindings.refuse(cast.actor("checker"), recorded.id, " ")
    label_bindings.refuse(cast.actor("checker"), recorded.id, "照片看不清编号")
    assert (recorded.state, status(blank.code), status(old)) == ("refused", "blank", "active")
    assert tag.bound(make.cylinder(), blank.code).state == "confirmed"


def test_a_repeat_is_answered_like_the_first(app) -> None:
    row, (blank, *_rest) = make.cylinder(), tag.blanks()
    sent = tag.binding(row, blank.code)
    first, _ = label_bindings.record(cast.actor("filler"), sent)
    second, again = label_bindings.record(cast.actor("filler"), sent)
    assert (second.id, again) == (first.id, True)
    with pytest.raises(Conflict):
        label_bindings.record(cast.actor("filler"), {**sent, "reason": "另一个原因"})


def test_one_binding_waits_for_a_code_and_for_a_cylinder(app) -> None:
    row, (blank, other, *_rest) = make.cylinder(), tag.blanks()
    record(row, blank.code)
    with pytest.raises(Conflict, match="等第二人"):
        record(row, other.code)
    with pytest.raises(Conflict, match="等第二人"):
        record(make.cylinder(), blank.code)
    with pytest.raises(Conflict, match="等第二人"):
        labels.void(cast.actor("filling"), blank.code, "破损")


WRONG = [
    ("code", "SZ00000000000012", Invalid, "code"),
    ("equipment", "没有这只", Invalid, "equipment"),
    ("stamp_photo", 10**6, Invalid, "stamp_photo"),
    ("label_photo", None, Invalid, "label_photo"),
    ("reason", "  ", Invalid, "reason"),
    ("at", clock.now() + timedelta(hours=1), Invalid, "at"),
]


@pytest.mark.parametrize(("name", "value", "error", "field"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_beside_its_field(app, name, value, error, field) -> None:
    row, (blank, *_rest) = make.cylinder(), tag.blanks()
    with pytest.raises(error) as refused:
        label_bindings.record(cast.actor("filler"), tag.binding(row, blank.code, **{name: value}))
    assert list(refused.value.errors) == [field]


def test_photos_are_of_this_binding_only(app) -> None:
    row, (blank, other, *_rest) = make.cylinder(), tag.blanks()
    same = tag.photo()
    with pytest.raises(Invalid) as refused:
        record(row, blank.code, stamp_photo=same.id, label_photo=same.id)
    assert "同一张" in str(refused.value.errors)
    with pytest.raises(Invalid):
        record(row, blank.code, stamp_photo=tag.photo(purpose="visit_photo").id)
    with pytest.raises(Invalid):
        record(row, blank.code, stamp_photo=tag.photo("filling2").id)
    record(row, blank.code, stamp_photo=same.id)
    with pytest.raises(Invalid) as refused:
        record(make.cylinder(), other.code, label_photo=same.id)
    assert "已经用于" in str(refused.value.errors)


def test_labels_and_cylinders_of_others(app) -> None:
    foreign, own = tag.blanks(1, "station2")[0], tag.blanks(1)[0]
    with pytest.raises(Missing):
        record(make.cylinder(), foreign.code)
    with pytest.raises(Invalid):
        record(make.cylinder("station2"), own.code)
    with pytest.raises(Forbidden):
        record(make.cylinder(), own.code, "section")


def test_a_batch_must_have_been_received(app) -> None:
    blank = tag.blanks(1, received=False)[0]
    with pytest.raises(Conflict, match="签收"):
        record(make.cylinder(), blank.code)


def test_a_cylinder_whose_life_is_over_gets_no_code(app) -> None:
    row, (blank, *_rest) = make.cylinder(), tag.blanks()
    destroyed(row)
    with pytest.raises(Conflict, match="不能绑定编码"):
        record(row, blank.code)


STEPS = st.lists(
    st.tuples(st.sampled_from(["bind", "refuse", "replace", "void"]), st.integers(0, 3), st.integers(0, 1)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_a_code_that_has_ended_stays_ended_and_a_cylinder_has_one(app, steps) -> None:
    bottles = [make.cylinder(), make.cylinder(label_code=None)]
    pool = [label.code for label in tag.blanks(4)]
    ended: dict[str, str] = {}
    for act, which, place in steps:
        row = bottles[place]
        db.session.refresh(row)
        try:
            if act == "replace" and row.label_code:
                pool.append(labels.replace(cast.actor("filling"), row.label_code, "破损").code)
            elif act == "void":
                labels.void(cast.actor("filling"), pool[which], "丢失")
            else:
                recorded, _again = record(row, pool[which], ref=str(uuid4()))
                if act == "bind":
                    label_bindings.confirm(cast.actor("checker"), recorded.id)
                else:
                    label_bindings.refuse(cast.actor("checker"), recorded.id, "看不清")
        except Conflict:
            pass
        states = dict(db.session.execute(select(LabelCode.code, LabelCode.status)).all())
        assert all(states[code] == was for code, was in ended.items())
        ended |= {code: was for code, was in states.items() if was in ("replaced", "void")}
        for bottle in bottles:
            db.session.refresh(bottle)
            on = select(LabelCode.code).where(LabelCode.cylinder_id == bottle.id, LabelCode.status == "active")
            assert list(db.session.scalars(on)) == ([bottle.label_code] if bottle.label_code else [])
