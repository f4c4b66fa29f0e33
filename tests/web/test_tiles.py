"""A tile server under the maps: only where one is set, and only that host."""

from __future__ import annotations

import pytest

from registry import settings as settings_of
from registry.settings import SettingsError
from tests.notices_factory import settings

URL = "https://tiles.example.cn:8443/wgs84/{z}/{x}/{y}.png"


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> settings_of.Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"REGISTRY_{name}", value)
    return settings_of.load()


def pictures(policy: str) -> str:
    return next(part for part in policy.split("; ") if part.startswith("img-src"))


def test_without_one_nothing_is_fetched(browser_of) -> None:
    answer = browser_of("section").get("/calls/wall")
    assert "data-tiles" not in answer.text
    assert pictures(answer.headers["Content-Security-Policy"]) == "img-src 'self' data: blob:"


def test_with_one_the_map_names_it_and_the_policy_allows_that_host_alone(browser_of) -> None:
    browser = browser_of("section")
    plain = browser.get("/calls/wall").headers["Content-Security-Policy"]
    with settings(tiles_url=URL, tiles_attribution="© 测绘 <甲>"):
        answer = browser.get("/calls/wall")
    assert f'data-tiles="{URL}" data-tiles-said="© 测绘 &lt;甲&gt;"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert pictures(policy) == "img-src 'self' data: blob: https://tiles.example.cn:8443"
    assert policy.replace(" https://tiles.example.cn:8443", "") == plain


def test_the_setting_is_read(app, monkeypatch) -> None:
    found = read(monkeypatch, TILES_URL=URL, TILES_ATTRIBUTION="天地图")
    assert (found.tiles_url, found.tiles_attribution) == (URL, "天地图")
    assert found.tiles_origin == "https://tiles.example.cn:8443"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://tiles.example.cn/{z}/{x}/{y}",
        "https://tiles.example.cn/{z}/{x}.png",
        "https://{s}.example.cn/{z}/{x}/{y}.png",
        "https://a.cn;script-src/{z}/{x}/{y}.png",
        "https://user@example.cn/{z}/{x}/{y}.png",
    ],
)
def test_an_address_that_is_none_stops_the_start(app, monkeypatch, url) -> None:
    with pytest.raises(SettingsError, match="TILES_URL"):
        read(monkeypatch, TILES_URL=url, TILES_ATTRIBUTION="天地图")


def test_it_has_to_say_whose_they_are(app, monkeypatch) -> None:
    with pytest.raises(SettingsError, match="TILES_ATTRIBUTION"):
        read(monkeypatch, TILES_URL=URL)
