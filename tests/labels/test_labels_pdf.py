"""What leaves the printer: the PDF is drawn by pdfium and read by zxing, as a phone would."""

import re
import zlib
from collections.abc import Iterable, Iterator

import numpy
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from registry import codes
from registry.labels import qr
from registry.labels.compose import Label, Words
from registry.labels.fonts import missing_characters
from registry.labels.layouts import LAYOUTS, Layout
from registry.labels.outlines import outline
from registry.labels.pdf import labels_pdf
from registry.labels.preview import preview_svg

from .conftest import KEYS

DPI = 300
PX = DPI / 25.4
every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
SHEET = LAYOUTS["a4-70x37"]
LONGEST = Label(
    "HTTPS://TZSB.SUZHOU.GOV.CN/Q/SZWWWWWWWWWWWW00.WWWWWWWWWWWWWWWW",
    "SZWWWWWWWWWWWW00",
    "宿州市埇桥区朱仙庄镇安泰液化石油气充装有限责任公司（第三充装站）",
    ("使用登记证编号 瓶10皖L00017（22）" * 3, "W" * 60, "服务电话 0557-3012345 / 0557-3012346", "96366"),
)


def drawn(pdf: bytes, dpi: int = DPI) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def packed_objects(pdf: bytes) -> Iterator[bytes]:
    """The content of the object streams."""
    for found in re.finditer(rb"/ObjStm.*?/Length (\d+)>>stream\n", pdf):
        yield zlib.decompress(pdf[found.end() : found.end() + int(found[1])])


def joined(text: str) -> str:
    return re.sub(r"\s", "", text)


def read(images: Iterable[Image.Image]) -> list[str]:
    return [found.text for image in images for found in zxingcpp.read_barcodes(image)]


@every_layout
@pytest.mark.parametrize(
    ("dpi", "blur"), [(300, 0), (300, 2), (200, 1)], ids=["sharp", "blurred", "coarse and blurred"]
)
def test_every_printed_symbol_reads_as_issued(layout: Layout, dpi, blur, label, font_path):
    labels = [label() for _ in range(min(layout.per_page + 1, 6))]
    images = drawn(labels_pdf(labels, layout, font_path=font_path), dpi)
    read_back = read(image.filter(ImageFilter.GaussianBlur(blur)) for image in images)
    assert sorted(read_back) == sorted(one.code_url for one in labels)
    assert {codes.verify(codes.split(text), KEYS) for text in read_back} == {"ok"}
    assert {codes.split(text).code for text in read_back} == {one.code for one in labels}


def test_a_long_host_name_takes_a_larger_version_and_still_reads(label, font_path):
    long_host = "https://special-equipment.supervision.suzhou.example.gov.cn:8443"
    labels = [label(base_url=long_host), label()]
    layout = LAYOUTS["roll-30x20"]
    assert layout.module_mm(labels[0].code_url) < layout.module_mm(labels[1].code_url)
    assert read(drawn(labels_pdf(labels, layout, font_path=font_path))) == [one.code_url for one in labels]


@every_layout
def test_chinese_text_can_be_copied_out_of_the_pdf(layout, label, font_path):
    one = label(title="砀山县灵璧石气站", lines=("瓶皖L00017", "0557-3012345"))
    text = joined(text_of(labels_pdf([one], layout, font_path=font_path)))
    assert one.code in text
    assert "砀山县灵" in text
    if layout.key != "roll-30x20":  # room for two lines
        assert "砀山县灵璧石气站" in text
        assert "瓶皖L00017" in text
        assert "0557-3012345" in text


def test_more_characters_than_one_subset_holds_come_out_whole(label, font_path):
    names = ["".join(chr(0x4E00 + 12 * start + step) for step in range(12)) for start in range(60)]
    labels = [label(title=name, lines=()) for name in names]
    text = joined(text_of(labels_pdf(labels, LAYOUTS["a4-99x38"], font_path=font_path)))
    assert [name for name in names if name not in text] == []


def test_every_font_of_the_file_is_an_embedded_subset(label, font_path):
    pdf = labels_pdf([label()], SHEET, font_path=font_path)
    plain = b"".join(packed_objects(pdf))
    names = re.findall(rb"/BaseFont/([^/>]+)", plain)
    assert names
    assert all(re.fullmatch(rb"[A-Z0-9]{6}\+.*NotoSansSC.*", name) for name in names)
    assert plain.count(b"/FontFile2") == plain.count(b"/Type/FontDescriptor") > 0
    assert len(pdf) < 60_000


