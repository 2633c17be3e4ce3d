"""The links under an answer in Teams: signed, so that nobody can rate or see what was not shown to them; expiring."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, cast

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner
from werkzeug.exceptions import NotFound

from bot.errors import LinkExpired
from bot.keys import Keys

Action = Literal["up", "down", "person"]

_DAY = 86_400
_LONGEST = 200
_NAMED = re.compile(r"(up|down|person)-([0-9a-f]{32})")


@dataclass(frozen=True)
class Link:
    """What a link is for, and about which turn."""

    action: Action
    turn_id: str


class TeamsLinks:
    """Makes links and reads them."""

    def __init__(self, keys: Keys, days: int) -> None:
        """Args: days: for how many a link can be followed."""
        self._max_age = days * _DAY
        self._signer = TimestampSigner(
            keys.derive("teams-link"), salt=b"", key_derivation="none", digest_method=hashlib.sha256
        )

    def path(self, action: Action, turn_id: str) -> str:
        """The path of a new link."""
        return "/teams/" + self._signer.sign(f"{action}-{turn_id}").decode()

    def read(self, token: str) -> Link:
        """What the last part of a link's path names.

        Raises:
            NotFound: this service never made it (404).
            LinkExpired: it is too old (410).
        """
        if len(token) > _LONGEST or not token.isascii():
            raise NotFound
        try:
            name = self._signer.unsign(token, max_age=self._max_age).decode()
        except SignatureExpired:
            raise LinkExpired("The link has expired. Ask again in Teams for a new one.") from None
        except BadSignature:
            raise NotFound from None
        found = _NAMED.fullmatch(name)
        if found is None:
            raise NotFound
        return Link(cast(Action, found[1]), found[2])
