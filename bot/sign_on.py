"""Single sign-on by OpenID Connect: the authorization code flow with PKCE, state and nonce, through Authlib.

Who comes back is known by issuer and subject alone. The role comes from a claim of the ID token; a person whom
the claim gives no role is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from authlib.integrations.base_client import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import Response, request
from joserfc.errors import JoseError

from bot.errors import SignOnRefused
from bot.logging_setup import clean
from bot.roles import ROLES
from bot.settings import Settings

ALGORITHMS = ["RS256"]

_PATIENCE = 10  # seconds to wait for the provider
_LEEWAY = 60  # seconds by which its clock may differ
_NAMES = ("preferred_username", "email", "upn")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person:
    """For whom the provider vouches."""

    issuer: str
    subject: str
    name: str
    role: str


class SignOn:
    """The provider that the settings name. Nothing is asked of it before somebody wants to sign in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = FlaskOAuth2App(
            FlaskIntegration("provider"),
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "default_timeout": _PATIENCE,
            },
        )

    def begin(self, redirect_uri: str) -> Response:
        """Lead to the provider; state, nonce and verifier wait in the session.

        Raises:
            SignOnRefused: the provider cannot be reached.
        """
        try:
            self._load_metadata()
            response: Response = self._client.authorize_redirect(redirect_uri)
        except (requests.RequestException, RuntimeError) as error:
            raise _unreachable(error) from error
        return response

    def finish(self) -> Person:
        """Who has come back from the provider with the present request.

        Raises:
            SignOnRefused: nobody, or nobody who may come in.
        """
        claims = self._claims()
        role = role_of(claims, self._settings)
        if role is None:
            _log.warning("sign-on refused: no value of the claim %s gives a role", self._settings.oidc_role_claim)
            raise SignOnRefused("no_role")
        name = next((str(claims[key]) for key in _NAMES if claims.get(key)), "")
        return Person(claims["iss"], claims["sub"], name, role)

    def _claims(self) -> Mapping[str, Any]:
        """The claims of a valid ID token."""
        try:
            issuer = self._load_metadata()
            if request.args.get("iss", issuer) != issuer:  # RFC 9207
                raise SignOnRefused("state")
            token = self._client.authorize_access_token(claims_options=self._expected(issuer), leeway=_LEEWAY)
        except MismatchingStateError as error:
            raise SignOnRefused("state") from error
        except OAuthError as error:
            _log.warning("the sign-on provider refused: %s", clean(str(error.error))[:100])
            raise SignOnRefused("cancelled") from error
        except requests.RequestException as error:
            raise _unreachable(error) from error
        except (JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("a token of the sign-on provider is not valid: %s", clean(str(error))[:200])
            raise SignOnRefused("token") from error
        claims: Mapping[str, Any] | None = token.get("userinfo")
        if claims is None or not isinstance(claims["sub"], str):
            _log.warning("the sign-on provider sent no ID token")
            raise SignOnRefused("token")
        return claims

    def _load_metadata(self) -> str:
        """The issuer as it calls itself, which has to be as the settings call it; and only our algorithms."""
        metadata = self._client.load_server_metadata()
        issuer = str(metadata.get("issuer"))
        if issuer.rstrip("/") != self._settings.oidc_issuer.rstrip("/"):
            _log.error("OIDC_ISSUER is %s, but calls itself %s", self._settings.oidc_issuer, clean(issuer)[:200])
            raise SignOnRefused("unreachable")
        metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        return issuer

    def _expected(self, issuer: str) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
            "sub": {"essential": True},
        }


def role_of(claims: Mapping[str, Any], settings: Settings) -> str | None:
    """The highest role that the claims give; None for none."""
    name = settings.oidc_role_claim
    if name == "email" and claims.get("email_verified") in (False, "false"):
        return None
    value = claims.get(name)
    values = value if isinstance(value, list) else [value]
    roles = [role for known, role in settings.oidc_roles if known in values]
    return max(roles, key=ROLES.index, default=None)


def _unreachable(error: Exception) -> SignOnRefused:
    _log.error("the sign-on provider cannot be used: %s", clean(str(error))[:300])
    return SignOnRefused("unreachable")
