"""The kinds of papers an office issues, their numbers, and which step of a hazard calls for which paper (§8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.rules import tables


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper. `pattern` of its number, empty where it has none; `official`: with a red head (公文)."""

    key: str
    zh: str
    en: str
    subject: str
    pattern: str
    official: bool
    basis: str
    certainty: str

    def number(self, place: str, year: int, sequence: int) -> str:
        """宿市监特交〔2026〕5号: the office's short name, the full year, no leading noughts."""
        return self.pattern.format(place=place, year=year, n=sequence)


def kinds(on: date) -> dict[str, PaperKind]:
    """The kinds in force on a day, by key."""
    return {
        row["key"]: PaperKind(
            row["key"],
            row["zh"],
            row["en"],
            row["subject"],
            row["pattern"],
            row["official"] == "yes",
            row["basis"],
            row["certainty"],
        )
        for row in tables.rows("paper_kinds", on)
    }


def of_move(verb: str, on: date) -> tuple[str, ...]:
    """The papers that a move of a hazard brings forth."""
    return tuple(row["paper"] for row in tables.rows("hazard_papers", on) if row["verb"] == verb)
