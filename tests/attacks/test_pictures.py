"""Pictures that are no pictures, that unpack to hundreds of megabytes, that know where they were taken."""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageDraw

from blueprints.stored_files import SHOWN
from registry import photos, pictures
from registry.services import files, hazards
from seeds import cast
from tests import hazards_factory

ROOT = Path(__file__).resolve().parents[2]
HTML = b"<html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PLACE = 0x8825  # EXIF's GPS directory
MEGABYTES = 150  # for the worst picture


def picture(form: str = "JPEG", size: tuple[int, int] = (120, 80), **options: Any) -> bytes:
    """A red field with a blue top left corner."""
    drawn = Image.new("RGB", size, "red")
    ImageDraw.Draw(drawn).rectangle((0, 0, size[0] // 3, size[1] // 3), "blue")
    out = io.BytesIO()
    drawn.save(out, form, **options)
    return out.getvalue()


def located(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = orientation, "SECRETMAKER", "SECRETNAME"
    exif[PLACE] = {1: "N", 2: (33.0, 38.0, 24.0), 3: "E", 4: (116.0, 58.0, 40.0)}
    return picture(exif=exif.tobytes(), comment=b"SECRETCOMMENT")


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, (5, 5)), (2, (-5, 5)), (3, (-5, -5)), (4, (5, -5)), (5, (5, 5)), (6, (-5, 5)), (7, (-5, -5)), (8, (5, -5))],
)
def test_a_public_copy_stands_upright_and_knows_no_place(orientation: int, corner: tuple[int, int]) -> None:
    sent = located(orientation)
    assert b"SECRETMAKER" in sent
    copy = photos.redrawn(sent)
    with Image.open(io.BytesIO(copy)) as shown:
        assert not dict(shown.getexif())
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        blue = shown.getpixel((corner[0] % shown.width, corner[1] % shown.height))
        assert shown.size == ((120, 80) if orientation < 5 else (80, 120))
    assert blue[2] > 200 > 60 > blue[0]
    assert b"SECRET" not in copy


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_on_behind_a_picture_is_not_kept(form: str) -> None:
    copy = photos.redrawn(picture(form) + HTML + b"PK\x03\x04" + SVG)
    assert b"script" not in copy
    assert copy.startswith(b"\xff\xd8\xff")


def test_what_is_seen_through_is_white() -> None:
    drawn = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    with Image.open(io.BytesIO(photos.redrawn(out.getvalue()))) as shown:
        assert shown.getpixel((20, 20)) == (255, 255, 255)


OTHERS = (
    b"", b"x", HTML, SVG, b"GIF89a" + b"\0" * 50, b"BM" + b"\0" * 60, b"II*\0" + b"\0" * 99, b"%PDF-1.7",
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff" + HTML, b"RIFF\x10\0\0\0WEBPVP8 ",
)  # fmt: skip


@pytest.mark.parametrize("content", OTHERS)
def test_what_is_no_picture_is_refused_with_a_word(content: bytes) -> None:
    with pytest.raises(photos.PhotoError):
        photos.redrawn(content)
    assert pictures.dhash(content) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_picture_is_drawn_or_refused_never_a_crash(form: str) -> None:
    """Cut anywhere, bytes changed anywhere, in the notes of the camera too."""
    dice = random.Random(form)
    whole = located(6) if form == "JPEG" else picture(form, exif=Image.open(io.BytesIO(located(6))).info["exif"])
    for _ in range(80):
        broken = bytearray(whole)
        for _change in range(dice.randrange(1, 9)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        cut = bytes(broken[: dice.choice((len(broken), dice.randrange(len(broken))))])
        with suppress(photos.PhotoError):
            photos.redrawn(cut)
        pictures.dhash(cut)


def test_notes_of_a_camera_that_lie_turn_nothing() -> None:
    """Written back by a program, such notes stop it; they are only read here."""
    exif = bytearray(Image.open(io.BytesIO(located(6))).info["exif"])
    for place in range(14, len(exif), 5):
        lying = bytes(exif[:place]) + bytes([exif[place] ^ 0x0F]) + bytes(exif[place + 1 :])
        with Image.open(io.BytesIO(photos.redrawn(picture("WEBP", exif=lying)))) as shown:
            assert shown.size in ((120, 80), (80, 120))


def png_of(width: int, height: int) -> bytes:
    """A PNG of one colour without unpacking it: the size says nothing of its weight."""
    pack = zlib.compressobj(9)
    row = b"\0" + b"\0" * ((width + 7) // 8)
    body = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


# By how many megabytes the peak of the process grows.
PEAK = """
import re, sys
from registry import photos

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024

content, before = sys.stdin.buffer.read(), peak()
try:
    print(len(photos.redrawn(content)))
except photos.PhotoError as refused:
    print(refused)
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (lambda: png_of(20_000, 20_000), "size"),
        (lambda: png_of(7_500, 7_500), "size"),
        (lambda: picture("PNG", (4_800, 4_800)), None),
        (lambda: picture("JPEG", (7_500, 7_500), progressive=True), "size"),
        (lambda: picture("JPEG", (7_500, 7_500)), None),
        (lambda: picture("WEBP", (4_800, 4_800)), "size"),
        (lambda: picture("WEBP", (2_800, 2_800)), None),
    ],
    ids=["400MP", "56MP-png", "23MP-rgb", "56MP-passes", "56MP-jpeg", "23MP-webp", "8MP-webp"],
)
def test_a_picture_that_unpacks_to_too_much_costs_no_memory(content: Any, answer: str | None) -> None:
    sent = content()
    assert len(sent) < 2_000_000
    done = subprocess.run([sys.executable, "-c", PEAK], input=sent, capture_output=True, cwd=ROOT, check=True)
    said, grown = done.stdout.decode().split()
    assert said == answer if answer else said.isdigit()
    assert int(grown) < MEGABYTES


def test_a_page_brought_as_evidence_is_only_downloaded(app: Flask, browser_of: Any) -> None:
    """Also where its row says that it is a page."""
    kept = files.store(cast.actor("county"), "x.html", "text/html", HTML, "hazard")
    found = hazards_factory.clue(evidence=[kept.id])
    row = hazards.report(cast.actor("county"), found)
    answer = browser_of("county").get(f"/hazards/{row.no}/files/{kept.id}")
    assert (answer.status_code, answer.mimetype) == (200, "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_files_leave_through_one_door() -> None:
    """What a row calls a file is not believed: only `handed_out` sends a file with the type of its row."""
    own_type = re.compile(r"send_file\(\s*\w+(?:\([^)]*\))?,\s*mimetype=(\w+)[,)]")
    found = [
        f"{path.name}: {match.group(0)}"
        for path in (ROOT / "blueprints" / "web").glob("*.py")
        for match in own_type.finditer(path.read_text())
        if match.group(1) != "XLSX"
    ]
    # Both make the file themselves.
    assert found == ["papers.py: send_file(path, mimetype=mime,"]
    assert not [mime for mime in SHOWN if "svg" in mime or "html" in mime or "xml" in mime]
