"""What a filled cylinder must say of its gas: UN number, danger diamonds, signal word, sentences (GB/T 16804)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules.limits import edition

SIGNALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"danger": ("危险", "Danger"), "warning": ("警告", "Warning")}
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the label."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Precaution:
    """What stands on the label of one medium. `classes` are the transport classes, the main one first: a diamond each;
    `signal` is a key of SIGNALS."""

    medium: str
    un: str
    zh: str
    en: str
    classes: tuple[str, ...]
    signal: str
    hazards: tuple[Sentence, ...]
    care: tuple[Sentence, ...]
    emergency: Sentence
    basis: str
    certainty: str


@cache
def precautions(on: date = date.max) -> Mapping[str, Precaution]:
    """The labels by medium."""
    return MappingProxyType({row["medium"]: _precaution(row, on) for row in edition("precaution_media", on)})


def _precaution(row: Mapping[str, str], on: date) -> Precaution:
    classes = tuple(row["classes"].split())
    traits = {*classes, *row["extra"].split(), "pressure"}
    if classes == ("2.2",) and "breathable" not in traits:
        traits.add("asphyxiant")
    texts = edition("precaution_texts", on)

    def part(name: str) -> tuple[Sentence, ...]:
        return tuple(
            Sentence(text["zh"], text["en"]) for text in texts if text["part"] == name and text["key"] in traits
        )

    signals = {found["class"]: found["signal"] for found in edition("precaution_classes", on)}
    phone = next(text for text in texts if text["part"] == "phone")
    return Precaution(
        row["medium"],
        row["un"],
        row["zh"],
        row["en"],
        classes,
        "danger" if any(signals[name] == "danger" for name in classes) else "warning",
        part("hazard"),
        part("care"),
        Sentence(phone["zh"], phone["en"]),
        row["basis"],
        row["certainty"],
    )
