"""Tiles of a server that the office has set, under a map in a real browser: they lie where they belong, and without
them the map is what it was."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from math import asinh, pi, radians, tan

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

COLOUR = (214, 51, 132)  # nothing else on the page has it
MAP = "/maintenance/map"


class Tiles(ThreadingHTTPServer):
    """A tile server: every tile is of one colour. `asked`: the paths and what came with them; `gone`: it answers
    404."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.gone = False
        picture = BytesIO()
        Image.new("RGB", (256, 256), COLOUR).save(picture, "PNG")
        self.picture = picture.getvalue()


class Answer(BaseHTTPRequestHandler):
    server: Tiles

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.send_response(404 if self.server.gone else 200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if not self.server.gone:
            self.wfile.write(self.server.picture)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture(scope="module", autouse=True)
def tiles() -> Iterator[Tiles]:
    """Stands before the registry starts, so that its settings name it."""
    with Tiles() as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_TILES_URL", f"http://127.0.0.1:{found.server_port}/wgs84/{{z}}/{{x}}/{{y}}.png")
        patch.setenv("REGISTRY_TILES_ATTRIBUTION", "© 试验地图")
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def coloured(page: Page) -> float:
    """The share of the map that has the tiles' colour."""
    drawn = Image.open(BytesIO(page.locator("point-map svg").first.screenshot())).convert("RGB")
    raw = drawn.tobytes()
    pixels = list(zip(raw[::3], raw[1::3], raw[2::3], strict=True))
    return sum(all(abs(a - b) < 40 for a, b in zip(pixel, COLOUR, strict=True)) for pixel in pixels) / len(pixels)


def test_tiles_lie_under_the_points(signed_in, tiles) -> None:
    page = signed_in("company")
    page.goto(MAP)
    expect(page.get_by_text("© 试验地图")).to_be_visible()
    first = page.locator("image.map-tile").first
    expect(first).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert coloured(page) > 0.3
    path, headers = tiles.asked[0]
    assert re.fullmatch(r"/wgs84/\d+/\d+/\d+\.png", path)
    assert MAP not in headers.get("Referer", "")  # a page's address may name somebody's elevator
    # A point lies on the tile that Web Mercator gives for it.
    row = page.locator("point-map tr[data-lat]").first
    lat, lon = (float(row.get_attribute(name) or "") for name in ("data-lat", "data-lon"))
    z = int(path.split("/")[2])
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)
    tile = page.locator(f'image.map-tile[href$="/{z}/{x}/{y}.png"]').bounding_box()
    point = page.locator("point-map svg .dot circle").first.bounding_box()
    assert tile
    assert point
    across, down = point["x"] + point["width"] / 2, point["y"] + point["height"] / 2
    assert tile["x"] - 1 <= across <= tile["x"] + tile["width"] + 1
    assert tile["y"] - 1 <= down <= tile["y"] + tile["height"] + 1


def test_without_an_answer_the_borders_stand_alone(signed_in, tiles) -> None:
    tiles.gone, tiles.asked[:] = True, []
    page = signed_in("company")
    page.goto(MAP)
    expect(page.locator("point-map svg .dot circle").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert tiles.asked
    expect(page.locator("image.map-tile")).to_have_count(0)
    assert coloured(page) < 0.01
