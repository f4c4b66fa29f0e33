"""What a journey hands in: photographs as a phone makes them, signatures drawn with a finger."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page

from seeds.pictures import photo

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF"


def jpeg(about: str, width: int = 2400, height: int = 1800) -> dict[str, Any]:
    """A photograph as large as a phone takes it; each subject gives another picture."""
    stream = BytesIO()
    Image.open(BytesIO(photo(about))).convert("RGB").resize((width, height)).save(stream, "JPEG", quality=90)
    return {"name": f"{about}.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}


def pdf(about: str) -> dict[str, Any]:
    """A document."""
    return {"name": f"{about}.pdf", "mimeType": "application/pdf", "buffer": PDF + about.encode()}


def sign(page: Page, pad: Locator, slant: int = 1) -> None:
    """Draw a stroke on a signature pad."""
    canvas = pad.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    left, middle = box["x"] + 20, box["y"] + box["height"] / 2
    page.mouse.move(left, middle)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(left + 12 * step, middle + slant * (15 if step % 2 else -15))
    page.mouse.up()
