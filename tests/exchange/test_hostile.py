"""Files that are broken, hostile or not spreadsheets: each gets a sentence, none costs memory or the worker."""

from __future__ import annotations

import io
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from registry.exchange.reading import Limits, UnreadableSheet, read_table
from tests.exchange.sheets import delimited, workbook

HEAD = ("设备代码", "名称", "有效期至")
GOOD = workbook([HEAD, ("P1", "甲", "2027-03-31")])
SHEET = "xl/worksheets/sheet1.xml"


def refusal(data: bytes, filename: str = "a.xlsx", limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableSheet) as caught:
        read_table(data, filename, limits=limits)
    assert caught.value.errors == {"file": [caught.value.detail]}
    return caught.value.detail


def repacked(change: Callable[[str, bytes], bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The good workbook with parts changed, or left out where None."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source, zipfile.ZipFile(target, "w", compression) as out:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                out.writestr(name, content)
    return target.getvalue()


def with_rows(xml: bytes, name: str = SHEET) -> bytes:
    """The good workbook whose sheet has these rows."""
    body = rb"<sheetData>" + xml + rb"</sheetData>"
    return repacked(lambda n, c: re.sub(rb"<sheetData>.*</sheetData>", lambda _: body, c) if n == name else c)


@pytest.mark.parametrize(
    ("data", "filename", "sentence"),
    [
        (b"", "a.xlsx", "空"),
        (b"", "a.csv", "空"),
        (b"  \r\n \r\n", "a.csv", "空"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "a.xlsx", "不是电子表格"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "a.csv", "编码"),
        (b"%PDF-1.7 ...", "a.csv", "不是电子表格"),
        (b"plain text", "a.xlsx", "不是电子表格"),
        (b"plain text", "a.exe", "不是电子表格"),
        (b"<html><table><tr><td>1</td></tr></table>", "a.csv", "网页"),
        (b'{"a": 1}', "a.csv", "不是电子表格"),
        (b"PK\x03\x04" + b"\0" * 100, "a.xlsx", "损坏"),
        (GOOD[: len(GOOD) // 2], "a.xlsx", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "旧版"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "密码"),
        (b"a,b\r\n\xff\xfe\xff,x", "a.csv", "编码"),
        ('代码,名称\r\nP1,"没有结束\r\nP2,乙\r\n'.encode(), "a.csv", "引号"),
        ("代码,名称\r\n".encode(), "a.csv", "没有数据"),
        (b"1,2,3\r\n4,5,6\r\n", "a.csv", "表头"),
        (("," * 600 + "\r\n1,2").encode(), "a.csv", "空|列"),
        (("a," * 600 + "\r\n1,2").encode(), "a.csv", "列"),
        (("代码,名称\r\nP1," + "x" * 200_000).encode(), "a.csv", "过长"),
        (workbook([]), "a.xlsx", "空"),
        (workbook([HEAD]), "a.xlsx", "没有数据"),
        (workbook([(1, 2, 3), (4, 5, 6)]), "a.xlsx", "表头"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes, filename: str, sentence: str) -> None:
    assert re.search(sentence, refusal(data, filename))


def test_an_archive_of_something_else_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        out.writestr("photo.jpg", b"x")
    assert "不是电子表格" in refusal(target.getvalue())
    with zipfile.ZipFile(target, "w") as out:
        out.writestr("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", b"<x/>")
    assert "另存为" in refusal(target.getvalue())


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_without_one_of_its_parts_is_refused(part: str) -> None:
    refusal(repacked(lambda name, content: None if name == part else content))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", SHEET, "xl/styles.xml"])
def test_a_part_full_of_rubbish_is_refused_or_read_but_never_a_crash(part: str) -> None:
    for rubbish in (b"", b"<", b"<a><b>", b"\xff" * 100, b"<!DOCTYPE x><a/>", b"\0<\0a"):
        with suppress(UnreadableSheet):
            read_table(repacked(lambda name, content, r=rubbish: r if name == part else content), "a.xlsx")


def test_zeros_within_zeros_are_refused_before_they_are_unpacked() -> None:
    bomb = repacked(lambda name, content: b"0" * 100_000_000 if name == "xl/sharedStrings.xml" else content)
    assert len(bomb) < 200_000
    assert "庞大" in _without_memory(bomb)
    many = repacked(lambda name, content: content + b" " * 3_000_000 if name.endswith(".xml") else content)
    assert "MB" in refusal(many, limits=replace(Limits(), unpacked_bytes=10_000_000))


def test_an_archive_that_lies_about_its_sizes_is_caught_while_unpacking() -> None:
    """The directory says 1,000 bytes, the part has 80 million."""
    bomb = bytearray(repacked(lambda name, content: b"<sst>" + b"0" * 80_000_000 if "shared" in name else content))
    for found in re.finditer(re.escape(struct.pack("<I", 80_000_005)), bytes(bomb)):
        bomb[found.start() : found.end()] = struct.pack("<I", 1000)
    assert "庞大" in _without_memory(bytes(bomb))


def _without_memory(data: bytes) -> str:
    tracemalloc.start()
    try:
        sentence = refusal(data)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()
    return sentence


def text_cell(place: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>text {place}</t></is></c>'.encode()


def two_far_cells(far: bytes) -> bytes:
    return with_rows(b'<row r="1">' + text_cell("A1") + b'</row><row r="1048576">' + far + b"</row>")


@pytest.mark.parametrize(
    "far",
    [
        text_cell("XFD1048576"),
        b"<c r='XFD1048576' t='inlineStr'><is><t>x</t></is></c>",
        b'<c t="n" r = "XFD1048576"><v>1</v></c>',
        b'<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="XFD1048576"><v>1</v></x:c>',
        b'<c r="&#88;FD1048576"><v>1</v></c>',
        b"""<c x=' r="A1"' r="XFD1048576"><v>1</v></c>""",
        b'<c x=">" r="XFD1048576"><v>1</v></c>',
        b'<c r="xfd1048576"><v>1</v></c>',
    ],
)
def test_two_cells_at_far_corners_do_not_cost_the_area_between(far: bytes) -> None:
    assert re.search("范围太大|损坏", refusal(two_far_cells(far)))


def test_a_format_down_to_the_last_row_is_no_content() -> None:
    styled = b"".join(
        f'<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"/></row>'.encode() for n in (500_000, 1_048_576)
    )
    data = with_rows(
        b'<row r="1">' + text_cell("A1") + text_cell("B1") + b'</row><row r="2">' + text_cell("A2") + b"</row>" + styled
    )
    table = read_table(data, "a.xlsx", limits=replace(Limits(), cells=3_000_000))
    assert table.row_count == 1


def test_one_long_text_used_by_every_cell_is_counted_as_often_as_it_is_used() -> None:
    shared = b"<sst><si><t>%s</t></si><si><t>y</t></si></sst>" % (b"long text " * 3_000)
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 20_001))
    data = with_rows(cells)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            out.writestr(name, shared if "shared" in name else source.read(name))
    assert len(target.getvalue()) < 300_000
    assert "庞大" in refusal(target.getvalue())


def million_rows() -> Iterator[bytes]:
    yield "代码,名称\r\n".encode()
    for block in range(1_000):
        yield b"".join(b"P%06d,x\r\n" % (block * 1_000 + n) for n in range(1_000))


def test_a_million_rows_are_refused_clearly_and_read_where_the_limit_allows() -> None:
    data = b"".join(million_rows())
    assert "200000行" in refusal(data, "a.csv")
    assert "命令行" in refusal(data, "a.csv")
    assert read_table(data, "a.csv", limits=replace(Limits(), rows=1_000_000)).row_count == 1_000_000


def test_a_workbook_with_too_many_rows_is_refused_before_it_is_built() -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><v>2</v></c></row>' % (n, n, n) for n in range(1, 300_001)
    )
    assert "200000行" in refusal(with_rows(rows))


def test_a_limit_of_rows_counts_rows_below_the_heading() -> None:
    data = delimited([("代码", "名称"), *[(f"P{n}", "x") for n in range(10)]])
    assert read_table(data, "a.csv", limits=replace(Limits(), rows=10)).row_count == 10
    assert "9行" in refusal(data, "a.csv", replace(Limits(), rows=9))
    book = workbook([("代码", "名称"), *[(f"P{n}", "x") for n in range(10)]])
    assert read_table(book, "a.xlsx", limits=replace(Limits(), rows=10)).row_count == 10
    assert "9行" in refusal(book, limits=replace(Limits(), rows=9))


def test_too_large_an_upload_is_refused_unread() -> None:
    assert "1MB" in refusal(b"x" * 1_000_001, limits=replace(Limits(), upload_bytes=1_000_000))


def test_an_unknown_sheet_is_refused() -> None:
    with pytest.raises(UnreadableSheet, match="工作表"):
        read_table(GOOD, "a.xlsx", sheet="没有")


def test_declarations_that_could_expand_are_refused() -> None:
    lol = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><x>&b;</x>'
    for part in ("xl/workbook.xml", "xl/sharedStrings.xml", SHEET):
        assert "损坏" in refusal(repacked(lambda name, content, p=part: lol if name == p else content))


def test_an_encrypted_entry_is_called_so() -> None:
    locked = bytearray(GOOD)
    start = 0
    while (start := locked.find(b"PK\x01\x02", start)) >= 0:
        locked[start + 8] |= 1
        start += 4
    assert "密码" in refusal(bytes(locked))


def test_the_area_of_a_sheet_is_bounded_by_its_cells() -> None:
    book = workbook([("代码", "名称"), ("P1", "甲")])
    assert read_table(book, "a.xlsx", limits=replace(Limits(), cells=4)).row_count == 1
    assert "B2" in refusal(book, limits=replace(Limits(), cells=3))
