"""The label of a fill: every gas in every layout, in colour, as outlines and as dots; no person is named on it."""

import re
import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp

from registry import clock
from registry.db import db
from registry.errors import Forbidden, Invalid
from registry.labels.diamonds import CLASSES, diamond
from registry.labels.fill_drawing import fill_label_svg, fill_labels_pdf, raster
from registry.labels.fill_label import FillLabel, set_label, squares
from registry.labels.fill_layouts import FILL_LAYOUTS
from registry.labels.layouts import Box
from registry.models import FillCycle, TrailEntry
from registry.rules.precautions import SIGNALS, precautions
from registry.services import fill_cycles, fill_labels, filling
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import after, check
from tests.services.test_fill_cycles import filled as in_turn

URL = "HTTPS://TZSB.SUZHOU.GOV.CN/Q/SZ0A110Z7ZHPD112.0123456789ABCDEF"
every_layout = pytest.mark.parametrize("layout", FILL_LAYOUTS.values(), ids=FILL_LAYOUTS.keys())


def label(medium: str) -> FillLabel:
    rule = precautions()[medium]
    return FillLabel(
        rule.classes,
        SIGNALS[rule.signal][0],
        rule.zh,
        rule.un,
        tuple(f"• {sentence.zh}" for sentence in (*rule.hazards, *rule.care)),
        (
            "充装单位 宿州市埇桥区朱仙庄镇安泰液化石油气充装有限责任公司",
            "地址 宿州市埇桥区朱仙庄镇工业路18号",
            "电话 0557-3012345",
            rule.emergency.zh,
            "充装日期 2026-11-29 · 净重 14.5 kg",
            "气瓶 34001000123 · 批号 GB-20261128-01",
        ),
        URL,
    )


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pages))


@every_layout
@pytest.mark.parametrize("medium", precautions())
def test_nothing_is_cut_and_nothing_leaves_the_label(layout, medium, typeface) -> None:
    drawn = set_label(label(medium), layout, typeface)
    said = "".join(words.text for words, _light in drawn.words)
    assert "…" not in said
    assert "〓" not in said
    assert all(sentence.zh.replace(" ", "") in said.replace(" ", "") for sentence in precautions()[medium].care)
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for shape in drawn.shapes for x, y in shape.points)
    for words, _light in drawn.words:
        assert words.x + typeface.width(words.text) * words.size <= layout.width
        assert words.baseline <= layout.height
        assert words.size >= 1.6


@every_layout
def test_the_symbol_reads_and_colours_are_those_of_the_class(layout, font_path) -> None:
    pdf = fill_labels_pdf([label("lpg_civil_gas"), label("oxygen")], layout, font_path=font_path)
    document = pypdfium2.PdfDocument(pdf)
    pictures = [page.render(scale=300 / 72).to_pil().convert("RGB") for page in document]
    assert {code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)} == {URL}
    colours = {colour for picture in pictures for _count, colour in picture.getcolors(2**24)}
    assert {(216, 35, 42), (30, 138, 60), (247, 217, 23)} <= colours
    assert "UN1075" in text_of(pdf)
    assert len(document) == (2 if layout.is_roll else 1)


def test_a_sheet_begins_where_the_last_one_ended(font_path) -> None:
    sheet = FILL_LAYOUTS["a4-99x68"]
    pdf = fill_labels_pdf([label("argon")] * 3, sheet, 6, font_path)
    assert len(pypdfium2.PdfDocument(pdf)) == 2
    for start in (-1, 8):
        with pytest.raises(ValueError, match="start position"):
            fill_labels_pdf([label("argon")], sheet, start, font_path)


@every_layout
def test_drawings_are_paths_without_fonts(layout, font_path) -> None:
    root = ElementTree.fromstring(fill_label_svg(label("chlorine"), layout, font_path))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {"svg", "rect", "path"}
    assert root.get("width") == f"{layout.width:g}mm"


@pytest.mark.parametrize("dpi", [203, 300])
def test_dots_are_black_or_white_and_read(dpi, font_path) -> None:
    image = raster(label("chlorine"), FILL_LAYOUTS["roll-100x70"], dpi, font_path)
    assert {colour for _count, colour in image.getcolors()} == {0, 255}
    (found,) = zxingcpp.read_barcodes(image)
    assert found.text == URL


@pytest.mark.parametrize("name", CLASSES)
def test_a_diamond_stays_in_its_square(name) -> None:
    for shape in diamond(name):
        assert all(abs(x - 0.5) + abs(y - 0.5) <= 0.5 + 1e-9 for x, y in shape.points)
    inner = diamond(name)[4:]
    assert all(abs(x - 0.5) + abs(y - 0.5) <= 0.44 for shape in inner for x, y in shape.points)


def test_diamonds_lie_apart() -> None:
    for count in (1, 2, 3):
        found = squares(Box(1, 1, 32, 32), count)
        assert len({(box.x, box.y) for box in found}) == count
        assert all(box.y + box.height <= 33 + 1e-9 and box.x + box.width <= 33 + 1e-9 for box in found)


# Printing for the fills of a station


