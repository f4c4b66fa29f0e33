"""The tree over a batch: known roots, every way up leads to the root, and every kind of tampering is named."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import merkle
from registry.rules.merkle import Difference

ENTRY = {
    "id": 7,
    "at": "2026-11-24T00:00:00.000000+00:00",
    "act": "filling.recorded",
    "subject": "filling",
    "subject_id": 3,
    "person_id": 9,
    "unit_id": 2,
    "role": "filler",
    "request_id": "",
    "data": {"net_g": 14100},
}


def body(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def batch(count: int) -> dict[int, bytes]:
    return {number: body(number) for number in range(10, 10 + count)}


def test_the_shape_is_that_of_rfc_6962() -> None:
    one, two, three = (merkle.leaf(number, body(number)) for number in (1, 2, 3))
    assert merkle.root([one]) == one.hex()
    assert merkle.root([one, two, three]) == merkle.node(merkle.node(one, two), three).hex()
    with pytest.raises(ValueError, match="nothing"):
        merkle.root([])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 65])
def test_every_leaf_climbs_to_the_root(count) -> None:
    leaves = merkle.leaves(batch(count))
    root = merkle.root(leaves)
    for index, leaf in enumerate(leaves):
        path = merkle.path(leaves, index)
        assert merkle.climb(leaf, path) == root
        assert merkle.climb(merkle.leaf(9_999, body(1)), path) != root
    with pytest.raises(IndexError):
        merkle.path(leaves, count)


@given(st.dictionaries(st.integers(1, 2**60), st.binary(min_size=32, max_size=32), max_size=40))
def test_packing_loses_nothing(bodies) -> None:
    assert merkle.unpack(merkle.pack(bodies)) == bodies


def test_half_a_digest_is_refused() -> None:
    with pytest.raises(ValueError, match="whole"):
        merkle.unpack(b"x" * 41)


@pytest.mark.parametrize("name", [name for name in ENTRY if name != "id"])
def test_every_field_counts(name) -> None:
    assert merkle.body_of({**ENTRY, name: "other"}) != merkle.body_of(ENTRY)


def test_who_acted_is_in_the_private_part() -> None:
    public, private = merkle.parts(ENTRY)
    assert set(private) == {"person_id", "request_id", "role"}
    assert not public.keys() & {*private, "id"}


SEALED = batch(6)
MOVED = {**SEALED, 11: SEALED[12], 12: SEALED[11]}
TAMPERED = [
    (SEALED, []),
    ({**SEALED, 11: body(99)}, [Difference("changed", 11)]),
    ({number: value for number, value in SEALED.items() if number != 13}, [Difference("removed", 13)]),
    ({**SEALED, 40: body(40)}, [Difference("inserted", 40)]),
    (MOVED, [Difference("reordered", 11, 12), Difference("reordered", 12, 11)]),
]


@pytest.mark.parametrize(("found", "named"), TAMPERED)
def test_tampering_is_named(found, named) -> None:
    assert merkle.differences(SEALED, found) == named


@given(st.dictionaries(st.integers(8, 18), st.integers(8, 18).map(body)))
def test_anything_that_differs_is_found(found) -> None:
    assert bool(merkle.differences(SEALED, found)) == (found != SEALED)
