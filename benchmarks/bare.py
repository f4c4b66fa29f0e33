"""What figures are held against: Flask and nothing else, answering an empty JSON object or an empty page."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.post("/")
def nothing() -> dict[str, str]:
    """An empty answer."""
    return {}


@app.get("/")
def page() -> str:
    """A page with one letter: without any there is nothing to paint."""
    return "<!doctype html><title>.</title><p>."
