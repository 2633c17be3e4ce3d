"""What a message means that says little by itself, read together with the question before it.

"which year?" after a question about the report, 为什么要做这个 after one about the certificate: the words alone are
near many entries, and with the question before them near its own. An entry that is near both ways is meant.
"""

from __future__ import annotations

import re

from actions.decision import topic_of
from actions.own_standard import label_of_own_standard
from actions.turn import Turn

SERVICE, LIST = "coverage_service/service", "coverage_list/services"
# A message longer than this speaks for itself.
_SHORT = 40
_HITS = 40
# How much the words alone count beside the words in context.
_ALONE = 0.5
# What a label of the topic before has ahead of others, and that very label, which the words in context always favour.
_SAME_TOPIC, _SAME_LABEL = 0.15, 0.15
# "Why?" asks for more about the answer just given, where that is about reuse or a service; so does "who?" about reuse.
_WHY = re.compile(
    r"\W*(?:那|and|so|but|ok)?\W*(?:why(?: not| so)?|how(?: come| so| exactly)?|为什么|为啥|为何|怎么做?)"
    r"(?:不在|不算|没有|不行|呢|啊)*\W*",
    re.IGNORECASE,
)
_WHO = re.compile(r"\W*(?:那|and|so|but|ok)?\W*(?:who|whom|by whom|谁)(?:呢|啊|来)*\W*", re.IGNORECASE)
# "Which ones exactly?" asks for the list, where what is covered was spoken of.
_WHICH = re.compile(
    r"\W*(?:那么?|and|so|ok|okay)?\W*"
    r"(?:which(?: ones?| services| of them)?(?: exactly| are (?:they|those|covered))?|what are they|like what|such as"
    r"|(?:具体|到底|究竟|分别|都)?(?:是|有|包括)?(?:哪些|哪几个|哪几项|哪几种|什么服务))(?:服务|产品)?(?:呢|啊|呀|的)*\W*",
    re.IGNORECASE,
)
_ABOUT_COVERAGE = ("coverage_list", "coverage_service")
# Below this likeness nothing is meant.
MEANT = 0.52
# What a question word asks by itself, from this probability on.
LIKELY = 0.35
# A label of the topic before is meant where it is at least so probable beside the likeliest.
_RIVAL = 0.55


def label_in_context(turn: Turn) -> str | None:
    """The label that a short message asks for after the one before; None where nothing is near enough."""
    own, last = label_of_own_standard(turn), turn.last_label
    if own:
        return own
    if turn.decision.of_it and turn.last_services:
        return SERVICE
    if last and topic_of(last) in _ABOUT_COVERAGE and _WHICH.fullmatch(turn.text):
        return LIST
    if not last or len(turn.text) > _SHORT or not turn.library.has_entry(last):
        return None
    if _asks_more(turn.text, topic_of(last)):
        return last
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


def _asks_more(text: str, topic: str) -> bool:
    about_reuse = topic == "certification_reuse"
    why = (about_reuse or topic == topic_of(SERVICE)) and _WHY.fullmatch(text)
    return bool(why or (about_reuse and _WHO.fullmatch(text)))


def labels_in_context(turn: Turn) -> tuple[str, ...]:
    """The labels that a message asks for by itself, where the conversation before does not say otherwise.

    "What about its government edition" after Azure is about that service. Of two labels that are nearly as likely,
    the one of the topic before is meant: "what is it good for" after "what is ISO 20000-1".
    """
    own, labels, last = label_of_own_standard(turn), turn.decision.labels, turn.last_label
    if own:
        return (own,)
    if turn.decision.of_it and turn.last_services and not turn.decision.named("service"):
        return (SERVICE,)
    if len(labels) != 1 or not last or turn.decision.names or len(turn.text) > _SHORT:
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
