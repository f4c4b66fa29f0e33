"""What the gun's figures are held against: Flask and nothing else, answering an empty JSON object."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.post("/")
def nothing() -> dict[str, str]:
    """An empty answer."""
    return {}
