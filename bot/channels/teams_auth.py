"""Whether Teams sent a request, just now, for somebody who may ask.

Teams signs the raw body with HMAC-SHA256, keyed with the webhook's security token. It sends no nonce; what keeps an
overheard request from being sent again is the timestamp inside the signed body, and that every activity is answered
once.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import re
from collections.abc import Sequence

from bot.channels.teams_activity import Activity
from bot.errors import Forbidden, Unauthorized
from bot.settings import Settings

FRESH = datetime.timedelta(minutes=5)

_SCHEME = "hmac "
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-]\d\d:\d\d))?", re.ASCII)


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


def check_fresh(activity: Activity, now: datetime.datetime) -> None:
    """Raises: Unauthorized: the activity is older than five minutes, or from as far in the future, or undated."""
    sent = _moment(activity.timestamp)
    if sent is None or abs(now - sent) > FRESH:
        raise Unauthorized("The timestamp of the message is missing, or more than five minutes away.")


def check_allowed(activity: Activity, settings: Settings) -> None:
    """Hold an activity against TEAMS_TENANTS and TEAMS_TEAMS; a list that is unset allows all.

    Raises:
        Forbidden: its tenant or team is not on the list, or not named.
    """
    if settings.teams_tenants and activity.tenant.lower() not in settings.teams_tenants:
        raise Forbidden("This tenant is not in TEAMS_TENANTS.")
    if settings.teams_teams and not activity.personal:
        if settings.teams_teams.isdisjoint(team.lower() for team in activity.teams):
            raise Forbidden("This team is not in TEAMS_TEAMS.")


def _moment(text: str) -> datetime.datetime | None:
    """A moment in ISO 8601; seven digits after the point are usual here, and no zone means UTC."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    try:
        return datetime.datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{zone or '+00:00'}")
    except ValueError:
        return None
