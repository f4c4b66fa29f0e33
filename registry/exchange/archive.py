"""Looks into an .xlsx before it is opened: is it one, what does it really unpack to, how far does a sheet reach.

The workbook reader keeps every cell between the first and the last one and a copy of every text in memory,
so two cells at far corners or one long shared text can cost gigabytes. Nothing here trusts the sizes an
archive declares: parts are unpacked piece by piece and counted.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from registry.exchange.refusals import Limits, UnreadableSheet, megabytes
from registry.messages import T

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE = 1 << 20
_FEED = 1 << 16
_SMALL_PART = 5_000_000  # workbook.xml and relations of honest files have some kilobytes
_RATIO_FROM = 5_000_000  # small parts may pack as well as they like
_NS_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_NS_REL_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"

_TEXT_ITEM = re.compile(rb"<(?:\w+:)?si[\s/>]")
_LONGEST_TEXT = 2_000_000  # a cell holds 32,767 characters; the rest is markup of rich text


def damaged() -> UnreadableSheet:
    """For everything that is a broken workbook."""
    return UnreadableSheet(T("文件已损坏，打不开。请用Excel或WPS打开后另存为.xlsx再上传"))


class Archive:
    """An .xlsx as an archive whose parts may be unpacked safely. Raises UnreadableSheet from everything."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self._unpacked = 0
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error):
            raise damaged() from None
        self.parts = {info.filename.lower(): info for info in infos}
        self._refuse_other_kinds()
        if len(self.parts) != len(infos) or len(infos) > 10_000:
            raise damaged()
        self._refuse_bombs(infos)

    def _refuse_other_kinds(self) -> None:
        if "xl/workbook.xml" in self.parts:
            return
        if "xl/workbook.bin" in self.parts or "content.xml" in self.parts:
            raise UnreadableSheet(T("这种表格格式不支持，请另存为.xlsx或.csv再上传"))
        if "encryptioninfo" in self.parts:
            raise encrypted()
        raise UnreadableSheet(T("文件不是电子表格，请上传.xlsx或.csv文件"))

    def _refuse_bombs(self, infos: list[zipfile.ZipInfo]) -> None:
        total = 0
        for info in infos:
            if info.flag_bits & 0x1:
                raise encrypted()
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise damaged()
            total += info.file_size
            if info.file_size > max(_RATIO_FROM, info.compress_size * self.limits.packing_ratio):
                raise UnreadableSheet(T("文件解压后异常庞大，拒绝读取"))
        if total > self.limits.unpacked_bytes:
            raise UnreadableSheet(
                T("文件解压后超过{limit}MB，请分成几个文件上传", limit=megabytes(self.limits.unpacked_bytes))
            )

    def pieces(self, name: str) -> Iterator[bytes]:
        """The part unpacked in pieces of about a megabyte; never more than it declares."""
        info = self.parts[name]
        head = self.data[info.header_offset : info.header_offset + 30]
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise damaged()
        start = info.header_offset + 30 + sum(struct.unpack("<HH", head[26:30]))
        packed = memoryview(self.data)[start : start + info.compress_size]
        size = 0
        try:
            for piece in _inflate(packed, info.compress_type == zipfile.ZIP_STORED):
                size += len(piece)
                self._unpacked += len(piece)
                if size > info.file_size or self._unpacked > self.limits.unpacked_bytes:
                    raise UnreadableSheet(T("文件解压后异常庞大，拒绝读取"))
                # A declaration could smuggle in names for anything; no spreadsheet program writes one.
                if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece or b"\0" in piece[:200]:
                    raise damaged()
                yield piece
        except zlib.error:
            raise damaged() from None

    def small(self, name: str) -> ElementTree.Element:
        """A small part as a tree."""
        if name not in self.parts or self.parts[name].file_size > _SMALL_PART:
            raise damaged()
        try:
            return ElementTree.fromstring(b"".join(self.pieces(name)))
        except ElementTree.ParseError:
            raise damaged() from None

    def sheet_parts(self) -> dict[str, str]:
        """Name of each worksheet -> its part, in the order of the workbook."""
        targets = {}
        for relation in self.small("xl/_rels/workbook.xml.rels"):
            target = relation.get("Target", "")
            target = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
            targets[relation.get("Id")] = target.lower()
        sheets = {}
        for element in self.small("xl/workbook.xml").iter():
            if element.tag.rpartition("}")[2] == "sheet":
                relation_id = element.get(f"{_NS_REL}id") or element.get(f"{_NS_REL_STRICT}id")
                part = targets.get(relation_id, "")
                if part in self.parts:
                    sheets[element.get("name", "")] = part
        return sheets

    def shared_texts(self) -> list[int]:
        """Bytes of each shared text, in order. Reading them here also proves the size of the part."""
        name = "xl/sharedstrings.xml"
        if name not in self.parts:
            return []
        sizes: list[int] = []
        rest = b""
        for piece in self.pieces(name):
            *items, rest = _TEXT_ITEM.split(rest + piece)
            if len(rest) > _LONGEST_TEXT:
                raise damaged()
            sizes += map(len, items)
        return [*sizes[1:], len(rest)] if sizes else []  # before the first item stands the head of the part

    def prove_sizes(self) -> None:
        """Unpack what the workbook reader reads besides the sheets, counting."""
        for name in self.parts:
            if name.endswith((".xml", ".rels")) and "worksheets/" not in name and "sharedstrings" not in name:
                for _ in self.pieces(name):
                    pass


def encrypted() -> UnreadableSheet:
    """For workbooks with a password."""
    return UnreadableSheet(T("文件有密码保护，请取消密码后再上传"))


def _inflate(packed: memoryview, stored: bool) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), _FEED):
        feed: bytes = bytes(packed[start : start + _FEED])
        if stored:
            yield feed
            continue
        while feed and not inflater.eof:
            yield inflater.decompress(feed, _PIECE)
            feed = inflater.unconsumed_tail
    if not stored and not inflater.eof:
        yield inflater.flush()
        if not inflater.eof:
            raise damaged()
