"""Whether Teams sent a request: HMAC-SHA256 over the raw body, keyed with the webhook's security token."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

_SCHEME = "hmac "


def is_signed(header: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether `Authorization: HMAC <base64>` was made with one of the secrets.

    Bytes are compared, in constant time and with every secret, so neither a header that is not ASCII nor the
    position of a secret makes a difference. Without any secret nothing is accepted.
    """
    if not header.lower().startswith(_SCHEME):
        return False
    given = header[len(_SCHEME) :].strip().encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(signature(body, secret), given) for secret in secrets]
    return any(matches)


def signature(body: bytes, secret: bytes) -> bytes:
    """The base64 that belongs into the header."""
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256))
