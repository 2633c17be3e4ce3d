"""The web widget: `/widget.js`, the one script that embeds the chat, and `/`, the page that shows it."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, render_template, request, url_for

from bot.channels.presentation import absolute
from bot.services import services

blueprint = Blueprint("widget", __name__)

_SOURCES = Path(__file__).resolve().parent.parent / "static" / "widget"
# In the order of use: each file knows only those before it.
_PARTS = (
    "words",
    "dom",
    "colour",
    "storage",
    "service",
    "conversation",
    "answer",
    "log",
    "composer",
    "panel",
    "settings",
    "element",
    "start",
)
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Script:
    """The widget as it is sent: one classic script, plain and gzipped, and a tag for its content."""

    plain: bytes
    gzipped: bytes
    etag: str


@lru_cache(maxsize=1)
def script() -> Script:
    """The widget's files joined inside one function, so that a page gets no global names from them."""
    style = json.dumps((_SOURCES / "widget.css").read_text("utf-8"), ensure_ascii=False)
    parts = "\n".join((_SOURCES / f"{name}.js").read_text("utf-8") for name in _PARTS)
    plain = f'(() => {{\n"use strict";\nconst STYLE = {style};\n{parts}}})();\n'.encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:20])


@blueprint.get("/widget.js")
def widget_js() -> Response:
    """The script; a browser asks again after ten minutes, and gets 304 while nothing has changed."""
    source = script()
    zipped = request.accept_encodings.quality("gzip") > 0
    response = Response(source.gzipped if zipped else source.plain, content_type="text/javascript; charset=utf-8")
    response.set_etag(source.etag + ("-gzip" if zipped else ""))
    if zipped:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = 600
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # for pages under COEP
    response.make_conditional(request)
    return response


@blueprint.get("/")
def home() -> Response:
    """The page that shows the chat, in the language of `?lang=` or of the browser."""
    wanted = request.args.get("lang")
    language = wanted if wanted in _LANGUAGES else request.accept_languages.best_match(_LANGUAGES, "en")
    script_address = absolute(url_for("widget.widget_js"))
    response = Response(render_template("home.html", language=language, script_address=script_address))
    response.headers["Content-Security-Policy"] = _content_security_policy()
    # Browsers that know frame-ancestors pass over this one, which cannot name other sites.
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.content_language = language
    response.vary.add("Accept-Language")
    return response


def _content_security_policy() -> str:
    """As strict as a policy gets; the sites that may embed the chat may also frame its page."""
    framing = " ".join(("'self'", *services().settings.allowed_origins))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {framing}; require-trusted-types-for 'script'"
    )
