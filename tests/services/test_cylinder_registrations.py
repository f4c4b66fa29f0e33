"""Use registration of cylinders by unit: applied for with a list, returned, granted, changed, cancelled."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import CertifiedCylinder, Cylinder, CylinderCertificate, CylinderRegistration
from registry.queries import cylinder_registrations as queries
from registry.rules.cylinder_registrations import ListFacts, certificate_no, check_cylinder
from registry.services import cylinder_registrations, cylinders
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.labels_factory import photo, picture
from tests.services.test_anomalies_race import at_once, separate  # noqa: F401

TODAY = clock.today()
STATION, OFFICE = "filling", "county"
SAID = {"safety_manager": "高飞", "filled_by": "徐丽"}


def draft(**changes) -> Cylinder:
    return cylinder(register_no=None, registered_on=None, **changes)


def applied(*rows, kind="new", login=STATION, **changes) -> CylinderRegistration:
    codes = [row.label_code for row in rows]
    data = {"kind": kind, "catalogue": "2320", "codes": codes, **SAID, **changes}
    return cylinder_registrations.apply(cast.actor(login), data)[0]


def step(case, verb, login=None, **data) -> CylinderRegistration:
    side = login or (STATION if verb in ("submit", "withdraw") else OFFICE)
    return cylinder_registrations.move(cast.actor(side), case.no, verb, data)


def granted(*rows, **changes) -> CylinderRegistration:
    case = applied(*rows, **changes)
    for verb in ("submit", "accept", "grant"):
        case = step(case, verb)
    return case


def again(row) -> Cylinder:
    return db.session.get_one(Cylinder, row.id, populate_existing=True)


def on_certificate() -> set[int]:
    return set(db.session.scalars(select(CertifiedCylinder.cylinder_id).where(CertifiedCylinder.until.is_(None))))


DAY = date(2026, 11, 29)
GOOD = ListFacts(True, "lpg_steel", "2320", "draft", DAY)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, None),
        ({"owned": False}, "owner"),
        ({"kind": "vehicle_lpg"}, "kind"),
        ({"kind": "nonrefillable"}, "kind"),
        ({"catalogue": "2310"}, "class"),
        ({"registered_here": True}, "listed"),
        ({"status": "in_use"}, None),
        ({"status": "scrap_pending"}, "status"),
        ({"status": "transferred"}, "status"),
        ({"next_inspection_on": DAY - timedelta(days=1)}, "overdue"),
        ({"next_inspection_on": None}, None),
    ],
)
def test_what_may_be_on_a_list(changes, rule) -> None:
    given = {name: getattr(GOOD, name) for name in GOOD.__slots__}
    found = check_cylinder("new", ListFacts(**{**given, **changes}), DAY)
    assert [finding.rule for finding in found.findings] == ([rule] if rule else [])


def test_the_certificate_number() -> None:
    assert certificate_no("2310", "341300", 1, date(2025, 3, 1)) == "瓶10皖L00001(25)"
    assert certificate_no("23T0", "341300", 100_000, DAY) == "瓶T0皖LA0000(26)"


def test_granted_it_brings_drafts_into_use_under_one_certificate(app) -> None:
    one, two = draft(), cylinder()
    case = applied(one, two)
    assert (case.state, again(one).status) == ("DRAFT", "draft")
    assert queries.tally(cast.actor(STATION), TODAY)["unit"] == 1
    case = step(case, "submit")
    assert case.due_on
    assert queries.tally(cast.actor(OFFICE), TODAY)["office"] == 1
    case = step(step(case, "accept"), "grant")
    assert case.state == "GRANTED"
    assert re.fullmatch(r"瓶20皖L\d{5}\(\d\d\)", case.certificate_no)
    assert (again(one).status, one.registered_on, again(two).status) == ("in_use", TODAY, "in_use")
    assert on_certificate() == {one.id, two.id}
    assert queries.certificate_of(one.id).number == case.certificate_no
    with pytest.raises(Refused, match="变更登记"):
        step(applied(draft()), "submit")


def test_returned_and_completed(app) -> None:
    row, more = draft(), draft()
    case = step(applied(row), "submit")
    with pytest.raises(Invalid):
        step(case, "send_back")
    case = step(case, "send_back", missing="清单少一只")
    assert case.note == "清单少一只"
    data = {**SAID, "codes": [row.label_code, more.label_code]}
    cylinder_registrations.amend(cast.actor(STATION), case.no, data, case.version)
    case = step(case, "submit")
    assert len(queries.show(cast.actor(OFFICE), case.no).items) == 2
    with pytest.raises(Conflict):
        cylinder_registrations.amend(cast.actor(STATION), case.no, data)
    assert step(case, "refuse", reason="不属实").state == "REFUSED"
    assert again(row).status == "draft"


def test_a_change_adds_and_takes_off_by_itself(app) -> None:
    kept, leaving, added = draft(), draft(), draft()
    first = granted(kept, leaving)
    new = {"owner_id": cast.unit("station2").id, "document": "协议"}
    cylinders.transfer(cast.actor("section"), leaving.label_code, new)
    case = applied(added, kind="change")
    shown = queries.show(cast.actor(STATION), case.no)
    assert (shown.leaving, shown.standing) == (1, 1)
    for verb in ("submit", "accept", "grant"):
        case = step(case, verb)
    assert (case.certificate_no, case.removed) == (first.certificate_no, 1)
    assert on_certificate() == {kept.id, added.id}
    with pytest.raises(Refused, match="没有增加"):
        step(applied(kind="change"), "submit")


def test_a_cancellation_waits_until_nothing_is_left(app) -> None:
    row = draft()
    granted(row)
    case = applied(kind="cancel")
    with pytest.raises(Refused, match="还有1只"):
        step(case, "submit")
    cylinders.transfer(
        cast.actor("section"), row.label_code, {"owner_id": cast.unit("station2").id, "document": "协议"}
    )
    for verb in ("submit", "accept", "grant"):
        case = step(case, verb)
    held = db.session.scalars(select(CylinderCertificate)).one()
    assert (held.until, on_certificate()) == (TODAY, set())


def test_what_became_of_the_list_is_asked_again_at_the_grant(app) -> None:
    row = draft()
    case = step(step(applied(row), "submit"), "accept")
    with transaction() as session:
        session.execute(update(Cylinder).where(Cylinder.id == row.id).values(next_inspection_on=TODAY - timedelta(1)))
    with pytest.raises(Refused, match="检验已超期"):
        step(case, "grant")


def test_what_cannot_be_applied_for(app) -> None:
    row, foreign = draft(), cylinder("section", owner_id=cast.unit("station2").id)
    for data, field in (
        ({"kind": "steal"}, "kind"),
        ({"catalogue": "9999"}, "catalogue"),
        ({"codes": [row.label_code, "SZ-NONE", foreign.label_code]}, "codes"),
    ):
        with pytest.raises(Invalid) as refused:
            applied(row, **data)
        assert list(refused.value.errors) == [field]
    applied(row)
    with pytest.raises(Conflict, match="未办结"):
        applied(row)
    case = db.session.scalars(select(CylinderRegistration)).one()
    for login, verb, error in (
        (OFFICE, "submit", Forbidden),
        (STATION, "grant", Forbidden),
        ("filling2", "submit", Missing),
        ("tech1", "submit", Forbidden),
        (STATION, "swallow", Missing),
        (OFFICE, "grant", Conflict),
    ):
        with pytest.raises(error):
            step(case, verb, login)
    cylinder_registrations.amend(cast.actor(STATION), case.no, {"codes": [row.label_code]})
    with pytest.raises(Refused, match="缺少"):
        step(case, "submit")


def test_two_officers_grant_at_once(separate) -> None:  # noqa: F811
    row = draft()
    case = step(step(applied(row), "submit"), "accept")
    number, county, section = case.no, cast.actor("county"), cast.actor("section")
    db.session.remove()
    found = at_once(
        separate,
        lambda: cylinder_registrations.move(county, number, "grant", {}),
        lambda: cylinder_registrations.move(section, number, "grant", {}),
        lambda: cylinder_registrations.move(county, number, "refuse", {"reason": "x"}),
    )
    assert found == {"done": 1, "conflict": 2}
    state = db.session.scalars(select(CylinderRegistration.state)).one()
    assert len(on_certificate()) == (1 if state == "GRANTED" else 0)


def test_the_pages_from_application_to_the_printed_form(browser_of) -> None:
    station, office, row = browser_of(STATION), browser_of(OFFICE), draft()
    data = {"kind": "new", "catalogue": "2320", "codes": f"{row.label_code}\nSZ-NONE", **SAID}
    wrong = station.post("/cylinder-registrations/new", data=data)
    assert (wrong.status_code, row.label_code in wrong.text, 'value="徐丽"' in wrong.text) == (422, True, True)
    made = station.post("/cylinder-registrations/new", data={**data, "codes": row.label_code})
    address = made.location
    assert row.serial_no in station.get(address).text
    assert station.post(f"{address}/steps/submit", data={}).location == address
    assert office.post(f"{address}/steps/send-back", data={}).status_code == 422
    assert office.post(f"{address}/steps/accept", data={}).location == address
    assert station.get(f"{address}/steps/grant").status_code == 404
    assert office.post(f"{address}/steps/grant", data={}).location == address
    assert "瓶20皖L" in station.get(address).text
    assert "瓶20皖L" in station.get(f"/cylinders/{row.label_code}").text
    answer = station.get(f"{address}/form.pdf")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    no = address.rsplit("/", 1)[1]
    assert no in office.get("/cylinder-registrations/?state=GRANTED").text
    assert browser_of("filling2").get(address).status_code == 404
    assert browser_of("tech1").get(address).status_code == 403
    assert office.get("/cylinder-registrations/new").status_code == 403


def test_the_api(api_of) -> None:
    station, office, row = api_of(STATION), api_of(OFFICE), draft()
    ref = "7d1c2b1e-0c39-4f0b-9f7e-5a4c4a1f1c12"
    data = {"ref": ref, "kind": "new", "catalogue": "2320", "codes": [row.label_code], **SAID}
    made = station.post("/cylinder-registrations", data)
    assert (made.status_code, made.json["state"], made.json["moves"]) == (201, "DRAFT", ["submit", "withdraw"])
    assert station.post("/cylinder-registrations", data).headers["Idempotent-Replay"] == "true"
    address = f"/cylinder-registrations/{made.json['no']}"
    assert station.patch(address, {**SAID, "codes": [row.label_code], "version": 99}).status_code == 409
    assert station.post(f"{address}/submit").json["state"] == "SUBMITTED"
    assert office.post(f"{address}/accept").json["state"] == "ACCEPTED"
    done = office.post(f"{address}/grant").json
    assert done["certificate_no"].startswith("瓶20皖L")
    assert station.get(f"{address}/form.pdf").data[:5] == b"%PDF-"
    assert [line["no"] for line in office.get("/cylinder-registrations").json["items"]] == [done["no"]]
    assert api_of("filling2").get(address).status_code == 404
    assert api_of("tech1").get(address).status_code == 403
    assert station.post("/cylinder-registrations", {"kind": "new"}).status_code == 422


def test_papers_come_with_an_application_and_are_shown_to_who_sees_it(browser_of) -> None:
    form, proof = photo(STATION, "registration"), photo(STATION, "registration")
    case = applied(draft(), papers={"form": [form.id]})
    assert case.papers == {"form": [form.id]}
    both = {"form": [form.id], "credit_code": [proof.id]}
    for given in ({"papers": both}, {}):  # what is not told stays
        case = cylinder_registrations.amend(cast.actor(STATION), case.no, {**SAID, "codes": [], **given})
        assert case.papers == both
    shown = queries.show(cast.actor(OFFICE), case.no).papers
    brought = {one.paper.id: [number for number, _ in one.files] for one in shown}
    assert brought == {**both, "conformity": [], "inspection": []}
    address = f"/cylinder-registrations/{case.no}/files/"
    assert browser_of(OFFICE).get(f"{address}{proof.id}").status_code == 200
    assert browser_of(OFFICE).get(f"{address}{photo(STATION, 'registration').id}").status_code == 404
    assert browser_of("filling2").get(f"{address}{proof.id}").status_code == 404


@pytest.mark.parametrize(("kind", "login"), [("picture", STATION), ("form", "filling2")])
def test_a_paper_of_another_kind_or_unit_is_refused(app, kind, login) -> None:
    file = photo(login, "registration")
    with pytest.raises(Invalid) as refused:
        applied(draft(), papers={kind: [file.id]})
    assert list(refused.value.errors) == [f"paper-{kind}"]
    assert db.session.scalar(select(CylinderRegistration.id)) is None


def test_papers_are_brought_and_taken_back_on_the_page(browser_of) -> None:
    row, browser = draft(), browser_of(STATION)
    case = applied(row)
    address, number = f"/cylinder-registrations/{case.no}/amend", case.id

    def sent(**papers) -> dict:
        kept = db.session.get_one(CylinderRegistration, number, populate_existing=True)
        given = {"version": kept.version, "codes": row.label_code, **SAID, **papers}
        assert browser.post(address, data=given, content_type="multipart/form-data").status_code == 302
        return db.session.get_one(CylinderRegistration, number, populate_existing=True).papers

    assert browser.get(address).status_code == 200
    first = sent(**{"paper-form": (io.BytesIO(picture()), "form3.png")})
    assert list(first) == ["form"]
    assert "form3.png" in browser.get(f"/cylinder-registrations/{case.no}").text
    assert f'value="{first["form"][0]}" checked' in browser.get(address).text
    assert sent(**{"paper-form": str(first["form"][0])}) == first
    assert sent() == {}
