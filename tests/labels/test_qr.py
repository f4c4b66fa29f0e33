import io
import random
import re

import pytest
import zxingcpp
from PIL import Image
from qrcode import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM

from registry.labels import qr

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
URL = "HTTPS://TZSB.SUZHOU.GOV.CN/Q/SZ0A110Z7ZHPD112.0123456789ABCDEF"


def drawn_by_qrcode(text: str, version: int, level: str) -> list[list[bool]]:
    code = QRCode(version=version, error_correction=qr.LEVELS[level], mask_pattern=qr.MASK, border=0)
    code.add_data(text, optimize=0)
    code.make(fit=False)
    return [[bool(module) for module in row] for row in code.modules]


# Lengths even and odd, versions 4 and 5, and version 7, which carries its number in the symbol.
@pytest.mark.parametrize(
    ("length", "level", "version"), [(60, "Q", 4), (61, "Q", 4), (68, "Q", 5), (60, "H", 5), (90, "H", 7)]
)
def test_the_table_draws_bit_for_bit_what_qrcode_draws(length, level, version):
    chance = random.Random(length)
    for _ in range(25):
        text = "".join(chance.choices(ALPHANUMERIC, k=length))
        shape = qr.shape_of(text, level)
        assert (shape.mode, shape.version) == (MODE_ALPHA_NUM, version)
        assert qr.unpack(qr.table(shape).bits(text), shape) == drawn_by_qrcode(text, version, level)


@pytest.mark.parametrize("length", [20, 40])
def test_so_it_does_in_byte_mode(length):
    chance = random.Random(length)
    for _ in range(25):
        text = "https://tzsb.suzhou.gov.cn/" + "".join(chance.choices("abcdefxyz_/~%", k=length))
        shape = qr.shape_of(text)
        assert shape.mode == MODE_8BIT_BYTE
        assert qr.unpack(qr.table(shape).bits(text), shape) == drawn_by_qrcode(text, shape.version, "Q")


@pytest.mark.parametrize(("length", "version"), [(47, 3), (48, 4), (60, 4), (67, 4), (68, 5), (87, 5), (88, 6)])
def test_the_smallest_version_that_carries_the_text(length, version):
    """Capacities of ISO/IEC 18004 table 7, level Q, alphanumeric mode."""
    assert qr.shape_of("A" * length).version == version


def test_a_single_symbol_is_the_same_as_one_of_many():
    shape = qr.shape_of(URL)
    assert qr.matrix(URL) == qr.unpack(qr.table(shape).bits(URL), shape)
    assert len(qr.matrix(URL)) == 33


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_png_is_one_bit_with_a_quiet_zone_and_reads_back(scale):
    image = Image.open(io.BytesIO(qr.png(URL, scale)))
    assert image.mode == "1"
    assert image.size == ((33 + 8) * scale,) * 2
    grey = image.convert("L")
    assert set(grey.crop((0, 0, image.width, 4 * scale)).tobytes()) == {255}
    # Readers want more than one pixel a module; the symbol is the same at any scale.
    enlarged = grey.resize((41 * 8,) * 2, Image.Resampling.NEAREST)
    assert [found.text for found in zxingcpp.read_barcodes(enlarged)] == [URL]


@pytest.mark.parametrize("scale", [0, -1, 65])
def test_absurd_scales_are_refused(scale):
    with pytest.raises(ValueError, match="scale"):
        qr.png(URL, scale)


def test_svg_draws_the_matrix_and_needs_no_inline_style():
    document = qr.svg(URL, size_mm=25)
    assert 'viewBox="0 0 41 41"' in document
    assert 'width="25mm" height="25mm"' in document
    assert "style" not in document
    dark = {
        (int(x) + step, int(y))
        for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", document)
        for step in range(int(run))
    }
    expected = {(x + 4, y + 4) for y, row in enumerate(qr.matrix(URL)) for x, on in enumerate(row) if on}
    assert dark == expected
