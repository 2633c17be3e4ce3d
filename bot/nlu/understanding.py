"""One message in, one decision out: names, embeddings, label probabilities, and what they add up to.

Context-free on purpose: what the conversation adds (slots) is the actions' part, as in any Rasa project.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.banning import Bans, plain_text
from bot.nlu.deciding import Decider, Reading, Thresholds
from bot.nlu.delexicalise import A_SERVICE, delexicalise, names_whole
from bot.nlu.examples import Trained, load_trained, save_trained
from bot.nlu.labels import (
    CERTIFICATE,
    CERTIFIED,
    COVERAGE,
    ELLIPSIS,
    INJECTION,
    LIST,
    OTHER_STANDARD,
    OTHER_VENDOR,
    OUT_OF_SCOPE,
    REUSE_AUTOMATIC,
    STANDARD,
)
from bot.nlu.others import with_others
from bot.nlu.plainly import (
    asks_coverage_plainly,
    asks_of_both,
    asks_of_it,
    asks_of_list,
    asks_what_to_write,
    asks_which_of_them,
    carries_over,
)
from bot.nlu.reconcile import reconcile
from bot.nlu.scope import scope_of
from bot.nlu.topic_model import TopicModel
from bot.nlu.units import WHOLE_LIMIT, Sentence, is_bare_question, is_story, sentences_of, uncut, without_opening
from index.knowledge import Localized
from index.library import Library
from index.names import Mention, Name
from index.passages import topic_of
from index.retriever import Hit
from index.spelling import Speller
from index.text import detect_language, is_han, normalise, tidy

CANDIDATES = 5
# Passages that retrieval is asked for, and how many of them, and of the message's parts, staff are shown.
HITS = 12
SHOWN_HITS = 4
SHOWN_PARTS = 4
# What is left of an elliptical message points at something from this probability on.
POINTS = 0.5
# Whether the service is certified or its user is asked as well, from this probability on.
BOTH = 0.25
# How sure it is that a word which nobody knows is a name.
UNKNOWN = 0.5
# Texts whose names, stand-ins and decisions are remembered.
REMEMBERED = 512
# How much more a near hit counts than a far one.
VOTE_SHARPNESS = 6.0
_OTHERS = re.compile(
    r"\b(?:else|others?|besides|apart from|more|remaining|rest)\b|其他|其它|其余|另外|还有|除了|除", re.IGNORECASE
)
_ASKS_LIST = re.compile(
    r"\b(?:which|what|who|whats|all|every\w*|entire|full|complete|names?|enumerate|give|show|send|overview)\b"
    r"|(?<!on )(?<!on the )(?<!on your )(?<!on that )\blist"
    r"|[哪啥几]|什么|多少|全部|所有|列出|列一|(?<!在)(?:清单|名单|列表)",
    re.IGNORECASE,
)
_ZH_MARK = re.compile("[，。？！、：；（）]")


@dataclass(frozen=True)
class Plain:
    """A text as the model reads it: slips mended, names replaced by stand-ins; and the names that it holds."""

    text: str
    mentions: tuple[Mention, ...]


class Understanding:
    """Reads messages with a trained model and the open library."""

    def __init__(
        self,
        model: TopicModel,
        speller: Speller,
        library: Library,
        examples: Sequence[Trained],
        thresholds: Thresholds | None = None,
    ) -> None:
        """Read with `model`, which was trained on `examples`; the library gives names and embeddings."""
        self._model = model
        self._speller = speller
        self._library = library
        self._examples = tuple(examples)
        self._scope = scope_of(library)
        self._bans = Bans.of(library, self._scope, model, [each.label for each in self._examples])
        self._at = thresholds or Thresholds()
        self._thresholds = asdict(self._at)
        self._decider = Decider(self._scope.topics, self._at)
        self._plain = lru_cache(maxsize=REMEMBERED)(self._read_plain)  # one turn asks for the same texts again
        self._decided = lru_cache(maxsize=REMEMBERED)(self._decide_anew)  # and many people ask the same question

    @property
    def library(self) -> Library:
        """What it reads with."""
        return self._library

    def with_thresholds(self, thresholds: Thresholds) -> Understanding:
        """The same, deciding by other thresholds."""
        return Understanding(self._model, self._speller, self._library, self._examples, thresholds)

    @classmethod
    def train(cls, examples: Sequence[tuple[str, str]], library: Library) -> Understanding:
        """Fit on (utterance, label) pairs."""
        scope = scope_of(library)
        trained = [Trained(text, plain_text(text, label, library, scope), label) for text, label in examples]
        plain = [each.plain for each in trained]
        model = TopicModel.fit(plain, [each.label for each in trained], library.encoder.encode_queries(plain))
        return cls(model, Speller.of(normalise(text) for text, _ in examples), library, trained)

    def retrained(self, examples: Sequence[tuple[str, str]], library: Library) -> Understanding:
        """One that reads with another library of the same names, trained on other examples.

        What both have in common is not read, spelt or embedded again, so a few new examples take seconds.
        """
        known = {(each.text, each.label): each.plain for each in self._examples}
        scope = scope_of(library)
        trained = [
            Trained(text, known.get((text, label)) or plain_text(text, label, library, scope), label)
            for text, label in examples
        ]
        plain = [each.plain for each in trained]
        embeddings = self._embed(plain)
        model = TopicModel.fit(plain, [each.label for each in trained], embeddings, self._model.temperature)
        new = (normalise(text) for text, label in examples if (text, label) not in known)
        return Understanding(model, self._speller.knowing(new), library, trained, self._at)

    @classmethod
    def load(cls, folder: Path, library: Library) -> Understanding:
        """Read what `save` wrote."""
        return cls(TopicModel.load(folder), Speller.load(folder), library, load_trained(folder))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, which is made."""
        folder.mkdir(parents=True)
        self._model.save(folder)
        self._speller.save(folder)
        save_trained(self._examples, folder)

    def understand(self, text: str) -> dict[str, Any]:
        """The decision on one message; see actions.decision.Decision for its fields. JSON-serialisable."""
        decision: dict[str, Any] = pickle.loads(self._decided(text))
        return decision

    def _decide_anew(self, text: str) -> bytes:
        """The decision as bytes, of which each turn makes a copy of its own, quicker than of a dictionary."""
        return pickle.dumps(self._decide(text))

    def _decide(self, text: str) -> dict[str, Any]:
        sentences = sentences_of(text)
        whole = _whole(text, sentences)
        if not is_han(text) and is_han(self._plain(whole).text):  # pinyin has no marks to be cut at
            sentences = sentences_of(self._plain(whole).text)
        sentences = uncut(sentences, self._plain(whole).mentions)
        readings = self._read([whole, *_parts(sentences)])
        asked = self._plain(whole).text
        hits = self._library.retriever.search(asked, HITS, embedding=self._library.encoder.encode_queries([asked])[0])
        readings[whole] = readings[whole].backed_by(votes(hits), self._at.retrieval)
        story = is_story(text)
        labels = self._decider.choose(readings[whole], sentences, readings.__getitem__, story)
        if is_bare_question(text) or carries_over(text, partial(self._library.names.find, lenient=True)):
            labels = (ELLIPSIS,)
        elif labels == (ELLIPSIS,):
            behind = self._behind_ellipsis(text)
            readings |= {behind.text: behind} if behind else {}
            labels = (behind.best,) if behind else labels
        focus = whole if story else text
        plain = self._plain(focus)
        labels = with_both_certified(self._of_service(labels, focus, plain.mentions), readings[whole])
        if self._is_plain_coverage(labels, focus, plain.mentions) or self._asks_of_one(
            labels, sentences, plain.mentions
        ):
            labels = (COVERAGE,)
        elif self._asks_of_foreign(labels, sentences, plain.mentions):
            labels = (OTHER_VENDOR,)
        names = self._named(focus, plain.mentions, labels)
        candidates = _candidates(labels, list(readings.values()))
        return {
            "language": _language(focus, plain, self._library.names.find(focus)),
            "labels": list(labels),
            "candidates": candidates,
            "names": names,
            "of_it": asks_of_it(focus),
            "evidence": {
                "read_as": plain.text,
                "candidates": candidates,
                "names": names,
                "hits": [_hit(hit) for hit in hits[:SHOWN_HITS]],
                "parts": [_part(reading) for reading in list(readings.values())[1 : 1 + SHOWN_PARTS]],
                "thresholds": self._thresholds,
            },
        }

    def _embed(self, plain: Sequence[str]) -> np.ndarray:
        """Embeddings `(n, d)`; only texts that the model was not trained on go to the encoder."""
        rows = {each.plain: row for each, row in zip(self._examples, self._model.embeddings, strict=True)}
        new = list(dict.fromkeys(text for text in plain if text not in rows))
        if new:
            rows |= dict(zip(new, self._library.encoder.encode_queries(new), strict=True))
        return np.array([rows[text] for text in plain])

    def _read_plain(self, text: str, whole_as_service: bool = True) -> Plain:
        mentions = self._library.names.find(text)
        known = any(each.name.kind == "service" for each in mentions)
        unknown = None if known else self._unknown_name(text)
        if unknown:  # is read like any other service, but named as it was typed
            mentions = with_unknown(mentions, text, unknown)
            text = tidy(text).replace(unknown, A_SERVICE, 1)
        plain = delexicalise(
            text, self._library.names.find(text) if unknown else mentions, self._scope, whole_as_service
        )
        mended = self._speller.mend(plain)
        if mended == plain:
            return Plain(plain, mentions)
        found = self._library.names.find(mended)
        return Plain(delexicalise(mended, found, self._scope, whole_as_service), mentions or found)

    def _unknown_name(self, text: str) -> str | None:
        return self._library.names.unknown_name(text, self._speller.is_word)

    def _ways_to_read(self, text: str) -> list[Plain]:
        plain = self._plain(text)
        if not names_whole(plain.mentions, self._scope):
            return [plain]
        as_provider = self._plain(text, whole_as_service=False)
        named = any(each.name.id in self._scope.named_standards - self._scope.standards for each in plain.mentions)
        return [as_provider] if named else [plain, as_provider]  # the list of services is of the page's standard alone

    def _behind_ellipsis(self, text: str) -> Reading | None:
        """What "and the certificate?" points at by itself; None where only the conversation tells."""
        rest = without_opening(text)
        if not rest or self._names_own_service(rest):
            return None
        reading = self._read([rest])[rest].without(ELLIPSIS)
        answerable = reading.topic in self._scope.topics or reading.best in (OTHER_STANDARD, OTHER_VENDOR)
        points = answerable and reading.sureness >= POINTS
        return reading if points else None

    def _of_service(self, labels: Sequence[str], text: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """ "We use Intune, is it certified" asks about the service, though the clause that asks does not name it.

        So does "we use Intune and Flow. Which ones are on the list?", unless it asks for the others, and "we use
        Intune. In scope?", where nothing asks for a list. "Is anything besides Azure certified" asks for the list.
        """
        services = [each for each in mentions if each.name.kind == "service"]
        own = self._own_services(mentions)
        meant = {CERTIFIED} if own else set()
        several = len({each.name.id for each in services}) > 1
        if own and not _OTHERS.search(text) and (several or not _ASKS_LIST.search(text)):
            meant.add(LIST)
        asked = dict.fromkeys(COVERAGE if label in meant else label for label in labels)
        return with_others(tuple(asked), text, services)

    def _is_plain_coverage(self, labels: Sequence[str], text: str, mentions: Sequence[Mention]) -> bool:
        """Whether a message that would be refused asks in so many words for services of the page's provider.

        "Is Slack on Microsoft's list?" asks of the list, whoever the service is of.
        """
        refused = all(topic_of(label) == OUT_OF_SCOPE for label in labels)
        other = any(each.name.kind == "standard" and each.name.id not in self._scope.standards for each in mentions)
        if not refused or other or {INJECTION, OTHER_STANDARD} & set(labels):
            return False
        services = [each for each in mentions if each.name.kind == "service"]
        foreign = [each for each in mentions if self._scope.is_foreign(each)]
        if not self._own_services(mentions):
            return asks_of_list(text, foreign, [each for each in mentions if each.name.id == self._scope.provider])
        both = OTHER_VENDOR in labels and asks_of_both(text, [m for m in mentions if m in services or m in foreign])
        return both or asks_coverage_plainly(text, services)

    def _asks_of_one(self, labels: Sequence[str], sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> bool:
        """ "We use Intune as MDM. Was it part of the audit?" is about Intune, whatever audits are like otherwise."""
        own = self._own_services(mentions)
        topics = {topic_of(label) for label in labels}
        if not own or {INJECTION, OTHER_STANDARD, OTHER_VENDOR} & set(labels):
            return False
        general = {topic_of(CERTIFIED), topic_of(LIST), topic_of(REUSE_AUTOMATIC), OUT_OF_SCOPE}
        if topics <= general - {topic_of(LIST)} | {STANDARD} and _is_said_later(asks_which_of_them, sentences):
            return True
        if (topics <= general or set(labels) == {CERTIFICATE}) and _is_said_later(asks_of_it, sentences):
            return True
        return len(own) == 1 and topics <= {*general, STANDARD} and _is_said_later(asks_what_to_write, sentences)

    def _asks_of_foreign(
        self, labels: Sequence[str], sentences: Sequence[Sentence], mentions: Sequence[Mention]
    ) -> bool:
        """ "We're about to buy Slack; does the certification cover it?" is about Slack, not about the provider."""
        foreign = any(self._scope.is_foreign(each) for each in mentions)
        own = any(each.name.kind != "standard" and not self._scope.is_foreign(each) for each in mentions)
        about = {topic_of(CERTIFIED), topic_of(LIST), topic_of(COVERAGE)}
        topics = {topic_of(each) for each in labels}
        if not foreign or own:
            return False
        if topics <= {*about, STANDARD} and _is_said_later(asks_which_of_them, sentences):
            return True
        return topics <= about and _is_said_later(asks_of_it, sentences)

    def _names_own_service(self, text: str) -> bool:
        return bool(self._own_services(self._library.names.find(text, lenient=True)))

    def _own_services(self, mentions: Sequence[Mention]) -> set[str]:
        """Ids of the services among them that are of the page's provider, or of nobody that is known."""
        return {each.name.id for each in mentions if each.name.kind == "service" and not self._scope.is_foreign(each)}

    def _read(self, texts: Sequence[str]) -> dict[str, Reading]:
        """The reading of each text, over all ways to read it; one batch for the encoder."""
        ways = {text: self._ways_to_read(text) for text in texts}
        plain = [each.text for found in ways.values() for each in found]
        embeddings = self._library.encoder.encode_queries(plain)
        rows = iter(zip(self._model.probabilities(plain, embeddings), embeddings, strict=True))
        labels = self._model.labels
        readings = {}
        for text, found in ways.items():
            each = [next(rows) for _ in found]
            chances = reconcile(np.mean([row for row, _ in each], axis=0), labels, found[0].mentions, self._scope)
            banned = self._bans.of_text(text, np.array([row for _, row in each]))
            readings[text] = Reading(text, labels, chances).never(banned)
        return readings

    def _named(self, text: str, mentions: Sequence[Mention], labels: Sequence[str]) -> list[dict[str, str]]:
        known = [each for each in mentions if each.name.id]
        if not known and labels == (ELLIPSIS,):
            known = list(self._library.names.find(without_opening(text), lenient=True))
        named = [{"id": m.name.id, "kind": m.name.kind, "text": m.text, "spelt": m.spelt} for m in known]
        if COVERAGE in labels or (labels == (ELLIPSIS,) and not known):
            unknown = self._unknown_name(text)
            named += [{"id": "", "kind": "service", "text": unknown}] if unknown else []
        return named


def with_unknown(mentions: Sequence[Mention], text: str, unknown: str) -> tuple[Mention, ...]:
    """The names in a text with one that nobody knows, which is taken for a service of the provider."""
    start = text.find(unknown)
    if start < 0:
        return tuple(mentions)
    name = Name("", "service", Localized(unknown, unknown))
    own = Mention(name, unknown, start, start + len(unknown), UNKNOWN)
    return tuple(sorted((*mentions, own), key=lambda each: each.start))


def _is_said_later(form: Callable[[str], bool], sentences: Sequence[Sentence]) -> bool:
    """Whether a sentence behind the first has the form, or a clause, by itself or with the last: "it is, right?"."""
    clauses = [part for each in sentences for part in (*each.clauses, ", ".join(each.clauses[-2:]))]
    return any(form(part) for part in (*(each.text for each in sentences[1:]), *clauses))


def with_both_certified(labels: tuple[str, ...], whole: Reading) -> tuple[str, ...]:
    """ "We run on Azure, so is it certified?" may ask about Azure or about the asker: where both are likely, both.

    So may "we use Azure, can we rely on that certificate?".
    """
    if labels == (REUSE_AUTOMATIC,):
        return (*labels, COVERAGE) if whole.chance_of(COVERAGE.__eq__) >= BOTH else labels
    if labels != (COVERAGE,):
        return labels
    reuse = whole.only(topic_of(REUSE_AUTOMATIC))
    return (*labels, reuse.best) if reuse.sureness >= BOTH else labels


def _whole(text: str, sentences: Sequence[Sentence]) -> str:
    if not is_story(text) or not sentences:
        return tidy(text[:WHOLE_LIMIT])
    last = next((sentence for sentence in reversed(sentences) if sentence.asks), sentences[-1])
    return last.tail or last.text


def _parts(sentences: Sequence[Sentence]) -> list[str]:
    return [part for sentence in sentences for part in sentence.parts]


def _candidates(labels: Sequence[str], readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """The chosen labels and the whole's likeliest others, each with its best probability in any part."""
    best: dict[str, float] = {}
    for reading in readings:
        for label in (*labels, *_likeliest(readings[0])):
            index = reading.labels.index(label) if label in reading.labels else None
            if index is not None:
                best[label] = max(best.get(label, 0.0), float(reading.chances[index]))
    ranked = sorted(best, key=lambda label: (label not in labels, -best[label]))
    return [{"label": label, "probability": round(best[label], 4)} for label in ranked]


def _likeliest(reading: Reading) -> list[str]:
    return [reading.labels[i] for i in np.argsort(-reading.chances)[:CANDIDATES]]


def _language(text: str, plain: Plain, mentions: Sequence[Mention]) -> str | None:
    """Names are the same in both languages, so they do not count; pinyin and full-width marks are Chinese."""
    if is_han(plain.text) and not is_han(text):
        return "zh"
    rest, at = [], 0
    for mention in mentions:
        rest.append(text[at : mention.start])
        at = mention.end
    without_names = " ".join([*rest, text[at:]])
    return detect_language(without_names) or ("zh" if is_han(text) or _ZH_MARK.search(text) else None)


def votes(hits: Sequence[Hit]) -> dict[str, float]:
    """What retrieval says of the labels: shares of the hits, near ones counting more; they add up to 1."""
    weights = np.exp([VOTE_SHARPNESS * (hit.dense + hit.lexical) for hit in hits])
    shares: dict[str, float] = {}
    for hit, weight in zip(hits, weights / weights.sum(), strict=True):
        shares[hit.passage.label] = shares.get(hit.passage.label, 0.0) + float(weight)
    return shares


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "label": hit.passage.label,
        "text": hit.passage.text[:120],
        "dense": round(hit.dense, 4),
        "lexical": round(hit.lexical, 4),
    }


def _part(reading: Reading) -> dict[str, Any]:
    return {"text": reading.text[:120], "label": reading.best, "probability": round(reading.sureness, 4)}
