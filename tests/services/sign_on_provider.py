"""A local OpenID Connect provider on a real socket: discovery, authorization with a page to consent on, token, keys.

It checks what a provider checks (client, redirect URI, PKCE, codes that count once) and signs what a test tells it
to sign, right or wrong. Keys are made here, for the tests alone.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from tests.browser.serving import LiveServer
from tests.services.bot_framework_server import private_key, public_jwk

CLIENT_ID, CLIENT_SECRET = "faq", "the secret of the client, and a long one"


@dataclass
class Signer:
    """What the next ID tokens are like.

    Attributes:
        changed: claims other than the usual ones; None leaves one out.
        header: what the header has beside or instead of alg and kid.
    """

    key: str = "key-1"
    kid: str | None = "key-1"
    algorithm: str = "RS256"
    secret: Any = None
    changed: dict[str, Any] = field(default_factory=dict)
    spoiled: bool = False
    left_out: bool = False


@dataclass
class Provider:
    """The running provider.

    Attributes:
        people: claims of each person, by the name on their button.
        keys: the names of the keys that it publishes.
        asked: the paths that were asked for.
        authorizations: what came to the authorization endpoint.
    """

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=lambda: ["key-1"])
    signer: Signer = field(default_factory=Signer)
    asked: list[str] = field(default_factory=list)
    authorizations: list[dict[str, str]] = field(default_factory=list)
    issuer: str = ""
    failing: bool = False
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def settings(self, **more: str) -> dict[str, str]:
        """The settings of a service that trusts it."""
        known = {"OIDC_ISSUER": self.url, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}
        return {**known, **more}

    @property
    def url(self) -> str:
        """Its origin, which is the issuer's name."""
        return self.server.url

    def start(self) -> None:
        """Listen."""
        app = Flask("provider")
        app.before_request(self._note)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._metadata)
        app.add_url_rule("/keys", view_func=self._jwks)
        app.add_url_rule("/authorize", view_func=self._authorize, methods=["GET", "POST"])
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        self.server = LiveServer(app)
        self.issuer = self.server.url

    def grant(self, query: dict[str, str], person: str) -> str:
        """Let a person consent; returns where the browser is sent."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**query, "person": person}
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})

    def _note(self) -> tuple[str, int] | None:
        self.asked.append(request.path)
        return ("down", 500) if self.failing else None

    def _metadata(self) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.url}/authorize",
            token_endpoint=f"{self.url}/token",
            jwks_uri=f"{self.url}/keys",
            response_types_supported=["code"],
            id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
            code_challenge_methods_supported=["S256"],
        )

    def _jwks(self) -> Response:
        return jsonify(keys=[public_jwk(name, []) for name in self.keys])

    def _authorize(self) -> AnyResponse | str:
        query = request.args.to_dict()
        self.authorizations.append(query)
        complete = query.get("code_challenge") and query.get("code_challenge_method") == "S256" and query.get("nonce")
        if query.get("client_id") != CLIENT_ID or not complete or "openid" not in query.get("scope", ""):
            return Response("refused", 400)
        if request.method == "POST" and request.form["person"] == "":
            return redirect(f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}")
        if request.method == "POST":
            return redirect(self.grant(query, request.form["person"]))
        buttons = "".join(
            f'<p><button name="person" value="{escape(name)}">{escape(name)}</button>' for name in self.people
        )
        page = f'<form method="post">{buttons}<p><button name="person" value="">Cancel</button></form>'
        return f'<!doctype html><html lang="en"><title>Who are you?</title><h1>Who are you?</h1>{page}</html>'

    def _token(self) -> AnyResponse:
        given = request.authorization
        known = self._codes.pop(request.form.get("code", ""), None)
        if not given or (given.username, given.password) != (CLIENT_ID, CLIENT_SECRET):
            return Response('{"error": "invalid_client"}', 401, mimetype="application/json")
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        same = known and known["redirect_uri"] == request.form.get("redirect_uri")
        if not known or not same or known["code_challenge"] != challenge:
            return Response('{"error": "invalid_grant"}', 400, mimetype="application/json")
        body = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "expires_in": 300}
        return jsonify(body if self.signer.left_out else {**body, "id_token": self._id_token(known)})

    def _id_token(self, known: dict[str, str]) -> str:
        now, signer = int(time.time()), self.signer
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": known["nonce"]}
        claims = {**claims, **self.people[known["person"]], **signer.changed}
        kept = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": signer.kid} if signer.kid else {}
        key = signer.secret if signer.secret is not None else private_key(signer.key, 2048)
        token = jwt.encode(kept, None if signer.algorithm == "none" else key, signer.algorithm, headers=headers)
        return f"{token[:-8]}AAAAAAAA" if signer.spoiled else token


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The provider, until the test ends."""
    provider = Provider()
    provider.people["ann"] = {"sub": "ann-1", "preferred_username": "ann@example.com", "roles": ["reviewer"]}
    provider.start()
    yield provider
    provider.server.stop()
