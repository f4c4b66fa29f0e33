"""Dated tables: a row rules from `since` to the day before `until`; every row says where it comes from."""

import csv
from datetime import date, timedelta
from importlib.resources import files

import pytest

from registry.rules import limits, tables

NAMES = sorted(
    entry.name.removesuffix(".csv") for entry in files("registry.rules.tables").iterdir() if entry.name.endswith(".csv")
)
MARKS = {"C", "C~", "C2", "K", "K1", "K2", "G", "X"}

IN_FORCE = [
    ("", "", date(1900, 1, 1), True),
    ("2026-05-01", "", date(2026, 4, 30), False),
    ("2026-05-01", "", date(2026, 5, 1), True),
    ("", "2026-05-01", date(2026, 4, 30), True),
    ("", "2026-05-01", date(2026, 5, 1), False),
    ("2026-05-01", "2026-05-02", date(2026, 5, 1), True),
]


@pytest.mark.parametrize(("since", "until", "on", "expected"), IN_FORCE)
def test_in_force(since, until, on, expected) -> None:
    assert tables.in_force({"since": since, "until": until}, on) is expected


def test_first_takes_the_first_row_in_force_that_matches() -> None:
    day = date(2026, 1, 1)
    row = tables.first("inspection_years", day, lambda row: row["kind"] == "self_test")
    assert row is not None
    assert row["first_year"] == "2"
    assert tables.first("inspection_years", day, lambda row: row["kind"] == "none") is None
    assert tables.rows("inspection_years", date(2023, 4, 1)) == ()


def test_before_the_first_edition_the_first_edition_is_read() -> None:
    assert limits.edition("inspection_years", date(1999, 1, 1)) == tables.load("inspection_years")
    assert limits.limit("elevator_limits", "stop_notice_days", date(1999, 1, 1)) == 30
    with pytest.raises(KeyError, match="no_such_key"):
        limits.limit("elevator_limits", "no_such_key", date(2026, 1, 1))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_says_since_when_and_on_what_ground(name) -> None:
    text = files("registry.rules.tables").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    header, *lines = csv.reader(text.splitlines())
    assert {"since", "until", "basis", "certainty"} <= set(header)
    assert len(set(header)) == len(header)
    for number, cells in enumerate(lines, 2):
        assert len(cells) == len(header), f"line {number}"
        row = dict(zip(header, cells, strict=True))
        assert row["certainty"] in MARKS, f"line {number}"
        assert row["basis"] or row["certainty"] == "G", f"line {number} has no basis"
        since = date.fromisoformat(row["since"])
        assert not row["until"] or since < date.fromisoformat(row["until"]), f"line {number}"


@pytest.mark.parametrize("name", NAMES)
def test_no_row_stands_twice_and_a_new_edition_follows_the_old_without_overlap(name) -> None:
    by_content: dict[tuple[str, ...], list[tables.Row]] = {}
    for row in tables.load(name):
        content = tuple(value for key, value in row.items() if key not in ("since", "until"))
        by_content.setdefault(content, []).append(row)
    for same in by_content.values():
        days = {date.fromisoformat(row["since"]) for row in same}
        assert len(days) == len(same)
        for day in days:
            assert sum(tables.in_force(row, day) for row in same) == 1


KEYED = {
    "maintenance_cycles": "cycle",
    "maintenance_items": "code",
    "maintenance_limits": "key",
    "maintenance_answers": "rule",
    "elevator_status": "status",
    "elevator_limits": "key",
    "paperless_limits": "key",
    "paperless_steps": "rule",
    "media": "medium",
}


@pytest.mark.parametrize(("name", "key"), KEYED.items())
def test_a_key_has_one_row_on_any_day(name, key) -> None:
    starts = {date.fromisoformat(row["since"]) for row in tables.load(name)}
    for day in starts | {start - timedelta(days=1) for start in starts}:
        keys = [row[key] for row in tables.rows(name, day)]
        assert len(keys) == len(set(keys))
