import pytest

from registry.labels.layouts import LAYOUTS, Box
from registry.labels.qr import QUIET_ZONE, shape_of

URL = "HTTPS://TZSB.SUZHOU.GOV.CN/Q/SZ0A110Z7ZHPD112.0123456789ABCDEF"
TOO_LOW = {"a4-38x21", "roll-30x20"}
every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x + 1e-6
        or other.x + other.width <= one.x + 1e-6
        or one.y + one.height <= other.y + 1e-6
        or other.y + other.height <= one.y + 1e-6
    )


@every_layout
def test_labels_lie_on_the_page_and_apart(layout):
    boxes = [Box(x, y, layout.width, layout.height) for x, y in layout.corners()]
    assert len(boxes) == layout.per_page
    for box in boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.page_width + 1e-6
        assert box.y + box.height <= layout.page_height + 1e-6
    assert all(apart(one, other) for i, one in enumerate(boxes) for other in boxes[:i])


@every_layout
def test_sheets_are_centred_on_the_paper(layout):
    right, bottom = list(layout.corners())[-1]
    assert layout.page_width - right - layout.width == pytest.approx(layout.left, abs=0.1)
    assert layout.page_height - bottom - layout.height == pytest.approx(layout.top, abs=0.1)


@every_layout
def test_fields_lie_on_the_label_and_apart(layout):
    face = layout.face
    fields = [face.qr, face.code, face.text]
    for box in fields:
        assert box.x >= 0.4
        assert box.y >= 0.4
        assert box.x + box.width <= layout.width - 0.4 + 1e-6
        assert box.y + box.height <= layout.height - 0.4 + 1e-6
    assert apart(face.qr, face.code)
    assert apart(face.qr, face.text)
    assert apart(face.code, face.text)


@every_layout
def test_the_symbol_is_20_mm_or_all_that_the_label_allows(layout):
    modules = shape_of(URL, layout.level).size
    symbol = layout.face.qr.width * modules / (modules + 2 * QUIET_ZONE)
    fills_the_height = layout.face.qr.height >= layout.height - 1.7
    assert layout.face.qr.width == layout.face.qr.height
    assert symbol >= 20 or fills_the_height
    assert layout.module_mm(URL) == pytest.approx(symbol / modules)
    # A symbol of version 4 with modules of half a millimetre and its quiet zone is 20.5 mm high: what is lower than
    # that carries a smaller one, and no more than the paper takes.
    assert layout.module_mm(URL) >= (0.45 if layout.key in TOO_LOW else 0.5)
    assert (layout.module_mm(URL) < 0.5) == (layout.key in TOO_LOW)


@every_layout
def test_the_code_is_3_mm_high_and_its_rows_do_not_touch(layout):
    face = layout.face
    assert face.capital >= 3
    assert face.code.height >= face.code_rows * face.capital + (face.code_rows - 1) * 0.3


def test_plates_are_sturdier_than_paper():
    levels = {layout.key: layout.level for layout in LAYOUTS.values()}
    assert {key for key, level in levels.items() if level == "H"} == {"plate-40x30", "plate-30x40"}
    assert set(levels.values()) == {"Q", "H"}
