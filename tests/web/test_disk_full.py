"""A full disk is said in a sentence, with when to come back; at the API as problem+json."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from flask import Flask


def failure(path: str) -> OSError:
    """What this machine says when a file cannot be written."""
    with pytest.raises(OSError, match=r"\[Errno") as found, Path(path).open("wb", buffering=0) as file:
        file.write(b"a photo")
    return found.value


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("path", ["/visits/new", "/api/v1/visits"])
def test_a_full_disk_is_503(app: Flask, path: str) -> None:
    error = failure("/dev/full")
    assert error.errno == errno.ENOSPC
    with app.test_request_context(path, method="POST"):
        answer = app.make_response(app.handle_user_exception(error))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    said = answer.json["detail"] if path.startswith("/api/") else answer.get_data(as_text=True)
    assert "磁盘已满" in said


def test_another_failure_of_files_is_a_mistake_of_ours(app: Flask, tmp_path: Path) -> None:
    error = failure(str(tmp_path))
    with app.test_request_context("/api/v1/visits", method="POST"):
        assert app.make_response(app.handle_user_exception(error)).status_code == 500
