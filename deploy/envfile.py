"""The file of settings, read as systemd's EnvironmentFile reads it: NAME=VALUE, comments, quotes around a value."""

from __future__ import annotations

from pathlib import Path


def parse(text: str) -> dict[str, str]:
    """The settings in a text; ValueError names a line that is neither a setting nor a comment."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(("#", ";")):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.isidentifier():
            raise ValueError(f"line {number} is no NAME=VALUE: {line}")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[name] = value
    return found


def read(path: Path) -> dict[str, str]:
    """The settings of a file."""
    return parse(path.read_text(encoding="utf-8"))


def with_values(text: str, values: dict[str, str]) -> str:
    """The text with these settings set where they stand, commented out or not; KeyError for one it does not know."""
    missing = dict(values)
    lines = []
    for line in text.splitlines():
        name = line.lstrip("#").partition("=")[0]
        if name in missing:
            line = f"{name}={missing.pop(name)}"
        lines.append(line)
    if missing:
        raise KeyError(", ".join(missing))
    return "\n".join(lines) + "\n"
