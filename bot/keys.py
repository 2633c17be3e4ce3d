"""The service's one secret, and the keys derived from it, one a purpose."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from bot.settings import Settings, SettingsError


class Keys:
    """Derives keys, so that a signature made for one purpose is worthless for another."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._derived: dict[str, bytes] = {}
        self._keyed = lru_cache(maxsize=None)(self._begin)

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes that belongs to `purpose`, of which there are few."""
        if purpose not in self._derived:
            self._derived[purpose] = hmac.digest(self._secret, purpose.encode(), hashlib.sha256)
        return self._derived[purpose]

    def pseudonym(self, purpose: str, name: str) -> str:
        """A stand-in for `name`, 32 hexadecimal digits: always the same, and no way back without the key."""
        keyed = self._keyed(purpose).copy()
        keyed.update(name.encode("utf-8", "surrogatepass"))
        return keyed.hexdigest()[:32]

    def _begin(self, purpose: str) -> hmac.HMAC:
        return hmac.new(self.derive(purpose), digestmod=hashlib.sha256)


def open_keys(settings: Settings) -> Keys:
    """The keys of SECRET_KEY, or of the secret kept in VAR_DIR, which is made at first use.

    Raises:
        SettingsError: the secret can be neither read nor made.
    """
    if settings.secret_key:
        return Keys(settings.secret_key)
    path = settings.var_dir / "secret_key"
    try:
        return Keys(_kept_secret(path))
    except OSError as error:
        raise SettingsError(f"{path} cannot be used for the secret key: {error.strerror}") from error


def _kept_secret(path: Path) -> str:
    """Read the secret; written whole under another name first, so that no process ever reads half of one."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its secret counts
        finally:
            draft.unlink()
    return path.read_text().strip()
