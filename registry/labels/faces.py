"""What is printed of a code: whose it is, its number, whom to call. No personal data."""

from __future__ import annotations

from registry import codes
from registry.actor import Actor
from registry.errors import Missing
from registry.labels import qr
from registry.labels.compose import Label
from registry.labels.layouts import LAYOUTS
from registry.labels.preview import preview_svg
from registry.messages import T
from registry.queries import labels as queries
from registry.queries.labels import Face
from registry.settings import current

RESCUE_NUMBER = "96366"
ISSUER = "宿州市特种设备安全登记"


def label(face: Face) -> Label:
    """The label of a code: title, lines and the signed address of its symbol."""
    lines: list[str] = []
    if face.on == "elevator":
        lines = [face.address, face.number, f"救援 {RESCUE_NUMBER} 识别码 {face.rescue_code or '—'}"]
    elif face.on == "cylinder":
        lines = [face.medium.zh if face.medium else "", f"编号 {face.number}"]
    if face.unit is not None and face.unit.phone:
        lines.append(f"电话 {face.unit.phone}")
    title = face.unit.name if face.unit else ISSUER
    return Label(_url(face), face.row.code, title, tuple(line for line in lines if line))


def _url(face: Face) -> str:
    config = current()
    return codes.qr_url(config.base_url, face.row.code, config.label_keys)


def svg(actor: Actor, code: str, layout: str | None = None) -> str:
    """The label of a code in a layout, or its symbol alone, as SVG.

    Raises:
        Missing: no such code for this caller, or no such layout.
    """
    face = queries.one(actor, code)
    if layout is None:
        return qr.svg(_url(face), size_mm=25)
    if layout not in LAYOUTS:
        raise Missing(T("没有这种版式"))
    return preview_svg(label(face), LAYOUTS[layout])


def png(actor: Actor, code: str, scale: int = 10) -> bytes:
    """The symbol of a code as PNG, `scale` pixels a module."""
    return qr.png(_url(queries.one(actor, code)), scale)
