"""Many rows at once past the session."""

from datetime import date

import pytest
from sqlalchemy import Table, select

from registry import bulk, clock
from registry.db import db, transaction
from registry.models import LabelCode


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["a", "b", "a"], ["a", "b", "a"]),
        (["a\tb", "c\\d", "e\nf\rg"], ["a\\tb", "c\\\\d", "e\\nf\\rg"]),
        (["a", None, "\\N"], ["a", "\\N", "\\\\N"]),
        ([1, True, 0, False, None], ["1", "t", "0", "f", "\\N"]),
        ([True, None, False], ["t", "\\N", "f"]),
        ([date(2026, 1, 2), None, date(2026, 1, 2)], ["2026-01-02", "\\N", "2026-01-02"]),
        ([{"名": "甲\n"}, {}], ['{"名": "甲\\\\n"}', "{}"]),
        ([{"a": "b"}, {"a": "b"}, {"a": "c"}], ['{"a": "b"}', '{"a": "b"}', '{"a": "c"}']),
        ([{"a": 1}, {"a": True}, {"a": 1.0}], ['{"a": 1}', '{"a": true}', '{"a": 1.0}']),
        ([[], {}, [], ["b"], [1], [True]], ["[]", "{}", "[]", '["b"]', "[1]", "[true]"]),
    ],
)
def test_a_column_as_postgresql_copies_it(cells, shown) -> None:
    assert list(bulk._column(cells)) == shown


def test_rows_come_out_as_they_went_in(app, monkeypatch) -> None:
    """Also at the joins between parts, with texts that mean something to COPY, and with the model's defaults."""
    monkeypatch.setattr(bulk, "LINES", 7)
    reasons = ["", "\\N", "a\tb", "line\nend\r", "\\", "换码", "\\."]
    table: Table = LabelCode.__table__  # type: ignore[assignment]
    rows = [
        {
            "code": f"T{number:03d}",
            "status": "blank",
            "issued_on": date(2026, 1, 1 + number % 28),
            "bound_on": None if number % 3 else date(2026, 2, 1),
            "reason": reasons[number % 7],
        }
        for number in range(30)
    ]
    before = clock.now()
    with transaction() as session:
        bulk.insert_rows(session, table, rows)
    kept = db.session.scalars(select(LabelCode).where(LabelCode.code.startswith("T")).order_by(LabelCode.code)).all()
    assert [{name: getattr(row, name) for name in rows[0]} for row in kept] == rows
    assert all(row.changed_at >= before and row.prints == 0 and row.scheme == "own" for row in kept)
