"""Pictures in pieces: resumed, repeated, wrong, abandoned."""

from __future__ import annotations

import hashlib
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import clock, files
from registry.actor import SYSTEM
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, TooMany
from registry.models import StoredFile, TrailEntry, Upload
from registry.services import uploads
from registry.settings import current
from tests import visits_factory as make
from tests.conftest import POSTGRES

CONTENT = make.JPEG + bytes(range(256)) * 4


def opening(content: bytes = CONTENT, **changes: Any) -> dict[str, Any]:
    return {
        "ref": str(uuid.uuid4()),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "mime": "image/jpeg",
        "purpose": "visit_photo",
        **changes,
    }


def how_many(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_picture_arrives_in_pieces_and_becomes_a_file(actor):
    tech, sent = actor("tech1"), opening()
    assert uploads.start(tech, sent).received == 0
    assert uploads.append(tech, sent["ref"], 0, CONTENT[:400]).received == 400
    assert uploads.start(tech, sent).received == 400
    row = uploads.append(tech, sent["ref"], 400, CONTENT[400:])
    stored = db.session.get_one(StoredFile, row.file_id)
    assert (stored.sha256, stored.size, stored.mime, stored.purpose) == (
        sent["sha256"],
        len(CONTENT),
        "image/jpeg",
        "visit_photo",
    )
    assert (stored.unit_id, stored.person_id) == (tech.unit_id, tech.person_id)
    assert files.path_of(current().files_dir, stored.sha256).read_bytes() == CONTENT
    assert files.read_part(current().files_dir, f"{tech.person_id}-{sent['ref']}") == b""
    acts = select(TrailEntry.act).where(TrailEntry.subject == "upload").order_by(TrailEntry.id)
    assert list(db.session.scalars(acts)) == ["upload.started", "upload.finished"]


def test_what_arrives_twice_changes_nothing(actor):
    tech, sent = actor("tech1"), opening()
    uploads.start(tech, sent)
    uploads.append(tech, sent["ref"], 0, CONTENT[:400])
    assert uploads.append(tech, sent["ref"], 0, CONTENT[:400]).received == 400
    assert uploads.append(tech, sent["ref"], 800, CONTENT[800:]).received == 400, "a piece too early is not taken"
    assert uploads.append(tech, sent["ref"], 400, b"").received == 400
    first = uploads.append(tech, sent["ref"], 400, CONTENT[400:]).file_id
    assert uploads.append(tech, sent["ref"], 400, CONTENT[400:]).file_id == first
    assert uploads.append(tech, sent["ref"], 0, CONTENT[:400]).file_id == first
    assert uploads.start(tech, sent).file_id == first
    assert (how_many(Upload), how_many(StoredFile)) == (1, 1)


@pytest.mark.skipif(POSTGRES, reason="the test's transaction holds one connection")
def test_two_tabs_send_the_same_piece_at_once(actor, app):
    tech, sent = actor("tech1"), opening()
    uploads.start(tech, sent)
    found: list[Any] = []

    def send() -> None:
        with app.app_context():
            found.append(uploads.append(tech, sent["ref"], 0, CONTENT).file_id)
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({file for file in found if file}) == 1
    assert how_many(StoredFile) == 1


def test_a_ref_stands_for_one_picture(actor):
    tech, sent = actor("tech1"), opening()
    uploads.start(tech, sent)
    with pytest.raises(Conflict):
        uploads.start(tech, opening(make.JPEG + b"another", ref=sent["ref"]))
    # Another person's device may happen to use the same one.
    assert uploads.start(actor("tech2"), opening(make.JPEG + b"another", ref=sent["ref"])).received == 0


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (CONTENT[:-1] + b"x", {}),
        (b"%PDF-1.7 no picture", {"sha256": hashlib.sha256(b"%PDF-1.7 no picture").hexdigest()}),
        (make.PNG + b"a png", {"sha256": hashlib.sha256(make.PNG + b"a png").hexdigest()}),
    ],
)
def test_what_is_not_what_was_announced_begins_anew(actor, content, declared):
    tech, sent = actor("tech1"), opening(size=len(content), **declared)
    uploads.start(tech, sent)
    with pytest.raises(Invalid):
        uploads.append(tech, sent["ref"], 0, content)
    assert uploads.start(tech, sent).received == 0
    assert how_many(StoredFile) == 0


def test_more_than_was_announced_is_refused(actor):
    tech, sent = actor("tech1"), opening()
    uploads.start(tech, sent)
    with pytest.raises(Invalid):
        uploads.append(tech, sent["ref"], 0, CONTENT + b"more")
    assert uploads.append(tech, sent["ref"], 0, CONTENT).file_id


def test_a_restart_between_the_last_piece_and_the_file_loses_nothing(actor, monkeypatch):
    tech, sent = actor("tech1"), opening()
    uploads.start(tech, sent)
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "_settled", lambda _actor, row: row)
        assert uploads.append(tech, sent["ref"], 0, CONTENT).file_id is None
    assert uploads.start(tech, sent).file_id is not None


def test_others_do_not_see_it(actor):
    sent = opening()
    uploads.start(actor("tech1"), sent)
    for login in ("tech2", "company2", "section"):
        with pytest.raises(Missing):
            uploads.append(actor(login), sent["ref"], 0, CONTENT)
    with pytest.raises(Forbidden):
        uploads.start(SYSTEM, opening())


def test_a_device_gone_wild_is_stopped(actor, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_UNFINISHED", 2)
    tech = actor("tech1")
    for _ in range(2):
        uploads.start(tech, opening())
    with pytest.raises(TooMany):
        uploads.start(tech, opening())


def test_abandoned_uploads_are_forgotten_and_may_begin_again(actor, monkeypatch):
    tech, stale, fresh, done = actor("tech1"), opening(), opening(), opening()
    for sent, end in ((stale, 10), (done, len(CONTENT))):
        uploads.start(tech, sent)
        uploads.append(tech, sent["ref"], 0, CONTENT[:end])
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    uploads.start(tech, fresh)
    assert uploads.abandon(SYSTEM, later - timedelta(days=30)) == 1
    assert set(db.session.scalars(select(Upload.ref))) == {fresh["ref"], done["ref"]}
    assert files.read_part(current().files_dir, f"{tech.person_id}-{stale['ref']}") == b""
    assert uploads.start(tech, stale).received == 0
    with pytest.raises(Forbidden):
        uploads.abandon(actor("section"), later)


def test_the_command(app, actor):
    uploads.start(actor("tech1"), opening())
    assert app.test_cli_runner().invoke(args=["uploads", "clean"]).output == "0\n"
