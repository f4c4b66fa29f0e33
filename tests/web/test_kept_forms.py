"""Forms that a phone keeps: the page that stands in for them, and how they arrive, once, by their owner."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.models import HazardStep, StoredFile
from registry.queries import supervision_checks as queries
from registry.services import files
from seeds import cast
from tests import supervision_factory as make
from tests.hazards_factory import Clock, reported, walk
from tests.web.test_supervision import url


def headers(login: str, **changes: str) -> dict[str, str]:
    """What a kept form sends of itself."""
    whose = str(cast.actor(login).membership_id)
    return {"Kept-Form": "1", "Acting-As": whose, "Accept": "application/json", **changes}


def uploaded(browser: Any, login: str, content: bytes, purpose: str = "supervision_photo") -> int:
    """A picture sent in one piece before its form; the id of its file."""
    ref, digest = str(uuid.uuid4()), hashlib.sha256(content).hexdigest()
    about = {"ref": ref, "sha256": digest, "size": len(content), "mime": "image/png", "purpose": purpose}
    assert browser.post("/field/uploads", json=about, headers=headers(login)).status_code == 200
    path = f"/field/uploads/{ref}?offset=0"
    return int(browser.patch(path, data=content, headers=headers(login)).json["file"])


@pytest.fixture
def record(app) -> dict[str, Any]:
    """A check in progress, and its record as the phone sends it."""
    row = make.begun()
    sheet = queries.sheet(cast.actor("county"), row.no)
    return {
        "no": row.no,
        "ref": str(uuid.uuid4()),
        "version": str(row.version),
        "devices": [each.label_code for each in sheet.devices],
        **{f"result-{item.code}": "ok" for item in sheet.items},
        "facts": "现场查看机房、轿厢。",
        "unit_signature": url(make.picture(7)),
        "sign_county": url(make.picture(1)),
        "sign_county2": url(make.picture(2)),
    }


def test_what_every_phone_keeps_holds_nothing_personal(client, browser_of) -> None:
    stranger, inspector = client.get("/kept-forms/shell"), browser_of("county").get("/kept-forms/shell")
    assert stranger.status_code == 200
    assert stranger.text == inspector.text
    assert stranger.headers["Cache-Control"] == "no-cache"


def test_the_worker_stands_in_for_forms_only(client) -> None:
    answer = client.get("/kept-forms/sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    kept = json.loads(answer.text.split(";\n", 1)[0].removeprefix("self.KEPT = "))
    for name in kept["files"]:
        assert client.get(name).status_code == 200
    assert not any(name.endswith(".wasm") for name in kept["files"]), "no code is read on these pages"
    pattern = re.compile(kept["pages"])
    for path in ("/supervision/TSJC-341300-2026-0001/record", "/hazards/new", "/hazards/ZDYH-1/sign-county"):
        assert pattern.search(path), path
    for path in ("/supervision/", "/supervision/TSJC-1", "/hazards/", "/hazards/ZDYH-1", "/supervision-plans/new"):
        assert not pattern.search(path), path


def test_a_page_says_whose_form_it_is(record, browser_of) -> None:
    page = browser_of("county").get(f"/supervision/{record['no']}/record").text
    assert f'data-member="{cast.actor("county").membership_id}"' in page
    assert f'data-key="/supervision/{record["no"]}/record"' in page
    assert 'data-scope="/supervision/"' in page


def test_a_record_arrives_with_the_photos_sent_before_it(record, browser_of) -> None:
    no, county = record.pop("no"), browser_of("county")
    first, second = (uploaded(county, "county", make.picture(shade)) for shade in (5, 6))
    odd = {"result-U12": "not_ok", "note-U12": "短接", "problems": "层门锁短接", "measures": ["directive"]}
    sent = {**record, **odd, "photos-U12": [str(first)], "photos": [str(second)]}
    path = f"/supervision/{no}/record"
    missing = county.post(path, data={**sent, "sign_county2": ""}, headers=headers("county"))
    assert (missing.status_code, missing.mimetype) == (422, "text/html")
    assert "Server-Time" in missing.headers, "the phone knows the registry's own page by it"
    kept = county.post(path, data=sent, headers=headers("county"))
    assert (kept.status_code, kept.json) == (200, {"location": f"/supervision/{no}"})
    again = county.post(path, data=sent, headers=headers("county"))
    assert (again.status_code, again.json) == (200, {"location": f"/supervision/{no}"})
    row = queries.by_no(cast.actor("county"), no)
    assert [step.verb for step in row.steps].count("record") == 1
    assert row.photos == [second]
    assert next(answer.photos for answer in row.answers if answer.item == "U12") == [first]
    other = county.post(path, data={**sent, "ref": str(uuid.uuid4())}, headers=headers("county"))
    assert other.status_code == 409, "another record of the same check is none"


def test_a_photo_of_another_office_is_none(record, browser_of) -> None:
    no, county = record.pop("no"), browser_of("county")
    theirs = uploaded(browser_of("dangshan"), "dangshan", make.picture(9))
    sent = {**record, "photos": [str(theirs)]}
    refused = county.post(f"/supervision/{no}/record", data=sent, headers=headers("county"))
    assert refused.status_code == 422
    assert f"没有编号为{theirs}的照片" in refused.text


def test_nobody_sends_what_another_one_filled_in(record, browser_of, client) -> None:
    no = record.pop("no")
    path = f"/supervision/{no}/record"
    refused = browser_of("county").post(path, data=record, headers=headers("county2"))
    assert (refused.status_code, refused.json["type"]) == (409, "other-caller")
    stranger = client.post(path, data=record, headers=headers("county"))
    assert (stranger.status_code, "location" in stranger.json) == (401, False)
    assert browser_of("dangshan").post(path, data=record, headers=headers("dangshan")).status_code == 404
    assert queries.by_no(cast.actor("county"), no).state == "in_progress"


def test_a_signature_of_a_leader_counts_once(app, monkeypatch, browser_of) -> None:
    Clock(monkeypatch)
    hazard = walk(reported(), "COUNTY_REVIEW")
    leader, path = browser_of("county-leader"), f"/hazards/{hazard.no}/sign-county"
    page = leader.get(path).text
    assert "办理前请阅" in page
    for step in ("上报治理方案", "申请销号", "核查合格"):
        assert step in page, "what is signed is read first"
    drawn = url(make.picture(3))
    sent = {"ref": str(uuid.uuid4()), "signature": "周卫东", "drawn_signature": drawn}
    refused = leader.post(path, data=sent, headers=headers("county-leader"))
    assert refused.status_code == 422
    assert f'value="{sent["ref"]}"' in refused.text
    sent["opinion"] = "同意"
    for _time in range(2):
        kept = leader.post(path, data=sent, headers=headers("county-leader"))
        assert (kept.status_code, kept.json) == (200, {"location": f"/hazards/{hazard.no}"})
    signed = select(func.count()).select_from(HazardStep).where(HazardStep.ref == sent["ref"])
    assert db.session.scalar(signed) == 1
    strokes = select(func.count()).select_from(StoredFile).where(StoredFile.name == "签名.png")
    assert db.session.scalar(strokes) == 1, "sent three times, kept once"


def test_a_clue_that_comes_twice_is_one(app, browser_of) -> None:
    county = browser_of("county")
    sent = {
        "ref": str(uuid.uuid4()),
        "title": "门锁短接",
        "description": "层门门锁被短接",
        "source": "routine_inspection",
        "unit": cast.unit("property").name,
        "evidence": [str(uploaded(county, "county", make.picture(4), "hazard"))],
    }
    answers = [county.post("/hazards/new", data=sent, headers=headers("county")).json for _time in range(2)]
    assert answers[0] == answers[1]
    changed = county.post("/hazards/new", data={**sent, "title": "别的"}, headers=headers("county"))
    assert changed.status_code == 422
    assert "ref" in changed.text
    bad = county.post("/hazards/new", data={**sent, "ref": "x", "title": ""}, headers=headers("county"))
    assert bad.status_code == 422


def test_a_file_is_kept_once_for_its_person(app) -> None:
    county, colleague = cast.actor("county"), cast.actor("county2")
    about = ("现场.png", "image/png", make.picture(8), "hazard")
    row = files.store_once(county, *about)
    assert files.store_once(county, *about).id == row.id
    assert files.store_once(colleague, *about).id != row.id
    assert files.store_once(county, "别的.png", *about[1:]).id != row.id
    assert files.store_once(county, *about[:3], "directive").id != row.id


def test_a_directive_begins_with_what_the_record_says(record, browser_of) -> None:
    no, county = record.pop("no"), browser_of("county")
    before = county.get(f"/directives/new?check={no}").text
    assert cast.unit("property").name not in before, "there is no record yet"
    odd = {"result-U12": "not_ok", "note-U12": "短接", "problems": "层门锁短接", "measures": ["directive"]}
    county.post(f"/supervision/{no}/record", data={**record, **odd, "contact": "程国栋"})
    page = county.get(f"/directives/new?check={no}").text
    for text in (cast.unit("property").name, "层门锁短接", "GB 45067-2024 4.6 b", "程国栋", record["devices"][0]):
        assert text in page
    assert "层门锁短接" not in browser_of("dangshan").get(f"/directives/new?check={no}").text
