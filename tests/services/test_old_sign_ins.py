"""Sessions and devices are forgotten when their days are over, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from blueprints import job_runner
from registry import clock
from registry.db import db, transaction
from registry.models import KnownDevice, SignIn, TrailEntry
from registry.services import old_sign_ins, parameters
from seeds import cast
from tests.notices_factory import settings


def session_of(number: int, seen_days: float, ended_days: float | None = None) -> None:
    now = clock.now()
    seen = now - timedelta(days=seen_days)
    ended = None if ended_days is None else now - timedelta(days=ended_days)
    person = cast.person("tech1").id
    with transaction() as session:
        session.add(SignIn(token_hash=f"h{number}", person_id=person, started_at=seen, seen_at=seen, ended_at=ended))


def device_of(number: int, seen_days: float) -> None:
    at = clock.now() - timedelta(days=seen_days)
    about = {"person_id": cast.person("tech1").id, "browser": "Chrome", "first_at": at, "seen_at": at}
    with transaction() as session:
        session.add(KnownDevice(token_hash=f"d{number}", **about))


def left() -> tuple[set[str], set[str]]:
    kept = db.session.scalars(select(SignIn.token_hash)), db.session.scalars(select(KnownDevice.token_hash))
    return set(kept[0]), set(kept[1])


def test_what_is_older_than_its_days_goes_and_the_trail_says_how_much(app: Any) -> None:
    for number, seen, ended in ((1, 181, None), (2, 179, None), (3, 400, 181), (4, 400, 179), (5, 0, None)):
        session_of(number, seen, ended)
    for number, seen in ((1, 181), (2, 179)):
        device_of(number, seen)
    assert old_sign_ins.drop_old() == 3
    assert left() == ({"h2", "h4", "h5"}, {"d2"})
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "sign_in.forgotten")).one()
    assert (entry.data["sessions"], entry.data["devices"]) == (2, 1)
    assert old_sign_ins.drop_old() == 0
    assert db.session.scalar(select(func.count()).where(TrailEntry.act == "sign_in.forgotten")) == 1


def test_the_office_says_how_long_but_no_session_in_use_is_cut(app: Any) -> None:
    session_of(1, 31)
    session_of(2, 2)  # REGISTRY_SESSION_HOURS is three days
    parameters.set_parameter(cast.actor("security"), "access.kept_days", "30", clock.today())
    old_sign_ins.drop_old()
    assert left()[0] == {"h2"}


def test_a_session_that_may_still_be_used_is_older_than_the_days(app: Any) -> None:
    """Where an office lets sessions live longer than it keeps those that are over."""
    session_of(1, 35)
    session_of(2, 41)
    parameters.set_parameter(cast.actor("security"), "access.kept_days", "30", clock.today())
    with settings(session_hours=40 * 24):
        old_sign_ins.drop_old()
    assert left()[0] == {"h1"}


def test_the_workers_do_it(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert old_sign_ins.drop_when_due in job_runner.REGULAR
    session_of(1, 999)
    monkeypatch.setattr(old_sign_ins, "_looked_at", float("-inf"))
    old_sign_ins.drop_when_due()
    assert not left()[0]
    session_of(2, 999)
    old_sign_ins.drop_when_due()
    assert left()[0] == {"h2"}, "it looks once an hour"
    monkeypatch.setattr(old_sign_ins, "_looked_at", old_sign_ins._looked_at - old_sign_ins.PAUSE)
    old_sign_ins.drop_when_due()
    assert not left()[0]
