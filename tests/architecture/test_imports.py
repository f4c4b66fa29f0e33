"""The arrows of the house: rules <- models <- policy, audit <- queries, services <- exchange ... <- blueprints."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.architecture.source import imports, modules

FORBIDDEN = [
    (
        "registry/rules",
        ("registry.models", "registry.db", "registry.policy", "registry.services", "registry.queries", "flask"),
    ),
    ("registry/models", ("registry.services", "registry.queries", "registry.policy", "registry.audit", "flask")),
    ("registry/policy.py", ("registry.services", "registry.queries", "registry.audit")),
    ("registry/scopes", ("registry.services", "registry.queries", "registry.audit", "registry.policy")),
    ("registry/audit.py", ("registry.services", "registry.queries", "registry.policy")),
    ("registry/queries", ("registry.services", "registry.audit", "registry.exchange", "registry.labels")),
    ("registry/services", ("registry.exchange", "registry.documents", "blueprints")),
    ("registry/exchange", ("blueprints", "flask")),
    ("registry/labels", ("blueprints", "flask", "registry.services", "registry.models")),
    (
        "registry/backup",
        ("blueprints", "flask", "registry.models", "registry.policy", "registry.queries", "registry.services"),
    ),
    (
        "registry/outgoing",
        ("blueprints", "flask", "registry.models", "registry.db", "registry.queries", "registry.services"),
    ),
    ("blueprints", ("sqlalchemy", "registry.models")),
]


@pytest.mark.parametrize(("folder", "forbidden"), FORBIDDEN, ids=[folder for folder, _ in FORBIDDEN])
def test_arrows(folder: str, forbidden: tuple[str, ...]) -> None:
    wrong = [
        f"{dotted} imports {name}"
        for dotted, tree in modules(folder)
        for name in imports(dotted, tree)
        if any(name == bad or name.startswith(f"{bad}.") for bad in forbidden)
    ]
    assert not wrong


def test_rules_import_the_standard_library_only() -> None:
    wrong = [
        f"{dotted} imports {name}"
        for dotted, tree in modules("registry/rules")
        for name in imports(dotted, tree)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("registry.rules")
    ]
    assert not wrong


def test_only_the_database_module_knows_flask() -> None:
    wrong = [
        f"{dotted} imports {name}"
        for dotted, tree in modules("registry")
        for name in imports(dotted, tree)
        if name.startswith("flask") and dotted != "registry.db"
    ]
    assert not wrong


def test_only_the_clock_reads_the_time() -> None:
    reading = {
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "time.time",
        "datetime.datetime.now",
        "datetime.date.today",
    }
    wrong = [
        f"{dotted} line {node.lineno}"
        for dotted, tree in modules("registry", "blueprints", "seeds")
        if dotted != "registry.clock"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in reading
    ]
    assert not wrong
