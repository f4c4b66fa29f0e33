"""Seals for everybody: the published roots, and the proof that a cylinder's last fill stands in the trail."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from blueprints.boundary import public
from blueprints.schemas.base import PageIn
from registry.queries import seals

bp = Blueprint("public_seals", __name__)
PAGE = PageIn()


@bp.route("/seals")
@public
def index() -> Any:
    """The last seals; whoever keeps them can prove later that nothing before them was changed."""
    asked = PAGE.load({name: request.args[name] for name in ("limit", "cursor") if name in request.args})
    page = seals.page(asked["limit"], asked["cursor"])
    items = [seals.facts(row) for row in page.items]
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"items": items, "next": page.next})
    more = url_for("public_seals.index", cursor=page.next) if page.next else None
    return render_template("public/seals.html", items=items, more=more)


@bp.route("/q/<string:code>/proof")
@public
def proof(code: str) -> Any:
    """The proof of the last fill; a file with `?file=1` or for programs."""
    it = seals.of_last_fill(code)
    if it.proof is not None and ("file" in request.args or request.accept_mimetypes.best == "application/json"):
        text = json.dumps(it.proof, ensure_ascii=False, indent=2)
        name = f"attachment; filename=proof-{it.proof['id']}.json" if "file" in request.args else "inline"
        return Response(text, mimetype="application/json", headers={"Content-Disposition": name})
    return render_template("public/proof.html", it=it)
