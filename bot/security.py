"""Headers that keep browsers safe, and which other sites may talk to the service."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from bot.errors import OriginRefused
from bot.settings import Settings

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SHARED = ("/api/",)  # what a page of an allowed origin may call
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "600",
}


def register_security(app: Flask, settings: Settings) -> None:
    """Guard every request and response of the app."""
    secure = {"Strict-Transport-Security": "max-age=31536000"} if settings.public_url.startswith("https://") else {}
    headers = list({**_HEADERS, **secure}.items())

    def guard() -> Response | None:
        origin = request.headers.get("Origin")
        if not origin or not request.path.startswith(_SHARED):
            return None
        if not _allowed(origin, settings):
            raise OriginRefused("Name this site in ALLOWED_ORIGINS to let it use the chat.")
        if request.method == "OPTIONS":
            return Response(status=204, headers=_PREFLIGHT)
        return None

    def dress(response: Response) -> Response:
        given = {name.lower() for name in response.headers.keys()}
        response.headers.extend([each for each in headers if each[0].lower() not in given])
        if request.path.startswith(_SHARED):
            response.headers["Cache-Control"] = "no-store"
            _share(response, settings)
        return response

    app.before_request(guard)
    app.after_request(dress)


def _share(response: Response, settings: Settings) -> None:
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin and _allowed(origin, settings):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _allowed(origin: str, settings: Settings) -> bool:
    """Whether a page of that origin may call: one of the list, or the service's own.

    The scheme of the own origin is not compared, since a proxy in front may end TLS.
    """
    origin = origin.lower()
    if origin in settings.allowed_origins:
        return True
    scheme, _, host = origin.partition("://")
    own = {request.host.lower(), urlsplit(settings.public_url).netloc.lower()} - {""}
    return scheme in ("http", "https") and host in own
