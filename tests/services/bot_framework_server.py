"""A local stand-in for the three services that a registered bot talks to, on a real socket.

It publishes OpenID metadata and signing keys, gives tokens for client credentials, and takes replies; and it signs
what it sends to the bot, as the Bot Connector does. Keys are made here, for the tests alone.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.channels.bot_framework_cloud import Cloud

APP_ID = "0f6b5f0e-3c57-4d1c-9d5c-2f1b8a7e6d50"
PASSWORD = "the client secret"
ISSUER = "https://api.botframework.example"


@lru_cache
def private_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key, made once; its name is its kid."""
    return rsa.generate_private_key(65537, bits)


def public_jwk(name: str, endorsements: list[str] | None = None, bits: int = 2048) -> dict[str, Any]:
    """The published half of a key."""
    jwk: dict[str, Any] = RSAAlgorithm.to_jwk(private_key(name, bits).public_key(), as_dict=True)
    return {**jwk, "kid": name, "use": "sig", "endorsements": ["msteams"] if endorsements is None else endorsements}


@dataclass
class Answer:
    """What the server says to the next request of a kind."""

    status: int = 200
    body: Any = None


@dataclass
class BotFrameworkServer:
    """The running server.

    Attributes:
        keys: what it publishes.
        asked: every request it got, as (method, path).
        replies: the activities that bots sent, with path and Authorization header.
        forms: the forms with which tokens were asked for.
        answers: what it says next, by the kind of request ("metadata", "keys", "token", "reply"); usual when empty.
    """

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=lambda: [public_jwk("key-1")])
    asked: list[tuple[str, str]] = field(default_factory=list)
    replies: list[tuple[str, str, Any]] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    @property
    def service_url(self) -> str:
        """Where it takes replies."""
        return f"{self.url}/emea/"

    @property
    def cloud(self) -> Cloud:
        """A cloud whose addresses all lead here."""
        return Cloud(
            metadata_url=f"{self.url}/metadata",
            issuer=ISSUER,
            login_url=f"{self.url}/login",
            login_tenant="botframework.example",
            scope=f"{ISSUER}/.default",
            origins=(self.url,),
        )

    def say(self, kind: str, *answers: Answer) -> None:
        """Answer the next requests of a kind so."""
        self.answers.setdefault(kind, []).extend(answers)

    def token(self, kid: str = "key-1", bits: int = 2048, algorithm: str = "RS256", **changed: Any) -> str:
        """What the connector signs; a claim that is changed to None is left out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": APP_ID,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "serviceurl": self.service_url,
            **changed,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, private_key(kid, bits), algorithm, headers={"kid": kid})

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(1 for _, asked in self.asked if asked == path)

    def handle(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """Take note of a request and answer it."""
        self.asked.append((method, path))
        kind = self._kind(path)
        if kind == "token":
            self.forms.append(parse_qs(body.decode()))
        if kind == "reply":
            self.replies.append((path, headers["Authorization"], json.loads(body)))
        planned = self.answers.get(kind)
        return planned.pop(0) if planned else self._usual(kind)

    @staticmethod
    def _kind(path: str) -> str:
        if path in ("/metadata", "/keys"):
            return path[1:]
        return "token" if path.startswith("/login/") else "reply" if path.startswith("/emea/") else "unknown"

    def _usual(self, kind: str) -> Answer:
        usual = {
            "metadata": {
                "issuer": ISSUER,
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            "keys": {"keys": self.keys},
            "token": {"token_type": "Bearer", "expires_in": 3600, "access_token": f"token-{len(self.forms)}"},
            "reply": {"id": "1"},
        }
        return Answer(200, usual[kind]) if kind in usual else Answer(404, {})


@pytest.fixture
def bot_framework_server() -> Iterator[BotFrameworkServer]:
    """The server, until the test ends."""
    state = BotFrameworkServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = state.handle(self.command, self.path, self.headers, body)
            sent = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(sent)))
            if answer.status in (301, 302, 307, 308):
                self.send_header("Location", f"{state.url}/emea/elsewhere")
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
