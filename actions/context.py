"""What a message means that says little by itself, read together with the question before it.

"which year?" after a question about the report, 为什么要做这个 after one about the certificate: the words alone are
near many entries, and with the question before them near its own. An entry that is near both ways is meant.
"""

from __future__ import annotations

from actions.turn import Turn

# A message longer than this speaks for itself.
_SHORT = 40
_HITS = 40
# How much the words alone count beside the words in context.
_ALONE = 0.5
# Below this likeness nothing is meant.
MEANT = 0.52


def label_in_context(turn: Turn) -> str | None:
    """The label that a short message asks for after the one before; None where nothing is near enough."""
    if not turn.last_label or len(turn.text) > _SHORT or not turn.library.has_entry(turn.last_label):
        return None
    before = turn.library.entry(turn.page, turn.last_label, turn.text).questions[turn.language][0]
    alone = _nearness(turn, turn.text)
    together = _nearness(turn, f"{before} {turn.text}")
    scores = {
        label: _ALONE * alone[label] + (1 - _ALONE) * together[label]
        for label in alone.keys() & together.keys()
        if label != turn.last_label and not turn.library.excludes(label, turn.text)
    }
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best and scores[best] >= MEANT else None


def _nearness(turn: Turn, text: str) -> dict[str, float]:
    """How near the nearest question of each label is, dense and lexical together."""
    hits = turn.library.retriever.search(text, _HITS, pages=[turn.page.id], kinds=["question"])
    nearness: dict[str, float] = {}
    for hit in hits:
        score = (hit.dense + hit.lexical) / 2
        nearness[hit.passage.label] = max(nearness.get(hit.passage.label, 0.0), score)
    return nearness
