"""How much a turn is worth a look of staff, and how sure the assistant was, as numbers that lists go by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.assistant.protocol import Reply

THUMB_DOWN = 100
_BY_OUTCOME = {"handoff": 60, "failed": 50, "refused": 40, "clarified": 30}
_UNSURE = 20
_BANDS = (0.5, 0.8)  # confidence below the first is low, below the second middling, else high


def band(confidence: float) -> int:
    """0 for a low confidence, 1 for a middling, 2 for a high one."""
    return sum(confidence >= edge for edge in _BANDS)


def priority(outcome: str, confidence: float, feedback: str | None = None) -> int:
    """How much a turn is worth a look: 0 is not at all, a thumb down outweighs everything else."""
    shown = _BY_OUTCOME.get(outcome, _UNSURE if band(confidence) == 0 else 0)
    return shown + (THUMB_DOWN if feedback == "down" else 0)


def services_in(evidence: Mapping[str, Any]) -> str:
    """The ids of the services that a message named, joined by commas; "" for none."""
    names = evidence.get("names")
    found = names if isinstance(names, (list, tuple)) else ()
    ids = (each.get("id") for each in found if isinstance(each, Mapping) and each.get("kind") == "service")
    return ",".join(dict.fromkeys(str(each) for each in ids if each))


def turn_facts(reply: Reply) -> dict[str, Any]:
    """The columns of a turn that say what kind of turn it is."""
    return {
        "band": band(reply.confidence),
        "priority": priority(reply.outcome, reply.confidence),
        "services": services_in(reply.evidence),
        "sender": _sender(reply.evidence),
    }


def _sender(evidence: Mapping[str, Any]) -> str | None:
    sender = evidence.get("sender")
    return sender if isinstance(sender, str) and len(sender) <= 64 else None
