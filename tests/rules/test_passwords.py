"""Which passwords are refused."""

from __future__ import annotations

import pytest

from registry.rules import passwords


@pytest.mark.parametrize(
    ("password", "login", "problem"),
    [
        ("123456789", "wang", "short"),
        ("a" * 9, "wang", "short"),
        ("1234567890", "wang", "common"),
        ("P@$sword-2024", "wang", "common"),
        ("Qwerty_123456", "wang", "common"),
        ("aaaaaaaaaaaaaaaa", "wang", "common"),
        ("ababababababab", "wang", "common"),
        ("wangxiaoming", "wangxiaoming", "login"),
        ("Wang-Xiaoming", "wangxiaoming", "login"),
        ("liuyangliuyang", "liuyang", "login"),
        ("liuyang-likes-tea", "liuyang", ""),
        ("demo-suzhou-2026", "section", ""),
        ("一个很长的中文口令也可以", "wang", ""),
        ("tea at nine, soup at ten", "", ""),
    ],
)
def test_what_is_refused(password: str, login: str, problem: str) -> None:
    assert passwords.problem(password, login) == problem


def test_every_common_one_is_refused() -> None:
    lines = {line for line in passwords.common() if len(line) >= passwords.SHORTEST}
    assert len(lines) > 200
    assert {passwords.problem(line, "wang") for line in lines} == {"common"}
