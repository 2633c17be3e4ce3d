"""The intent classifier of the pipeline: understands a message and leaves its decision for the actions."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import in_use
from bot.nlu.understanding import Understanding
from index.library import open_library
from index.passages import topic_of

DECISION = "decision"
_FILE = "topic_model"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Trains a TopicModel on every example of the NLU data and reads messages with it."""

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        """Start untrained; `train` or `load` gives the model."""
        self._model_storage = model_storage
        self._resource = resource
        self._understanding: Understanding | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """See GraphComponent."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """See GraphComponent."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._understanding = Understanding.load(folder / _FILE, open_library())
        in_use.start_with(component._understanding)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model on the examples and keep it with the Rasa model."""
        examples = [(each.get(TEXT), each.get_full_intent()) for each in training_data.intent_examples]
        self._understanding = Understanding.train(examples, open_library())
        with self._model_storage.write_to(self._resource) as folder:
            self._understanding.save(folder / _FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing downstream learns from what this component says."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and decision of each message."""
        if self._understanding is None:
            return messages
        understanding = in_use.reader_of(open_library()) or self._understanding
        for message in messages:
            if message.get(TEXT):
                decision = understanding.understand(message.get(TEXT))
                _annotate(message, {**decision, "hint": (message.get("metadata") or {}).get("language")})
        return messages


def _annotate(message: Message, decision: dict[str, Any]) -> None:
    ranking = _by_topic(decision["candidates"])
    labels = decision["labels"]
    topic = topic_of(labels[0]) if labels else DEFAULT_NLU_FALLBACK_INTENT_NAME
    best = next((each for each in ranking if each["name"] == topic), None)
    message.set(INTENT, best or {"name": topic, "confidence": 0.0}, add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    message.set(DECISION, decision, add_to_output=True)


def _by_topic(candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The candidates' probabilities added up by topic, best first, as Rasa ranks intents."""
    chances: dict[str, float] = {}
    for each in candidates:
        topic = topic_of(each["label"])
        chances[topic] = min(1.0, chances.get(topic, 0.0) + each["probability"])
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    return [{"name": name, "confidence": chance} for name, chance in ranked]
