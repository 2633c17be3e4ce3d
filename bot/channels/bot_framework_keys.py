"""The public keys that the Bot Connector signs its tokens with: fetched, kept, and fetched anew when they change."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from bot.errors import KeysUnavailable

ALGORITHM = "RS256"

# In seconds. The documents say that keys are stable for days; a new one appears here within five minutes of its
# first use, and tokens with made-up keys cannot make us ask more often than that.
KEEP = 86_400.0
KEEP_WITHOUT_NEWS = 5 * 86_400.0
BETWEEN_LOOKS = 300.0
BETWEEN_FAILURES = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SigningKey:
    """A key, and the channels that it may speak for."""

    key: RSAPublicKey
    endorsements: frozenset[str]


class SigningKeys:
    """The keys that an OpenID metadata document leads to; safe to use from many threads."""

    def __init__(self, client: httpx.Client, metadata_url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: clock: seconds that only go forward."""
        self._client = client
        self._metadata_url = metadata_url
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, SigningKey] = {}
        self._fetched = float("-inf")
        self._failed = float("-inf")

    def find(self, kid: str) -> SigningKey | None:
        """The key of that id; None where the connector has no such key.

        Raises:
            KeysUnavailable: there are no keys to look at.
        """
        with self._lock:
            if self._is_due(kid):
                self._refresh()
            if self._clock() - self._fetched > KEEP_WITHOUT_NEWS:
                raise KeysUnavailable("The signing keys of the Bot Connector cannot be fetched.")
            return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        now = self._clock()
        age = now - self._fetched
        wanted = age > KEEP or (kid not in self._keys and age > BETWEEN_LOOKS)
        return wanted and now - self._failed > BETWEEN_FAILURES

    def _refresh(self) -> None:
        try:
            self._keys = self._fetch()
            self._fetched = self._clock()
        except (httpx.HTTPError, ValueError) as error:
            self._failed = self._clock()
            _log.error("signing keys not fetched url=%s reason=%s", self._metadata_url, error)

    def _fetch(self) -> dict[str, SigningKey]:
        metadata = self._get(self._metadata_url)
        url = metadata.get("jwks_uri")
        scheme = self._metadata_url.partition(":")[0]
        if not isinstance(url, str) or not url.startswith(f"{scheme}://"):
            raise ValueError("the metadata has no jwks_uri that can be followed")
        offered = metadata.get("id_token_signing_alg_values_supported")
        if not isinstance(offered, list) or ALGORITHM not in offered:
            raise ValueError(f"the metadata does not offer {ALGORITHM}")
        keys = _read_keys(self._get(url).get("keys"))
        if not keys:
            raise ValueError("the document of keys holds none that can be used")
        return keys

    def _get(self, url: str) -> Mapping[str, Any]:
        response = self._client.get(url, headers={"Accept": "application/json"})
        if response.status_code != 200:
            raise ValueError(f"{url} answered {response.status_code}")
        body = response.json()
        if not isinstance(body, dict):
            raise ValueError(f"{url} is not a JSON object")
        return body


def _read_keys(listed: object) -> dict[str, SigningKey]:
    found: dict[str, SigningKey] = {}
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict) and isinstance(item.get("kid"), str) and item.get("kty") == "RSA":
            key = _read_key(item)
            if key:
                found[item["kid"]] = key
    return found


def _read_key(item: dict[str, Any]) -> SigningKey | None:
    try:
        key = RSAAlgorithm.from_jwk(item)
    except (PyJWTError, ValueError) as error:
        _log.warning("signing key passed over kid=%s reason=%s", item["kid"], error)
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    listed = item.get("endorsements")
    endorsements = (name for name in listed if isinstance(name, str)) if isinstance(listed, list) else ()
    return SigningKey(key, frozenset(endorsements))
