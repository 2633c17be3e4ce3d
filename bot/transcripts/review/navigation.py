"""The sections of the staff pages, in the order of their links: an endpoint, its words, and who sees it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A link at the top of every staff page; it is the present one on all pages of its endpoint's blueprint."""

    endpoint: str
    words: str
    role: str

    @property
    def blueprint(self) -> str:
        """The blueprint that its pages belong to."""
        return self.endpoint.partition(".")[0]


SECTIONS = (
    Section("staff.conversations", "conversations", "viewer"),
    Section("queue.queue", "queue", "viewer"),
    Section("groups.groups", "unanswered", "viewer"),
    Section("knowledge.entries", "knowledge", "viewer"),
    Section("figures.figures", "figures", "viewer"),
    Section("people.look", "people", "admin"),
    Section("accounts.accounts", "accounts", "admin"),
    Section("audit.log", "audit_log", "admin"),
)