def filled(**values):
    row = make.cylinder(**values)
    fill_cycles.precheck(cast.actor("filler"), check(row))
    done = filling.record(cast.actor("filler"), in_turn(row, checks=None))
    return row, done.filling


def turn_of(fill) -> FillCycle:
    return db.session.query(FillCycle).filter_by(filling_id=fill.id).populate_existing().one()


def test_printing_says_that_the_labels_are_there(app) -> None:
    row, fill = filled()
    assert turn_of(fill).labels_printed is None
    content, name = fill_labels.printed(cast.actor("filler"), [fill.id], "roll-100x70")
    said = text_of(content)
    assert name == "fill-labels.pdf"
    for text in (
        "液化石油气",
        "UN1075",
        "危险",
        row.serial_no,
        f"{clock.today():%Y-%m-%d}",
        "净重14.5kg",
        "0532-83889090",
    ):
        assert text in said, text
    assert cast.unit("station").name in said
    for login in ("filler", "checker"):
        assert cast.person(login).name not in said
    assert turn_of(fill).labels_printed is True
    done = fill_cycles.post_check(cast.actor("checker"), after(row, labels_printed=None))
    assert "R54" not in [finding.rule for finding in done.verdict.findings]
    (entry,) = db.session.query(TrailEntry).filter_by(act="fill_label.printed").all()
    assert entry.data["count"] == 1


def test_who_checks_may_say_they_are_not_on(app) -> None:
    row, fill = filled()
    fill_labels.printed(cast.actor("filler"), [fill.id], "roll-100x70")
    done = fill_cycles.post_check(cast.actor("checker"), after(row, labels_printed=False))
    assert "R54" in [finding.rule for finding in done.verdict.findings]


def test_a_day_prints_what_has_none_yet(app) -> None:
    fills = [filled()[1] for _ in range(3)]
    day = clock.day_of(fills[0].ended_at)
    fill_labels.printed(cast.actor("filler"), [fills[0].id], "roll-100x70")
    content, _name = fill_labels.printed_of_day(cast.actor("filler"), day, "roll-100x70")
    assert len(pypdfium2.PdfDocument(content)) == 2
    with pytest.raises(Invalid):
        fill_labels.printed_of_day(cast.actor("filler"), day, "roll-100x70")
    with pytest.raises(Invalid):
        fill_labels.printed_of_day(cast.actor("filler"), day - timedelta(days=1), "roll-100x70", unprinted=False)


WRONG = [
    ({"layout": "a3"}, "layout"),
    ({"wanted": "docx"}, "format"),
    ({"layout": "a4-99x68", "wanted": "zpl"}, "layout"),
    ({"dpi": 250}, "dpi"),
    ({"layout": "a4-99x68", "start": 8}, "start"),
    ({"fills": []}, "fills"),
    ({"fills": [10**6]}, "fills"),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_what_cannot_be_printed_is_said(app, values, field) -> None:
    _row, fill = filled()
    with pytest.raises(Invalid) as refused:
        fill_labels.printed(cast.actor("filler"), **{"fills": [fill.id], "layout": "roll-100x70", **values})
    assert list(refused.value.errors) == [field]
    assert turn_of(fill).labels_printed is None


def test_other_stations_and_offices(app) -> None:
    _row, fill = filled()
    with pytest.raises(Invalid):
        fill_labels.printed(cast.actor("filling2"), [fill.id], "roll-100x70")
    with pytest.raises(Forbidden):
        fill_labels.printed(cast.actor("section"), [fill.id], "roll-100x70")


def test_pages_and_api(browser_of, api_of, client) -> None:
    row, fill = filled()
    browser, api = browser_of("filler"), api_of("filler")
    page = browser.get("/fill-labels/")
    assert all(text in page.text for text in (row.serial_no, "UN 1075", "还没有"))
    nothing = browser.post("/fill-labels/print", data={"layout": "roll-100x70"})
    assert (nothing.status_code, "请先勾选" in nothing.text) == (422, True)
    wrong = browser.post("/fill-labels/print", data={"chosen": fill.id, "layout": "a4-99x68", "format": "tspl"})
    assert (wrong.status_code, "标签卷" in wrong.text, "checked" in wrong.text) == (422, True, True)
    zpl = browser.post("/fill-labels/print", data={"chosen": fill.id, "layout": "roll-60x100", "format": "zpl"})
    assert zpl.data.startswith(b"^XA")
    assert turn_of(fill).labels_printed is True
    assert 'value="1" id="f-labels_printed"' in browser_of("checker").get(f"/turns/{turn_of(fill).id}").text
    svg = api.post("/fill-labels", {"fills": [fill.id], "format": "svg"})
    assert svg.mimetype == "image/svg+xml"
    assert api.post("/fill-labels", {"day": clock.today().isoformat()}).status_code == 422
    assert api.post("/fill-labels", {}).status_code == 422
    assert api_of("section").post("/fill-labels", {"fills": [fill.id]}).status_code == 403
    assert client.get("/fill-labels/").status_code == 302
    rules = {rule["medium"]: rule for rule in api.get("/rules/precautions").json}
    assert (rules["chlorine"]["un"], rules["chlorine"]["classes"]) == ("1017", ["2.3", "5.1", "8"])
