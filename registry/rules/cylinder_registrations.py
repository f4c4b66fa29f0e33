"""Use registration of cylinders by unit (使用登记表三): types, what may be on a list, certificate numbers (§3).

States, moves and the office's deadlines are those of `registrations`: one way through the office for all equipment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules.cylinder_lifecycle import statuses
from registry.rules.kinds import CYLINDER_KINDS
from registry.rules.limits import edition
from registry.rules.registrations import Paper, certificate_letters, running_number
from registry.rules.verdict import Finding, Verdict

BASIS = "TSG 08 使用登记（按使用单位登记）"


@dataclass(frozen=True, slots=True)
class CylinderRegistrationType:
    """登记类别: `statuses` that a cylinder put on the list may have."""

    id: str
    zh: str
    en: str
    statuses: frozenset[str]
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class CertificateClass:
    """A class of cylinders that a unit has one certificate for: its code in the catalogue and in the number."""

    id: str
    digits: str
    zh: str
    en: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What is known of a cylinder that is to be registered with a unit."""

    owned: bool
    kind: str
    catalogue: str
    status: str
    next_inspection_on: date | None
    registered_here: bool = False


@cache
def papers(kind: str, on: date = date.max) -> tuple[Paper, ...]:
    """The papers that come with an application of a type; `required` is what the office asks for."""
    return tuple(
        Paper(row["paper"], row["zh"], row["en"], row["required"] == "1", row["basis"])
        for row in edition("cylinder_registration_papers", on)
        if row["type"] == kind
    )


@cache
def types(on: date = date.max) -> Mapping[str, CylinderRegistrationType]:
    """The types by identifier, of a day or of the newest edition."""
    return MappingProxyType(
        {
            row["type"]: CylinderRegistrationType(
                row["type"], row["zh"], row["en"], frozenset(row["statuses"].split()), row["basis"], row["certainty"]
            )
            for row in edition("cylinder_registration_types", on)
        }
    )


@cache
def classes(on: date = date.max) -> Mapping[str, CertificateClass]:
    """The classes by their code in the catalogue."""
    return MappingProxyType(
        {
            row["catalogue"]: CertificateClass(
                row["catalogue"], row["digits"], row["zh"], row["en"], row["basis"], row["certainty"]
            )
            for row in edition("cylinder_certificates", on)
        }
    )


TYPES = types()
CLASSES = classes()


def certificate_series(catalogue: str, city: str, on: date) -> str:
    """What shares one row of running numbers in a year: 瓶20皖L."""
    province, letter = certificate_letters(city, on)
    return f"瓶{classes(on)[catalogue].digits}{province}{letter}"


def certificate_no(catalogue: str, city: str, count: int, on: date) -> str:
    """使用登记证编号 of the `count`-th certificate of a class in a year: 瓶20皖L00001(26)."""
    return f"{certificate_series(catalogue, city, on)}{running_number(count)}({on:%y})"


def check_cylinder(kind: str, facts: ListFacts, on: date) -> Verdict:
    """Everything that speaks against putting a cylinder on the list of a certificate."""
    return Verdict.of(_against(kind, facts, on))


def _against(kind: str, facts: ListFacts, on: date) -> Iterator[Finding]:
    known = CYLINDER_KINDS.get(facts.kind)
    if not facts.owned:
        yield _block("owner", "不是申请单位的气瓶", "Not a cylinder of the applying unit")
        return
    if known is None or not known.station_registered:
        yield _block("kind", "这种气瓶不由充装单位登记", "This kind is not registered by the filling station")
    elif known.catalogue != facts.catalogue:
        yield _block("class", "不是这张登记证的类别", "Of another class than the certificate")
    if facts.registered_here:
        yield _block("listed", "已在这张登记证上", "On this certificate already")
    if facts.status not in types(on)[kind].statuses:
        status = statuses(on).get(facts.status)
        zh, en = (status.zh, status.en) if status else (facts.status, facts.status)
        yield _block("status", f"状态为“{zh}”，不能登记", f"“{en}”: cannot be registered")
    due = facts.next_inspection_on
    if due is not None and due < on:
        yield _block("overdue", f"检验已超期（应检{due}）", f"Inspection overdue (due {due})")


def _block(rule: str, zh: str, en: str) -> Finding:
    return Finding(rule, "block", zh, en, BASIS, "K1")
