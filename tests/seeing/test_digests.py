"""The fast digests are those of the definition, for whatever an entry says and however it is stored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from registry import clock
from registry.db import db, transaction
from registry.models import TrailEntry
from registry.queries import seals as queries
from registry.queries import trail_digests
from registry.rules import merkle

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NUMBERS = st.none() | st.integers(0, 2**31 - 1)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6, width=32) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
ENTRIES = st.fixed_dictionaries(
    {
        "at": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
        "act": TEXTS,
        "subject": TEXTS,
        "subject_id": st.none() | st.integers(0, 2**62),
        "person_id": NUMBERS,
        "unit_id": NUMBERS,
        "role": TEXTS,
        "request_id": TEXTS,
        "data": st.dictionaries(TEXTS, DATA, max_size=4),
    }
)


def test_the_fast_digest_is_the_digest(app) -> None:
    @settings(max_examples=40)
    @given(st.lists(ENTRIES, min_size=1, max_size=8))
    def check(rows) -> None:
        with transaction() as session:
            entries = [TrailEntry(**row) for row in rows]
            session.add_all(entries)
        first, last = min(row.id for row in entries), max(row.id for row in entries)
        db.session.expire_all()
        slow = {entry["id"]: merkle.body_of(entry) for entry in queries.entries(first - 1, last)}
        assert len(slow) == len(rows)
        assert dict(trail_digests.bodies(first - 1, last)) == slow

    check()


def test_an_entry_that_cannot_be_read_has_a_digest_of_its_own(app) -> None:
    whole = ("2026-11-30T00:00:00.000000+00:00", "act", "subject", 1, 2, 3, "role", "", "{}")
    found = {trail_digests.body(*whole)}
    for place in range(len(whole)):
        for odd in ("{", b"{}", 1.5, "x" * 50, '{"a":NaN,}', 77, "null"):
            if (place, odd) == (8, b"{}"):
                continue  # the same content, whatever it is kept in
            changed = trail_digests.body(*whole[:place], odd, *whole[place + 1 :])
            assert changed not in found, (place, odd)
        found.add(changed)


@pytest.mark.parametrize("field", ["subject_id", "person_id", "unit_id"])
def test_nothing_and_nought_are_two_things(field) -> None:
    entry = {
        "id": 1, "at": "", "act": "", "subject": "", "subject_id": None, "person_id": None, "unit_id": None,
        "role": "", "request_id": "", "data": {},
    }  # fmt: skip
    assert merkle.body_of(entry) != merkle.body_of({**entry, field: 0})
    order = ("at", "act", "subject", "subject_id", "person_id", "unit_id", "role", "request_id")
    for one in (entry, {**entry, field: 0}):
        assert trail_digests.body(*(one[name] for name in order), "{}") == merkle.body_of(one)


def test_what_is_older_than_the_zone_of_the_session_is_the_same(app) -> None:
    with transaction() as session:
        entry = TrailEntry(at=clock.now(), act="a", subject="b", role="c", data={"文": [1.5, None, True]})
        session.add(entry)
    slow = merkle.body_of(next(queries.entries(entry.id - 1, entry.id)))
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL TIME ZONE 'Asia/Shanghai'"))
    assert db.session.scalar(select(TrailEntry.id).where(TrailEntry.id == entry.id)) == entry.id
    assert dict(trail_digests.bodies(entry.id - 1, entry.id)) == {entry.id: slow}
