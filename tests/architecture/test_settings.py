"""Every setting that is read is explained to the operator, and nothing else is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def read_settings() -> set[str]:
    """The names that registry/settings.py asks its `env` for, directly or through a function that is given it."""
    found = set()
    for call in ast.walk(ast.parse((ROOT / "registry/settings.py").read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        asked = isinstance(call.func, ast.Attribute) and _is_env(call.func.value)
        given = bool(call.args) and _is_env(call.args[0])
        for argument in call.args[:1] if asked else call.args[1:2] if given else ():
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.add(f"REGISTRY_{argument.value}")
    return found


def _is_env(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "env"


def explained() -> list[str]:
    """The names of deploy/registry.env.example, set or commented out."""
    text = (ROOT / "deploy/registry.env.example").read_text(encoding="utf-8")
    return re.findall(r"^#?(REGISTRY_[A-Z_]+)=", text, flags=re.MULTILINE)


def test_the_environment_file_explains_each_setting_and_none_other() -> None:
    assert len(read_settings()) > 20
    assert sorted(explained()) == sorted(read_settings())


def test_each_setting_has_words_above_it() -> None:
    lines = (ROOT / "deploy/registry.env.example").read_text(encoding="utf-8").splitlines()
    blocks = "\n".join(lines).split("\n\n")
    silent = [block for block in blocks if re.match(r"#?REGISTRY_", block)]
    assert not silent


def test_the_readme_names_each_setting() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("### Settings")[2].partition("\n## ")[0]
    named = {f"REGISTRY_{name}" for name in re.findall(r"`([A-Z][A-Z_]+)`", table)}
    assert read_settings() <= named
