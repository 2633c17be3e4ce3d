"""`python -m bot staff ...` and `python -m bot audit ...`: accounts and the audit log, from a terminal."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bot.audit import AuditLog
from bot.keys import open_keys
from bot.services import open_audit, prepare_folder
from bot.settings import Settings
from bot.transcripts.accounts import AccountError, StaffAccounts
from bot.transcripts.database import Database
from bot.transcripts.guesses import Guesses
from bot.transcripts.migrate import migrate


@dataclass(frozen=True)
class StaffSide:
    """What the commands need of the service."""

    accounts: StaffAccounts
    guesses: Guesses
    audit: AuditLog


@contextlib.contextmanager
def open_staff_side(settings: Settings) -> Iterator[StaffSide]:
    """The accounts and the audit log of the database that the settings name."""
    prepare_folder(settings)
    keys = open_keys(settings)
    database = Database(settings.database)
    try:
        migrate(database)
        audit = open_audit(database, settings, keys)
        yield StaffSide(StaffAccounts(database, audit), Guesses(database, keys), audit)
    finally:
        database.close()


def operator() -> str:
    """Who sits at the terminal, as the audit log names them."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (KeyError, OSError):  # an account without a name, as in a container
        return "terminal"


def add(settings: Settings, options: argparse.Namespace) -> None:
    """Make an account."""
    with open_staff_side(settings) as side:
        user = side.accounts.add(options.name, new_password(), options.role, by=operator())
    print(f"{user.name} may sign in as {user.role}")


def change_password(settings: Settings, options: argparse.Namespace) -> None:
    """Change a password."""
    with open_staff_side(settings) as side:
        side.accounts.set_password(options.name, new_password(), by=operator())
        side.guesses.forget(options.name)
    print("the password is changed; open sessions have ended")


def change_role(settings: Settings, options: argparse.Namespace) -> None:
    """Change a role."""
    with open_staff_side(settings) as side:
        side.accounts.set_role(options.name, options.role, by=operator())
    print(f"{options.name} is {options.role} from the next request on")


def disable(settings: Settings, options: argparse.Namespace) -> None:
    """Close an account."""
    with open_staff_side(settings) as side:
        side.accounts.set_disabled(options.name, True, by=operator())
    print(f"{options.name} is disabled; open sessions have ended")


def enable(settings: Settings, options: argparse.Namespace) -> None:
    """Open a closed account again."""
    with open_staff_side(settings) as side:
        side.accounts.set_disabled(options.name, False, by=operator())
    print(f"{options.name} may sign in again")


def unlock(settings: Settings, options: argparse.Namespace) -> None:
    """End the lock after too many wrong passwords."""
    with open_staff_side(settings) as side:
        user = side.accounts.get(options.name)
        side.audit.record(operator(), "account.unlocked", user.name)
        side.guesses.forget(user.name)
    print(f"{user.name} may try again")


def show_accounts(settings: Settings, options: argparse.Namespace) -> None:
    """List the accounts."""
    with open_staff_side(settings) as side:
        locked = side.guesses.locked()
        for user in side.accounts.all():
            state = "disabled" if user.disabled else "locked" if side.guesses.is_locked(user.name, locked) else "open"
            way = "single sign-on" if user.issuer else "password"
            print(f"{user.name}\t{user.role}\t{state}\t{way}\t{user.created:%Y-%m-%d}")


def verify_audit(settings: Settings, options: argparse.Namespace) -> int:
    """Check the audit log; the status is 1 if something is wrong with it."""
    with open_staff_side(settings) as side:
        verdict = side.audit.verify(options.noted)
    rows = "1 row" if verdict.count == 1 else f"{verdict.count} rows"
    if verdict.problem:
        print(f"bot: the audit log is not whole: {verdict.problem} ({rows} before that as written)", file=sys.stderr)
        return 1
    print(f"{rows}, every one as it was written; the last is {verdict.head or 'none'}")
    return 0


def export_audit(settings: Settings, options: argparse.Namespace) -> None:
    """Print the audit log as JSON lines, oldest row first; that it was exported is its last row."""
    with open_staff_side(settings) as side:
        side.audit.record(operator(), "audit.exported")
        for row in side.audit.rows():
            line = {**vars(row), "moment": row.moment.isoformat(), "details": json.loads(row.details)}
            print(json.dumps(line, ensure_ascii=False))


def new_password() -> str:
    """The password typed twice; the first line of standard input when nobody sits there.

    Raises:
        AccountError: the two differ.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise AccountError("the two passwords differ", "passwords_differ")
    return password
