"""Judged visits in bulk."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import evidence
from registry.actor import SYSTEM
from registry.db import db
from registry.errors import Forbidden
from registry.models import TrailEntry, Visit, VisitWorker
from registry.queries import visits as queries
from registry.rules.paperless import VisitFacts, judge
from registry.services import visits, visits_bulk
from seeds import cast
from tests import visits_factory as make


def rows(count: int, elevator_id: int, **changes: Any) -> list[dict[str, Any]]:
    facts = VisitFacts(
        **{
            "cycle": "half_month",
            "check_in_at": make.START,
            "check_out_at": make.START + timedelta(minutes=40),
            "check_in_metres": 12,
            "check_out_metres": 9,
            "check_in_photo": True,
            "workers": 2,
            "second_worker_seconds": 90,
            "second_worker_metres": 3,
            "signatures": 2,
            "signatures_expected": 2,
            "confirmed_at": make.START + timedelta(hours=20),
            "contract_valid": True,
            "certificates_valid": True,
            "received_at": make.START + timedelta(minutes=41),
            **changes,
        }
    )
    return [
        {
            "ref": f"bulk-{number}-{len(changes)}",
            "elevator_id": elevator_id,
            "company_id": cast.unit("company").id,
            "workers": [cast.person("tech1").id, cast.person("tech2").id],
            "facts": facts,
            "verdict": judge(facts),
            "answers": evidence.all_normal("A", facts.cycle, make.START.date()),
            "position": make.north(12),
            "confirmed_by_id": cast.person("property").id,
        }
        for number in range(count)
    ]


def test_a_bulk_visit_is_like_one_that_was_recorded(actor):
    elevator = make.elevator()
    ids = visits_bulk.bulk_record(SYSTEM, rows(3, elevator.id))
    visit = queries.one(actor("section"), ids[1])
    assert visit.paperless
    assert (visit.done_on, visit.counts_from) == (date(2026, 11, 20), date(2026, 11, 21))
    assert [(worker.person.login, worker.seconds_after_first) for worker in visit.workers] == [
        ("tech1", 0),
        ("tech2", 90),
    ]
    assert [step.tone for step in queries.chain(visit)] == ["good"] * 10
    assert len(queries.answers(visit)) == 31
    entry = select(TrailEntry.data).where(TrailEntry.act == "visit.recorded", TrailEntry.subject_id == ids[1])
    assert db.session.scalars(entry).one()["paperless"] is True


def test_an_unconfirmed_bulk_visit_is_judged_anew_when_confirmed(actor):
    ids = visits_bulk.bulk_record(SYSTEM, rows(1, make.elevator().id, confirmed_at=None))
    visit = queries.one(actor("section"), ids[0])
    assert [finding["rule"] for finding in visit.findings] == ["P18"]
    assert visits.confirm(actor("property"), ids[0], {}).paperless


def test_a_blocked_bulk_visit_is_no_maintenance(actor):
    ids = visits_bulk.bulk_record(SYSTEM, rows(1, make.elevator().id, contract_valid=False))
    visit = queries.one(actor("section"), ids[0])
    assert (visit.counts_from, visit.invalid_from) == (None, date(2026, 11, 20))


def test_ids_go_on_where_single_visits_end(actor):
    elevator = make.elevator()
    first, _ = visits.record(actor("tech1"), make.visit(elevator.label_code))
    ids = visits_bulk.bulk_record(SYSTEM, rows(4, elevator.id))
    second, _ = visits.record(actor("tech1"), make.visit(elevator.label_code))
    assert len({first.id, *ids, second.id}) == 6
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 6
    assert db.session.scalar(select(func.count()).select_from(VisitWorker)) == 12


def test_only_the_system_records_in_bulk(actor):
    elevator = make.elevator()
    for login in ("section", "admin", "company"):
        with pytest.raises(Forbidden):
            visits_bulk.bulk_record(actor(login), rows(1, elevator.id))
    assert visits_bulk.bulk_record(SYSTEM, []) == []
