"""Personal data on issued papers: found wherever a paper may say it, and gone from a masked copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from registry.documents.office.issued import BLANKS
from registry.queries import paper_facts
from registry.rules import paper_data

FACTS: dict[str, Any] = {
    "accident": {"reporter": "张敏", "reporter_phone": "13905570000", "course": "报告人13905570000，家属13805571234"},
    "hazard": {"responsible_phone": ""},
    "office": {"phone": "0557-3021111"},
    "changes": [{"what": "联系", "value": "13705574321"}],
    "number": "埇市监特事报〔2026〕1号",
}


def test_each_datum_is_named_once() -> None:
    assert paper_data.lines(FACTS) == [
        ("reporter", "张敏"),
        ("reporter_phone", "13905570000"),
        ("mobile", "13805571234"),
        ("mobile", "13705574321"),
    ]
    assert not paper_data.lines({"number": "1号", "office": {"phone": "0557-3021111"}, "rows": [{"plan": 5}]})


def test_a_copy_is_masked_and_the_facts_stay() -> None:
    before = repr(FACTS)
    left = paper_data.masked(FACTS)
    assert repr(FACTS) == before
    assert left["accident"] == {
        "reporter": "张*",
        "reporter_phone": "139****0000",
        "course": "报告人139****0000，家属138****1234",
    }
    assert left["changes"] == [{"what": "联系", "value": "137****4321"}]
    assert left["office"] == {"phone": "0557-3021111"}
    assert left["number"] == FACTS["number"]


def sayable() -> Iterator[tuple[str, str, str]]:
    """(kind, section, name) of every fact that a template may name."""
    for kind, blank in {"": paper_facts.blank_hazard, **BLANKS}.items():
        for section, value in blank().items():
            parts = value if isinstance(value, list) else [value]
            for part in parts:
                if isinstance(part, dict):
                    yield from ((kind, section, name) for name in part)


@pytest.mark.usefixtures("app")
def test_no_paper_says_a_telephone_or_a_reporter_that_nobody_decided_about() -> None:
    decided = {*paper_data.SAID, *paper_data.LINES_OF_UNITS}
    names = set(sayable())
    assert len(names) > 100
    personal = [one for one in names if "phone" in one[2] or "reporter" in one[2] or "caller" in one[2]]
    assert not [one for one in personal if one[1:] not in decided]
    assert {one[1:] for one in personal} == decided, "a place that no paper has"
