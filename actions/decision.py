"""What the classifier decided about one message, as the actions read it from the tracker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from index.passages import topic_of

# A message that no classifier has seen (such as `/greet` typed in rasa shell) still gets an answer.
_DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Named:
    """A service, vendor or standard that a message names.

    Attributes:
        id: of the name in the catalog; "" for a name nobody knows.
        kind: "service", "vendor", "standard" or "provider".
        text: as it was typed.
        spelt: as the catalog spells what was typed; "" for a name nobody knows.
    """

    id: str
    kind: str
    text: str
    spelt: str = ""


@dataclass(frozen=True)
class Candidate:
    """A label that the message may stand for, and how probable that is (0 to 1)."""

    label: str
    probability: float

    @property
    def topic(self) -> str:
        """The part of the label before the slash."""
        return topic_of(self.label)


@dataclass(frozen=True)
class Decision:
    """What a message asks.

    Attributes:
        language: "zh" or "en": of this message, else of the conversation, else as the channel hints.
        labels: what to answer, in the order asked; empty when nothing is sure enough.
        candidates: the likeliest labels, best first, whether chosen or not.
        names: what the message names, in order.
        evidence: the scores behind it, for staff.
        of_it: whether it asks in so many words if "it", which the conversation names, is covered.
    """

    language: str
    labels: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    names: tuple[Named, ...]
    evidence: Mapping[str, Any]
    of_it: bool = False

    @property
    def confidence(self) -> float:
        """Probability of the least sure label that is answered, or of the best candidate."""
        chosen = [each.probability for each in self.candidates if each.label in self.labels]
        return min(chosen) if chosen else max((each.probability for each in self.candidates), default=0.0)

    def named(self, kind: str) -> tuple[Named, ...]:
        """The names of one kind."""
        return tuple(name for name in self.names if name.kind == kind)


def decision_of(tracker: Tracker) -> Decision:
    """The decision that the TopicClassifier left in the latest message."""
    message = tracker.latest_message
    raw = message.get("decision") or {}
    intent = (message.get("intent") or {}).get("name") or "nlu_fallback"
    return Decision(
        language=raw.get("language") or tracker.get_slot("language") or raw.get("hint") or _DEFAULT_LANGUAGE,
        labels=tuple(raw.get("labels", () if intent == "nlu_fallback" else (intent,))),
        candidates=tuple(Candidate(each["label"], each["probability"]) for each in raw.get("candidates", ())),
        names=tuple(
            Named(each["id"], each["kind"], each["text"], each.get("spelt", "")) for each in raw.get("names", ())
        ),
        evidence=raw.get("evidence", {}),
        of_it=raw.get("of_it", False),
    )
