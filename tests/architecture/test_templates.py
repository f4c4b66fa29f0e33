"""Templates compile, keep to the content policy, and leave no Chinese outside the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

from tests.architecture.source import ROOT

TEMPLATES = ROOT / "blueprints/templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
CATALOGUE = ROOT / "blueprints/translations/en/LC_MESSAGES/messages.po"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "T": None}


def name_of(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_it_compiles(built_app: Flask, path: Path) -> None:
    built_app.jinja_env.get_template(name_of(path))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_it_keeps_to_the_content_policy(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script or 'type="application/json"' in script


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_its_chinese_is_marked_for_translation(path: Path) -> None:
    """What is left without comments, expressions and statements is shown as it stands."""
    source = path.read_text(encoding="utf-8")
    bare = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
    assert not CHINESE.findall(bare)


def messages() -> set[str]:
    found = set()
    for folder in ("blueprints", "registry"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, METHODS, keywords=KEYWORDS, options_map={"**.html": {"encoding": "utf-8"}}
        ):
            texts = message if isinstance(message, tuple) else (message,)
            found.update(text for text in texts if text and CHINESE.search(text))
    return found


def test_every_message_has_its_english() -> None:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream, locale="en")
    missing = sorted(text for text in messages() if not (entry := catalogue.get(text)) or not entry.string)
    assert not missing, f"{len(missing)} messages without English, such as {missing[:10]}"


def test_translations_keep_their_places() -> None:
    places = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream, locale="en")
    wrong = [
        entry.id
        for entry in catalogue
        if isinstance(entry.id, str)
        and entry.id
        and entry.string
        and sorted(places.findall(entry.id)) != sorted(places.findall(str(entry.string)))
    ]
    assert not wrong
