"""What a message means that says little by itself, read together with the question before it.

"which year?" after a question about the report, 为什么要做这个 after one about the certificate: the words alone are
near many entries, and with the question before them near its own. An entry that is near both ways is meant.
"""

from __future__ import annotations

from actions.few_words import SERVICE, SHORT, meant_by_few_words
from actions.own_standard import label_of_own_standard
from actions.turn import Turn
from index.passages import topic_of

_HITS = 40
# How much the words alone count beside the words in context.
_ALONE = 0.5
# What a label of the topic before has ahead of others, and that very label, which the words in context always favour.
_SAME_TOPIC, _SAME_LABEL = 0.15, 0.15
# Below this likeness nothing is meant.
MEANT = 0.52
# What a question word asks by itself, from this probability on.
LIKELY = 0.35
# A label of the topic before is meant where it is at least so probable beside the likeliest.
_RIVAL = 0.55


def label_in_context(turn: Turn) -> str | None:
    """The label that a short message asks for after the one before; None where nothing is near enough."""
    told, last = told_by_context(turn), turn.last_label
    if told:
        return told
    if turn.decision.of_it and turn.last_services:
        return SERVICE
    if not last or len(turn.text) > SHORT or not turn.library.has_entry(last):
        return None
    before = turn.library.entry(turn.page, last, turn.text).questions[turn.language][0]
    alone = _nearness(turn, turn.text)
    together = _nearness(turn, f"{before} {turn.text}")
    scores = {
        label: _ALONE * alone[label]
        + (1 - _ALONE) * together[label]
        + _SAME_TOPIC * (topic_of(label) == topic_of(last))
        for label in alone.keys() & together.keys()
        if label != last and not turn.library.excludes(label, turn.text)
    }
    if last in alone:
        scores[last] = alone[last] + _SAME_LABEL
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best and scores[best] >= MEANT else None


def told_by_context(turn: Turn) -> str | None:
    """The label that the conversation gives a message by its form, whatever the words alone are like."""
    return label_of_own_standard(turn) or meant_by_few_words(turn)


def labels_in_context(turn: Turn) -> tuple[str, ...]:
    """The labels that a message asks for by itself, where the conversation before does not say otherwise.

    "What about its government edition" after Azure is about that service. Of two labels that are nearly as likely,
    the one of the topic before is meant: "what is it good for" after "what is ISO 20000-1".
    """
    told, labels, last = told_by_context(turn), turn.decision.labels, turn.last_label
    if told:
        return (told,)
    if turn.decision.of_it and turn.last_services and not turn.decision.named("service"):
        return (SERVICE,)
    if len(labels) != 1 or not last or turn.decision.names or len(turn.text) > SHORT:
        return labels
    if turn.narrowed_services():
        return (SERVICE,)
    chances = {each.label: each.probability for each in turn.decision.candidates}
    if topic_of(labels[0]) == topic_of(last) or labels[0] not in chances:
        return labels
    rivals = [each for each in chances if topic_of(each) == topic_of(last) and turn.library.has_entry(each)]
    best = max(rivals, key=chances.__getitem__, default=None)
    return (best,) if best and chances[best] >= _RIVAL * chances[labels[0]] else labels


def _nearness(turn: Turn, text: str) -> dict[str, float]:
    """How near the nearest question of each label is, dense and lexical together."""
    hits = turn.library.retriever.search(text, _HITS, pages=[turn.page.id], kinds=["question"])
    nearness: dict[str, float] = {}
    for hit in hits:
        score = (hit.dense + hit.lexical) / 2
        nearness[hit.passage.label] = max(nearness.get(hit.passage.label, 0.0), score)
    return nearness