@every_layout
def test_the_symbol_stands_where_the_layout_says_at_its_true_size(layout, label, font_path):
    image = drawn(labels_pdf([label()], layout, font_path=font_path))[0]
    assert image.size == pytest.approx((layout.page_width * PX, layout.page_height * PX), abs=1)
    (found,) = zxingcpp.read_barcodes(image)
    left, top = next(layout.corners())
    box = layout.face.qr
    shape = qr.shape_of(found.text, layout.level)
    module = box.width / (shape.size + 2 * qr.QUIET_ZONE)
    x, y = left + box.x + 4 * module, top + box.y + 4 * module
    assert found.position.top_left.x / PX == pytest.approx(x, abs=0.3)
    assert found.position.top_left.y / PX == pytest.approx(y, abs=0.3)
    assert found.position.bottom_right.x / PX == pytest.approx(x + shape.size * module, abs=0.4)


@every_layout
def test_the_longest_text_and_the_widest_code_stay_in_their_fields(layout: Layout, font_path):
    image = drawn(labels_pdf([LONGEST], layout, font_path=font_path))[0]
    left, top = next(layout.corners())
    outside = image.copy()
    for box in (layout.face.qr, layout.face.code, layout.face.text):
        slack = 0.35  # a comma's tail, rounding to pixels
        ImageDraw.Draw(outside).rectangle(
            [
                (left + box.x - slack) * PX,
                (top + box.y - slack) * PX,
                (left + box.x + box.width + slack) * PX,
                (top + box.y + box.height + slack) * PX,
            ],
            fill=255,
        )
    assert ImageChops.invert(outside).getbbox() is None


@every_layout
def test_the_printed_code_is_3_mm_high_even_when_it_is_narrowed(layout: Layout, font_path):
    image = drawn(labels_pdf([LONGEST], layout, font_path=font_path))[0]
    left, top = next(layout.corners())
    box = layout.face.code
    first_row = image.crop(
        (
            int((left + box.x) * PX),
            int((top + box.y - 0.2) * PX),
            int((left + box.x + box.width) * PX),
            int((top + box.y + layout.face.capital + 0.2) * PX),
        )
    )
    ink = ImageChops.invert(first_row).getbbox()
    assert ink is not None
    assert (ink[3] - ink[1]) / PX >= 3 - 1.5 / PX


def test_text_too_long_ends_in_an_ellipsis_and_the_short_lines_stay(label, font_path):
    one = label(title="宿州市" * 40, lines=("瓶皖L00017", "0557-3012345"))
    text = joined(text_of(labels_pdf([one], LAYOUTS["a4-38x21"], font_path=font_path)))
    assert "…" in text
    assert "瓶皖L00017" in text
    assert "0557-3012345" in text


def test_characters_without_type_are_named_beforehand_and_printed_as_a_geta(label, font_path):
    name = "\U00020bb7野㎏站\u200b"
    assert missing_characters([name, "宿州市埇桥区 砀山 萧县 灵璧 泗县"], font_path) == ("\U00020bb7",)
    pdf = labels_pdf([label(title=name, lines=())], SHEET, font_path=font_path)
    text = joined(text_of(pdf))
    assert "〓野" in text
    assert "\U00020bb7" not in text
    assert missing_characters(["〓", " \t\n", ""], font_path) == ()


def test_white_space_and_control_characters_do_not_reach_the_label(label, font_path):
    one = label(title=" 宿州\n市\x07\t气站 ", lines=("", "  "))
    assert "宿州 市 气站" in text_of(labels_pdf([one], SHEET, font_path=font_path))


@pytest.mark.parametrize(
    ("start", "count", "pages"), [(0, 24, 1), (0, 25, 2), (5, 19, 1), (5, 20, 2), (23, 1, 1), (23, 2, 2)]
)
def test_a_sheet_begun_is_used_up(start, count, pages, label, font_path):
    labels = [label() for _ in range(count)]
    images = drawn(labels_pdf(labels, SHEET, start, font_path), 100)
    assert len(images) == pages
    left, top = list(SHEET.corners())[start]
    scale = 100 / 25.4
    ink = ImageChops.invert(images[0])
    above = ink.crop((0, 0, ink.width, int(top * scale)))
    row = (int(top * scale), int((top + SHEET.height) * scale))
    assert above.getbbox() is None
    assert left == 0 or ink.crop((0, row[0], int(left * scale), row[1])).getbbox() is None
    assert ink.crop((int(left * scale), row[0], int((left + SHEET.width) * scale), row[1])).getbbox()


