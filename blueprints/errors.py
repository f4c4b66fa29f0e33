"""Every failure becomes problem+json (RFC 9457) at the API and a page for people. The one place for both."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, HTTPException

from blueprints.boundary import is_api
from blueprints.filters import say
from blueprints.sessions import language
from registry.db import DatabaseAway, undo
from registry.errors import Invalid, Refused, RegistryError, TooMany
from registry.object_store import StoreAway

log = logging.getLogger(__name__)

RETRY_SECONDS = 5
STATUS_NAMES = {
    400: "bad-request",
    401: "unknown-caller",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid-input",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}


def title_of(status: int) -> str:
    """The short name of a status for people."""
    titles = {
        400: _("请求有误"),
        401: _("请先登录"),
        403: _("没有权限"),
        404: _("没有找到"),
        405: _("不支持这种操作"),
        409: _("状态已变化"),
        413: _("内容太大"),
        415: _("不支持这种内容"),
        422: _("内容有误"),
        429: _("请求过于频繁"),
        500: _("系统出错"),
        503: _("系统暂时不可用"),
    }
    return titles.get(status, _("请求有误"))


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(RegistryError, answer_registry_error)
    app.register_error_handler(HTTPException, answer_http_exception)
    app.register_error_handler(DatabaseAway, answer_database_away)
    app.register_error_handler(OSError, answer_disk_full)
    app.register_error_handler(StoreAway, answer_store_away)
    app.register_error_handler(Exception, answer_anything)


def problem(status: int, detail: str, kind: str = "", **more: Any) -> Response:
    """A problem+json answer, or a page for people."""
    if isinstance(request.routing_exception, BadRequest):
        # The host of the request is none, so that no page of ours has an address.
        response = Response(f"{title_of(status)}\n", mimetype="text/plain")
    elif is_api() or request.accept_mimetypes.best == "application/json":
        body = {"type": kind or STATUS_NAMES.get(status, "error"), "title": title_of(status), "status": status}
        response = jsonify({**body, "detail": detail, **more})
        response.mimetype = "application/problem+json"
    else:
        page = render_template(
            "errors/error.html",
            status=status,
            title=title_of(status),
            detail=detail,
            request_id=g.get("request_id"),
            **more,
        )
        response = Response(page, mimetype="text/html")
    response.status_code = status
    return response


def answer_registry_error(error: RegistryError) -> Response:
    """What a verb or query raised."""
    undo()
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        more["errors"] = plain(error.errors)
    if isinstance(error, Refused):
        more["findings"] = [finding.to_dict(language()) for finding in error.verdict.findings]
    detail = say(error.detail) or _("请改正标出的内容后再提交")
    response = problem(error.status, detail, error.type, **more)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def answer_http_exception(error: HTTPException) -> Response:
    """What Flask, werkzeug or the schema parser raised."""
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    data = getattr(error, "data", None) or {}
    more: dict[str, Any] = {}
    if "messages" in data:
        more["errors"] = plain(_without_location(data["messages"]))
    details = {
        400: _("请求的格式有误"),
        404: _("没有这个地址，或者内容不存在"),
        405: _("这个地址不支持这种操作"),
        413: _("上传的内容超过了大小限制"),
        415: _("请以 application/json 提交"),
        422: _("请改正标出的内容后再提交"),
    }
    response = problem(status, details.get(status, title_of(status)), **more)
    for name in ("Allow", "Retry-After"):
        for key, value in error.get_headers():
            if key == name:
                response.headers[name] = value
    return response


def answer_database_away(error: DatabaseAway) -> Response:
    """The database cannot be reached or is too busy: say so, and when to come back."""
    log.error("database unavailable: %s (request %s)", type(error.orig).__name__, g.get("request_id"))
    undo()
    response = problem(503, _("数据库暂时不可用，请稍后再试。您填写的内容没有保存"))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def answer_disk_full(error: OSError) -> Response:
    """A file could not be kept because there is no room: whoever sent it keeps it and comes back."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return answer_anything(error)
    log.error("the disk is full (request %s)", g.get("request_id"))
    undo()
    response = problem(503, _("磁盘已满，请稍后再试。您填写的内容没有保存"))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def answer_store_away(error: StoreAway) -> Response:
    """The store of the files cannot be reached: say so, and when to come back."""
    log.error("store of files unavailable: %s (request %s)", error, g.get("request_id"))
    undo()
    response = problem(503, _("文件存储暂时不可用，请稍后再试。您填写的内容没有保存"))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def answer_anything(error: Exception) -> Response:
    """A mistake of ours: logged with the request's id, never shown."""
    log.exception("unexpected error (request %s)", g.get("request_id"))
    undo()
    return problem(500, _("系统出错，已记录。编号：%(number)s", number=g.get("request_id", "")))


def _without_location(messages: Any) -> Any:
    """smorest nests messages by where they were found (json, query, ...); callers know that."""
    if isinstance(messages, Mapping) and len(messages) == 1:
        location = next(iter(messages))
        if location in ("json", "query", "form", "files", "headers", "query_and_form"):
            return messages[location]
    return messages


def plain(messages: Any) -> Any:
    """Messages in the caller's language, as JSON keeps them."""
    if isinstance(messages, Mapping):
        return {str(key): plain(value) for key, value in messages.items()}
    if isinstance(messages, list | tuple):
        return [plain(value) for value in messages]
    return say(messages)
