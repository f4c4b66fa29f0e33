"""使用标志 of an elevator: what hangs in the car, with the symbol of its public page."""

from __future__ import annotations

from registry import clock, codes, policy
from registry.actor import Actor
from registry.documents.paper import Paper
from registry.errors import Conflict
from registry.labels.fonts import printable
from registry.messages import T
from registry.queries import elevators
from registry.queries.elevators import Detail
from registry.queries.registration_forms import latest_inspection
from registry.queries.unit_names import by_id
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import STATUSES
from registry.settings import current

# The mark is designed 140 mm wide and 100 mm high (G); on A4 it is the same, larger.
WIDTH, HEIGHT = 140.0, 100.0
SIZES = {"mark": (1.0, WIDTH, HEIGHT), "a4": (2.0, 297.0, 210.0)}
RESCUE_NUMBER = "96366"


def pdf(actor: Actor, code: str, size: str = "mark") -> bytes:
    """The mark at its own `mark` size or on `a4`.

    Raises:
        Missing: no such elevator for this caller.
        Conflict: it is not registered for use, or its inspection is not in date.
    """
    policy.require(actor, "document.print")
    found = elevators.detail(actor, code)
    row = found.elevator
    if not STATUSES[row.status].counts_in_use or not row.use_cert_no:
        raise Conflict(T("没有办理使用登记或不在用的电梯不发使用标志"))
    if not found.inspection.in_date:
        raise Conflict(T("检验不在有效期内，不能打印使用标志"))
    scale, width, height = SIZES[size]
    mark = _Mark(width, height, scale)
    _draw(mark, found)
    return mark.paper.pdf()


class _Mark:
    """A drawing in the millimetres of the mark, put larger in the middle of its page."""

    def __init__(self, width: float, height: float, scale: float) -> None:
        self.paper = Paper("特种设备使用标志", (width, height), 0)
        self.scale = scale
        self.left = (width - WIDTH * scale) / 2
        self.top = (height - HEIGHT * scale) / 2

    def text(self, text: str, x: float, y: float, size: float, room: float = 0) -> None:
        """A line; one that would not fit into `room` is set smaller."""
        typeface = self.paper.typeface
        clean = printable(text, typeface)
        width = typeface.width(clean) * size
        size = size * min(1, room / width) if room and width else size
        self.paper.words(clean, self.left + x * self.scale, self.top + y * self.scale, size * self.scale)

    def centred(self, text: str, y: float, size: float) -> None:
        clean = printable(text, self.paper.typeface)
        self.text(clean, (WIDTH - self.paper.typeface.width(clean) * size) / 2, y, size)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        place = (self.left + x * self.scale, self.top + y * self.scale)
        self.paper.box(*place, width * self.scale, height * self.scale)

    def symbol(self, url: str, x: float, y: float, side: float) -> None:
        self.paper.symbol(url, self.left + x * self.scale, self.top + y * self.scale, side * self.scale)


def _draw(mark: _Mark, found: Detail) -> None:
    row = found.elevator
    body = latest_inspection(row.id)
    tested = by_id({body.body_id})[body.body_id][0] if body and body.body_id else ""
    until = found.inspection.valid_until
    company = found.contract.company if found.contract else None
    mark.box(2, 2, WIDTH - 4, HEIGHT - 4)
    mark.centred("特种设备使用标志", 13, 8)
    pairs = (
        ("设备品种", ELEVATOR_KINDS[row.kind].zh),
        ("使用登记证编号", row.use_cert_no or ""),
        ("设备代码", row.device_code or ""),
        ("单位内编号", row.inner_no or ""),
        ("使用单位", row.use_unit.name if row.use_unit else ""),
        ("使用地点", row.address),
        ("维保单位", company.name if company else ""),
        ("维保电话", company.phone if company else ""),
        ("登记机关", f"{found.area.zh}市场监督管理局" if found.area else ""),
        ("检验机构", tested),
    )
    for number, (name, value) in enumerate(pairs):
        y = 23 + number * 5.6
        mark.text(name, 6, y, 3.2)
        mark.text(value, 31, y, 3.6, 61)
    mark.text("下次检验日期", 6, 83, 4)
    mark.text(f"{until:%Y}年{until:%m}月" if until else "", 34, 83.5, 6.5)
    mark.text("应急救援电话", 6, 93, 4)
    rescue = found.enrolment.code if found.enrolment else row.rescue_code or ""
    mark.text(f"{RESCUE_NUMBER}　识别码 {rescue}" if rescue else RESCUE_NUMBER, 34, 93.5, 6.5)
    config = current()
    mark.symbol(codes.qr_url(config.base_url, row.label_code, config.label_keys), 95, 19, 41)
    mark.text("扫码查看检验、维保和报修", 97, 63, 3.1)
    mark.text(found.grouped_code, 97, 68.5, 3.1, 37)
    mark.text(f"打印日期 {clock.today()}", 97, 74, 3.1)
