"""Units and people through the pages and the API."""

from __future__ import annotations

import pytest

from registry.rules.identifiers import complete_credit_code
from seeds import cast

CODE = complete_credit_code("91341300MA2TE5T01")
UNIT = {"name": "宿州测试物业有限公司", "credit_code": CODE, "area_code": "341302", "capacities": ["use"]}


def test_an_office_registers_a_unit(browser_of) -> None:
    browser = browser_of("county")
    response = browser.post("/units/new", data=UNIT, follow_redirects=True)
    assert response.status_code == 200
    assert CODE in response.text
    assert "宿州测试物业有限公司" in browser.get("/units/?q=测试物业").text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"credit_code": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, "校验"),
        ({"name": ""}, "请填写这一项"),
        ({"area_code": "341321"}, "只能登记本辖区的单位"),
        ({"lat": "91"}, "之间的数"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_kept(browser_of, changed, message) -> None:
    response = browser_of("county").post("/units/new", data={**UNIT, **changed})
    assert response.status_code == 422
    assert message in response.text
    assert 'value="宿州测试物业有限公司"' in response.text or "name" in changed


def test_a_taken_credit_code_is_refused(browser_of, app) -> None:
    taken = cast.unit("property").credit_code
    response = browser_of("section").post("/units/new", data={**UNIT, "credit_code": taken})
    assert response.status_code == 422
    assert "该统一社会信用代码已登记" in response.text


@pytest.mark.parametrize("login", ["property", "company", "insurer", "auditor"])
def test_others_may_not_register_units(browser_of, login) -> None:
    assert browser_of(login).post("/units/new", data=UNIT).status_code == 403


def test_units_through_the_api(api_of) -> None:
    api = api_of("section")
    made = api.post("/units", UNIT)
    assert made.status_code == 201, made.text
    assert api.get(f"/units/{made.json['id']}").json["capacities"][0]["capacity"] == "use"
    assert api.get("/units", q=CODE).json["items"][0]["id"] == made.json["id"]
    assert api.get("/units/999999").status_code == 404
    assert set(api.post("/units", {"name": "甲"}).json["errors"]) == {"credit_code", "area_code"}
    assert "colour" in api.post("/units", {**UNIT, "colour": "red"}).json["errors"]
    assert api_of("company").post("/units", UNIT).status_code == 403


def test_a_capacity_is_renewed_not_doubled(browser_of, app) -> None:
    browser, unit = browser_of("section"), cast.unit("company")
    form = {"capacity": "maintenance", "licence_no": "TS3334A01-2032", "licence_until": "2032-12-31"}
    response = browser.post(f"/units/{unit.id}/capacities/new", data=form, follow_redirects=True)
    assert response.text.count("TS3334A01-2032") == 1
    assert "TS3334A01-2028" not in response.text


def test_a_manager_registers_people_of_the_own_unit(browser_of, app) -> None:
    browser = browser_of("company")
    form = {"name": "新维保员", "phone": "13955712345", "role": "technician"}
    page = browser.post("/people/new", data=form, follow_redirects=True)
    assert page.status_code == 200
    assert "安徽迅安电梯工程有限公司" in page.text
    assert "新维保员" not in browser_of("company2").get("/people/").text


def test_a_manager_gives_no_roles_of_the_office(browser_of) -> None:
    response = browser_of("company").post("/people/new", data={"name": "甲", "role": "section_city"})
    assert response.status_code == 422
    assert "不能授予" in response.text


def test_people_of_other_units_do_not_exist(browser_of, app) -> None:
    stranger = cast.person("tech1").id
    assert browser_of("company2").get(f"/people/{stranger}").status_code == 404
    assert browser_of("company").get(f"/people/{stranger}").status_code == 200


def test_phones_are_masked_in_lists(browser_of, app) -> None:
    phone = cast.person("tech1").phone
    page = browser_of("auditor").get("/people/?q=马超").text
    assert phone not in page
    assert f"{phone[:3]}****{phone[-4:]}" in page


def test_a_certificate_number_belongs_to_one_person(browser_of, app) -> None:
    browser = browser_of("company")
    form = {"item": "T", "number": "T-1", "issued_on": "2024-01-01", "expires_on": "2028-01-01"}
    first, second = cast.person("tech1").id, cast.person("tech2").id
    assert browser.post(f"/people/{first}/certificates/new", data=form).status_code == 302
    refused = browser.post(f"/people/{second}/certificates/new", data=form)
    assert refused.status_code == 422
    assert "已登记在他人名下" in refused.text
    backwards = browser.post(f"/people/{first}/certificates/new", data={**form, "expires_on": "2023-01-01"})
    assert "有效期应晚于发证日期" in backwards.text


def test_the_administrator_opens_and_closes_a_login(browser_of, client, app) -> None:
    person = cast.person("tech2")
    admin = browser_of("security")
    form = {"login": "tech-two", "password": "long-enough-1"}
    assert admin.post(f"/people/{person.id}/login", data=form).status_code == 302
    signed = client.post("/account/sign-in", data={"login": "tech-two", "password": "long-enough-1"})
    assert signed.status_code == 302
    admin.post(f"/people/{person.id}/login", data={**form, "password": "", "disabled": "1"})
    assert client.get("/dashboard").status_code == 302
    again = app.test_client().post("/account/sign-in", data={"login": "tech-two", "password": "long-enough-1"})
    assert again.status_code == 422


def test_a_colleague_sets_no_logins(browser_of, app) -> None:
    person = cast.person("tech2").id
    assert browser_of("tech1").post(f"/people/{person}/login", data={"login": "x"}).status_code == 403
