"""Units and people through the API: the ladder."""

from __future__ import annotations

from seeds import cast


def test_a_unit_is_corrected_and_licensed(api_of, app) -> None:
    api, unit = api_of("section"), cast.unit("company")
    changed = api.patch(f"/units/{unit.id}", {"address": "埇桥区拱辰路1号"})
    assert (changed.status_code, changed.json["address"], changed.json["name"]) == (200, "埇桥区拱辰路1号", unit.name)
    licence = {"capacity": "maintenance", "licence_no": "TS3334A01-2033", "licence_until": "2033-12-31"}
    assert api.post(f"/units/{unit.id}/capacities", licence).json["capacities"][0]["licence_until"] == "2033-12-31"
    assert set(api.patch(f"/units/{unit.id}", {"credit_code": "1"}).json["errors"]) == {"credit_code"}
    assert api.patch("/units/999999", {"address": "x"}).status_code == 404
    assert api_of("company").patch(f"/units/{unit.id}", {"address": "x"}).status_code == 403


def test_a_manager_keeps_the_own_people(api_of, app) -> None:
    api = api_of("company")
    made = api.post("/people", {"name": "新人", "phone": "13955799999", "role": "technician"})
    assert made.status_code == 201, made.json
    person = made.json["id"]
    assert (made.json["roles"][0]["unit"], made.json["phone"]) == ("安徽迅安电梯工程有限公司", "13955799999")
    assert api.patch(f"/people/{person}", {"name": "新人甲"}).json["name"] == "新人甲"
    certificate = {"item": "T", "number": "T-99", "expires_on": "2030-01-01"}
    assert api.post(f"/people/{person}/certificates", certificate).json["certificates"][0]["number"] == "T-99"
    assert api.post(f"/people/{person}/roles", {"role": "maintenance_manager"}).status_code == 200
    assert api.post(f"/people/{person}/roles", {"role": "maintenance_manager"}).status_code == 409
    assert set(api.post(f"/people/{person}/roles", {"role": "section_city"}).json["errors"]) == {"role"}
    assert set(api.post("/people", {}).json["errors"]) == {"name", "role"}


def test_strangers_and_wrong_roles(api_of, client, app) -> None:
    person = cast.person("tech1")
    assert client.get("/api/v1/people").status_code == 401
    assert api_of("company2").get(f"/people/{person.id}").status_code == 404
    assert api_of("tech1").patch(f"/people/{person.id}", {"name": "x"}).status_code == 403
    shown = api_of("auditor").get(f"/people/{person.id}").json
    assert shown["phone"] == f"{person.phone[:3]}****{person.phone[-4:]}"
    other = {"name": "甲", "role": "technician", "unit_id": cast.unit("company2").id}
    assert api_of("company").post("/people", other).status_code == 403
