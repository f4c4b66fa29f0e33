"""The first page tells each role what waits for it, and the list behind an entry shows what was counted."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from registry import clock, policy
from registry.db import db
from registry.queries import todo
from registry.services import visits
from seeds import cast
from tests import visits_factory


def test_every_entry_names_a_permission_and_a_page(app: Flask) -> None:
    keys = [entry.key for entry in todo.TODOS]
    assert len(keys) == len(set(keys))
    for entry in todo.TODOS:
        assert entry.permission in policy.PERMISSIONS
        assert entry.page in app.view_functions
        assert entry.tone in ("late", "due", "open")


@pytest.mark.parametrize("name", [person.login for person in cast.PEOPLE])
def test_everybody_is_told_only_of_what_he_may_open(app: Flask, name: str) -> None:
    actor = cast.actor(name)
    for waiting in todo.waiting(actor, clock.today()):
        assert waiting.count > 0
        assert policy.may(actor, waiting.todo.permission)


def _count(login: str, key: str) -> int:
    found = {waiting.todo.key: waiting.count for waiting in todo.waiting(cast.actor(login), clock.today())}
    return found.get(key, 0)


def test_a_visit_waits_for_the_use_unit_until_it_is_confirmed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: visits_factory.NOW)
    row = visits_factory.elevator()
    before = _count("property", "visits_to_confirm")
    visit, _again = visits.record(cast.actor("tech1"), visits_factory.visit(row.label_code))
    assert _count("property", "visits_to_confirm") == before + 1
    assert _count("property2", "visits_to_confirm") == 0
    visits.confirm(cast.actor("property"), visit.id, {})
    assert _count("property", "visits_to_confirm") == before


@pytest.mark.parametrize("login", ["section", "property", "insurer", "inspector"])
def test_one_list_is_counted_once(app: Flask, login: str) -> None:
    asked: list[tuple[str, str]] = []
    actor = cast.actor(login)

    def note(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        asked.append((statement, repr(values)))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        todo.waiting(actor, clock.today())
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    lists = ("maintenance_state", "FROM inspection", "policy_item.elevator_id")
    counted = [statement for statement, _values in asked if any(name in statement for name in lists)]
    assert 0 < len(counted) == len(set(counted))
