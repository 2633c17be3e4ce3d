"""Rasa's tracker, made from what the previous turn left behind and given back as what the next one needs.

Stock tracker stores replay every event of a session on each turn, so a conversation gets slower as it goes on.
The rules of this assistant look at the present message and at slots; so a turn starts from a fresh tracker with
those slots, and its slots are the memory that the transcript stores in the very commit of the turn. Replicas
share nothing else, and there is no second copy that could go stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker


class Turn:
    """The state of one running turn: slots before it, and after it."""

    def __init__(self, memory: Mapping[str, Any] | None) -> None:
        """Start from the memory of the previous turn."""
        self.memory: dict[str, Any] = dict(memory or {})


class TurnTrackers(TrackerStore):
    """A tracker store that lives as long as the turn.

    The caller serialises the turns of one conversation, so a conversation has one turn at a time.
    """

    def __init__(self) -> None:
        """Start with no turn running."""
        super().__init__(Domain.empty())
        self._turns: dict[str, Turn] = {}

    @contextmanager
    def turn(self, conversation: str, memory: Mapping[str, Any] | None) -> Iterator[Turn]:
        """Keep the tracker of `conversation` for the length of the block."""
        turn = self._turns[conversation] = Turn(memory)
        try:
            yield turn
        finally:
            del self._turns[conversation]

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """A tracker with the running turn's slots, as if it had just listened."""
        turn = self._turns.get(sender_id)
        if turn is None:
            return None
        known = {slot.name for slot in self.domain.slots}
        slots = [SlotSet(name, value) for name, value in turn.memory.items() if name in known]
        opening = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
        return DialogueStateTracker.from_events(
            sender_id, [*opening, *slots, ActionExecuted(ACTION_LISTEN_NAME)], slots=self.domain.slots, domain=self.domain
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the slots that have a value."""
        turn = self._turns.get(tracker.sender_id or DEFAULT_SENDER_ID)
        if turn is not None:
            turn.memory = {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None}

    async def keys(self) -> Iterable[str]:
        """The conversations whose turn is running."""
        return tuple(self._turns)
