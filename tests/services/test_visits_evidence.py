"""Answers made compact and whole again; digests of what was sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import evidence
from registry.rules.maintenance import check_answers, items_for

ON = date(2026, 11, 20)
ITEMS = items_for("traction_passenger", "quarter", ON)
CODES = [item.code for item in ITEMS]

answer = st.fixed_dictionaries(
    {"item": st.sampled_from([*CODES, "D-1-01"]), "result": st.sampled_from(["normal", "abnormal", "fixed", "na"])},
    optional={
        "value": st.decimals(min_value=-99, max_value=99, places=2),
        "note": st.sampled_from(["", "已处理"]),
        "photo": st.just({"file": 7, "sha256": "ab"}),
    },
)


@given(st.lists(answer, max_size=60))
def test_nothing_is_lost_by_being_compact(given_answers: list[dict[str, Any]]):
    kept = evidence.compact("A", "quarter", ON, ITEMS, given_answers)
    whole = evidence.answers_of(kept)
    assert sorted(shape(a.item, a.result, a.value, a.note, a.photo) for a in whole) == sorted(
        shape(a["item"], a["result"], a.get("value"), a.get("note", ""), "photo" in a) for a in given_answers
    )
    assert check_answers(ITEMS, whole, ON) == check_answers(evidence.items_of(kept), evidence.answers_of(kept), ON)
    assert kept["normal"] + len(kept["others"]) == len(given_answers)


def shape(item: str, result: str, value: Decimal | None, note: str, photo: bool) -> tuple[Any, ...]:
    return item, result, "" if value is None else f"{value:.2f}", note, photo


def test_all_normal_is_what_compact_makes_of_it():
    plain = [{"item": code, "result": "normal"} for code in CODES]
    assert evidence.all_normal("A", "quarter", ON) == evidence.compact("A", "quarter", ON, ITEMS, plain)


def test_unanswered_items_are_named():
    kept = evidence.compact("A", "quarter", ON, ITEMS, [{"item": CODES[0], "result": "normal"}])
    assert kept["unanswered"] == CODES[1:]


BODY = {
    "ref": "1",
    "at": datetime(2026, 11, 20, 1, tzinfo=UTC),
    "value": Decimal("7.50"),
    "photo": b"x",
    "list": [1, 2],
}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"at": datetime(2026, 11, 20, 9, tzinfo=timezone(timedelta(hours=8)))}, True),
        ({"value": Decimal("7.5")}, True),
        ({"absent": None}, True),
        ({"value": Decimal("7.51")}, False),
        ({"photo": b"y"}, False),
        ({"list": [2, 1]}, False),
    ],
)
def test_the_digest_is_of_the_content_not_of_its_form(changes, same):
    assert (evidence.digest_of({**BODY, **changes}) == evidence.digest_of(BODY)) is same


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"\xff\xd8\xff\xe1x", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nx", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_pictures_are_known_by_their_first_bytes(content, mime):
    if mime:
        assert evidence.mime_of(content) == mime
    else:
        with pytest.raises(evidence.PictureError, match="format"):
            evidence.mime_of(content)


@pytest.mark.parametrize("text", ["", "data:,x", "data:image/png;base64,***", "data:image/png,abc", "https://x/y.png"])
def test_other_addresses_are_no_pictures(text):
    with pytest.raises(evidence.PictureError, match="format"):
        evidence.from_data_url(text)
