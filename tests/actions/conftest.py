"""The shipped knowledge with a fake encoder: actions answer from real pages without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

import index.library
from index.knowledge import load_pages
from index.library import ROOT, Library, replace_library
from index.names import NameCatalog
from index.passages import passages_of
from index.retriever import ensure
from tests.fakes.encoder import HashEncoder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    pages = load_pages(ROOT / "data" / "knowledge")
    names = NameCatalog.from_files(ROOT / "data" / "knowledge" / "names", pages)
    encoder = HashEncoder()
    retriever = ensure(tmp_path_factory.mktemp("index"), passages_of(pages), encoder)
    return Library(pages, names, encoder, retriever)


@pytest.fixture(autouse=True)
def opened(library: Library) -> Iterator[Library]:
    """`library` is the one that actions open."""
    before = index.library._open
    replace_library(library)
    yield library
    index.library._open = before


@pytest.fixture(scope="session")
def executor() -> ActionExecutor:
    """The actions as rasa_sdk finds them."""
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


Said = tuple[list[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def run(executor: ActionExecutor, library: Library) -> Callable[..., Said]:
    """Runs an action on a message: what it said, and the slots that it set."""

    async def run_action(action: str, text: str, labels: list[str], **slots: Any) -> Said:
        decision = {
            "language": slots.pop("said_in", "en"),
            "labels": labels,
            "candidates": [
                {"label": label, "probability": probability}
                for label, probability in slots.pop("candidates", [(label, 0.9) for label in labels])
            ],
            "names": [
                {"id": m.name.id, "kind": m.name.kind, "text": m.text, "spelt": m.spelt}
                for m in library.names.find(text, lenient=True)
            ],
            "evidence": {},
        }
        message = {"text": text, "intent": {"name": "any"}, "decision": decision, "entities": []}
        tracker = Tracker("someone", slots, message, [], False, None, {}, None)
        dispatcher = CollectingDispatcher()
        events = await executor.actions[action](dispatcher, tracker, {})
        return dispatcher.messages, {event["name"]: event["value"] for event in events if event["event"] == "slot"}

    return run_action
