"""Whether the Bot Connector sent an activity: every rule of "Authentication with the Bot Connector API".

None of them can be switched off. Whoever is not recognised gets a 403, and the log the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt

from bot.channels.bot_framework_keys import ALGORITHM, SigningKeys
from bot.channels.teams_activity import Activity
from bot.errors import Forbidden

SKEW = 300  # seconds by which clocks may differ

_SCHEME = "bearer "
_REQUIRED = ["iss", "aud", "exp", "nbf", "serviceurl"]


@dataclass(frozen=True)
class Caller:
    """What a valid token says: where replies go, and for which channels its key may speak."""

    service_url: str
    endorsements: frozenset[str]


class TokenCheck:
    """Checks tokens for one bot."""

    def __init__(self, keys: SigningKeys, issuer: str, app_id: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._app_id = app_id

    def caller(self, authorization: str) -> Caller:
        """Whom an Authorization header proves.

        Raises:
            Forbidden: nobody; the detail says why.
            KeysUnavailable: the keys to check it with cannot be fetched.
        """
        if not authorization.lower().startswith(_SCHEME):
            raise Forbidden("Send the Bot Connector's token as a bearer token.")
        token = authorization[len(_SCHEME) :].strip()
        try:
            return self._checked(token)
        except jwt.PyJWTError as error:
            raise Forbidden(f"The token is not valid: {error}.") from None

    def _checked(self, token: str) -> Caller:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM:
            raise Forbidden(f"The token is not signed with {ALGORITHM}.")
        key = self._keys.find(str(header.get("kid", "")))
        if key is None:
            raise Forbidden("The token is signed with a key that the Bot Connector does not have.")
        claims = self._claims(token, key.key)
        service_url = claims["serviceurl"]
        if not isinstance(service_url, str):
            raise Forbidden("The token's serviceurl is not a text.")
        return Caller(service_url, key.endorsements)

    def _claims(self, token: str, key: Any) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=self._app_id,
            issuer=self._issuer,
            leeway=SKEW,
            options={"require": _REQUIRED, "strict_aud": True, "enforce_minimum_key_length": True},
        )


def check_sent_by(caller: Caller, activity: Activity) -> None:
    """Hold an activity against the token that came with it.

    Raises:
        Forbidden: the token is for another service, or its key may not speak for the activity's channel.
    """
    if activity.service_url != caller.service_url:
        raise Forbidden("The serviceUrl of the activity is not the one of its token.")
    if activity.channel not in caller.endorsements:
        raise Forbidden("The key of the token is not endorsed for the activity's channel.")
