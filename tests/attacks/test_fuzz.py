"""Whatever a program sends, the interface answers as its document says and never breaks: every operation of the OpenAPI
document, with what the document allows and with one thing in it broken. `make fuzz` looks for longer."""

from __future__ import annotations

import os
from typing import Any

import pytest
from flask import Flask

from tests.attacks import fuzzing

SEED = int(os.environ.get("FUZZ_SEED", "20261130"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))
MUTANTS = int(os.environ.get("FUZZ_MUTANTS", "2"))
PARTS = 2  # so that two workers share it


@pytest.mark.slow
@pytest.mark.timeout(60 + 240 * EXAMPLES)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_operation_breaks(app: Flask, client: Any, part: int) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    sender = fuzzing.Sender(client)
    chosen = slice(part, None, PARTS)
    for one, mutants in fuzzing.requests(document, SEED, EXAMPLES, MUTANTS, chosen):
        login = sender.as_whoever_may(one)
        for mutant in mutants:
            sender.send(mutant, login)
    assert not sender.wrong, f"FUZZ_SEED={SEED}: {len(sender.wrong)} of {sender.sent}\n" + "\n".join(sender.wrong[:40])
    assert sender.sent > 600
    assert sender.good > 60, "what is never accepted tries only the door"
