"""The version that is running: of the installed package, in a checkout what pyproject.toml says."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version

from registry.settings import ROOT


def _number() -> str:
    project = ROOT / "pyproject.toml"
    if project.exists():
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    try:
        return version("special-equipment-registry")
    except PackageNotFoundError:
        return "unknown"


NUMBER = _number()
