"""Lists lead to things that carry no label yet."""

from __future__ import annotations

from registry.db import transaction
from registry.models import Cylinder
from tests import cylinder_factory


def test_a_cylinder_without_a_code_can_be_opened(browser_of, app) -> None:
    row = cylinder_factory.cylinder()
    with transaction() as session:
        session.get_one(Cylinder, row.id).label_code = None
    browser = browser_of("filling")
    for address in ("/cylinders/", "/indicators/cylinder_insurance"):
        page = browser.get(address)
        assert page.status_code == 200
        assert f"/cylinders/id-{row.id}" in page.text
    assert row.serial_no in browser.get(f"/cylinders/id-{row.id}").text
    assert browser_of("filling2").get(f"/cylinders/id-{row.id}").status_code == 404
