"""Holds that wait for the authority, the form filled in from their list, photos of releases; how a code was read."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from registry import clock
from registry.db import db
from registry.models import HoldRelease
from registry.queries import fillings, holds
from registry.services import filling, scans
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import _office, look
from tests.web.test_turns import JPEG, ref_of


@pytest.fixture
def held(app):
    """A bottle that the register believes at a customer, held at gun 1."""
    _office("filling.copies_severity", "1")
    row = make.cylinder(custody="at_user")
    scans.scan(cast.actor("filler"), look(row))
    return row


def test_what_is_held_stands_on_the_list_until_it_is_released(browser_of, held) -> None:
    office, station = browser_of("county"), cast.unit("station").id
    link = f"/holds/new?code={held.label_code}&amp;station={station}&amp;rule=R27"
    assert link in office.get("/holds/").text
    seen = browser_of("filler").get("/holds/").text
    assert held.serial_no in seen
    assert "/holds/new" not in seen
    assert held.serial_no not in browser_of("filling2").get("/holds/").text
    page = office.get(link.replace("&amp;", "&")).text
    assert f'value="{held.label_code}"' in page
    assert f'<option value="{station}" selected' in page
    sent = {"ref": ref_of(page), "code": held.label_code, "station_id": station, "rules": "R27"}
    sent |= {"reason": "钢印已现场核对", "photo": (io.BytesIO(JPEG), "stamp.jpg")}
    assert office.post("/holds/new", data=sent).status_code == 302
    assert "等待放行" not in office.get("/holds/").text
    address = f"/holds/{db.session.query(HoldRelease).one().id}/photo"
    for login, status in (("county", 200), ("filler", 200), ("filling2", 404), ("insurer", 403)):
        assert browser_of(login).get(address).status_code == status
    assert office.get(address).data == JPEG
    assert office.get("/holds/999999/photo").status_code == 404


def test_a_hold_is_news_for_a_day_and_while_nothing_came_after_it(app, held) -> None:
    actor, now = cast.actor("county"), clock.now()
    assert [one.rules for one in holds.waiting(actor, now)] == [("R27",)]
    assert holds.waiting(actor, now + timedelta(hours=23, minutes=59))
    assert holds.waiting(actor, now + timedelta(hours=24, minutes=1)) == []
    held = db.session.merge(held)
    held.custody = "empty_in_station"
    db.session.commit()
    scans.scan(cast.actor("filler"), look(held))
    assert holds.waiting(actor, clock.now()) == []


@pytest.mark.parametrize(
    ("signed", "read_by", "words"),
    [(True, "symbol", "设备读码"), (False, "typed", "手工输入编号"), (None, "", "未扫码")],
)
def test_a_fill_says_how_its_code_was_read(browser_of, signed, read_by, words) -> None:
    row = make.cylinder()
    if signed is not None:
        code = make.signed(row.label_code) if signed else row.label_code
        scans.scan(cast.actor("filler"), look(row, code=code, purpose="next"))
    found = filling.record(cast.actor("filler"), make.fill(row, minutes_ago=0))
    kept = found[0] if isinstance(found, tuple) else found.filling
    assert fillings.read_by(kept) == read_by
    assert words in browser_of("filler").get(f"/filling/{kept.id}").text
