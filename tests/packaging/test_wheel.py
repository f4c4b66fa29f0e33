"""What is installed elsewhere must hold everything that runs: code, tables, pages, bundles, catalogues, fonts."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(wheel_file: Path) -> set[str]:
    """The names in a wheel built from this checkout."""
    with zipfile.ZipFile(wheel_file) as archive:
        return set(archive.namelist())


def test_every_bundle_of_the_manifest_is_in_the_wheel(wheel: set[str]) -> None:
    manifest = json.loads((ROOT / "static/dist/manifest.json").read_text())
    assert {"app.js", "app.css", "charts.js", "scanner.js", "zxing_reader.wasm"} <= set(manifest)
    assert {f"static/dist/{name}" for name in manifest.values()} <= wheel


def test_fonts_and_legal_texts_are_in_the_wheel(wheel: set[str]) -> None:
    fonts = {"NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "LICENSE.txt"}
    assert {f"static/dist/fonts/{name}" for name in fonts} <= wheel
    assert {f"static/dist/licences/{name}.txt" for name in ("htmx.org", "echarts", "zxing-wasm")} <= wheel


def test_every_catalogue_is_in_the_wheel_compiled(wheel: set[str]) -> None:
    sources = [path.relative_to(ROOT) for path in (ROOT / "blueprints/translations").glob("*/LC_MESSAGES/*.po")]
    assert sources
    assert {path.with_suffix(".mo").as_posix() for path in sources} <= wheel


@pytest.mark.parametrize("package", ["registry", "blueprints", "seeds", "migrations"])
def test_every_committed_file_of_a_package_is_in_the_wheel(wheel: set[str], package: str) -> None:
    listed = subprocess.run(["git", "ls-files", package], cwd=ROOT, check=True, capture_output=True, text=True)
    expected = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    assert expected
    assert expected <= wheel


def test_the_wheel_starts_a_server(wheel: set[str]) -> None:
    assert "wsgi.py" in wheel
