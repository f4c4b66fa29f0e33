"""A registry of three property companies with two elevators each, none of them insured; run in an instance folder."""

from __future__ import annotations

from datetime import date

from blueprints.app import create_app
from registry import clock
from registry.db import transaction
from registry.models import Capacity, Membership, Person, Unit
from registry.services.accounts import HASHER
from seeds import cast, reference_rows
from tests import elevators_factory

# login -> unit; the first two are of the cast.
MANAGERS = {
    "property": "宿州汇源物业服务有限公司",
    "property2": "砀山梨花物业服务有限公司",
    "property3": "灵璧石韵物业服务有限公司",
}


def build() -> None:
    """The reference rows, the cast, the third company, six elevators."""
    reference_rows.load()
    cast.build()
    with transaction() as session:
        third = Unit(name=MANAGERS["property3"], area_code="341323", created_on=cast.SINCE)
        session.add(third)
        session.flush()
        session.add(Capacity(unit_id=third.id, capacity="use", since=cast.SINCE))
        person = Person(
            name="石磊",
            phone="13905579999",
            login="property3",
            password_hash=HASHER.hash(cast.PASSWORD),
            created_on=clock.today(),
        )
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, unit_id=third.id, role="use_manager", since=cast.SINCE))
        units = {"property": ("341302", None), "property2": ("341321", None), "property3": ("341323", third.id)}
    number = 0
    for login, (area, unit_id) in units.items():
        for place in (1, 2):
            number += 1
            elevators_factory.maintained(
                cast.actor("section"),
                number,
                area_code=area,
                use_unit_id=unit_id or cast.unit(login).id,
                address=f"{login}花园{place}号楼",
                registered_on=date(2020, 4, 1),
            )


if __name__ == "__main__":
    with create_app().app_context():
        build()
