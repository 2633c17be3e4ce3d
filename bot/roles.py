"""What staff may do: a viewer reads, a reviewer also judges, an admin also approves and keeps accounts.

Every view below /staff/ says who may use it, and one that says nothing lets nobody in:

    @blueprint.post("/turns/<turn_id>/verdict")
    @needs("reviewer")
    def judge(turn_id: str) -> ResponseReturnValue: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

ROLES = ("viewer", "reviewer", "admin")
ANYBODY = "anybody"  # a page for who has not signed in yet

View = TypeVar("View", bound=Callable[..., Any])


def needs(role: str) -> Callable[[View], View]:
    """Open a staff view to `role` and to the roles above it; to `ANYBODY` without signing in.

    Stands below the line that names the route.
    """
    if role not in (*ROLES, ANYBODY):
        raise ValueError(f"{role!r} is no role")

    def mark(view: View) -> View:
        view.staff_role = role  # type: ignore[attr-defined]
        return view

    return mark


def needed_role(view: Callable[..., Any]) -> str | None:
    """The role that a view was marked with; None if nobody thought of it."""
    return getattr(view, "staff_role", None)


def includes(role: str, needed: str) -> bool:
    """Whether who has `role` may do what needs `needed`."""
    return role in ROLES and needed in ROLES and ROLES.index(role) >= ROLES.index(needed)
