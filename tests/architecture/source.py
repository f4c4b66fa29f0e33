"""Reading our own source with `ast`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """(dotted name, tree) of every module below the folders."""
    for folder in folders:
        start = ROOT / folder
        for path in [start] if start.is_file() else sorted(start.rglob("*.py")):
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield dotted, ast.parse(path.read_text(encoding="utf-8"))


def imports(dotted: str, tree: ast.Module) -> Iterator[str]:
    """Every module that a module imports, dotted; `from a import b` yields a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = dotted.split(".")[: -node.level]
                base = ".".join([*parts, base]).rstrip(".")
            yield from (f"{base}.{alias.name}" for alias in node.names)


def calls(node: ast.AST) -> Iterator[str]:
    """Dotted names of what is called inside a function."""
    for child in ast.walk(node):
        if isinstance(child, ast.Call):
            yield ast.unparse(child.func)
