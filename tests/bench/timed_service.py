"""`python -m tests.bench.timed_service FILE`: the service, with a stopwatch on the parts of a turn.

FILE gets one line of JSON a turn, with the milliseconds of each part. Ask it one question at a time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bot.assistant.protocol import Assistant
from bot.conversation import Conversations
from bot.logging_setup import configure_logging
from bot.server import serve
from bot.settings import Settings, load_settings
from bot.transcripts.store import TranscriptStore
from tests.bench.stopwatch import Stopwatch

_watch = Stopwatch()


def main() -> None:
    """Serve."""
    settings = load_settings()
    configure_logging(settings)
    serve(settings, lambda: _assistant(settings))


def _assistant(settings: Settings) -> Assistant:
    from bot.assistant.factory import make_assistant

    assistant = make_assistant(settings)
    _watch_turns(Path(sys.argv[1]))
    return assistant


def _watch_turns(path: Path) -> None:
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.assistant.embedded import EmbeddedAssistant
    from bot.assistant.memory import TurnTrackers
    from bot.assistant.processor import TurnProcessor
    from bot.assistant.turns import InProcessActions, RasaTurns
    from index.encoder import CachingEncoder
    from index.retriever import Retriever

    for owner, name, part in (
        (Conversations, "answer", "service"),
        (TranscriptStore, "memory", "transcript"),
        (TranscriptStore, "record", "transcript"),
        (EmbeddedAssistant, "respond", "hand-over"),
        (RasaTurns, "answer", "Rasa"),
        (TurnProcessor, "parse_message", "NLU"),
        (CachingEncoder, "encode_queries", "embedding"),
        (Retriever, "search", "search"),
        (TurnProcessor, "_predict_next_with_tracker", "policy"),
        (InProcessActions, "request", "action"),
        (TurnTrackers, "retrieve", "tracker"),
        (TurnTrackers, "save", "tracker"),
        (DialogueStateTracker, "update", "tracker"),
    ):
        _watch.time(owner, name, part)
    answer = Conversations.answer

    def noted(self: Conversations, *arguments: Any) -> Any:
        _watch.take()
        turn = answer(self, *arguments)
        line = json.dumps({part: 1000 * seconds for part, seconds in _watch.take().items()})
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        return turn

    Conversations.answer = noted  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
