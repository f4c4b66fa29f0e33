"""Texts for people, made below the doors and translated at them."""

from __future__ import annotations

from typing import Any


class T(str):
    """A Chinese message that remembers its template and values, so that a door can say it in English.

    It *is* the Chinese text. `T("应在{day}前检验", day=day)`
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> T:
        text = super().__new__(cls, template.format(**values) if values else template)
        text.template = template
        text.values = values
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (self.template, self.values))


class Spoken(T):
    """A text of the rules, which carry both languages themselves."""

    zh: str
    en: str

    def __new__(cls, zh: str, /, en: str = "") -> Spoken:
        text = super().__new__(cls, zh)
        assert isinstance(text, Spoken)
        text.zh, text.en = zh, en
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return (Spoken, (self.zh, self.en))


def _rebuild(template: str, values: dict[str, Any]) -> T:
    return T(template, **values)
