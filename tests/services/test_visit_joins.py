"""The second worker's own check-in finds its visit, whichever arrives first."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from registry import clock, policy
from registry.db import db
from registry.models import Certificate, VisitJoin, VisitWorker
from registry.services import visit_joins, visits
from seeds import cast
from tests import visits_factory as make


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, app: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def alone(code: str, **changes: Any) -> dict[str, Any]:
    return make.visit(code, **{"workers": ["tech1"], **changes})


def word(code: str, minutes: float = 4, **changes: Any) -> dict[str, Any]:
    return {
        "ref": str(uuid.uuid4()),
        "elevator": code,
        "at": make.START + timedelta(minutes=minutes),
        "position": make.north(20),
        **changes,
    }


def found(visit: Any) -> list[str]:
    return [finding["rule"] for finding in visit.findings]


@pytest.fixture(params=["visit first", "join first"])
def both(request: pytest.FixtureRequest, actor: Any) -> Any:
    """Both phones arrive in either order."""

    def send(visit: dict[str, Any], join: dict[str, Any], second: str = "tech2") -> Any:
        if request.param == "visit first":
            row, _ = visits.record(actor("tech1"), visit)
            joined, _ = visit_joins.join(actor(second), join)
        else:
            joined, _ = visit_joins.join(actor(second), join)
            row, _ = visits.record(actor("tech1"), visit)
        return row, joined

    return send


def test_a_join_completes_the_record(both):
    code = make.elevator().label_code
    row, joined = both(alone(code, workers=["tech1", "tech2"]), word(code, 29))
    assert joined.visit_id == row.id
    assert not joined.added
    assert found(row) == ["P18"]


@pytest.mark.parametrize(
    ("minutes", "named", "tied", "late"),
    [
        (-30, False, True, False),
        (-30.1, False, False, False),
        (30, False, True, False),
        (30.1, False, False, False),
        (-30.1, True, False, False),
        (30.1, True, True, True),
        (45, True, True, True),
        (45.1, True, False, False),
    ],
)
def test_the_window(both, minutes, named, tied, late):
    """The visit lasts 45 minutes: named he may come late, which is said; not named he must come within 30 minutes."""
    code = make.elevator().label_code
    row, joined = both(alone(code, workers=["tech1", "tech2"][: 1 + named]), word(code, minutes))
    assert (joined.visit_id == row.id) is tied
    assert ("P10" in found(row)) is late
    crew = db.session.query(VisitWorker).filter_by(visit_id=row.id).count()
    assert crew == (2 if named or tied else 1)


def test_who_is_not_named_is_added_to_the_crew(both):
    code = make.elevator().label_code
    row, joined = both(alone(code), word(code))
    assert joined.added
    assert [worker.person_id for worker in row.workers] == [cast.person("tech1").id, cast.person("tech2").id]
    assert row.workers[1].seconds_after_first == 240
    assert "P08" not in found(row)


def test_his_signature_is_one_of_the_two(both):
    code = make.elevator().label_code
    visit = alone(code, signatures=[make.PNG + b"tech1"])
    row, _ = both(visit, word(code, signature=make.PNG + b"tech2"))
    assert "P12" not in found(row)


def test_standing_outside_the_fence_is_said(both):
    code = make.elevator().label_code
    row, _ = both(alone(code), word(code, position=make.north(230)))
    assert "P11" in found(row)


def test_an_expired_certificate_blocks(both, monkeypatch):
    held = db.session.query(Certificate).filter_by(person_id=cast.person("tech2").id).all()
    for certificate in held:
        certificate.expires_on = make.START.date() - timedelta(days=1)
    db.session.commit()
    code = make.elevator().label_code
    row, joined = both(alone(code), word(code))
    assert not joined.qualified
    assert "P03" in found(row)


def test_the_first_worker_is_not_his_own_second(both):
    code = make.elevator().label_code
    row, joined = both(alone(code), word(code), second="tech1")
    assert joined.visit_id is None
    assert "P08" in found(row)


def test_of_two_visits_the_nearer_one(actor):
    code = make.elevator().label_code
    earlier = make.START - timedelta(minutes=50)
    early = alone(code, check_in={"at": earlier}, check_out={"at": earlier + timedelta(minutes=30)})
    visits.record(actor("tech1"), early)
    near, _ = visits.record(actor("tech1"), alone(code))
    joined, _ = visit_joins.join(actor("tech2"), word(code, -20))
    assert joined.visit_id == near.id


def test_another_elevator_s_visit_is_not_his(actor):
    visits.record(actor("tech1"), alone(make.elevator().label_code))
    joined, _ = visit_joins.join(actor("tech2"), word(make.elevator().label_code))
    assert joined.visit_id is None


def test_a_visit_that_was_confirmed_before_counts_from_the_join(actor, monkeypatch):
    code = make.elevator().label_code
    row, _ = visits.record(actor("tech1"), alone(code, signatures=[make.PNG + b"1"]))
    visits.confirm(actor("property"), row.id, {})
    assert not row.paperless
    later = make.NOW + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    visit_joins.join(actor("tech2"), word(code, signature=make.PNG + b"2"))
    settled = policy.get(actor("section"), type(row), type(row).id == row.id)
    assert settled.counts_from == clock.day_of(later)


def test_who_sees_a_join(actor):
    joined, _ = visit_joins.join(actor("tech2"), word(make.elevator().label_code))
    for login, seen in (("tech1", True), ("company2", False), ("property", True), ("county", True), ("filler", False)):
        rows = db.session.scalars(policy.scope(actor(login), VisitJoin)).all()
        assert (joined.id in [row.id for row in rows]) is seen, login
