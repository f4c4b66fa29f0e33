"""From codes to a file that is printed, each print counted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from registry import audit, codes, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Invalid
from registry.labels import faces
from registry.labels.compose import Label
from registry.labels.layouts import LAYOUTS
from registry.labels.pdf import labels_pdf
from registry.labels.preview import preview_svg
from registry.labels.raster import RESOLUTIONS
from registry.labels.thermal import tspl, zpl
from registry.messages import T
from registry.models import LabelCode
from registry.queries import labels as queries
from registry.services.labels import MOST, PRINTABLE

MOST_BURNT = 1000  # a label at 300 dpi takes up to 40 kB of a printer's memory
LANGUAGES = {"zpl": zpl, "tspl": tspl}
SVG, ZIP, PDF = "image/svg+xml", "application/zip", "application/pdf"


def sheet(actor: Actor, wanted: Sequence[str], layout: str, start: int = 0, reason: str | None = None) -> bytes:
    """A PDF of the codes in the order given; the prints are counted only when the file could be made.

    `start` counts the label positions used up on the first sheet.

    Raises:
        Invalid: an unknown layout, a start outside the sheet, or what `printed` refuses.
    """
    chosen = LAYOUTS.get(layout)
    if chosen is None:
        raise Invalid.field("layout", T("没有这种版式"))
    if not 0 <= start < chosen.per_page:
        raise Invalid.field("start", T("起始位置应在0到{last}之间", last=chosen.per_page - 1))
    with transaction():
        rows = printed(actor, wanted, layout, reason)
        return labels_pdf(
            [faces.label(face) for face in queries.faces(rows)], chosen, start, title="宿州市特种设备标签"
        )


def drawings(actor: Actor, wanted: Sequence[str], layout: str, reason: str | None = None) -> tuple[bytes, str]:
    """The labels as SVG for laser and ceramic makers: one file, or a zip of several; with its media type."""
    chosen = LAYOUTS.get(layout)
    if chosen is None:
        raise Invalid.field("layout", T("没有这种版式"))
    with transaction():
        rows = printed(actor, wanted, layout, reason)
        made = [(face.row.code, preview_svg(faces.label(face), chosen, outlined=True)) for face in queries.faces(rows)]
    if len(made) == 1:
        return made[0][1].encode(), SVG
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for code, drawing in made:
            archive.writestr(f"{code}.svg", drawing)
    return out.getvalue(), ZIP


def burnt(
    actor: Actor, wanted: Sequence[str], layout: str, language: str, dpi: int, reason: str | None = None
) -> bytes:
    """The labels in the language of a thermal printer (`zpl` or `tspl`), counted like any print.

    Raises:
        Invalid: a sheet, an unknown language or resolution, more than MOST_BURNT, or what `printed` refuses.
    """
    chosen = LAYOUTS.get(layout)
    if chosen is None or not chosen.is_roll:
        raise Invalid.field("layout", T("热敏打印机请选择标签卷版式"))
    if language not in LANGUAGES:
        raise Invalid.field("format", T("请从列表中选择"))
    if dpi not in RESOLUTIONS:
        raise Invalid.field("dpi", T("分辨率应为203或300"))
    if len(wanted) > MOST_BURNT:
        raise Invalid.field("codes", T("热敏打印一次最多{most}枚", most=MOST_BURNT))
    with transaction():
        rows = printed(actor, wanted, layout, reason)
        labels = [faces.label(face) for face in queries.faces(rows)]
        return LANGUAGES[language](labels, chosen, dpi)


def listed(actor: Actor, wanted: Sequence[str], reason: str | None = None) -> list[Label]:
    """The labels for a print house that draws them itself, counted like any print.

    Raises:
        Invalid: as `printed`.
    """
    with transaction():
        rows = printed(actor, wanted, "xlsx", reason)
        return [faces.label(face) for face in queries.faces(rows)]


def printed(actor: Actor, wanted: Sequence[str], layout: str, reason: str | None = None) -> list[LabelCode]:
    """Count one print of each code, in the order given; a second print of a code needs a reason.

    Raises:
        Invalid: none or more than 5,000 codes, one that is void or not the caller's, a reprint without a reason.
    """
    policy.require(actor, "label.print")
    plain = list(dict.fromkeys(codes.split(code).code or code for code in wanted))
    if not 1 <= len(plain) <= MOST:
        raise Invalid.field("codes", T("请选择1到{most}个编码", most=MOST))
    with transaction() as session:
        found: dict[str, LabelCode] = {}
        for start in range(0, len(plain), 500):
            part = policy.scope(actor, LabelCode).where(LabelCode.code.in_(plain[start : start + 500]))
            found.update((row.code, row) for row in session.scalars(part))
        lost = [code for code in plain if code not in found or found[code].status not in PRINTABLE]
        if lost:
            shown = "、".join(lost[:5]) + ("…" if len(lost) > 5 else "")
            raise Invalid.field("codes", T("有{count}个编码不存在或已作废：{codes}", count=len(lost), codes=shown))
        rows = [found[code] for code in plain]
        if not reason and any(row.prints for row in rows):
            again = sum(1 for row in rows if row.prints)
            raise Invalid.field("reason", T("其中{count}个已经打印过，请写明重印原因", count=again))
        for row in rows:
            row.prints += 1
        first = rows[0] if len(rows) == 1 else None
        audit.record(actor, "label.printed", first, count=len(rows), layout=layout, reason=reason)
        return rows
