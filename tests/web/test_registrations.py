"""The pages of use registration, by the ladder: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

import io
import re

import pytest

from registry import clock
from registry.queries import registrations as queries
from registry.rules.registrations import papers
from registry.services import registrations
from tests import elevators_factory as make


def upload(text: str = "a") -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"%PDF-" + text.encode()), f"{text}.pdf"


def typed(**changes):
    return {
        "use_unit_address": "汴河中路88号",
        "safety_manager": "张敏",
        "mobile": "13955700001",
        "filled_by": "张敏",
        "filled_on": "2026-11-01",
        **changes,
    }


def all_papers(kind: str):
    return {f"paper-{one.id}": upload(one.id) for one in papers(kind, clock.today()) if one.required}


@pytest.fixture
def row(actor):
    return make.register(actor("property"), use_unit_id=None)


@pytest.fixture
def case(actor, row):
    return registrations.open_case(actor("property"), row.id, "new")


def test_from_the_elevators_page_to_the_certificate(browser_of, actor, row) -> None:
    unit, office = browser_of("property"), browser_of("county")
    assert f"/registrations/new/{row.label_code}" in unit.get(f"/elevators/{row.label_code}").text
    assert "新设备首次启用" in unit.get(f"/registrations/new/{row.label_code}").text
    begun = unit.post(f"/registrations/new/{row.label_code}", data={"kind": "new"})
    address = begun.headers["Location"].removesuffix("/fill")
    page = unit.get(f"{address}/fill").text
    assert 'value="张敏"' in page
    assert "0557-3000005" in page
    saved = unit.post(f"{address}/fill", data={**typed(), **all_papers("new")})
    assert saved.status_code == 302, saved.text
    assert "提交前还缺" not in unit.get(address).text
    assert unit.post(f"{address}/submit", data={}).status_code == 302
    shown = office.get(address).text
    for text in ("待受理", "受理", "退回补正", "form.pdf", "将编为梯11皖L00001"):
        assert text in shown, text
    assert office.post(f"{address}/accept", data={}).status_code == 302
    assert office.post(f"{address}/grant", data={}).status_code == 302
    done = unit.get(address).text
    assert "已准予登记" in done
    assert re.search(r"梯11皖L00001\(\d\d\)", done)
    assert "在用" in unit.get(f"/elevators/{row.label_code}").text


def test_filling_again_keeps_the_papers_and_takes_out_what_is_unticked(browser_of, actor, case) -> None:
    unit, address = browser_of("property"), f"/registrations/{case.no}/fill"
    unit.post(address, data={**typed(), "paper-form": [upload("one"), upload("two")]})
    kept = queries.by_no(actor("property"), case.no).papers["form"]
    page = unit.get(address).text
    assert "one.pdf" in page
    unit.post(address, data={**typed(), "paper-form": [str(kept[0])]})
    assert queries.by_no(actor("property"), case.no).papers["form"] == kept[:1]
    assert unit.get(f"/registrations/{case.no}/files/{kept[0]}").data == b"%PDF-one"
    assert unit.get(f"/registrations/{case.no}/files/{kept[1]}").status_code == 404
    assert browser_of("dangshan").get(f"/registrations/{case.no}/files/{kept[0]}").status_code == 404


BAD = [
    ({"mobile": "12345"}, "mobile"),
    ({"postcode": "23"}, "postcode"),
    ({"filled_on": "gestern"}, "filled_on"),
]


@pytest.mark.parametrize(("changes", "name"), BAD)
def test_bad_input_stands_beside_its_field_and_is_kept(browser_of, case, changes, name) -> None:
    answer = browser_of("property").post(f"/registrations/{case.no}/fill", data=typed(**changes))
    assert answer.status_code == 422
    assert f'id="f-{name}-error"' in answer.text
    assert f'value="{changes[name]}"' in answer.text


def test_a_submission_with_gaps_names_them(browser_of, case) -> None:
    unit = browser_of("property")
    assert "缺少：监督检验证明" in unit.get(f"/registrations/{case.no}").text
    answer = unit.post(f"/registrations/{case.no}/submit", data={})
    assert answer.status_code == 422
    assert "缺少：产品质量合格证明" in answer.text


def test_a_return_needs_its_words(browser_of, actor, case) -> None:
    unit, office = browser_of("property"), browser_of("county")
    unit.post(f"/registrations/{case.no}/fill", data={**typed(), **all_papers("new")})
    unit.post(f"/registrations/{case.no}/submit", data={})
    refused = office.post(f"/registrations/{case.no}/send-back", data={})
    assert (refused.status_code, 'id="f-missing-error"' in refused.text) == (422, True)
    assert office.post(f"/registrations/{case.no}/send-back", data={"missing": "缺公章"}).status_code == 302
    assert "缺公章" in unit.get(f"/registrations/{case.no}").text
    assert "退回补正的使用登记申请" in unit.get("/todo").text


TYPES = ["alteration", "relocation", "change_of_user", "rename", "extended_life"]


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_its_form(browser_of, actor, kind) -> None:
    running = make.in_use(actor("section"))
    case = registrations.open_case(actor("property"), running.id, kind)
    page = browser_of("property").get(f"/registrations/{case.no}/fill")
    assert page.status_code == 200
    wanted = {
        "alteration": 'name="rated_load_kg"',
        "relocation": 'name="address"',
        "change_of_user": 'name="use_unit"',
        "rename": 'name="name"',
        "extended_life": 'name="extended_until"',
    }
    assert wanted[kind] in page.text
    for paper in papers(kind, clock.today()):
        assert f'name="paper-{paper.id}"' in page.text


def test_an_alteration_changes_what_was_typed_and_nothing_else(browser_of, actor) -> None:
    running = make.in_use(actor("section"))
    case = registrations.open_case(actor("property"), running.id, "alteration")
    page = browser_of("property").get(f"/registrations/{case.no}/fill").text
    found = dict(re.findall(r'name="([a-z_]+)"[^>]*value="([^"]*)"', page))
    sent = {name: value for name, value in found.items() if name not in ("version", "csrf_token")}
    sent |= {"drive_type": "traction", "rated_load_kg": "1150", **typed()}
    answer = browser_of("property").post(f"/registrations/{case.no}/fill", data=sent)
    assert answer.status_code == 302, answer.text
    assert queries.by_no(actor("property"), case.no).changes == {"rated_load_kg": 1150}


def test_the_list_and_its_filters(browser_of, case) -> None:
    for login in ("property", "county", "section", "leader"):
        assert case.no in browser_of(login).get("/registrations/").text
    office = browser_of("county")
    for query in (f"q={case.no}", "q=汴河中路", "q=汇源物业", "kind=new", "state=DRAFT", "state=waiting_unit"):
        assert case.no in office.get(f"/registrations/?{query}").text, query
    for query in ("kind=rename", "state=waiting_office", "state=late", "q=没有"):
        assert "没有符合条件的申请" in office.get(f"/registrations/?{query}").text, query
    assert office.get("/registrations/?state=flying").status_code == 422
    assert case.no not in browser_of("property2").get("/registrations/").text


def test_english_pages_speak_english(browser_of, case) -> None:
    unit = browser_of("property")
    unit.get("/account/language/en")
    text = unit.get(f"/registrations/{case.no}").text
    for said in ("First use of a new elevator", "Traction passenger elevator", "Missing: Product certificate"):
        assert said in text, said


def test_papers_are_printed(browser_of, actor, case) -> None:
    stopped = make.in_use(actor("section"), 2)
    unit, office = browser_of("property"), browser_of("county")
    form = unit.get(f"/registrations/{case.no}/form.pdf")
    assert (form.status_code, form.mimetype, form.data[:5]) == (200, "application/pdf", b"%PDF-")
    mark = f"/registrations/elevators/{stopped.label_code}/use-mark.pdf"
    assert office.get(mark).status_code == 409
    assert office.get(f"{mark}?size=poster").status_code == 404
    data = {"since": "2024-05-01", "reason": "停业", "document": "1号", **make.STOP_PAPERS, "file_id": upload("scan")}
    assert office.post(f"/elevators/{stopped.label_code}/status/suspend", data=data).status_code == 302
    sheet = f"/registrations/elevators/{stopped.label_code}/status-form.pdf"
    assert office.get(sheet).data[:5] == b"%PDF-"
    assert browser_of("company").get(sheet).status_code in (403, 404)
    shown = office.get(f"/elevators/{stopped.label_code}").text
    assert sheet in shown
    assert "逾期告知" in shown
    (scan,) = re.findall(r'href="(/registrations/elevators/[^"]*/files/\d+)"', shown)
    assert office.get(scan).data == b"%PDF-scan"
    assert browser_of("dangshan").get(scan).status_code == 404
    assert office.get(f"{scan}9").status_code == 404


def test_safety_parts_have_their_page(browser_of, row) -> None:
    unit, address = browser_of("property"), f"/registrations/elevators/{row.label_code}/safety-parts"
    assert unit.get(address).text.count('name="name-') == 10
    assert unit.post(address, data={"name-1": "限速器", "model-1": "XS3", "name-3": "缓冲器"}).status_code == 302
    shown = unit.get(f"/elevators/{row.label_code}").text
    assert "限速器" in shown
    assert "缓冲器" in shown
    refused = unit.post(address, data={"model-1": "XS3"})
    assert (refused.status_code, "每一行都要填写名称" in refused.text) == (422, True)
    assert browser_of("company").get(address).status_code == 404


def test_gaps_of_the_file_are_listed_and_shown(browser_of, actor) -> None:
    row = make.in_use(actor("section"), manufacturer="a", installer="b", factory_no="c", model=None)
    office = browser_of("county")
    assert row.label_code in office.get("/elevators/?gaps=parameters").text
    shown = office.get(f"/elevators/{row.label_code}").text
    assert "维保记录必填项有缺" in shown
    assert f"/hazards/new?elevator={row.label_code}" in shown
    assert row.label_code not in office.get("/elevators/?gaps=use_unit").text
    assert office.get("/elevators/?gaps=everything").status_code == 422


@pytest.mark.parametrize("path", ["", "SYDJ-341300-2026-00001", "SYDJ-341300-2026-00001/fill", "new/SZ00"])
def test_strangers_are_sent_to_sign_in(client, path) -> None:
    assert client.get(f"/registrations/{path}").status_code == 302


@pytest.mark.parametrize("path", ["", "/fill", "/submit", "/form.pdf"])
def test_others_find_nothing(browser_of, case, path) -> None:
    assert browser_of("dangshan").get(f"/registrations/{case.no}{path}").status_code == 404
    assert browser_of("company").get(f"/registrations/{case.no}{path}").status_code == 403
    assert browser_of("property").get(f"/registrations/{case.no}/fly").status_code == 404
