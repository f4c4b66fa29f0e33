"""README shows the tables of docs/maryland.md, and those the numbers the import really gives."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def table(text: str, head: str) -> list[str]:
    """The lines of the table that begins with a heading line."""
    lines = text.splitlines()
    start = lines.index(head)
    return lines[start : next(n for n in range(start, len(lines)) if not lines[n].startswith("|"))]


def test_readme_shows_the_same_tables() -> None:
    readme, told = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/maryland.md"))
    for head in ("| | rows |", "| refused | rows | why |"):
        assert table(readme, head) == table(told, head)


def test_the_tables_show_what_the_whole_file_test_asserts() -> None:
    tested = {
        int(n.replace("_", ""))
        for n in re.findall(r"\b\d[\d_]*\b", (ROOT / "tests/exchange/test_maryland.py").read_text())
    }
    told = (ROOT / "docs/maryland.md").read_text(encoding="utf-8")
    for head in ("| | rows |", "| refused | rows | why |"):
        for line in table(told, head)[2:]:
            counts = [int(n.replace(",", "")) for n in re.findall(r"[\d,]+", line.split("|")[2]) if n.strip(",")]
            assert counts
            assert set(counts) <= tested, line
