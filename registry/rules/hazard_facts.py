"""What the workflow of a major hazard is judged by: the hazard, who acts, who verified."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

Person = int | str
Body = int | str  # an office, or a unit

LEVELS = ("general", "larger", "severe", "major")  # mildest first
OFFICE_RANKS = {"unit": 0, "county": 1, "city": 2}
LIST_RANKS = {"county": 1, "city": 2, "province": 2}  # a city acts for the province's list
SUPERVISION_RANKS = {"county": 1, "city": 2, "province": 3}
REOPEN_REASONS = ("recurrence", "fraud", "spot_check")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A person appointed to verify on site, the end of the certificate, and the units the person works for.

    `name` is what findings call the person.
    """

    person: Person
    certificate_until: date | None = None
    units: frozenset[Body] = frozenset()
    name: str = ""


@dataclass(frozen=True, slots=True)
class AcceptanceAnswer:
    """One point of acceptance: `yes`, `no` or `not_applicable` with a reason."""

    answer: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who acts: person, office or unit, level (`unit`, `county`, `city`) and area (None = the whole city)."""

    person: Person
    office_level: str
    body: Body | None = None
    area: str | None = None
    units: frozenset[Body] = frozenset()


@dataclass(frozen=True, slots=True)
class HazardFacts:
    """A hazard as its workflow sees it; from `rectifiers` on, everything belongs to the current round.

    `units` are the units concerned (responsible, maintenance, filling). `second_signer` is the city's
    signer, or the second signer of the county on the county's list. A move back to rectifying or
    verifying takes `verified_on` and both signatures away; the `verifiers` of a closed hazard stay until
    the next are appointed, and an approved plan outlasts a reopening.
    """

    state: str
    list_level: str = "county"
    level: str = "major"
    area: str | None = None
    units: frozenset[Body] = frozenset()
    finders: frozenset[Person] = frozenset()
    clauses: tuple[str, ...] = ()
    device_in_use: bool | None = None
    device_stop_use: bool = False
    recognised_on: date | None = None
    due: date | None = None
    due_set_by: Body | None = None
    listed_supervision: str | None = None
    extensions: int = 0
    plan_author: Person | None = None
    plan_approved_on: date | None = None
    rectifiers: frozenset[Person] = frozenset()
    rectified_on: date | None = None
    test_report_on: date | None = None
    close_requested_by: Person | None = None
    close_requested_on: date | None = None
    verifiers: tuple[Verifier, ...] = ()
    verified_on: date | None = None
    county_signer: Person | None = None
    county_signed_on: date | None = None
    second_signer: Person | None = None
    second_signed_on: date | None = None
    objection_open: bool = False
    talk_called: bool = False

    @property
    def involved(self) -> frozenset[Person]:
        """The people who rectified, planned or asked for the closing: none of them may judge it."""
        people = {*self.rectifiers, self.plan_author, self.close_requested_by}
        return frozenset(person for person in people if person is not None)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays and the weekend days made working days; empty means Monday to Friday."""

    holidays: Collection[date] = field(default=frozenset())
    extra_workdays: Collection[date] = field(default=frozenset())
