"""Real servers for the browser: the service with an assistant that says what a test wants, and a site of strangers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Flask, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.app import create_app
from bot.assistant.protocol import Reply, Utterance
from bot.services import Services
from bot.transcripts.records import Turn
from tests.fakes.assistant import FakeAssistant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class QuietHandler(WSGIRequestHandler):
    """Logs no requests."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


class LiveServer:
    """An app on a port of this machine; it can be stopped, and started again on the same port."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen."""
        self._server = make_server("127.0.0.1", self.port, self._app, threaded=True, request_handler=QuietHandler)
        self.port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; connections are refused from here on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class ScriptedAssistant(FakeAssistant):
    """The fake assistant, with some answers given to it word for word."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: dict[str, Reply] = {}

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        """See `bot.assistant.protocol.Assistant.respond`."""
        reply = super().respond(utterance, timeout)
        return self.replies.get(utterance.text, reply)


@dataclass(frozen=True)
class RunningService:
    """The service, its assistant, and a look behind the counter."""

    server: LiveServer
    app: Flask
    assistant: ScriptedAssistant

    @property
    def url(self) -> str:
        """Its origin."""
        return self.server.url

    @property
    def parts(self) -> Services:
        """What its views use."""
        parts: Services = self.app.extensions["compliance-faq"]
        return parts

    def stored(self) -> list[Turn]:
        """Every stored turn, oldest first."""
        store = self.parts.store
        conversations = store.conversations(limit=100).conversations
        return sorted((turn for c in conversations for turn in store.turns(c.id)), key=lambda turn: turn.id)

    def break_storage(self) -> None:
        """Take the table of turns away, so that nothing can be stored."""
        self._execute("ALTER TABLE turns RENAME TO turns_away")

    def mend_storage(self) -> None:
        """Put it back."""
        self._execute("ALTER TABLE turns_away RENAME TO turns")

    def close(self) -> None:
        """Stop it."""
        self.assistant.gate.set()
        self.server.stop()
        self.parts.close()

    def _execute(self, statement: str) -> None:
        with self.parts.database.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                connection.execute(sa.text(statement))


def run_service(folder: Path, **settings: str) -> RunningService:
    """The service with a database in `folder`."""
    assistant = ScriptedAssistant()
    app = create_app({"VAR_DIR": str(folder), **settings}, assistant)
    return RunningService(LiveServer(app), app, assistant)


# What a careful site allows: the widget's host for scripts and requests, and its own style sheet. No inline, no eval.
STRICT = (
    "default-src 'none'; script-src {service}; connect-src {service}; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


class Site:
    """A site on another origin, whose pages a test writes."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[str, str, dict[str, str]]] = {}
        app = Flask("site")
        app.add_url_rule("/<name>", view_func=self._page)
        self._server = LiveServer(app)

    @property
    def url(self) -> str:
        """Its origin."""
        return self._server.url

    def page(
        self,
        service: str,
        tag: str = "",
        body: str = "<h1>A page</h1>",
        *,
        html: str = 'lang="en"',
        loading: str = "defer",
        style: str = "",
        name: str = "page",
    ) -> str:
        """The address of a page that embeds the chat.

        Args:
            service: origin of the service.
            tag: attributes of the script tag.
            body: what else the page holds.
            html: attributes of its root element.
            loading: how the script is loaded: "defer", "async", or "" for at once.
            style: its style sheet.
        """
        head = (
            '<meta charset="utf-8"><title>A page</title><meta name="viewport" content="width=device-width">'
            f'<link rel="stylesheet" href="/{name}.css">'
        )
        script = f'<script src="{service}/widget.js" {tag} {loading}></script>'
        document = f"<!doctype html><html {html}><head>{head}{script}</head><body><main>{body}</main></body></html>"
        policy = STRICT.format(service=service)
        self._pages[name] = (document, "text/html", {"Content-Security-Policy": policy})
        self._pages[f"{name}.css"] = (style, "text/css", {})
        return f"{self.url}/{name}"

    def framing(self, address: str) -> str:
        """The address of a page that shows another page in a frame."""
        self._pages["framing"] = (f'<!doctype html><iframe src="{address}"></iframe>', "text/html", {})
        return f"{self.url}/framing"

    def close(self) -> None:
        """Stop it."""
        self._server.stop()

    def _page(self, name: str) -> Response:
        if name not in self._pages:  # the icon that browsers ask for
            return Response(status=404)
        content, kind, headers = self._pages[name]
        return Response(content, mimetype=kind, headers=headers)
