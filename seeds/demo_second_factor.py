"""One of the demo's people has a second factor, whose key is printed with the accounts; nobody else needs one."""

from __future__ import annotations

from registry import clock
from registry.db import transaction
from registry.models import SecondFactor
from registry.queries.second_factors import secret_of
from seeds import cast

LOGIN = "county-leader2"
SALT = "demo"


def build() -> None:
    """Enrol the person."""
    with transaction() as session:
        session.add(SecondFactor(person_id=cast.person(LOGIN).id, salt=SALT, last_step=0, since=clock.now()))


def key() -> str:
    """What an authenticator app is given."""
    return secret_of(cast.person(LOGIN).id, SALT)
