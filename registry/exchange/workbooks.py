"""An .xlsx opened safely: the rows of one sheet with their row numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import python_calamine

from registry.exchange.archive import OLE_MAGIC, Archive, damaged, encrypted
from registry.exchange.refusals import Limits, UnreadableSheet
from registry.exchange.scan import SheetScan, scan_sheet
from registry.exchange.values import Fault
from registry.messages import T

Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet before a heading row is found. Rows and columns count from 0 as they do in the file."""

    name: str
    sheet_names: tuple[str, ...]
    merges: tuple[Merge, ...]
    _sheet: python_calamine.CalamineSheet
    _scan: SheetScan

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """(row, cells from column A on) for every row down to the last, blank ones too."""
        start = self._sheet.start
        if start is None:
            return
        lead: list[Any] = [""] * start[1]
        faults: dict[int, list[tuple[int, Fault]]] = {}
        for (row, column), fault in self._scan.faults.items():
            faults.setdefault(row, []).append((column, fault))
        for number, read in enumerate(self._sheet.iter_rows()):
            cells: list[Any] = [*lead, *read]
            for column, fault in faults.get(number, ()):
                if column >= len(cells):
                    cells = cells + [""] * (column - len(cells) + 1)
                if cells[column] == "":
                    cells[column] = fault
            yield number, cells


class Workbook:
    """An .xlsx whose sheets can be asked for by name; `names` are those a person sees.

    Everything here raises UnreadableSheet for what is broken, hostile or not a workbook.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        if data.startswith(OLE_MAGIC):
            if "EncryptedPackage".encode("utf-16-le") in data:
                raise encrypted()
            raise UnreadableSheet(T("旧版.xls格式不支持，请用Excel或WPS另存为.xlsx再上传"))
        self._limits = limits
        self._archive = Archive(data, limits)
        self._texts = self._archive.shared_texts()
        self._archive.prove_sizes()
        self._parts = self._archive.sheet_parts()
        with _explained():
            self._workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            self.names = tuple(_visible(self._workbook, self._parts))

    def sheet(self, name: str) -> RawSheet:
        """The sheet of that name, measured before it is built."""
        if name not in self.names:
            raise UnreadableSheet(T("没有名为“{name}”的工作表", name=name[:50]))
        scan = scan_sheet(self._archive.pieces(self._parts[name]), self._texts, self._limits)
        with _explained():
            opened = self._workbook.get_sheet_by_name(name)
            return RawSheet(name, self.names, tuple(opened.merged_cell_ranges or ()), opened, scan)


@contextmanager
def _explained() -> Iterator[None]:
    """What the workbook reader raises, as a sentence."""
    try:
        yield
    except python_calamine.PasswordError:
        raise encrypted() from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise damaged() from None
    except BaseException as error:
        # A panic of the reader is no Exception; it must not end the worker.
        if type(error).__name__ == "PanicException":
            raise damaged() from None
        raise


def _visible(workbook: python_calamine.CalamineWorkbook, parts: dict[str, str]) -> list[str]:
    """Worksheets a person sees; hidden ones hold the lists behind drop-downs."""
    wanted = python_calamine.SheetTypeEnum.WorkSheet
    shown = python_calamine.SheetVisibleEnum.Visible
    sheets = [meta for meta in workbook.sheets_metadata if meta.typ == wanted and meta.name in parts]
    visible = [meta.name for meta in sheets if meta.visible == shown]
    return visible or [meta.name for meta in sheets]
