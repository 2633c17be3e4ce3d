"""Rasa's MessageProcessor, without the work that a turn of this assistant would do for nothing.

Same model, same rules, same actions, same replies as Rasa's own processor: a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionListen, action_for_index
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import NaturalLanguageGenerator, TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.exceptions import ActionLimitReached
from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.data import TrainingType
from rasa.utils.endpoints import EndpointConfig

from bot.assistant.memory import shallow_copy

_READ_NO_TOKENS = (NLUMessageConverter, RegexMessageHandler)
# Events that change nothing but slots and what was said or done last.
_PLAIN_EVENTS = (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    SessionStarted,
    SlotSet,
    UserUttered,
)


class TurnProcessor(MessageProcessor):
    """Handles messages whose tracker holds one turn and no more (see bot.assistant.memory)."""

    def __init__(self, model: Path, trackers: TrackerStore, actions: EndpointConfig) -> None:
        """Load a model.

        Args:
            model: the model file.
            trackers: where trackers come from; it gets the model's domain.
            actions: where custom actions run.
        """
        nlg = TemplatedNaturalLanguageGenerator({})
        super().__init__(str(model), trackers, InMemoryLockStore(), nlg, actions)
        nlg.responses = self.domain.responses
        trackers.domain = self.domain
        self.graph_runner: Any = InOrderRunner(self.graph_runner)
        self._action_of = lru_cache(maxsize=None)(
            partial(action_for_index, domain=self.domain, action_endpoint=actions)
        )
        self._extracts_slots = _extracts_slots(self.domain)
        end_to_end = self.model_metadata.training_type == TrainingType.END_TO_END
        self._predictions: dict[Hashable, PolicyPrediction] | None = (
            {} if _states_are_plain(self.domain) and not end_to_end else None
        )

    async def fetch_tracker_and_update_session(
        self, sender_id: str, output_channel: OutputChannel | None = None, metadata: dict[str, Any] | None = None
    ) -> DialogueStateTracker:
        """See MessageProcessor; the session of a tracker that has just been made cannot have ended."""
        return await self.get_tracker(sender_id)

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """See MessageProcessor; skipped where no slot of the domain is filled from messages."""
        if self._extracts_slots:
            return await super().run_action_extract_slots(output_channel, tracker)
        return tracker

    async def parse_message(
        self, message: UserMessage, tracker: DialogueStateTracker | None = None, only_output_properties: bool = True
    ) -> dict[str, Any]:
        """See MessageProcessor; neither an interpreter elsewhere nor retrieval intents, and nothing logged of it."""
        if tracker is None:
            return await super().parse_message(message, tracker, only_output_properties)
        return self._parse_message_with_graph(message, tracker, only_output_properties)

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """See MessageProcessor, which makes an object of every default action in order to look one up."""
        again = self.should_predict_another_action(tracker.latest_action_name)
        if self.is_action_limit_reached(tracker, again):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        return self._action_of(prediction.max_confidence_index), prediction

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        """See MessageProcessor; policies predict each situation once, since rules always say the same of it."""
        situation = _situation(tracker)
        if self._predictions is None or situation is None:
            return super()._predict_next_with_tracker(tracker)
        if situation not in self._predictions:
            self._predictions[situation] = super()._predict_next_with_tracker(tracker)
        prediction = shallow_copy(self._predictions[situation])
        prediction.events = [shallow_copy(event) for event in prediction.events]
        return prediction

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """See MessageProcessor; listening ends the turn, and nobody reads what it leaves on a tracker of one turn."""
        if isinstance(action, ActionListen) and not any(isinstance(event, SlotSet) for event in prediction.events):
            return False
        return await super()._run_action(action, tracker, output_channel, nlg, prediction)

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Nothing: whether the domain knows the intents is a matter of training, which checks it."""

    def _log_action_on_tracker(
        self,
        tracker: DialogueStateTracker,
        action: Action,
        events: list[Event] | None,
        prediction: PolicyPrediction,
    ) -> None:
        """See MessageProcessor, whose own copies all events deeply for a log level that a service does not have."""
        happened = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in happened):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(happened, self.domain)

    def _log_slots(self, tracker: DialogueStateTracker) -> None:
        """Nothing: it writes for that level, too."""


class InOrderRunner:
    """Runs a model's components one after the other; dask plans each run anew, for cores that Python cannot use."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        """Take over the components of `loaded`."""
        self._schema = loaded._graph_schema
        self._nodes: dict[str, GraphNode] = loaded._instantiated_nodes
        self._steps = {name: _step(node) for name, node in self._nodes.items()}
        self._unread = _unread_tokenizers(self._schema)
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """See rasa.engine.runner.interface.GraphRunner.run."""
        wanted = tuple(targets or self._schema.target_names)
        if wanted not in self._orders:
            self._orders[wanted] = self._order(wanted)
        results = dict(inputs or {})
        for name in self._orders[wanted]:
            needs = self._schema.nodes[name].needs
            results[name] = results[needs["messages"]] if name in self._unread else self._steps[name](results)
        return {name: results[name] for name in wanted}

    def _order(self, targets: tuple[str, ...]) -> tuple[str, ...]:
        """The components that `targets` need, each after those that it needs itself."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            if name in self._schema.nodes and name not in order:
                for need in self._schema.nodes[name].needs.values():
                    visit(need)
                order[name] = None

        for target in targets:
            visit(target)
        return tuple(order)


def _step(node: GraphNode) -> Callable[[dict[str, Any]], Any]:
    """What takes the results so far and gives that of `node`.

    A node itself checks and logs at each step what was settled when the model was loaded.
    """
    if node._hooks or not node._eager:
        return lambda results: node(*((need, results[need]) for need in node._inputs.values()))[1]
    run = partial(node._fn, node._component)
    needs = tuple(node._inputs.items())
    return lambda results: run(**{parameter: results[need] for parameter, need in needs})


def _unread_tokenizers(schema: GraphSchema) -> frozenset[str]:
    """The tokenizers of a model none of whose other components for messages reads tokens; ours do not."""
    handling = {name: node.uses for name, node in schema.nodes.items() if "messages" in node.needs}
    tokenizers = frozenset(name for name, uses in handling.items() if issubclass(uses, Tokenizer))
    others = [uses for name, uses in handling.items() if name not in tokenizers]
    unread = all(uses.__module__.startswith("bot.nlu.") or uses in _READ_NO_TOKENS for uses in others)
    return tokenizers if unread else frozenset()


def _situation(tracker: DialogueStateTracker) -> Hashable | None:
    """All that policies see of a tracker of one turn; None where there is more to see than this knows of."""
    message = tracker.latest_message
    if message is None or tracker.followup_action or not all(isinstance(e, _PLAIN_EVENTS) for e in tracker.events):
        return None
    entities = frozenset((each.get("entity"), each.get("role"), each.get("group")) for each in message.entities)
    done = tuple(event.action_name for event in tracker.events if isinstance(event, ActionExecuted))
    return message.intent.get("name"), entities, done


def _states_are_plain(domain: Domain) -> bool:
    """Whether intent, entities and actions are all that can tell two turns apart: no forms, no featurized slots."""
    return not domain.form_names and not any(slot.influence_conversation for slot in domain.slots)


def _extracts_slots(domain: Domain) -> bool:
    """Whether a message by itself can set a slot."""
    mappings = [m for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES for m in slot.mappings]
    by_actions_alone = all(m.get("type") == "custom" and not m.get("action") for m in mappings)
    return not by_actions_alone or ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions
