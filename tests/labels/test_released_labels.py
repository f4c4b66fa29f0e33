"""Labels that are out on cylinders cannot be printed anew: what was released once reads for ever."""

from dataclasses import replace
from pathlib import Path

import pytest

from registry import codes
from registry import settings as settings_of
from registry.db import transaction
from tests import filling_factory as make

from .conftest import KEYS

RELEASED = (Path(__file__).parents[1] / "data/labels_of_version_1.txt").read_text().split()


@pytest.mark.parametrize("text", RELEASED)
def test_a_label_of_version_1_is_ours_whatever_the_host_is_called_now(text) -> None:
    scanned = codes.split(text)
    assert codes.verify(scanned, KEYS) == "ok"
    assert codes.qr_url("https://old.example.cn", scanned.code, KEYS) == text
    assert codes.verify(codes.split(text.replace("OLD.EXAMPLE.CN", "NEW.EXAMPLE.CN:8443")), KEYS) == "ok"
    assert codes.verify(scanned, {"2": KEYS["2"]}) == "bad_mac"


def test_it_opens_its_cylinder_after_a_new_host_and_a_new_key(client, monkeypatch) -> None:
    bottle = make.cylinder()
    scanned = codes.split(RELEASED[0])
    with transaction() as session:
        label = session.merge(make.label_of(bottle.label_code or ""))
        label.code = scanned.code
    settings = settings_of.current()
    now = replace(settings, label_keys=KEYS, label_key_version="2", base_url="https://new.example.cn")
    monkeypatch.setattr(settings_of, "_current", [now])
    assert make.label_of(scanned.code).cylinder_id == bottle.id
    assert bottle.serial_no in client.get(f"/Q/{scanned.code}.{scanned.mac}").text
    assert "verdict-block" in client.get(f"/Q/{scanned.code}.{'0' * 16}").text


HOSTS = ("OLD.EXAMPLE.CN", "NEW.EXAMPLE.CN:8443", "127.0.0.1:8000")


@pytest.mark.parametrize("text", RELEASED)
def test_every_released_label_is_found_at_every_door(client, api_of, monkeypatch, text) -> None:
    """By a citizen's camera in either spelling, and by a station's scanner, whatever host is printed on it."""
    bottle = make.cylinder()
    scanned = codes.split(text)
    with transaction() as session:
        session.merge(make.label_of(bottle.label_code or "")).code = scanned.code
    now = replace(settings_of.current(), label_keys=KEYS, label_key_version="2", base_url="https://new.example.cn")
    monkeypatch.setattr(settings_of, "_current", [now])
    path = f"{scanned.code}.{scanned.mac}"
    for address in (f"/q/{path}", f"/Q/{path}", f"/q/{path.lower()}"):
        assert bottle.serial_no in client.get(address).text, address
    api = api_of("filling")
    for host in HOSTS:
        for written in (text.replace("OLD.EXAMPLE.CN", host), text.replace("OLD.EXAMPLE.CN", host).lower()):
            answer = api.post("/scans", {"code": written, "purpose": "look"})
            assert answer.json["cylinder"]["serial_no"] == bottle.serial_no, written
