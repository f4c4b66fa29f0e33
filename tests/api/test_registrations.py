"""/api/v1/registrations, by the ladder: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from registry import clock
from registry.rules.registrations import papers
from registry.services import files
from tests import elevators_factory as make

FIELDS = {
    "use_unit_address": "汴河中路88号",
    "safety_manager": "张敏",
    "mobile": "13955700001",
    "filled_by": "张敏",
    "filled_on": "2026-11-01",
}


@pytest.fixture
def unit(api_of):
    return api_of("property")


@pytest.fixture
def code(actor) -> str:
    return make.register(actor("property"), use_unit_id=None).label_code


def stored(actor, kind: str) -> dict[str, list[int]]:
    who = actor("property")
    return {
        one.id: [files.store(who, "a.pdf", "application/pdf", one.id.encode(), "registration").id]
        for one in papers(kind, clock.today())
        if one.required
    }


def test_from_the_draft_to_the_certificate(unit, api_of, actor, code) -> None:
    made = unit.post("/registrations", {"elevator": code, "kind": "new"})
    assert (made.status_code, made.json["state"]) == (201, "DRAFT")
    no = made.json["no"]
    draft = unit.get(f"/registrations/{no}").json
    assert {"need.paper-form", "need.paper-product_certificate"} <= {one["rule"] for one in draft["lacks"]}
    assert draft["moves"] == ["submit", "withdraw"]
    refused = unit.post(f"/registrations/{no}/submit")
    assert (refused.status_code, bool(refused.json["findings"])) == (422, True)
    filled = unit.patch(f"/registrations/{no}", {"fields": FIELDS, "papers": stored(actor, "new")})
    assert filled.status_code == 200, filled.json
    assert unit.post(f"/registrations/{no}/submit").json["state"] == "SUBMITTED"
    office = api_of("county")
    assert office.get("/registrations", state="waiting_office").json["items"][0]["no"] == no
    assert office.post(f"/registrations/{no}/send-back").json["errors"].keys() == {"missing"}
    assert office.post(f"/registrations/{no}/accept").json["state"] == "ACCEPTED"
    done = office.post(f"/registrations/{no}/grant")
    assert (done.json["state"], done.json["certificate_no"][:9]) == ("GRANTED", "梯11皖L0000")
    assert unit.get(f"/elevators/{code}").json["use_cert_no"] == done.json["certificate_no"]
    assert office.post(f"/registrations/{no}/grant").status_code == 409


def test_changes_by_the_names_of_an_elevator(unit, actor) -> None:
    row = make.in_use(actor("section"))
    no = unit.post("/registrations", {"elevator": row.label_code, "kind": "alteration"}).json["no"]
    answer = unit.patch(f"/registrations/{no}", {"changes": {"rated_speed_mps": "2.5", "floors": 18}})
    assert answer.status_code == 200, answer.json
    assert unit.get(f"/registrations/{no}").json["changes"] == {"rated_speed_mps": "2.500"}
    for bad, field in (({"floors": 1}, "stops"), ({"address": "x"}, "address"), ({"floors": "many"}, "changes")):
        refused = unit.patch(f"/registrations/{no}", {"changes": bad})
        assert (refused.status_code, field in refused.json["errors"]) == (422, True), (bad, refused.json)


def test_a_ref_is_answered_again(unit, code) -> None:
    body = {"elevator": code, "kind": "new", "ref": str(uuid4())}
    first, again = unit.post("/registrations", body), unit.post("/registrations", body)
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (201, 200, "true")
    assert unit.post("/registrations", {**body, "kind": "rename"}).status_code == 409
    assert unit.post("/registrations", {"elevator": code, "kind": "new"}).status_code == 409


BAD = [
    ({"kind": "new"}, "elevator"),
    ({"elevator": "CODE", "kind": "wedding"}, "kind"),
    ({"elevator": "CODE", "kind": "restart"}, "kind"),
    ({"elevator": "CODE", "kind": "new", "ref": "1"}, "ref"),
    ({"elevator": "CODE", "kind": "new", "colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_bad_input_is_named(unit, code, body, field) -> None:
    sent = {name: code if value == "CODE" else value for name, value in body.items()}
    answer = unit.post("/registrations", sent)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_wrong_role_and_missing(unit, api_of, code) -> None:
    no = unit.post("/registrations", {"elevator": code, "kind": "new"}).json["no"]
    assert unit.post(f"/registrations/{no}/grant").status_code == 403
    assert api_of("company").get("/registrations").status_code == 403
    assert api_of("dangshan").get(f"/registrations/{no}").status_code == 404
    assert unit.post(f"/registrations/{no}/fly").status_code == 404
    assert unit.get("/registrations/SYDJ-0").status_code == 404


def test_safety_parts(unit, api_of, actor, code) -> None:
    body = {"parts": [{"name": "限速器", "number": "1"}, {"name": "安全钳", "maker": "江南"}]}
    headers = unit.headers
    put = unit.client.put(f"/api/v1/elevators/{code}/safety-parts", json=body, headers=headers)
    assert (put.status_code, [part["position"] for part in put.json["parts"]]) == (200, [1, 2])
    assert unit.get(f"/elevators/{code}/safety-parts").json["parts"][1]["maker"] == "江南"
    many = {"parts": [{"name": "x"}] * 11}
    refused = unit.client.put(f"/api/v1/elevators/{code}/safety-parts", json=many, headers=headers)
    assert refused.status_code == 422
    other = api_of("company").client.put(
        f"/api/v1/elevators/{code}/safety-parts", json=body, headers=api_of("company").headers
    )
    assert other.status_code in (403, 404)


@pytest.mark.parametrize("path", ["/registrations", "/registrations/X", "/elevators/X/safety-parts"])
def test_strangers(client, path) -> None:
    assert client.get(f"/api/v1{path}").status_code == 401
