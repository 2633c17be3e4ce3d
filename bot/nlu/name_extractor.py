"""Finds the services, vendors and standards that a message names, as Rasa entities."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from index.library import open_library
from index.names import Mention


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class NameExtractor(GraphComponent, EntityExtractorMixin):
    """Looks names up in the catalog of data/knowledge; the entity's value is the catalog's id."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NameExtractor:
        """See GraphComponent."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add an entity for every name found."""
        catalog = open_library().names
        for message in messages:
            entities = [_entity(mention) for mention in catalog.find(message.get(TEXT))]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)
        return messages


def _entity(mention: Mention) -> dict[str, Any]:
    return {
        "entity": mention.name.kind,
        "value": mention.name.id,
        "start": mention.start,
        "end": mention.end,
        "confidence_entity": mention.score,
        "extractor": "NameExtractor",
    }
