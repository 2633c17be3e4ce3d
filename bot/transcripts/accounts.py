"""Staff accounts: names, roles, and argon2 password hashes or the word of a sign-on provider.

Every change is part of one transaction with its row in the audit log: neither is without the other.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.audit import AuditLog
from bot.roles import ROLES
from bot.transcripts.database import Database
from bot.transcripts.tables import staff_sessions, staff_users

SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 1024
_NAME = re.compile(r"[\w.@+-]{1,64}")


class AccountError(Exception):
    """An account cannot be made or changed; the message is one line.

    Attributes:
        key: which of the reasons it is, for the words of a page.
    """

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class StaffUser:
    """A person who may read transcripts.

    Attributes:
        issuer: the sign-on provider that vouches for the person; None where a password does.
    """

    id: int
    name: str
    role: str
    created: datetime.datetime
    password_hash: str = field(repr=False)
    disabled: bool = False
    issuer: str | None = None


class StaffAccounts:
    """Keeps accounts. Every method may raise `StorageUnavailable`.

    Whoever changes one is named `by`, for the audit log; "" where nobody is signed in.
    """

    def __init__(self, database: Database, audit: AuditLog, hasher: PasswordHasher | None = None) -> None:
        """Args: hasher: argon2 with other costs."""
        self._database = database
        self._audit = audit
        self._hasher = hasher or PasswordHasher()

    def add(self, name: str, password: str, role: str, by: str = "") -> StaffUser:
        """Make an account.

        Raises:
            AccountError: the name is taken or not a name, the role unknown, or the password too short.
        """
        name, role = _checked_name(name), _checked_role(role)
        try:
            self._insert(name, role, {"password_hash": self._hash(password)}, by)
        except IntegrityError:
            raise AccountError(f"there is already an account {name}", "account_taken") from None
        return self.get(name)

    def of_subject(self, issuer: str, subject: str, name: str, role: str) -> StaffUser:
        """The account of a person for whom a sign-on provider vouches, with the role that it gives; made at first.

        The subject decides whose account it is, never the name: where another account has the name, the person
        gets one with a mark behind it.

        Raises:
            AccountError: the account is disabled.
        """
        known = sa.and_(staff_users.c.issuer == issuer, staff_users.c.subject == subject)
        user = self._find(known) or self._insert_subject(issuer, subject, name, role)
        if user.disabled:
            raise AccountError(f"the account {user.name} is disabled", "account_disabled")
        if user.role != role:
            # Not `set_role`: what the provider says holds, even if it leaves no admin.
            with self._changing(user, "account.role_changed", user.name, role=role) as connection:
                _change(connection, user, {"role": _checked_role(role)})
        return self.get(user.name)

    def set_password(self, name: str, password: str, by: str = "") -> None:
        """Change a password, which ends the account's sessions.

        Raises:
            AccountError: there is no such account, it has no password, or the new one is too short.
        """
        user = self.get(name)
        if user.issuer is not None:
            raise AccountError(f"{user.name} signs in elsewhere and has no password here", "account_elsewhere")
        hashed = self._hash(password)
        with self._changing(user, "account.password_changed", by) as connection:
            _change(connection, user, {"password_hash": hashed})
            _end_sessions(connection, user)

    def set_role(self, name: str, role: str, by: str = "") -> None:
        """Change a role; it holds from the account's next request on.

        Raises:
            AccountError: there is no such account or role, the provider decides, or no admin would be left.
        """
        user = self.get(name)
        if user.issuer is not None:
            raise AccountError(f"the sign-on provider decides the role of {user.name}", "account_role_elsewhere")
        with self._changing(user, "account.role_changed", by, role=_checked_role(role)) as connection:
            _change(connection, user, {"role": role})
            _check_admin_left(connection, user)

    def set_disabled(self, name: str, disabled: bool, by: str = "") -> None:
        """Close an account, which ends its sessions, or open it again.

        Raises:
            AccountError: there is no such account, or no admin would be left.
        """
        user = self.get(name)
        action = "account.disabled" if disabled else "account.enabled"
        with self._changing(user, action, by) as connection:
            _change(connection, user, {"disabled": disabled})
            if disabled:
                _check_admin_left(connection, user)
                _end_sessions(connection, user)

    def all(self) -> tuple[StaffUser, ...]:
        """Every account, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(staff_users).order_by(staff_users.c.name)).all()
        return tuple(staff_user(row) for row in rows)

    def get(self, name: str) -> StaffUser:
        """Raises: AccountError: there is no such account."""
        user = self._find(staff_users.c.name == folded_name(name))
        if user is None:
            raise AccountError(f"there is no account {folded_name(name)!r}", "account_unknown")
        return user

    def check(self, name: str, password: str) -> StaffUser | None:
        """The account, if it is open and the password right. Takes as long for a name that does not exist."""
        folded = folded_name(name)
        user = self._find(staff_users.c.name == folded) if _NAME.fullmatch(folded) else None
        open_to_passwords = user is not None and not user.disabled and bool(user.password_hash)
        expected = user.password_hash if user and open_to_passwords else self._nobody
        try:
            self._hasher.verify(expected, password[:_LONGEST_PASSWORD])
        except (VerifyMismatchError, InvalidHashError):
            return None
        return user if open_to_passwords else None

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")

    @contextlib.contextmanager
    def _changing(self, user: StaffUser, action: str, by: str, **details: Any) -> Iterator[Connection]:
        with self._database.writing() as connection:
            yield connection
            self._audit.record(by, action, user.name, details, connection)

    def _insert_subject(self, issuer: str, subject: str, name: str, role: str) -> StaffUser:
        mark = hashlib.sha256(f"{issuer} {subject}".encode()).hexdigest()[:6]
        folded = folded_name(name)
        wanted = folded if _NAME.fullmatch(folded) else "person"
        known = {"password_hash": "", "issuer": issuer, "subject": subject}
        for candidate in (wanted, f"{wanted[:57]}+{mark}"):
            try:
                self._insert(candidate, _checked_role(role), known, candidate)
            except IntegrityError:
                continue  # the name is another account's, or the same person was a moment faster
            break
        user = self._find(sa.and_(staff_users.c.issuer == issuer, staff_users.c.subject == subject))
        if user is None:
            raise AccountError(f"there is already an account {candidate}", "account_taken")
        return user

    def _insert(self, name: str, role: str, known: Mapping[str, Any], by: str) -> None:
        """Raises: IntegrityError: the name or the subject has an account."""
        row = {"name": name, "role": role, "created_at": clock.utc_now(), **known}
        details = {"role": role, **({"issuer": known["issuer"]} if "issuer" in known else {})}
        with self._database.writing() as connection:
            connection.execute(staff_users.insert(), row)
            self._audit.record(by, "account.added", name, details, connection)

    def _find(self, condition: sa.sql.ColumnElement) -> StaffUser | None:
        with self._database.reading() as connection:
            row = connection.execute(sa.select(staff_users).where(condition)).one_or_none()
        return staff_user(row) if row else None

    def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
            raise AccountError(
                f"the password has to be at least {SHORTEST_PASSWORD} characters long", "account_password_short"
            )
        return self._hasher.hash(password)


