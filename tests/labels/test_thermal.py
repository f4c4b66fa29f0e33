"""What a thermal printer burns, made again from the commands it is sent: read after wear and round a cylinder."""

import math
import re

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from registry.labels import qr
from registry.labels.compose import Label
from registry.labels.layouts import LAYOUTS
from registry.labels.raster import RESOLUTIONS, raster
from registry.labels.thermal import tspl, zpl

ROLLS = [layout for layout in LAYOUTS.values() if layout.is_roll]
each_printer = pytest.mark.parametrize("dpi", RESOLUTIONS)
each_roll = pytest.mark.parametrize("layout", ROLLS, ids=[layout.key for layout in ROLLS])


def burnt_zpl(sent: bytes) -> list[Image.Image]:
    """A small ZPL printer: ^GFA with counted runs, `,` and `:`."""
    made = []
    for block in re.findall(r"\^XA(.*?)\^XZ", sent.decode("ascii"), re.DOTALL):
        width, height = int(re.search(r"\^PW(\d+)", block)[1]), int(re.search(r"\^LL(\d+)", block)[1])
        left, top = map(int, re.search(r"\^FO(\d+),(\d+)", block).groups())
        total, again, across, data = re.search(r"\^GFA,(\d+),(\d+),(\d+),(.*?)\^FS", block).groups()
        assert total == again
        rows, row, count = [], "", 0
        for mark in data:
            if mark == ":":
                rows.append(rows[-1])
            elif mark == ",":
                rows.append(row.ljust(2 * int(across), "0"))
                row = ""
            elif mark in "ghijklmnopqrstuvwxyz":
                count += 20 * (ord(mark) - ord("f"))
            elif mark in "GHIJKLMNOPQRSTUVWXY":
                count += ord(mark) - ord("F")
            else:
                row, count = row + mark * max(count, 1), 0
            if len(row) == 2 * int(across):
                rows.append(row)
                row = ""
        dots = bytes.fromhex("".join(rows))
        assert len(dots) == int(total)
        made.append(on_paper((width, height), (left, top), int(across), dots))
    return made


def burnt_tspl(sent: bytes, size: tuple[int, int]) -> list[Image.Image]:
    """A small TSPL printer: BITMAP with 0 for black."""
    made, at = [], 0
    while found := re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,").search(sent, at):
        left, top, across, rows = map(int, found.groups())
        at = found.end() + across * rows
        assert sent[at:].startswith(b"\r\nPRINT 1,1\r\n")
        made.append(on_paper(size, (left, top), across, bytes(byte ^ 0xFF for byte in sent[found.end() : at])))
    return made


def on_paper(size, corner, across, dots):
    picture = Image.new("L", size, 255)
    stamp = Image.frombytes("1", (across * 8, len(dots) // across), bytes(byte ^ 0xFF for byte in dots))
    picture.paste(stamp.convert("L"), corner)
    return picture


@each_roll
@each_printer
def test_both_languages_burn_the_label_as_drawn(layout, dpi, label, font_path):
    labels = [label(), label()]
    drawn = [raster(one, layout, dpi, font_path) for one in labels]
    assert all(set(image.tobytes()) == {0, 255} for image in drawn)
    for burnt in (
        burnt_zpl(zpl(labels, layout, dpi, font_path)),
        burnt_tspl(tspl(labels, layout, dpi, font_path), drawn[0].size),
    ):
        assert len(burnt) == 2
        for image, wanted, one in zip(burnt, drawn, labels, strict=True):
            assert ImageChops.difference(image, wanted).getbbox() is None
            assert [found.text for found in zxingcpp.read_barcodes(framed(image))] == [one.code_url]


@each_roll
@each_printer
def test_the_burnt_symbol_is_ours_module_by_module(layout, dpi, label, font_path):
    one = label()
    image, box, scale = raster(one, layout, dpi, font_path), layout.face.qr, RESOLUTIONS[dpi]
    wanted = qr.matrix(one.code_url, layout.level)
    side = round(box.width * scale)
    dots = side // (len(wanted) + 7)
    margin = (side - dots * len(wanted)) // 2
    assert margin >= 3.5 * dots - 1
    x, y = round(box.x * scale) + margin, round(box.y * scale) + margin
    for row, modules in enumerate(wanted):
        for column, dark in enumerate(modules):
            module = image.crop((x + column * dots, y + row * dots, x + (column + 1) * dots, y + (row + 1) * dots))
            assert set(module.tobytes()) == {0 if dark else 255}


def framed(image: Image.Image) -> Image.Image:
    """On its white backing, three dots from the camera's pixel."""
    large = image.resize((image.width * 3, image.height * 3), Image.Resampling.NEAREST)
    paper = Image.new("L", (large.width + 120, large.height + 120), 255)
    paper.paste(large, (60, 60))
    return paper


def blurred(image, _layout, _dpi):
    return image.filter(ImageFilter.GaussianBlur(4))


def faint(image, _layout, _dpi):
    return ImageEnhance.Contrast(image).enhance(0.2)


def scratched(image, layout, dpi):
    """Two scratches a dot wide over the data, one dark, one bright. (Over a finder pattern no decoder forgives one.)"""
    worn, scale, box = image.copy(), 3 * RESOLUTIONS[dpi], layout.face.qr
    pen = ImageDraw.Draw(worn)
    for (x, y), (to_x, to_y), colour in (((0.35, 0.45), (0.95, 0.55), 0), ((0.42, 0.35), (0.5, 0.95), 255)):
        ends = [
            (60 + (box.x + box.width * u) * scale, 60 + (box.y + box.width * v) * scale)
            for u, v in ((x, y), (to_x, to_y))
        ]
        pen.line(ends, fill=colour, width=3)
    return worn


def bent(image, _layout, _dpi):
    """Round a bottle whose visible half is two labels wide (a 35.5 L bottle shows far less of a bend)."""
    radius, middle = image.width, image.width / 2
    strips, edges = [], list(range(0, image.width, 4))
    width = 2 * radius * math.sin(middle / radius)
    for left in edges:
        seen = round(width / 2 + radius * math.sin((left - middle) / radius))
        until = round(width / 2 + radius * math.sin((min(left + 4, image.width) - middle) / radius))
        strips.append(((seen, 0, max(until, seen + 1), image.height), (left, 0, left + 4, image.height)))
    target = Image.new("L", (round(width) + 1, image.height), 255)
    for (seen, _, until, _), source in strips:
        target.paste(image.crop(source).resize((until - seen, image.height), Image.Resampling.BILINEAR), (seen, 0))
    return target


@each_roll
@each_printer
@pytest.mark.parametrize("wear", [blurred, faint, scratched, bent])
def test_it_reads_after_wear(layout, dpi, wear, label, font_path):
    labels = [label() for _ in range(3)]
    images = [wear(framed(raster(one, layout, dpi, font_path)), layout, dpi) for one in labels]
    assert [found.text for image in images for found in zxingcpp.read_barcodes(image)] == [
        one.code_url for one in labels
    ]


def test_chinese_text_is_burnt(label, font_path):
    layout = LAYOUTS["roll-60x40"]
    one = label(title="砀山县灵璧石气站", lines=())
    bare = Label(one.code_url, one.code, "", ())
    with_text, without = (raster(each, layout, 203, font_path) for each in (one, bare))
    ink = ImageChops.difference(with_text, without).getbbox()
    box = layout.face.text
    assert ink is not None
    assert ink[0] >= (box.x - 0.4) * 8
    assert ink[2] <= (box.x + box.width + 0.4) * 8


def test_an_unknown_resolution_is_refused(label):
    with pytest.raises(ValueError, match="resolution"):
        zpl([label()], ROLLS[0], 600)
