"""The precautionary and filling label that goes on a filled cylinder (GB/T 16804), printed after the fill.

Printing it says that the labels of the turn exist (R54); whoever checks after filling may still say they are not on.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import update

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Invalid
from registry.labels.fill_drawing import burnt, fill_label_svg, fill_labels_pdf
from registry.labels.fill_label import FillLabel
from registry.labels.fill_layouts import FILL_LAYOUTS, FillLayout
from registry.labels.raster import RESOLUTIONS
from registry.messages import T
from registry.models import FillCycle
from registry.queries import fill_labels as queries
from registry.queries.fill_labels import FillFace
from registry.rules.precautions import SIGNALS
from registry.settings import current

FORMATS = ("pdf", "svg", "zpl", "tspl")


def printed(
    actor: Actor, fills: Sequence[int], layout: str, wanted: str = "pdf", start: int = 0, dpi: int = 203
) -> tuple[bytes, str]:
    """The labels of the station's own fills, by their ids, as a file with its name.

    `wanted` is one of FORMATS (several drawings come as a zip), `start` counts the positions used up on the first
    sheet. The turns of the fills are marked as labelled.

    Raises:
        Invalid: none or more than 500 fills, one that is not the station's, a gas the rules do not know, an unknown
            layout, format, start or resolution, a sheet for a thermal printer.
    """
    policy.require(actor, "fill_label.print")
    chosen = _layout(layout, wanted, start, dpi)
    if not 1 <= len(set(fills)) <= queries.MOST:
        raise Invalid.field("fills", T("请选择1到{most}次充装", most=queries.MOST))
    with transaction() as session:
        faces = queries.chosen(actor, fills, clock.today())
        if len(faces) != len(set(fills)):
            raise Invalid.field("fills", T("有的充装记录不存在，或者不是本单位的"))
        strange = sorted({face.row.medium for face in faces if face.precaution is None})
        if strange:
            raise Invalid.field("fills", T("规则表没有这些介质的警示标签：{media}", media="、".join(strange)))
        content, name = _file([_label_of(face) for face in faces], chosen, wanted, start, dpi)
        session.execute(
            update(FillCycle)
            .where(FillCycle.filling_id.in_([face.row.id for face in faces]), FillCycle.station_id == actor.unit_id)
            .values(labels_printed=True)
        )
        audit.record(actor, "fill_label.printed", count=len(faces), layout=layout, format=wanted)
        return content, name


def printed_of_day(
    actor: Actor, on: date, layout: str, wanted: str = "pdf", start: int = 0, dpi: int = 203, unprinted: bool = True
) -> tuple[bytes, str]:
    """The labels of a day's fills, by default of those that have none yet; as `printed`."""
    policy.require(actor, "fill_label.print")
    faces = queries.of_day(actor, on, unprinted)
    return printed(actor, [face.row.id for face in faces], layout, wanted, start, dpi)


def _layout(layout: str, wanted: str, start: int, dpi: int) -> FillLayout:
    chosen = FILL_LAYOUTS.get(layout)
    if chosen is None:
        raise Invalid.field("layout", T("没有这种版式"))
    if wanted not in FORMATS:
        raise Invalid.field("format", T("请从列表中选择"))
    if wanted in ("zpl", "tspl") and not chosen.is_roll:
        raise Invalid.field("layout", T("热敏打印机请选择标签卷版式"))
    if dpi not in RESOLUTIONS:
        raise Invalid.field("dpi", T("分辨率应为203或300"))
    if not 0 <= start < chosen.per_page:
        raise Invalid.field("start", T("起始位置应在0到{last}之间", last=chosen.per_page - 1))
    return chosen


def _file(labels: list[FillLabel], layout: FillLayout, wanted: str, start: int, dpi: int) -> tuple[bytes, str]:
    if wanted == "pdf":
        return fill_labels_pdf(labels, layout, start, title="气瓶警示标签和充装标签"), "fill-labels.pdf"
    if wanted == "svg":
        drawings = [fill_label_svg(label, layout).encode() for label in labels]
        if len(drawings) == 1:
            return drawings[0], "fill-label.svg"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, drawing in enumerate(drawings, 1):
                archive.writestr(f"{number:03d}.svg", drawing)
        return out.getvalue(), "fill-labels.zip"
    return burnt(labels, layout, wanted, dpi), f"fill-labels.{wanted}"


def _label_of(face: FillFace) -> FillLabel:
    """What the label of a fill says; the station is named, its people are not."""
    rule, row = face.precaution, face.row
    if rule is None:
        raise ValueError(f"no precautionary label for {row.medium}")
    station, config = row.station, current()
    code = row.cylinder.label_code
    amount = ""
    if face.net_g is not None:
        amount = f"净重 {Decimal(face.net_g) / 1000:.1f} kg"
    elif row.pressure_kpa is not None:
        amount = f"充装压力 {Decimal(row.pressure_kpa) / 1000:.1f} MPa"
    number = row.cylinder.register_no or row.cylinder.serial_no
    filled = f"充装日期 {clock.day_of(row.ended_at):%Y-%m-%d}"
    fill = (
        f"充装单位 {station.name}",
        f"地址 {station.address}" if station.address else "",
        f"电话 {station.phone}" if station.phone else "",
        f"应急 {rule.emergency.zh}",
        " · ".join(part for part in (filled, amount) if part),
        " · ".join(part for part in (f"气瓶 {number}", f"批号 {face.batch_no}" if face.batch_no else "") if part),
    )
    return FillLabel(
        classes=rule.classes,
        signal=SIGNALS[rule.signal][0],
        gas=rule.zh,
        un=rule.un,
        sentences=tuple(f"• {sentence.zh}" for sentence in (*rule.hazards, *rule.care)),
        fill=tuple(line for line in fill if line),
        code_url=codes.qr_url(config.base_url, code, config.label_keys) if code else "",
    )
