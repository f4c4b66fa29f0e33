"""Plates for cars: 96366, the rescue code, the address and who maintains the elevator (elevators.md §6.1)."""

from __future__ import annotations

from collections.abc import Sequence

from registry.documents.paper import Paper
from registry.labels.fonts import printable
from registry.queries.rescue_codes import RESCUE_NUMBER, Plate

WIDTH, HEIGHT = 180.0, 88.0  # (G), three on a sheet of A4
LEFT, TOP, GAP = 15.0, 12.0, 3.0
SYMBOL = 34.0
ROOM = WIDTH - SYMBOL - 18


def pdf(plates: Sequence[Plate]) -> bytes:
    """The plates one below the other on sheets of A4, in the order given."""
    paper = Paper("96366电梯应急救援标识", margin=TOP)
    for plate in plates:
        paper.make_room(HEIGHT)
        _draw(paper, plate, paper.y)
        paper.y += HEIGHT + GAP
    return paper.pdf()


def _draw(paper: Paper, plate: Plate, top: float) -> None:
    paper.box(LEFT, top, WIDTH, HEIGHT)
    paper.box(LEFT + 1.2, top + 1.2, WIDTH - 2.4, HEIGHT - 2.4)
    _text(paper, "电梯应急救援电话", LEFT + 7, top + 16, 6.5)
    _text(paper, RESCUE_NUMBER, LEFT + 66, top + 21, 18)
    _text(paper, "救援识别码", LEFT + 7, top + 36.5, 6.5)
    _text(paper, plate.code, LEFT + 48, top + 41.5, 18, ROOM - 41)
    _text(paper, "请告知接线员以上识别码，不要扒门，等待救援。", LEFT + 7, top + 51.5, 4.6, ROOM)
    place = plate.address if plate.name in plate.address else f"{plate.address} {plate.name}"
    for number, line in enumerate(paper.wrapped(f"地址：{place}", ROOM, 4.6)[:2]):
        _text(paper, line, LEFT + 7, top + 60 + number * 6.4, 4.6)
    company = f"维保单位：{plate.company}　{plate.phone}" if plate.company else "维保单位："
    _text(paper, company, LEFT + 7, top + 74.5, 4.6, WIDTH - 14)
    _text(paper, f"使用单位：{plate.use_unit}", LEFT + 7, top + 82, 4.6, WIDTH - 14)
    paper.symbol(plate.url, LEFT + WIDTH - SYMBOL - 6, top + 24, SYMBOL)


def _text(paper: Paper, text: str, x: float, y: float, size: float, room: float = 0) -> None:
    """A line; one that would not fit into `room` is set smaller."""
    clean = printable(text, paper.typeface)
    width = paper.typeface.width(clean) * size
    paper.words(clean, x, y, size * min(1, room / width) if room and width else size)
