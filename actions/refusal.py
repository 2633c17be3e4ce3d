"""What the page does not answer: another standard or vendor, prices, legal advice, how-to, small requests, abuse."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import answer_labels, say
from actions.calling import called
from actions.context import told_by_context
from actions.no_answer import refuse
from actions.own_standard import wanted_of
from actions.turn import Turn
from actions.wording import listing, spaced

# Refusals that say whose page this is not.
_OTHERS = ("other_standard", "other_vendor")


class ActionRefuse(Action):
    """Refuses politely, says why by name, and shows what can be asked instead."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_refuse"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Choose the refusal for what was asked; another standard or vendor is named in it."""
        turn = Turn.of(tracker)
        told = told_by_context(turn)
        if told:
            return say(dispatcher, turn, answer_labels(turn, (told,)))
        return refuse_by_name(dispatcher, turn, refusal_kind(turn))


def refuse_by_name(dispatcher: CollectingDispatcher, turn: Turn, kind: str) -> list[Any]:
    """Utter the refusal of that kind with the names that it is about; what was wanted of them is kept."""
    events = refuse(dispatcher, turn, kind, names=_set_in(_named(turn, kind), turn.language))
    return [*events, *([SlotSet("wanted", _wanted(turn, kind))] if kind in _OTHERS else [])]


def _wanted(turn: Turn, kind: str) -> str | None:
    return wanted_of(turn, of_service=kind == "other_standard" and bool(turn.services()))


def _set_in(names: str, language: str) -> str:
    """`names` with the space that Chinese text keeps from Latin letters: the sentences set them between Chinese."""
    return spaced(f"有{names}的")[1:-1] if language == "zh" else names


def refusal_kind(turn: Turn) -> str:
    """The key of the out_of_scope label; "unclear" when the names that it needs are missing."""
    labels = [label for label in turn.decision.labels if label.startswith("out_of_scope/")]
    kind = labels[0].split("/", 1)[1] if labels else "unclear"
    if kind in _OTHERS and not _named(turn, kind):
        return "unclear"
    return kind


def _named(turn: Turn, kind: str) -> str:
    """The other standards or vendors that the message names, as the refusal should call them."""
    library = turn.library
    wanted = "standard" if kind == "other_standard" else "vendor"
    names = []
    for named in turn.decision.names:
        name = library.names.get(named.id)
        if not name or library.page_of(named.id) or name.id == library.provider:
            continue
        if name.kind == wanted or (wanted == "vendor" and library.names.is_foreign(name)):
            shown = called(name, named.spelt, turn.language) if name.kind == "service" else name
            names.append(shown.display[turn.language])
    return listing(list(dict.fromkeys(names)), turn.language)
