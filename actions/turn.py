"""One turn as an action sees it: what was decided now, and what the conversation was about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rasa_sdk import Tracker

from actions.calling import called
from actions.decision import Decision, Named, decision_of
from index.knowledge import Page
from index.library import Library, open_library
from index.names import Name
from index.text import tidy

# What of "and what about its government edition?" says nothing of the service.
_LITTLE = re.compile(
    r"\b(?:and|so|but|ok|okay|then|also|what about|how about|what of|is|are|the|its|their|a|an|one|ones|too|as well"
    r"|covered|included|certified|listed|in scope|does|do|has|have|it|for)\b"
    r"|那么|那个|那|这个|还有|另外|呢|吗|么|也|的话|的(?=\W*$)|的(?=呢|吗)|是否|包括|在内|在范围内|在里面|算"
    r"|有没有|有(?=[吗么]?\W*$)",
    re.IGNORECASE,
)
_LONGEST_ADDITION = 30
_NEW_NAME = re.compile(
    r"\b(?:new|newer|current|later|latest|present|today's) name|\bsuccessor\b|\b(?:renam|rebrand)\w+"
    r"|\bcalled (?:now|today|these days)|\bnow called|\bwhat it (?:became|is now)"
    r"|新名|新的名|改名|更名|换了?名|现在的?名|现在的叫法|现在叫|改叫|后继|继任|接替",
    re.IGNORECASE,
)
_OLD_NAME = re.compile(
    r"\b(?:old|older|former|previous|earlier|original) name|\bpredecessor\b|\bused to be called"
    r"|旧名|旧的名|老名|原名|原来的名|以前的名|之前的名|以前的叫法|前身",
    re.IGNORECASE,
)
_EDITION = re.compile(r"\s*(?:\b(?:version|edition)|版本?)$", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """The message's decision with the context it may lean on.

    Attributes:
        last_label: label of the last thing answered in this conversation, or None.
        last_services: the services asked about last: catalog ids, or the typed text where no catalog knows it.
        wanted: label of what was asked of another standard and refused last, or None.
    """

    text: str
    decision: Decision
    library: Library
    last_label: str | None = None
    last_services: tuple[str, ...] = ()
    wanted: str | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the turn from Rasa's tracker."""
        return cls(
            text=tracker.latest_message.get("text") or "",
            decision=decision_of(tracker),
            library=open_library(),
            last_label=tracker.get_slot("topic"),
            last_services=tuple(tracker.get_slot("services") or ()),
            wanted=tracker.get_slot("wanted"),
        )

    @property
    def language(self) -> str:
        """Language to answer in."""
        return self.decision.language

    def in_language(self, language: str) -> Turn:
        """The same turn, answered in another language."""
        return replace(self, decision=replace(self.decision, language=language))

    @property
    def page(self) -> Page:
        """The page asked about: the one whose standard is named, else the first."""
        named = (self.library.page_of(each.id) for each in self.decision.named("standard"))
        return next((page for page in named if page), self.library.pages[0])

    def likeliest_entry(self, at_least: float) -> str | None:
        """The page's likeliest label for the words alone, where it is that likely."""
        likely = (each for each in self.decision.candidates if self.library.has_entry(each.label))
        best = max(likely, key=lambda each: each.probability, default=None)
        return best.label if best and best.probability >= at_least else None

    def services(self) -> tuple[Name | Named, ...]:
        """The services that the message names, known to the catalog or not."""
        found = [(self.library.names.get(named.id), named) for named in self.decision.named("service")]
        names = tuple(called(name, named.spelt, self.language) if name else named for name, named in found)
        return (*names, *self._variant_named()) if len(names) == 1 and self.last_services else names

    def _variant_named(self) -> tuple[Name, ...]:
        """ "And the 21Vianet one?" after Azure names Office 365 from 21Vianet, and may mean Azure from 21Vianet."""
        named = self.library.names.get(self.decision.named("service")[0].id)
        narrowed = self.narrowed_services()
        return narrowed if named and narrowed and narrowed[0].vendor == named.vendor and narrowed[0] != named else ()

    def services_before(self) -> tuple[Name | Named, ...]:
        """The services that the conversation was about, or what the message makes of them."""
        before = tuple(self.library.names.get(each) or Named("", "service", each) for each in self.last_services)
        return self.narrowed_services() or before

    def narrowed_services(self) -> tuple[Name, ...]:
        """The service that the last one becomes with the words of this message: "the government one" after Azure."""
        last = self.library.names.get(self.last_services[-1]) if self.last_services else None
        words = _LITTLE.sub(" ", tidy(self.text)).strip(" ?？。.!！,，")
        if last is None or not words or len(words) > _LONGEST_ADDITION:
            return ()
        if renamed := self._renamed(last):
            return (renamed,)
        forms = tuple(dict.fromkeys((words, _EDITION.sub("", words))))
        return tuple(each for each in self._narrowing(last, forms) if each.id != last.id)[:1]

    def _narrowing(self, last: Name, forms: tuple[str, ...]) -> Iterator[Name]:
        """What the last service's name and the words make together, slips mended; then with fewer of its words."""
        names = self.library.names
        for added in forms:
            for whole in (f"{last.display.en} {added}", f"{added} {last.display.en}"):
                yield from (mention.name for mention in names.find(whole) if mention.text == whole)
        for whole in (whole for added in forms for whole in _with_starts(last.display.en, added)):
            if name := names.name_of(whole):
                yield name

    def _renamed(self, name: Name) -> Name | None:
        """The other name of a service where the message asks for that: "and under its new name?"."""
        if _OLD_NAME.search(self.text):
            return self.library.names.get(name.renamed_from or "")
        later = (each for each in self.library.names.names.values() if each.renamed_from == name.id)
        return next(later, None) if _NEW_NAME.search(self.text) else None


def _with_starts(name: str, added: str) -> Iterator[str]:
    """`added` behind ever fewer words of the name: "Endpoint" after "Defender for Identity"."""
    words = name.split()
    for count in range(len(words) - 1, 0, -1):
        yield " ".join([*words[:count], added])
