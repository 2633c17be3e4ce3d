"""Staff accounts: names, roles and argon2 password hashes."""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from bot.roles import ROLES
from bot.transcripts.database import Database
from bot.transcripts.tables import staff_users

SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 1024
_NAME = re.compile(r"[\w.@+-]{1,64}")


class AccountError(Exception):
    """An account cannot be made or changed; the message is one line."""


@dataclass(frozen=True)
class StaffUser:
    """A person who may read transcripts."""

    id: int
    name: str
    role: str
    created: datetime.datetime
    password_hash: str = field(repr=False)

    @property
    def session_id(self) -> str:
        """What a session remembers: it ends when the password changes."""
        fingerprint = hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]
        return f"{self.id}-{fingerprint}"


class StaffAccounts:
    """Keeps accounts. Every method may raise `StorageUnavailable`."""

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        """Args: hasher: argon2 with other costs."""
        self._database = database
        self._hasher = hasher or PasswordHasher()

    def add(self, name: str, password: str, role: str) -> StaffUser:
        """Make an account.

        Raises:
            AccountError: the name is taken or not a name, the role unknown, or the password too short.
        """
        if role not in ROLES:
            raise AccountError(f"the role has to be one of {', '.join(ROLES)}")
        row = {
            "name": _checked_name(name),
            "password_hash": self._hash(password),
            "role": role,
            "created_at": datetime.datetime.now(datetime.timezone.utc),
        }
        try:
            with self._database.writing() as connection:
                connection.execute(staff_users.insert(), row)
        except IntegrityError:
            raise AccountError(f"there is already an account {row['name']}") from None
        return self._found(name)

    def set_password(self, name: str, password: str) -> None:
        """Change a password, which ends the account's sessions.

        Raises:
            AccountError: there is no such account, or the password is too short.
        """
        user = self._found(name)
        change = staff_users.update().where(staff_users.c.id == user.id)
        with self._database.writing() as connection:
            connection.execute(change.values(password_hash=self._hash(password)))

    def all(self) -> tuple[StaffUser, ...]:
        """Every account, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(staff_users).order_by(staff_users.c.name)).all()
        return tuple(_user(row) for row in rows)

    def check(self, name: str, password: str) -> StaffUser | None:
        """The account, if the password is right. Takes as long for a name that does not exist."""
        folded = _folded(name)
        user = self._find(staff_users.c.name == folded) if _NAME.fullmatch(folded) else None
        try:
            self._hasher.verify(user.password_hash if user else self._nobody, password[:_LONGEST_PASSWORD])
        except (VerifyMismatchError, InvalidHashError):
            return None
        return user

    def of_session(self, session_id: str) -> StaffUser | None:
        """The account that a session remembers, unless it is gone or its password has changed."""
        number = session_id.partition("-")[0]
        if not (number.isascii() and number.isdigit()):
            return None
        user = self._find(staff_users.c.id == int(number[:9]))
        return user if user and user.session_id == session_id else None

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")

    def _found(self, name: str) -> StaffUser:
        user = self._find(staff_users.c.name == _folded(name))
        if user is None:
            raise AccountError(f"there is no account {_folded(name)!r}")
        return user

    def _find(self, condition: sa.sql.ColumnElement) -> StaffUser | None:
        with self._database.reading() as connection:
            row = connection.execute(sa.select(staff_users).where(condition)).one_or_none()
        return _user(row) if row else None

    def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
            raise AccountError(f"the password has to be at least {SHORTEST_PASSWORD} characters long")
        return self._hasher.hash(password)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _checked_name(name: str) -> str:
    folded = _folded(name)
    if not _NAME.fullmatch(folded):
        raise AccountError("the name has to be 1 to 64 letters, digits, or . _ @ + -")
    return folded


def _user(row: Row) -> StaffUser:
    return StaffUser(row.id, row.name, row.role, row.created_at, row.password_hash)
