"""Moves that arrive a second time because the answer to the first was lost: by page and by API."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.models import CaseStep, DirectiveStep, HazardStep, SealingStep
from seeds import cast
from tests import elevators_factory
from tests.enforcement_factory import clue, issued, notified, reported, sealing
from tests.hazards_factory import reported as hazard_clue
from tests.hazards_factory import walk
from tests.web.test_supervision import sent

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}
__all__ = ["sent"]


def made(model: Any, ref: str) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(model.ref == ref)) or 0


def directive() -> tuple[str, str, str, dict[str, Any], Any]:
    row = reported(issued())
    given = {"method": "documents", "rechecked_on": clock.today().isoformat(), "note": "已停用"}
    return "county", f"/directives/{row.id}", "pass-recheck", given, DirectiveStep


def seal() -> tuple[str, str, str, dict[str, Any], Any]:
    row = sealing(elevators_factory.in_use(cast.actor("county")))
    return "county-leader", f"/sealings/{row.id}", "refuse", {"note": "证据不足"}, SealingStep


def case() -> tuple[str, str, str, dict[str, Any], Any]:
    return "county-leader", f"/cases/{clue().id}", "file", {"note": "同意立案"}, CaseStep


def own_case() -> tuple[str, str, str, dict[str, Any], Any]:
    row = notified()
    return "property", f"/own-cases/{row.id}", "hear", {"spoken": "written", "note": "请从轻"}, CaseStep


ALL = [directive, seal, case, own_case]


@pytest.mark.parametrize("begun", ALL)
def test_a_program_sends_again(api_of, begun: Any) -> None:
    login, path, verb, data, model = begun()
    ref, client = str(uuid4()), api_of(login)
    given = {**data, "ref": ref}
    first = client.post(f"{path}/{verb}", given)
    again = client.post(f"{path}/{verb}", {**given, "version": 1})
    assert (first.status_code, again.status_code) == (200, 200)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json == first.json
    assert client.post(f"{path}/{verb}", {**given, "note": "别的"}).status_code == 409
    assert api_of("dangshan" if login != "property" else "company").post(f"{path}/{verb}", given).status_code in (
        403,
        404,
    )
    assert made(model, ref) == 1


@pytest.mark.parametrize("begun", ALL)
def test_a_page_sends_again(browser_of, begun: Any) -> None:
    login, path, verb, data, model = begun()
    browser, url = browser_of(login), f"{path}/{verb}"
    assert 'name="ref"' in browser.get(url).text
    ref = str(uuid4())
    given = {**data, "ref": ref}
    refused = browser.post(url, data={"ref": ref, "note": ""}, headers=HEADERS)
    assert refused.status_code == 422
    assert ref in refused.text
    for _ in range(2):
        done = browser.post(url, data=given, headers=HEADERS)
        assert (done.status_code, done.location) == (302, path)
    other = browser.post(url, data={**given, "note": "别的"}, headers=HEADERS)
    assert other.status_code == 409
    assert "已用于另一份内容" in other.text
    assert browser.post(url, data={**given, "note": ""}, headers=HEADERS).status_code == 409
    assert made(model, ref) == 1


def test_files_that_come_again_are_the_same(browser_of) -> None:
    row = issued()
    ref, url = str(uuid4()), f"/directives/{row.id}/report"
    for content, status in ((b"%PDF-1", 302), (b"%PDF-1", 302), (b"%PDF-2", 409)):
        form = {"ref": ref, "note": "已整改", "files": (io.BytesIO(content), "a.pdf")}
        answer = browser_of("property").post(url, data=form, headers=HEADERS, content_type="multipart/form-data")
        assert answer.status_code == status
    assert made(DirectiveStep, ref) == 1


def test_a_move_of_a_hazard_comes_again_by_its_page(browser_of) -> None:
    hazard = walk(hazard_clue(), "RECTIFYING")
    ref, county = str(uuid4()), browser_of("county")
    url = f"/hazards/{hazard.no}/report-progress"
    given = {"ref": ref, "progress": "已更换门锁", "progress_on": clock.today().isoformat()}
    for version in (hazard.version, hazard.version + 1):
        done = county.post(url, data={**given, "version": str(version)}, headers=HEADERS)
        assert (done.status_code, done.location) == (302, f"/hazards/{hazard.no}")
    assert county.post(url, data={**given, "progress": "别的"}, headers=HEADERS).status_code == 409
    elsewhere = county.post(f"/hazards/{hazard.no}/remind", data=given, headers=HEADERS)
    assert elsewhere.status_code == 409
    assert made(HazardStep, ref) == 1


def test_a_record_comes_again_by_its_page(sent, browser_of) -> None:
    county, no = browser_of("county"), sent.pop("no")
    url = f"/supervision/{no}/record"
    assert [county.post(url, data=sent, headers=HEADERS).status_code for _ in range(2)] == [303, 303]
    other = county.post(url, data={**sent, "facts": "别的事实"}, headers=HEADERS)
    assert other.status_code == 409
    assert "别的事实" not in county.get(f"/supervision/{no}").text
