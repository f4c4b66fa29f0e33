"""Mappings that come with the product: one JSON file a profile, named by its file."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from registry.exchange.mapping import Profile


@cache
def shipped(sheet: str) -> dict[str, Profile]:
    """The profiles of a register that come with the product, by name."""
    found = {}
    for entry in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            data = json.loads(entry.read_text("utf-8"))
            if data["sheet"] == sheet:
                found[data["profile"]["name"]] = Profile.from_dict(data["profile"])
    return found
