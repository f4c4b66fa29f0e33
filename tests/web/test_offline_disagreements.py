"""The pages of cylinders filled without a network that should not have been."""

from __future__ import annotations

import re

import pytest

from registry.models import Cylinder
from tests.api.test_offline import disagreement


def test_list_page_and_handling(browser_of) -> None:
    row = disagreement()
    browser = browser_of("filling")
    assert row.code in browser.get("/offline-disagreements/?state=open").text
    page = browser.get(f"/offline-disagreements/{row.id}")
    assert "气已在瓶内" in page.text
    assert "R07" in page.text
    assert "断网误充待处理的气瓶" in browser.get("/").text or browser.get("/", follow_redirects=True).text
    answer = browser.post(f"/offline-disagreements/{row.id}/handle", data={"action": "emptied", "note": "抽空入库"})
    assert answer.status_code == 302
    assert "抽空入库" in browser.get(f"/offline-disagreements/{row.id}").text
    assert row.code not in browser.get("/offline-disagreements/?state=open").text


@pytest.mark.parametrize(
    ("login", "show", "handle"),
    [("filling", 200, 200), ("filler", 200, 403), ("section", 200, 200), ("filling2", 404, 404), ("tech1", 403, 403)],
)
def test_who_may_open_what(browser_of, login, show, handle) -> None:
    row = disagreement()
    browser = browser_of(login)
    assert browser.get(f"/offline-disagreements/{row.id}").status_code == show
    assert browser.get(f"/offline-disagreements/{row.id}/handle").status_code == handle


def test_bad_input_keeps_what_was_typed(browser_of) -> None:
    row = disagreement()
    answer = browser_of("filling").post(f"/offline-disagreements/{row.id}/handle", data={"note": "还没想好"})
    assert answer.status_code == 422
    assert "还没想好" in answer.text


def test_red_on_the_cylinder(browser_of) -> None:
    row = disagreement()
    from registry.db import db

    handle = db.session.get(Cylinder, row.cylinder_id).handle
    assert "断网时误充" in browser_of("filling").get(f"/cylinders/{handle}").text


def test_the_key_is_shown_once(browser_of) -> None:
    browser = browser_of("filling")
    assert "snapshot-key" not in browser.get("/offline-disagreements/key").text
    made = browser.post("/offline-disagreements/key").text
    assert re.search(r'id="snapshot-key">[0-9a-f]{64}<', made)
    assert "snapshot-key" not in browser.get("/offline-disagreements/key").text
    assert browser_of("checker").get("/offline-disagreements/key").status_code == 403


def test_a_clue_from_the_page(browser_of) -> None:
    row = disagreement()
    browser = browser_of("section")
    assert browser.post(f"/offline-disagreements/{row.id}/clue").status_code == 302
    assert f"/{row.id}/clue" not in browser.get(f"/offline-disagreements/{row.id}").text
