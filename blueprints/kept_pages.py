"""Pages that devices keep, so that they open without a network: what is kept, and the worker that keeps it.

What is kept holds nothing personal: a device keeps it for whoever comes. A page's data stays in the page's own stores.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, url_for

from blueprints.filters import asset
from registry.settings import ROOT

DIST = ROOT / "static/dist"
ICONS = ("icons/icon-192.png", "icons/icon-512.png", "icons/icons.svg", "icons/favicon.svg")


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page at the endpoint `page`; a device keeps what `shell` answers in its place, written by `render`. `name` is
    that of the bundler's list of files; `more` are endpoints whose answers are kept too. Several pages share a shell
    where `pattern` says which addresses; their workers' scopes lie under the endpoint `page`."""

    name: str
    page: str
    shell: str
    render: Callable[[], str]
    more: tuple[str, ...] = ()
    pattern: str = ""

    def files(self) -> list[str]:
        """Addresses of all that the page loads, the code reader's wasm among them."""
        built = json.loads((DIST / f"{self.name}.json").read_text(encoding="utf-8"))
        names = [*(f"dist/{name}" for name in built), *ICONS]
        return [url_for("static", filename=name) for name in names] + [url_for(each) for each in self.more]

    def version(self) -> str:
        """Changes with every file and every word of the page."""
        return hashlib.sha256("\n".join((*self.files(), self.render())).encode()).hexdigest()[:16]

    def worker(self) -> Response:
        """The service worker, with the list of what it keeps; a new build or language is a new worker."""
        script = (DIST / Path(asset("offline-worker.js")).name).read_text(encoding="utf-8")
        about = {
            "name": self.name,
            "version": self.version(),
            "pages": self.pattern or f"^{re.escape(url_for(self.page).rstrip('/'))}$",
            "shared": bool(self.pattern),
            "shell": url_for(self.shell),
            "files": self.files(),
        }
        response = fresh(Response(f"self.KEPT = {json.dumps(about)};\n{script}", mimetype="text/javascript"))
        response.headers["Service-Worker-Allowed"] = url_for(self.page)
        return response


def fresh(response: Response) -> Any:
    """Asked anew each time: the worker decides what is kept."""
    response.headers["Cache-Control"] = "no-cache"
    return response
