"""A device that sends again while its first sending is still being worked on: the second is answered like the first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.db import db, transaction
from registry.models import CallDispatch, CylinderAnomaly, CylinderEvent, GasBatch, TrailEntry
from registry.services import calls, fill_cycles, filling, gas_batches, hold_releases, label_bindings
from seeds import cast
from tests import calls_factory, labels_factory
from tests import filling_factory as make
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture
from tests.services.test_fill_cycles import _photo, after, check, filled


def sent_twice(app: Flask, verb: Callable[[], Any]) -> list[Any]:
    """What came of the first, whose transaction ends only when the second has begun to wait, and of the second."""
    came: list[Any] = []
    begun = threading.Event()

    def again() -> None:
        with app.app_context():
            begun.set()
            try:
                came.append(verb())
            except Exception as error:
                came.append(error)
            db.session.remove()

    second = threading.Thread(target=again)
    with transaction():
        first = verb()
        second.start()
        begun.wait(10)
        second.join(0.5)  # it stands at the first one's lock, or has overtaken it
    second.join(20)
    return [first, *came]


def entries(act: str) -> int:
    return db.session.scalar(select(func.count()).where(TrailEntry.act == act))


def steps(kind: str) -> int:
    return db.session.scalar(select(func.count()).where(CylinderEvent.kind == kind))


def test_each_step_of_a_turn_is_made_once(separate) -> None:  # noqa: F811
    row, checker, filler = make.cylinder(), cast.actor("checker"), cast.actor("filler")
    before = check(row)
    opened = sent_twice(separate, lambda: fill_cycles.precheck(checker, before))
    assert [done.replay for done in opened] == [False, True]
    filling.record(filler, filled(row))
    weighed = after(row)
    looked = sent_twice(separate, lambda: fill_cycles.post_check(checker, weighed))
    assert [done.replay for done in looked] == [False, True]
    leave = {"ref": weighed["ref"], "code": row.label_code}
    left = sent_twice(separate, lambda: fill_cycles.release(checker, leave))
    assert [done.replay for done in left] == [False, True]
    assert [entries(f"fill_cycle.{act}") for act in ("prechecked", "postchecked", "closed")] == [1, 1, 1]
    assert [steps(kind) for kind in ("precheck", "postcheck")] == [1, 1]
    assert db.session.scalar(select(func.count(CylinderAnomaly.id))) == 0


@pytest.mark.parametrize("known", [True, False])
def test_a_call_is_taken_once(separate, known) -> None:  # noqa: F811
    lift, desk = calls_factory.lift(), cast.actor("desk")
    values = calls_factory.values(**({"elevator": lift.label_code} if known else {"place": "某小区"}))
    taken = sent_twice(separate, lambda: calls.take_once(desk, "c" * 36, values))
    assert [again for _, again in taken] == [False, True]
    assert taken[0][0].no == taken[1][0].no
    assert entries("call.taken") == 1
    assert (db.session.scalar(select(func.count(CallDispatch.id))) > 0) is known


def test_a_code_is_bound_once(separate) -> None:  # noqa: F811
    row, (blank, *_rest) = make.cylinder(label_code=None), labels_factory.blanks()
    filler, sent = cast.actor("filler"), labels_factory.binding(row, blank.code)
    bound = sent_twice(separate, lambda: label_bindings.record(filler, sent))
    assert [again for _, again in bound] == [False, True]
    assert bound[0][0].id == bound[1][0].id
    assert entries("label_binding.recorded") == 1


def test_a_hold_is_released_once(separate) -> None:  # noqa: F811
    row, county = make.cylinder(custody="at_user"), cast.actor("county")
    sent = {"ref": "h" * 36, "code": row.label_code, "station_id": cast.unit("station").id, "rules": ["R27"]}
    sent |= {"reason": "已现场核对钢印", "photo": _photo()}
    released = sent_twice(separate, lambda: hold_releases.release(county, sent))
    assert [again for _, again in released] == [False, True]
    assert entries("hold.released") == 1


def test_a_gas_batch_is_taken_in_once(separate) -> None:  # noqa: F811
    sent = {"ref": "g" * 36, "medium": "lpg", "supplier": "石化", "delivery_note": "7", "mass_g": 24_000_000}
    station = cast.actor("filling")
    taken = sent_twice(separate, lambda: gas_batches.record(station, sent))
    assert [again for _, again in taken] == [False, True]
    assert db.session.scalar(select(func.count(GasBatch.id)).where(GasBatch.ref == sent["ref"])) == 1
    assert entries("gas_batch.recorded") == 1
