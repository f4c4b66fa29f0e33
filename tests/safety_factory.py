"""A use unit with a director, officers and a risk list, and bodies of its records, for tests."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from registry.db import transaction
from registry.models import Elevator, Membership, Person
from registry.services import safety
from seeds import cast
from tests import visits_factory as make

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # a Tuesday, 16:00 in 宿州
TODAY = date(2026, 11, 24)
SINCE = date(2026, 11, 2)  # a Monday
LOGINS = {"principal": "property-head", "director": "property-director", "officer": "property"}


def person(login: str, unit: str = "property", role: str = "use_manager") -> int:
    """The cast's person of a login, or a new one at a unit."""
    with transaction() as session:
        row = session.query(Person).filter_by(login=login).first()
        if row is None:
            row = Person(name=f"人员{login[-8:]}", login=login, password_hash=cast.person("property").password_hash)
            row.created_on = cast.SINCE
            session.add(row)
            session.flush()
            session.add(Membership(person_id=row.id, unit_id=cast.unit(unit).id, role=role, since=cast.SINCE))
        return int(row.id)


def staffed(since: date = SINCE, subject: str = "elevator") -> None:
    """The property company has a principal, a director, one officer and a list."""
    for role, login in LOGINS.items():
        data = {
            "subject": subject,
            "role": role,
            "person": person(login),
            "since": since,
            "document": f"任〔2026〕{role}",
        }
        safety.appoint(cast.actor("property"), data)


def lift(**values: Any) -> Elevator:
    """An elevator in use of the property company."""
    return make.elevator(**{"since": date(2024, 1, 1), "place_type": "residential", **values})


def charged(*lifts: Elevator, login: str = "property", since: date = SINCE) -> None:
    """The elevators are looked after by an officer."""
    safety.charge(cast.actor("property"), person(login), [lift.label_code for lift in lifts], since)


def daily(*codes: str, day: date = TODAY, **changes: Any) -> dict[str, Any]:
    """A zero-risk check that names all of `codes`."""
    return {
        "ref": str(uuid.uuid4()),
        "subject": "elevator",
        "day": day,
        "opened_at": NOW - timedelta(minutes=20),
        "seen": list(codes),
        "zero_risk": not changes.get("problems"),
        "problems": [],
        "signature": make.PNG + b"officer",
        **changes,
    }


def problem(thing: str | None = None, **changes: Any) -> dict[str, Any]:
    """A light problem."""
    found = {"text": "轿厢按钮不亮", "actions": ["called"], "serious": False, **changes}
    return {**found, "thing": thing} if thing else found


def weekly(day: date = TODAY, **changes: Any) -> dict[str, Any]:
    """A report of a week."""
    return {"ref": str(uuid.uuid4()), "subject": "elevator", "day": day, "signature": make.PNG + b"director", **changes}


def monthly(day: date = TODAY, **changes: Any) -> dict[str, Any]:
    """Minutes of a month."""
    return {
        "ref": str(uuid.uuid4()),
        "subject": "elevator",
        "day": day,
        "held_on": TODAY,
        "attendees": ["张敏", "李安"],
        "decisions": "加强电动自行车入梯劝阻",
        "signature": make.PNG + b"principal",
        **changes,
    }
