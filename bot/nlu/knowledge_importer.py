"""Rasa's training data, with the questions of data/knowledge beside the NLU files.

Every entry of a certification page becomes a retrieval intent `topic/key`: its question variants are examples,
its answers are responses. So knowledge is written once, and any Rasa pipeline can train on it.
"""

from __future__ import annotations

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from index.knowledge import Entry, load_pages

KNOWLEDGE = Path("data/knowledge")


class KnowledgeImporter(RasaFileImporter):
    """Reads a project as Rasa does and adds the knowledge folder's entries to the NLU data."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        knowledge: str | None = None,
    ) -> None:
        """As Rasa's own importer; `knowledge` names the folder when it is not data/knowledge."""
        super().__init__(config_file, domain_path, training_data_paths)
        root = Path(config_file).resolve().parent if config_file else Path.cwd()
        self._knowledge = root / (knowledge or KNOWLEDGE)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The NLU files' examples and those of every entry."""
        from_files = super().get_nlu_data(language)
        entries = [entry for page in load_pages(self._knowledge) for entry in page.entries]
        return from_files.merge(_as_training_data(entries))


def _as_training_data(entries: list[Entry]) -> TrainingData:
    messages = [
        Message.build(text=question, intent=entry.id)
        for entry in entries
        for questions in entry.questions.values()
        for question in questions
    ]
    return TrainingData(training_examples=messages)
