"""Migrations run while the version before still serves: they add, and what it uses goes one release later.

Looked at are the migrations after the newest frozen release (tests/data/releases). CONTRIBUTING.md, "Migrations".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.schema import MIGRATIONS
from scripts.freeze_release import RELEASES

# (revision, what it does) -> why the version before does not notice.
ALLOWED = {
    (
        "0039",
        "DROP CONSTRAINT",
    ): "no reference into a table by months can be kept; the version before writes the same",
    ("0039", "RENAME"): "the table by months takes the name in the same transaction: the version before waits for it",
}
SQL = re.compile(r"\b(DROP\s+(?:TABLE|COLUMN|CONSTRAINT)|RENAME|SET\s+NOT\s+NULL)\b", re.IGNORECASE)
REFUSED = {"drop_column", "drop_table", "rename_table", "drop_constraint"}


def chain() -> list[tuple[str, Path]]:
    """The migrations in the order in which they run."""
    found: dict[str | None, tuple[str, Path]] = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        named = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in ("revision", "down_revision")
        }
        found[named["down_revision"]] = named["revision"], path
    ordered: list[tuple[str, Path]] = []
    while (after := ordered[-1][0] if ordered else None) in found:
        ordered.append(found[after])
    assert len(ordered) == len(found)
    return ordered


def newer() -> list[tuple[str, Path]]:
    """Those after the newest frozen release."""
    frozen = {path.stem for path in RELEASES.glob("*.json")}
    ordered = chain()
    last = max(number for number, (revision, _) in enumerate(ordered) if revision in frozen)
    return ordered[last + 1 :]


def breaks(source: str) -> Iterator[str]:
    """What a migration does that the version before would notice, from `upgrade` and what is beside it."""
    for function in ast.parse(source).body:
        if isinstance(function, ast.FunctionDef) and function.name == "downgrade":
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from (" ".join(match.upper().split()) for match in SQL.findall(node.value))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from _of_call(node.func.attr, node)


def _of_call(name: str, node: ast.Call) -> Iterator[str]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if name in REFUSED:
        yield name
    if name == "alter_column" and "new_column_name" in given:
        yield "rename column"
    if name == "alter_column" and _is(given.get("nullable"), False) and "server_default" not in given:
        yield "NOT NULL without default"
    if name == "add_column":
        for column in node.args:
            inside = {one.arg: one.value for one in column.keywords} if isinstance(column, ast.Call) else {}
            if _is(inside.get("nullable"), False) and "server_default" not in inside:
                yield "NOT NULL without default"


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def test_the_version_before_can_go_on() -> None:
    found = {
        f"{path.name}: {what}"
        for revision, path in newer()
        for what in breaks(path.read_text(encoding="utf-8"))
        if (revision, what) not in ALLOWED
    }
    assert not found, "expand now, contract in the release after (or say in ALLOWED why not)"


def test_each_reason_is_said() -> None:
    assert all(len(reason) > 20 for reason in ALLOWED.values())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('op.drop_column("unit", "name")', {"drop_column"}),
        ('batch.drop_column("name")', {"drop_column"}),
        ('op.drop_table("unit")', {"drop_table"}),
        ('op.rename_table("unit", "body")', {"rename_table"}),
        ('batch.alter_column("name", new_column_name="title")', {"rename column"}),
        ('batch.alter_column("name", nullable=False)', {"NOT NULL without default"}),
        ('op.add_column("unit", sa.Column("x", sa.Text, nullable=False))', {"NOT NULL without default"}),
        ('batch.add_column(sa.Column("x", sa.Text, nullable=False))', {"NOT NULL without default"}),
        ('op.execute(f"ALTER TABLE {table} drop  column x")', {"DROP COLUMN"}),
        ('op.execute("ALTER TABLE a RENAME TO b")', {"RENAME"}),
        ('op.add_column("unit", sa.Column("x", sa.Text, nullable=False, server_default=""))', set()),
        ('op.add_column("unit", sa.Column("x", sa.Text))', set()),
        ('op.create_table("t", sa.Column("x", sa.Text, nullable=False))', set()),
        ('op.drop_index("ix_unit_name")', set()),
    ],
)
def test_what_counts_as_a_break(line: str, found: set[str]) -> None:
    assert set(breaks(f"def upgrade():\n    {line}\n\n\ndef downgrade():\n    op.drop_table('x')\n")) == found
