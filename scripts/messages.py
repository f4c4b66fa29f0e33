"""Keep the English catalogue in step with the source: `python scripts/messages.py update`.

New Chinese messages are added without English, those that nobody uses any more are dropped.
`missing` prints the messages without English as JSON; `fill FILE` puts in a JSON object of message -> English.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "blueprints/translations/en/LC_MESSAGES/messages.po"
FOLDERS = ("blueprints", "registry")
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "T": None}
DATE = datetime(2026, 1, 1, tzinfo=UTC)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def messages() -> list[str]:
    """Every Chinese message of the source, sorted."""
    found = set()
    for folder in FOLDERS:
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, METHODS, keywords=KEYWORDS, options_map={"**.html": {"encoding": "utf-8"}}
        ):
            text = message[0] if isinstance(message, tuple) else message
            if text and CHINESE.search(text):
                found.add(text)
    return sorted(found)


def known() -> dict[str, str]:
    """What has been translated."""
    if not CATALOGUE.exists():
        return {}
    with CATALOGUE.open("rb") as stream:
        return {str(entry.id): str(entry.string) for entry in read_po(stream, locale="en") if entry.id}


def write(translated: dict[str, str]) -> int:
    """Write the catalogue of all present messages; returns how many have no English."""
    # A moving date in the header would change the file at every run.
    catalogue = Catalog(
        locale="en", charset="utf-8", header_comment="# English", creation_date=DATE, revision_date=DATE
    )
    missing = 0
    for text in messages():
        english = translated.get(text, "")
        missing += not english
        catalogue.add(text, english)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as stream:
        write_po(stream, catalogue, width=0, sort_output=True)
    return missing


def main(command: str, *arguments: str) -> None:
    """Run one of the commands."""
    if command == "update":
        sys.stdout.write(f"{write(known())} messages without English\n")
    elif command == "missing":
        translated = known()
        json.dump([text for text in messages() if not translated.get(text)], sys.stdout, ensure_ascii=False, indent=0)
    elif command == "fill":
        fresh = {text: english for name in arguments for text, english in json.loads(Path(name).read_text()).items()}
        sys.stdout.write(f"{write({**known(), **fresh})} messages without English\n")
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:] or ["help"])
