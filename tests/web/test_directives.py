"""Pages of directives: on the spot from a phone, the list, the moves."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Directive
from seeds import cast
from tests.enforcement_factory import PNG, issued, refused, reported
from tests.hazards_factory import reported as hazard_reported

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}
DRAWN = "data:image/png;base64," + base64.b64encode(PNG).decode()


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "ref": str(uuid4()),
        "unit": cast.unit("property").name,
        "problems": "未张贴使用标志",
        "broken_rule": "《特种设备安全法》第三十三条",
        "order_basis": "《特种设备安全法》第六十二条",
        "measures": "张贴使用标志",
        "due_on": (clock.today() + timedelta(days=10)).isoformat(),
        "second": str(cast.person("county2").id),
        "signature_1": DRAWN,
        "signature_2": DRAWN,
        "unit_signer": "张敏",
        "unit_signature": DRAWN,
        **changes,
    }


def test_it_is_issued_on_a_phone(browser_of) -> None:
    county = browser_of("county")
    assert "signature-pad" in county.get("/directives/new").text
    done = county.post("/directives/new", data=typed(), headers=HEADERS)
    assert done.status_code == 302
    shown = county.get(done.location).text
    assert "市监特令〔" in shown
    assert "李明" in shown
    row = db.session.scalars(select(Directive)).one()
    signature = county.get(f"/directives/{row.id}/files/{row.unit_signature['file']}")
    assert signature.data == PNG
    assert county.get(f"/directives/{row.id}/files/999999").status_code == 404
    assert row.number in county.get("/directives/").text
    assert county.get("/exports/directives.xlsx").data[:2] == b"PK"


@pytest.mark.parametrize("changes", [{"problems": ""}, {"second": ""}, {"signature_2": ""}, {"unit_signer": ""}])
def test_what_was_typed_is_kept(browser_of, changes: dict[str, Any]) -> None:
    answer = browser_of("county").post("/directives/new", data=typed(**changes), headers=HEADERS)
    assert answer.status_code == 422
    assert "张贴使用标志" in answer.text
    assert "没有下达" in answer.text
    assert db.session.scalars(select(Directive)).all() == []


def test_refused_published_and_rechecked(browser_of) -> None:
    row, county = refused(), browser_of("county")
    assert "拒签情况" in county.get(f"/directives/{row.id}").text
    assert "1" in county.get("/directives/?waits=to_serve").text
    today = clock.today().isoformat()
    wrong = county.post(f"/directives/{row.id}/serve", data={"delivery": "mail"}, headers=HEADERS)
    assert wrong.status_code == 422
    proof = {"files": (io.BytesIO(PNG), "receipt.png")}
    served = {"delivery": "mail", "mail_no": "1234567890", "delivered_on": today, **proof}
    assert county.post(f"/directives/{row.id}/serve", data=served, headers=HEADERS).status_code == 302
    unit = browser_of("property")
    assert unit.get(f"/directives/{row.id}/report").status_code == 200
    report = {"note": "已张贴", "files": (io.BytesIO(b"%PDF-1.4"), "report.pdf")}
    assert unit.post(f"/directives/{row.id}/report", data=report, headers=HEADERS).status_code == 302
    assert "report.pdf" in county.get(f"/directives/{row.id}").text
    checked = {"method": "documents", "rechecked_on": today, "note": "照片齐全"}
    assert county.post(f"/directives/{row.id}/pass-recheck", data=checked, headers=HEADERS).status_code == 302
    assert "已整改" in county.get(f"/directives/{row.id}").text
    assert county.get(f"/directives/{row.id}/pass-recheck").status_code == 409


def test_the_first_page_tells_what_waits(browser_of) -> None:
    row = issued()
    assert "待提交整改报告的指令书" in browser_of("property").get("/todo").text
    reported(row)
    assert "待复查的指令书" in browser_of("county").get("/todo").text


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("property", "/directives/new", 403),
        ("tech1", "/directives/", 403),
        ("property", "/directives/{id}/serve", 403),
        ("property2", "/directives/{id}", 404),
        ("dangshan", "/directives/{id}", 404),
        ("county", "/directives/999", 404),
        ("county", "/directives/{id}/dance", 404),
        ("auditor", "/directives/{id}", 200),
    ],
)
def test_who_sees_what(browser_of, login: str, path: str, status: int) -> None:
    row = issued()
    assert browser_of(login).get(path.format(id=row.id)).status_code == status


def test_a_hazard_leads_to_its_directive(browser_of) -> None:
    hazard, county = hazard_reported(), browser_of("county")
    assert f"/directives/new?hazards={hazard.no}" in county.get(f"/hazards/{hazard.no}").text
    assert hazard.no in county.get(f"/directives/new?hazards={hazard.no}").text
    row = issued(hazards=[hazard.no])
    assert row.number in county.get(f"/hazards/{hazard.no}").text
