"""Taking note of what the person who is signed in does."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from bot.services import services


def note(action: str, target: str = "", **details: Any) -> None:
    """Record in the audit log that the signed-in person did something; before it is shown or done.

    Raises:
        StorageUnavailable: it could not be recorded, so it must not happen.
    """
    services().audit.record(current_user.user.name, action, target, details)
