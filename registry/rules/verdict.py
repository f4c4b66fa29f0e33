"""The answer of a rule: findings with severity, text and legal basis, and the verdict they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

SEVERITIES = ("info", "warn", "hold", "block")  # mildest first
ANSWERS = {"info": "allow", "warn": "warn", "hold": "hold", "block": "block"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that was hit.

    `text` is Chinese, `text_en` English; `basis` names the clause; `certainty` is the mark of the
    domain notes (C, C~, K, K1, K2, G, X); `code` is the two-digit code of older gun gateways, if any.
    """

    rule: str
    severity: str
    text: str
    text_en: str = ""
    basis: str = ""
    certainty: str = ""
    code: str | None = None

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"unknown severity {self.severity!r} in {self.rule}")

    def to_dict(self, language: str = "zh") -> dict[str, str]:
        """The finding as the API contract shows it."""
        text = self.text_en if language == "en" and self.text_en else self.text
        return {"rule": self.rule, "severity": self.severity, "text": text, "basis": self.basis}


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of one judgement, worst first."""

    findings: tuple[Finding, ...] = field(default=())

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Verdict:
        """Sort findings worst first; equal severities keep their order."""
        return cls(tuple(sorted(findings, key=lambda f: -SEVERITIES.index(f.severity))))

    @property
    def worst(self) -> str:
        """The worst severity; `info` when nothing was found."""
        return self.findings[0].severity if self.findings else "info"

    @property
    def answer(self) -> str:
        """`allow`, `warn`, `hold` or `block`."""
        return ANSWERS[self.worst]

    @property
    def allowed(self) -> bool:
        """No block and no hold."""
        return self.worst in ("info", "warn")

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict.of((*self.findings, *other.findings))
