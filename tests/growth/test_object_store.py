"""Files in an S3-compatible store: kept once, fetched on demand, believed only under their own digest."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from registry import files
from registry import settings as settings_of
from registry.object_store import StoreAway
from registry.services import job_files, leftovers, uploads
from registry.settings import SettingsError
from seeds import cast
from tests.growth.clusters import free_port
from tests.growth.stores import BUCKET, client, keys, object_store
from tests.services.test_uploads import CONTENT, opening

DIGEST = hashlib.sha256(CONTENT).hexdigest()
KEY = f"city/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"


@pytest.fixture(scope="module")
def place() -> Iterator[dict[str, str]]:
    with object_store() as settings:
        yield settings


@pytest.fixture
def stored(app, place, tmp_path) -> Iterator[dict[str, str]]:
    """The settings of this process lead to the store, emptied."""
    found = client(place["FILES_ENDPOINT"])
    for key in keys(place):
        found.delete_object(Bucket=BUCKET, Key=key)
    before = settings_of.current()
    given = {name.lower(): value for name, value in place.items()}
    settings_of.configure(dataclasses.replace(before, files_dir=tmp_path / "here", **given))
    yield place
    settings_of.configure(before)


def root() -> Path:
    return settings_of.current().files_dir


def test_a_content_is_kept_once_and_fetched_on_demand(stored, tmp_path) -> None:
    assert files.keep(root(), CONTENT) == DIGEST == files.keep(root(), CONTENT)
    assert keys(stored) == [KEY]
    assert not root().exists()  # nothing lies on the host that took it
    assert files.path_of(root(), DIGEST).read_bytes() == CONTENT
    other = tmp_path / "another host"
    assert files.path_of(other, DIGEST).read_bytes() == CONTENT
    client(stored["FILES_ENDPOINT"]).delete_object(Bucket=BUCKET, Key=KEY)
    assert files.path_of(other, DIGEST).read_bytes() == CONTENT  # what is here is not asked for again
    assert not files.path_of(tmp_path / "third", DIGEST).exists()


def test_a_large_file_of_this_machine(stored, tmp_path) -> None:
    large = tmp_path / "list.xlsx"
    large.write_bytes(b"0123456789abcdef" * 600_000)  # more than one piece
    digest = files.keep_copy(root(), large)
    assert digest == hashlib.sha256(large.read_bytes()).hexdigest()
    assert files.path_of(root(), digest).read_bytes() == large.read_bytes()


def test_another_content_is_not_believed(stored) -> None:
    files.keep(root(), CONTENT)
    client(stored["FILES_ENDPOINT"]).put_object(Bucket=BUCKET, Key=KEY, Body=b"swapped")
    with pytest.raises(StoreAway, match="another content"):
        files.path_of(root(), DIGEST)
    assert not (root() / KEY.removeprefix("city/")).exists()


def test_what_is_brought_again_does_not_rest(stored) -> None:
    assert files.rests(root(), DIGEST, time.time())
    files.keep(root(), CONTENT)
    assert not files.rests(root(), DIGEST, time.time() - 60)
    assert files.rests(root(), DIGEST, time.time() + 60)
    first = client(stored["FILES_ENDPOINT"]).head_object(Bucket=BUCKET, Key=KEY)["LastModified"]
    time.sleep(1.1)
    files.keep(root(), CONTENT)
    assert client(stored["FILES_ENDPOINT"]).head_object(Bucket=BUCKET, Key=KEY)["LastModified"] > first
    files.path_of(root(), DIGEST)
    files.drop(root(), DIGEST)
    assert keys(stored) == []
    assert not files.path_of(root(), DIGEST).exists()


def test_pictures_in_pieces(stored, actor) -> None:
    tech, sent = actor("tech1"), opening()
    uploads.start(tech, sent)
    uploads.append(tech, sent["ref"], 0, CONTENT[:400])
    uploads.append(tech, sent["ref"], 0, CONTENT[:400])
    assert [key for key in keys(stored) if "uploads" in key] == [
        f"city/uploads/{tech.person_id}-{sent['ref']}/000000000000"
    ]
    row = uploads.append(tech, sent["ref"], 400, CONTENT[400:])
    assert row.file_id is not None
    assert keys(stored) == [KEY]


def test_more_pieces_than_one_answer_names(stored, monkeypatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    for offset in range(5):
        files.write_part(root(), "7-a", offset, CONTENT[offset : offset + 1])
    assert files.read_part(root(), "7-a") == CONTENT[:5]
    files.drop_part(root(), "7-a")
    assert files.read_part(root(), "7-a") == b""


def test_pieces_that_nobody_waits_for_go(stored, monkeypatch) -> None:
    files.keep(root(), CONTENT)
    files.write_part(root(), "7-gone", 0, b"piece")
    assert leftovers.sweep() == 0
    monkeypatch.setattr(leftovers, "PIECES_KEPT", timedelta(seconds=-60))  # everything is old
    assert leftovers.sweep() == 1
    assert keys(stored) == [KEY]


def test_nothing_is_dropped_that_is_needed(stored) -> None:
    files.keep(root(), CONTENT)
    assert job_files.drop_old() == 0
    assert keys(stored) == [KEY]


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_store_that_is_away_is_said(stored, browser_of, door) -> None:
    away = dataclasses.replace(settings_of.current(), files_endpoint=f"http://127.0.0.1:{free_port()}")
    settings_of.configure(away)
    with pytest.raises(StoreAway):
        files.keep(root(), CONTENT)
    with pytest.raises(StoreAway):
        files.path_of(root(), DIGEST)
    sent, who, mine = opening(), browser_of("tech1"), {"Acting-As": str(cast.actor("tech1").membership_id)}
    assert who.post("/field/uploads", json=sent, headers=mine).status_code == 200
    headers = {**mine, "Accept": "text/html" if door == "page" else "application/json"}
    answer = who.patch(f"/field/uploads/{sent['ref']}?offset=0", data=CONTENT[:10], headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "文件存储暂时不可用" in (answer.text if door == "page" else answer.json["detail"])


@pytest.mark.parametrize("url", ["/var/files", "s3://", "https://store.example.cn/bucket"])
def test_a_wrong_address_stops_the_start(monkeypatch, url) -> None:
    monkeypatch.setenv("REGISTRY_FILES_URL", url)
    with pytest.raises(SettingsError, match="REGISTRY_FILES_URL must be s3://"):
        settings_of.load()
