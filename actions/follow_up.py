"""Messages that lean on the one before: "and Intune?", 那 Power BI 呢？, "what about the other one?"."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import answer_labels, say
from actions.context import LIKELY, label_in_context
from actions.few_words import SERVICE
from actions.no_answer import ask_which, refuse
from actions.refusal import refuse_by_name
from actions.turn import Turn
from index.passages import topic_of
from index.text import tidy

# What a message is made of that asks for no more than a link to what was just spoken of.
_LITTLE = re.compile(
    r"(?:can|could|may|and|do|have|you|i|we|where|the|a|to|me|us|for|of|it|that|this|is|get|give|send|share|show|find|see"
    r"|open|want|need|again|once|more|time|resend|please|pls|plz|link|links|url|address|download|here)(?![a-z])"
    r"|请问|请|麻烦|可以|能|我|想|要|把|给|发|再|重新|一次|一遍|一下|下|个|有|没有|的|它|这个|那个|链接|地址|网址|下载|在|哪里|哪儿|哪|去|怎么|里|吗|呢|吧|看"
    r"|[\s,，.。?？!！']",
    re.IGNORECASE,
)
_LINK = re.compile(r"link|url|download|链接|地址|网址|下载", re.IGNORECASE)
_WHERE = re.compile(r"where|get|find|send|give|哪|给|发|找|拿", re.IGNORECASE)
# After these, a bare service name asks for the same thing about that service.
_ABOUT_DOCUMENTS = ("audit_reports", "view_compliance")
# After these, "where do I get it" asks for what was just named.
_ABOUT_LINKS = (*_ABOUT_DOCUMENTS, "resources", "backgrounder")


class ActionFollowUp(Action):
    """Answers an ellipsis from what the conversation was about."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_follow_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Resolve the topic from the conversation; without one, ask what is meant."""
        turn = Turn.of(tracker)
        if _names_another_standard(turn):
            return refuse_by_name(dispatcher, turn, "other_standard")
        label = resolve(turn)
        if label:
            return say(dispatcher, turn, answer_labels(turn, (label,)))
        question = ask_which(turn)
        return say(dispatcher, turn, question) if question else refuse(dispatcher, turn, "unclear")


def resolve(turn: Turn) -> str | None:
    """The label that an elliptical message asks for, or None where nothing tells.

    A named service asks for its coverage, unless documents were spoken of. Without one, the message is read
    together with the question before; where that says nothing either, or just asks for the link, the same is asked
    again.
    """
    before = turn.last_label
    if turn.services():
        return before if before and topic_of(before) in _ABOUT_DOCUMENTS else SERVICE
    if before and _asks_for_link(turn.text, topic_of(before)):
        return before
    if turn.narrowed_services():
        return SERVICE
    return label_in_context(turn) or turn.likeliest_entry(LIKELY) or before


def _names_another_standard(turn: Turn) -> bool:
    """Whether standards are all that is named, and the pages say nothing of any: "and the 27018 one?"."""
    standards = {named.id for named in turn.decision.names if named.kind == "standard"}
    return bool(standards) and not standards & turn.library.named_standards and not turn.services()


def _asks_for_link(text: str, topic: str) -> bool:
    asks = bool(_LINK.search(text)) or (topic in _ABOUT_LINKS and bool(_WHERE.search(text)))
    return asks and not _LITTLE.sub("", tidy(text))