@pytest.mark.parametrize("start", [-1, 24])
def test_a_start_outside_the_sheet_is_refused(start, label, font_path):
    with pytest.raises(ValueError, match="start position"):
        labels_pdf([label()], SHEET, start, font_path)


def test_no_labels_are_refused_and_do_not_block_the_next_document(label, font_path):
    with pytest.raises(ValueError, match="no labels"):
        labels_pdf([], SHEET, font_path=font_path)
    assert labels_pdf([label()], SHEET, font_path=font_path).startswith(b"%PDF-")


def test_a_missing_font_is_said(label, tmp_path):
    with pytest.raises(FileNotFoundError, match="label font"):
        labels_pdf([label()], SHEET, font_path=tmp_path / "none.ttf")


@pytest.mark.parametrize("key", ["a4-70x37", "roll-60x40", "roll-40x30", "roll-30x20"])
def test_ten_thousand_labels_are_small(key, label, font_path):
    """Measured 195 B a label on sheets, 440 to 465 B on rolls."""
    labels = [label(lines=(f"瓶皖L{number:05d}", "服务电话 0557-3012345")) for number in range(10_000)]
    pdf = labels_pdf(labels, LAYOUTS[key], font_path=font_path)
    assert len(pdf) < 500 * len(labels)
    last = pypdfium2.PdfDocument(pdf)
    assert len(last) == -(-10_000 // LAYOUTS[key].per_page)
    assert labels[-1].code_url in read([last[len(last) - 1].render(scale=DPI / 72).to_pil().convert("L")])


@every_layout
def test_the_preview_shows_the_same_text_and_symbol(layout: Layout, label, font_path):
    one = label(title="气站 <一> & Co", lines=("0557-3012345",))
    document = preview_svg(one, layout, font_path)
    assert f'viewBox="0 0 {layout.width:g} {layout.height:g}"' in document
    assert "style=" not in document
    assert "<一>" not in document
    shown = re.sub(r"<[^>]+>", "", document)
    printed = text_of(labels_pdf([one], layout, font_path=font_path))
    assert joined(shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) == joined(printed)


@every_layout
def test_a_makers_drawing_is_paths_in_millimetres_and_reads(layout, label, font_path):
    """No fonts and no text: drawn by a reader of paths alone it is the same label."""
    drawing = preview_svg(label(), layout, font_path, outlined=True)
    assert "<text" not in drawing
    assert "font-family" not in drawing
    assert f'width="{layout.width:g}mm" height="{layout.height:g}mm"' in drawing
    letters = re.findall(r'd="([^"]+)"', drawing)[-1]
    assert set(re.sub(r"[-0-9. ]", "", letters)) <= set("MLQz")


def test_outlined_letters_are_the_fonts_own(font_path):
    """Filled as polygons they cover what the font itself draws."""
    words = Words(1, 9, 8, 1.0, "宿州R8é")
    scale = 20
    size = (44 * scale, 12 * scale)
    turns = numpy.zeros(size[::-1], dtype=int)  # what a path winds round is filled, as in SVG and in the font
    for contour in outline(words, font_path).split("z")[:-1]:
        ring, points = Image.new("L", size, 0), flattened(contour)
        ImageDraw.Draw(ring).polygon([(x * scale, y * scale) for x, y in points], fill=1)
        area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True))
        turns += numpy.array(ring, dtype=int) * (1 if area > 0 else -1)
    ours = Image.fromarray(((turns != 0) * 255).astype("uint8"))
    theirs = Image.new("L", size, 0)
    typeface = ImageFont.truetype(str(font_path), 8 * scale)
    ImageDraw.Draw(theirs).text((scale, 9 * scale), words.text, fill=255, font=typeface, anchor="ls")
    wrong = ImageChops.difference(ours, theirs).point([0] * 128 + [255] * 128)
    # An edge of one dot differs: Pillow hints its letters. A wrong or shifted glyph differs by half.
    assert wrong.histogram()[255] < 0.13 * theirs.histogram()[255]


def flattened(contour: str) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for kind, numbers in re.findall(r"([MLQ])([-0-9. ]+)", contour):
        values = [float(number) for number in numbers.split()]
        if kind == "Q":
            (x0, y0), (x1, y1, x2, y2) = points[-1], values
            for step in range(1, 9):
                t, u = step / 8, 1 - step / 8
                points.append((u * u * x0 + 2 * u * t * x1 + t * t * x2, u * u * y0 + 2 * u * t * y1 + t * t * y2))
        else:
            points.append((values[0], values[1]))
    return points
