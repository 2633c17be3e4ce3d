"""One turn as an action sees it: what was decided now, and what the conversation was about."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_sdk import Tracker

from actions.decision import Decision, Named, decision_of
from index.knowledge import Page
from index.library import Library, open_library
from index.names import Name


@dataclass(frozen=True)
class Turn:
    """The message's decision with the context it may lean on.

    Attributes:
        last_label: label of the last thing answered in this conversation, or None.
        last_services: the services asked about last: catalog ids, or the typed text where no catalog knows it.
    """

    text: str
    decision: Decision
    library: Library
    last_label: str | None = None
    last_services: tuple[str, ...] = ()

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the turn from Rasa's tracker."""
        return cls(
            text=tracker.latest_message.get("text") or "",
            decision=decision_of(tracker),
            library=open_library(),
            last_label=tracker.get_slot("topic"),
            last_services=tuple(tracker.get_slot("services") or ()),
        )

    @property
    def language(self) -> str:
        """Language to answer in."""
        return self.decision.language

    @property
    def page(self) -> Page:
        """The page asked about: the one whose standard is named, else the first."""
        named = (self.library.page_of(each.id) for each in self.decision.named("standard"))
        return next((page for page in named if page), self.library.pages[0])

    def services(self) -> tuple[Name | Named, ...]:
        """The services that the message names, known to the catalog or not."""
        return tuple(self.library.names.get(named.id) or named for named in self.decision.named("service"))

    def services_before(self) -> tuple[Name | Named, ...]:
        """The services that the conversation was about."""
        return tuple(self.library.names.get(each) or Named("", "service", each) for each in self.last_services)
