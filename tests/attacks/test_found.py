"""What attacks have found, each by itself."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("path", ["/calls/", "/call-drills/"])
def test_a_wrong_token_is_told_so_on_pages_of_the_desk(client: Any, path: str) -> None:
    answer = client.get(path, headers={"Authorization": "Bearer nobody"})
    assert answer.status_code == 401
    assert "令牌无效" in answer.text
