"""Pages put into a PDF that reportlab made of their fonts, with next to nothing around what is printed.

On a roll every label is a page, and with reportlab a page's own objects weigh more than what is on it, and take longer.
So reportlab makes the fonts, and the pages are written here: their dictionaries packed into object streams, the
cross-references as a stream (PDF 1.5, ISO 32000-1 §7.5.7 and §7.5.8), neither of which it knows.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

_PER_STREAM = 200
_PER_NODE = 100
_STREAM = re.compile(rb"(.*?)>>\s*stream\r?\n", re.DOTALL)
_LENGTH = re.compile(rb"/Length (\d+)")
_FONTS = re.compile(rb"/Font (\d+ 0 R)")
_ROOT = re.compile(rb"/Root (\d+ 0 R)")
_INFO = re.compile(rb"/Info (\d+ 0 R)")
_ID = re.compile(rb"/ID\s*(\[.*?\])", re.DOTALL)
_COMMENT = re.compile(rb"^%.*$", re.MULTILINE)
_SPACES = re.compile(rb"\s+")
_AROUND_MARKS = re.compile(rb" ?([\[\]<>/]) ?")
_TEXT = re.compile(rb"[()\\]")


@dataclass
class _File:
    """A PDF as it grows: streams are written at once, plain objects wait for an object stream."""

    following: int
    out: bytearray = field(default_factory=lambda: bytearray(b"%PDF-1.5\n%\x93\x8c\x8b\x9e\n"))
    places: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    plain: list[tuple[int, bytes]] = field(default_factory=list)

    def number(self) -> int:
        """The number of one more object."""
        self.following += 1
        return self.following - 1

    def stream(self, number: int, about: bytes, content: bytes) -> int:
        """A stream with the entries `about`; its content comes as its filter wants it."""
        self.places[number] = (1, len(self.out), 0)
        self.out += b"%d 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj\n" % (number, about, len(content), content)
        return number


def assembled(fonts: bytes, pages: Sequence[bytes], size: tuple[float, float], forms: Sequence[bytes] = ()) -> bytes:
    """`pages` as their operators, each `size` points large, in the file that reportlab wrote with their `fonts` on
    a page of its own. A form is shown by `/t<its index> Do`."""
    offsets, trailer = _table(fonts)
    file = _File(max(offsets) + 1)
    tree, resources = 0, b""
    for number, start, end in _spans(offsets, fonts):
        body = fonts[start:end]
        if b"/Type /Pages" in body:
            tree = number
        elif b"/Type /Page" in body and (found := _FONTS.search(body)):
            resources = b"/Font " + found[1]
        else:
            _keep(file, number, body)
    box = b"[0 0 %.3f %.3f]" % size
    shown = b"".join(
        b"/t%d %d 0 R" % (index, _form(file, operators, box, resources)) for index, operators in enumerate(forms)
    )
    nodes = [_node(file, pages[start : start + _PER_NODE], tree) for start in range(0, len(pages), _PER_NODE)]
    kids = b" ".join(b"%d 0 R" % node for node in nodes)
    about = b"<</Type/Pages/Count %d/MediaBox%s/Resources<<%s/XObject<<%s>>>>/Kids[%s]>>"
    file.plain.append((tree, about % (len(pages), box, resources, shown, kids)))
    _pack(file)
    _cross_references(file, trailer)
    return bytes(file.out)


def _node(file: _File, pages: Sequence[bytes], tree: int) -> int:
    node, kids = file.number(), []
    for operators in pages:
        content = file.stream(file.number(), b"/Filter/FlateDecode", zlib.compress(operators))
        kids.append(file.number())
        file.plain.append((kids[-1], b"<</Type/Page/Parent %d 0 R/Contents %d 0 R>>" % (node, content)))
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    file.plain.append(
        (node, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (tree, len(kids), listed)),
    )
    return node


def _form(file: _File, operators: bytes, box: bytes, resources: bytes) -> int:
    about = b"/Type/XObject/Subtype/Form/BBox%s/Resources<<%s>>/Filter/FlateDecode" % (box, resources)
    return file.stream(file.number(), about, zlib.compress(operators))


def _keep(file: _File, number: int, body: bytes) -> None:
    """An object of reportlab's, as it is."""
    stream = _STREAM.match(body) if b"stream" in body else None
    if stream is None:
        file.plain.append((number, _compact(body[: body.rindex(b"endobj")])))
        return
    length = _LENGTH.search(stream[1])
    assert length is not None
    about = _compact(_LENGTH.sub(b"", stream[1])).removeprefix(b"<<")
    file.stream(number, about, body[stream.end() : stream.end() + int(length[1])])


def _table(pdf: bytes) -> tuple[dict[int, int], bytes]:
    """Where each object begins, and the trailer."""
    at = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    lines, _, trailer = pdf[at:].partition(b"trailer")
    rows = lines.split(b"\n")
    first, count = map(int, rows[1].split())
    found = {}
    for number, row in enumerate(rows[2 : 2 + count], first):
        offset, _generation, kind = row.split()
        if kind == b"n":
            found[number] = int(offset)
    return found, trailer


def _spans(offsets: dict[int, int], pdf: bytes) -> list[tuple[int, int, int]]:
    """(number, start of the body, end) of each object in the order of the file."""
    listed = sorted(offsets.items(), key=lambda item: item[1])
    ends = [offset for _number, offset in listed[1:]] + [int(pdf[pdf.rindex(b"startxref") :].split()[1])]
    return [
        (number, offset + len(b"%d 0 obj" % number), end) for (number, offset), end in zip(listed, ends, strict=True)
    ]


def _compact(body: bytes) -> bytes:
    """A dictionary without what people like to see; one that holds text is left as it is."""
    body = body.strip() if _TEXT.search(body) else _COMMENT.sub(b"", body).strip()
    if _TEXT.search(body):
        return body
    return _AROUND_MARKS.sub(rb"\1", _SPACES.sub(b" ", body))


def _pack(file: _File) -> None:
    for start in range(0, len(file.plain), _PER_STREAM):
        part = file.plain[start : start + _PER_STREAM]
        stream = file.number()
        head, bodies = [], bytearray()
        for index, (number, body) in enumerate(part):
            file.places[number] = (2, stream, index)
            head.append(b"%d %d" % (number, len(bodies)))
            bodies += body + b" "
        table = b" ".join(head) + b" "
        about = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(part), len(table))
        file.stream(stream, about, zlib.compress(table + bytes(bodies), 9))


def _cross_references(file: _File, trailer: bytes) -> None:
    """One byte of kind, four of place, two of index, as differences from the row above (PNG predictor "up")."""
    number, at = file.number(), len(file.out)
    file.places[number] = (1, at, 0)
    rows, above = bytearray(), bytes(7)
    for entry in range(file.following):
        kind, place, index = file.places.get(entry, (0, 0, 0))
        row = bytes([kind]) + place.to_bytes(4, "big") + index.to_bytes(2, "big")
        rows += b"\x02" + bytes([(new - old) & 255 for new, old in zip(row, above, strict=True)])
        above = row
    about = b"/Type/XRef/Size %d/W[1 4 2]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 7>>" % file.following
    for name, pattern in ((b"/Root ", _ROOT), (b"/Info ", _INFO), (b"/ID", _ID)):
        if found := pattern.search(trailer):
            about += name + found[1]
    file.stream(number, about, zlib.compress(bytes(rows), 9))
    file.out += b"startxref\n%d\n%%%%EOF\n" % at
