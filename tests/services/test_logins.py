"""Who may let whom sign in."""

from __future__ import annotations

import uuid

import pytest

from registry import clock
from registry.db import transaction
from registry.errors import Forbidden, Invalid, Missing
from registry.models import Membership
from registry.services import people
from seeds import cast

PASSWORD = "a-long-enough-password"


def technician(actor) -> int:
    sent = {"name": "新人", "phone": "13955700001", "unit_id": None, "role": "technician"}
    return people.register(actor("company"), sent).id


def test_a_manager_lets_the_own_people_sign_in(actor) -> None:
    login = uuid.uuid4().hex[:8]
    person = people.set_login(actor("company"), technician(actor), {"login": login, "password": PASSWORD})
    assert (person.login, person.disabled) == (login, False)
    with pytest.raises(Invalid):
        people.set_login(actor("company"), technician(actor), {"login": login, "password": PASSWORD})


def test_not_those_of_others_nor_those_who_are_something_elsewhere(actor) -> None:
    with pytest.raises(Missing):
        people.set_login(actor("company"), cast.person("filler").id, {"login": "x", "password": PASSWORD})
    with pytest.raises(Forbidden):
        people.set_login(actor("tech1"), cast.person("tech2").id, {"login": "x", "password": PASSWORD})
    person = technician(actor)
    with transaction() as session:
        other = cast.unit("company2").id
        session.add(Membership(person_id=person, unit_id=other, role="technician", since=clock.today()))
    with pytest.raises(Forbidden, match="其他单位"):
        people.set_login(actor("company"), person, {"login": "y", "password": PASSWORD})
    assert people.set_login(actor("security"), person, {"login": "y", "password": PASSWORD}).login == "y"
