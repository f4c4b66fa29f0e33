"""/api/docs: the interface, generated from the code, for people to browse."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template

from blueprints.boundary import public

bp = Blueprint("api_docs", __name__)

METHODS = ("get", "post", "patch", "put", "delete")


@bp.route("/api/docs")
@public
def index() -> Any:
    """Every operation by subject, with its inputs and answers."""
    spec = document()
    schemas = spec.get("components", {}).get("schemas", {})
    return render_template("api_docs/index.html", groups=groups(spec), schemas=schemas, name_of=name_of)


def document() -> dict[str, Any]:
    """The OpenAPI document as the generator keeps it."""
    apis = current_app.extensions["flask-smorest"]["apis"]
    spec: dict[str, Any] = next(iter(apis.values()))["ext_obj"].spec.to_dict()
    return spec


def groups(spec: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag: path, method, summary, query parameters, body schema, answers."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in sorted(spec["paths"].items()):
        for method in METHODS:
            if method in item:
                operation = item[method]
                tag = operation.get("tags", [""])[0].removeprefix("api_")
                found.setdefault(tag, []).append(
                    {
                        "path": path,
                        "method": method.upper(),
                        "summary": operation.get("summary", ""),
                        "query": [p for p in operation.get("parameters", []) if p.get("in") == "query"],
                        "body": content(operation.get("requestBody", {})),
                        "answers": {
                            status: content(answer)
                            for status, answer in operation["responses"].items()
                            if status != "default"
                        },
                    }
                )
    return dict(sorted(found.items()))


def content(part: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema of a body or an answer."""
    for media in part.get("content", {}).values():
        schema: dict[str, Any] = media.get("schema", {})
        return schema
    return None


def name_of(schema: dict[str, Any] | None) -> str:
    """What a schema is called, or its type."""
    if not schema:
        return ""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"[{name_of(schema.get('items'))}]"
    if "allOf" in schema:
        return name_of(schema["allOf"][0])
    return str(schema.get("type", ""))
