"""What docs/security.md promises is held by tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

from registry.queries.personal import HOLDINGS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`")


def rows() -> list[list[str]]:
    promised = PAGE.read_text().partition("## What is promised")[2].partition("\n## ")[0]
    lines = [line for line in promised.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_test_that_is_named_is_there() -> None:
    missing = []
    for file, name in NAMED.findall(PAGE.read_text()):
        path = ROOT / file
        if not path.exists() or (name and f"def {name}(" not in path.read_text()):
            missing.append(f"{file}::{name}")
    assert not missing


def test_every_promise_is_held_by_a_test() -> None:
    assert len(rows()) >= 20
    assert not [row for row in rows() if len(row) != 3 or not NAMED.search(row[2])]


def test_every_threat_of_every_section_is_held_by_a_test_that_is_named_in_full() -> None:
    """Also in the sections below the promises; no names in short, which nothing could look up."""
    tables = re.findall(r"\| threat \|.*?\n\|[-|]+\|\n(.*?)(?:\n\n|\Z)", PAGE.read_text(), re.S)
    lines = [line for table in tables for line in table.splitlines()]
    assert len(tables) >= 4
    assert len(lines) >= 25
    assert not [line for line in lines if not NAMED.search(line.rsplit("|", 2)[1])]
    assert "…" not in "".join(line.rsplit("|", 2)[1] for line in lines)


def test_no_row_has_fallen_out_of_its_table() -> None:
    text = PAGE.read_text()
    assert not re.search(r"\n\n\|[^\n]*\|\n(?!\|[-|]+\|)", text)


def test_every_attacker_has_promises_against_him() -> None:
    assert {row[0] for row in rows()} == {"stranger", "rival", "filler", "officer", "administrator"}


def test_every_file_of_attacks_is_named() -> None:
    """A test of an attack that the page does not tell of promises nothing to anybody."""
    named = {file for file, _name in NAMED.findall(PAGE.read_text())}
    here = {f"tests/attacks/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert here - named <= {"tests/attacks/test_promises.py"}


def test_the_table_of_needs_is_the_one_in_force() -> None:
    """Who reads personal data whole, as the page prints it."""
    printed = PAGE.read_text().partition("| of a | who reads it whole | why |")[2].partition("\n\n")[0]
    lines = [line.strip("| ").split(" | ") for line in printed.splitlines()[2:]]
    assert lines == [[kind, need.who, need.why] for kind, one in HOLDINGS.items() for need in one.needs]
