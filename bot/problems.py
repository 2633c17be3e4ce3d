"""Refusals on the wire: RFC 9457 problem documents for programs, a plain page for people."""

from __future__ import annotations

import http
import logging
from typing import Any

from flask import Flask, Response, json, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from bot.channels.body import discard_body
from bot.errors import InvalidFields, ServiceError
from bot.ids import new_id
from bot.transcripts.review.session import frame_context
from bot.words import visitor_words

_log = logging.getLogger(__name__)

_FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not answer {method} requests.",
    413: "The body is larger than {largest} kB.",
    429: "Too many requests; wait before the next one.",
}


def register_problems(app: Flask) -> None:
    """Answer every error of the app in one way."""
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _service_error(error: ServiceError) -> Response:
    if error.status >= 500:
        _log.error("%s: %s", error.name, error.__cause__ or error.detail)
    extra: dict[str, Any] = {}
    if isinstance(error, InvalidFields):
        extra["errors"] = [{"field": wrong.field, "detail": wrong.detail} for wrong in error.errors]
    response = _render(error.status, f"/problems/{error.name}", error.title, error.detail, extra, error.words)
    if error.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or 300 <= status < 400:
        return error.get_response()  # type: ignore[return-value]
    if status == 413:
        discard_body(request)
    title = http.HTTPStatus(status).phrase
    largest = (request.max_content_length or 0) // 1024
    detail = _DETAILS.get(status, error.description or title).format(method=request.method, largest=largest)
    response = _render(status, "about:blank", title, detail, {})
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    reference = new_id()
    _log.error("unexpected error reference=%s path=%s", reference, request.path, exc_info=error)
    return _render(
        500, "about:blank", "Internal Server Error", f"Something went wrong here. Reference: {reference}.", {}
    )


def _render(status: int, kind: str, title: str, detail: str, extra: dict[str, Any], words: str = "") -> Response:
    if _for_person():
        return Response(_page(status, title, detail, words), status, mimetype="text/html")
    document = {"type": kind, "title": title, "status": status, "detail": detail, **extra}
    return Response(json.dumps(document), status, mimetype="application/problem+json")


def _page(status: int, title: str, detail: str, key: str) -> str:
    """The page for people, in their language where there are words for the problem or for its status."""
    words = visitor_words()
    frame = frame_context() if status < 500 else {}  # it asks the database who is signed in
    return render_template(
        "problem.html",
        frame="staff/layout.html" if frame else "layout.html",
        home=url_for("staff.conversations") if frame else "/",
        status=status,
        title=words.get(f"{key}_title") or words.get(str(status)) or title,
        detail=words.get(key) or words.get(f"detail_{status}") or detail,
        **{**frame, "words": words},
    )


def _for_person() -> bool:
    if request.path.startswith(_FOR_PROGRAMS):
        return False
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]