def folded_name(name: str) -> str:
    """A name as it is kept and compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def staff_user(row: Row) -> StaffUser:
    """The account in a row of `staff_users`."""
    return StaffUser(row.id, row.name, row.role, row.created_at, row.password_hash, row.disabled, row.issuer)


def _checked_name(name: str) -> str:
    folded = folded_name(name)
    if not _NAME.fullmatch(folded):
        raise AccountError("the name has to be 1 to 64 letters, digits, or . _ @ + -", "account_no_name")
    return folded


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise AccountError(f"the role has to be one of {', '.join(ROLES)}", "account_no_role")
    return role


def _change(connection: Connection, user: StaffUser, values: Mapping[str, Any]) -> None:
    connection.execute(staff_users.update().where(staff_users.c.id == user.id).values(**values))


def _end_sessions(connection: Connection, user: StaffUser) -> None:
    connection.execute(staff_sessions.delete().where(staff_sessions.c.user_id == user.id))


def _check_admin_left(connection: Connection, user: StaffUser) -> None:
    """Refuse, and so roll back, what takes the last admin away."""
    if user.role != "admin" or user.disabled:
        return
    admins = sa.select(staff_users.c.id).where(staff_users.c.role == "admin", ~staff_users.c.disabled)
    # FOR UPDATE: two admins who close each other's account at once must not both succeed.
    if not connection.execute(admins.with_for_update()).all():
        raise AccountError("no admin would be left", "account_last_admin")
