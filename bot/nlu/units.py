"""What of a message is looked at on its own: the whole of it, its sentences, and the clauses of one sentence.

People ask two things at once, greet before they ask, and put one question at the end of a long story. Each part
is classified beside the whole; `deciding` says which of them count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.names import Mention
from index.text import clauses, count_han, tidy

# A message longer than this is read by its last question: a story drowns what it asks.
WHOLE_LIMIT = 300
# A story's question stands at its end, or at its start; the middle is background.
_FIRST, _LAST = 2, 5
_SENTENCE_LIMIT = 300
_CLAUSES = 4
_LONG_SENTENCE = 70
# A sentence ends at its mark; a dot only before white space, so that versions and addresses stay whole.
_SENTENCE = re.compile(r"[^。！？!?；;\n]+?(?:[。！？!?；;\n]+|\.(?=\s|$)|$)")
_ASKS = re.compile(
    r"[?？]|吗|呢|哪|什么|多少|几|是否|能否|可否|怎么|如何|谁|请|需要|告诉|发我|给我|链接|下载|"
    r"\b(?:what|which|who|where|when|why|how|please|pls|plz|send|give|tell|show|need|want|looking for)\b|"
    r"\b(?:links?|url|download)\b|"
    r"[给发来传附要]一?[份个张条下]|附上|发[来过]|也[要给发]|"
    r"^\W*(?:also|plus|by the way|btw|oh and)\W+(?:the|a|an|your|any) |"
    r"\b(?:can|could|may|do|does|did|is|are|will|would|should|has|have) (?:i|we|you|they|it|the|this|that|my|our)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"^(?:\d{1,2}\s?[.)、:]|[(（]\d{1,2}[)）]|[-*•]"
    r"|(?:question )?(?:one|two|three|first|firstly|second|secondly|third|thirdly)\s?[:,.]"
    r"|[一二三四五]\s?[、:,]|(?:第[一二三四五]|其[一二三])(?:个问题|个)?\s?[、:,是])",
    re.IGNORECASE,
)
# "1) the certificate 2) the report": an item that stands behind another one on the same line.
_INLINE_ITEM = re.compile(r"\s+(?=(?:[(（]?\d{1,2}[)）、]|[①-⑳]|Q\d{1,2}\s?[:：])\s?\S)")
_BARE = re.compile(
    r"(?:and |so |but |ok |then |well |也|那么|那|请问|具体|大概|所以|是|到底)*"
    r"(?:(?:since|until|from|till|by|for|in) )?"
    r"(?:when|who|whom|why|where|how often|how many|how long|how come|how so|(?:what|which) (?:year|date|day|month)"
    r"|什么时候|何时|哪一?年|哪一?天|谁|哪家|为什么|为啥|为何|多久一次|多久|几年一次|在?哪里|在?哪儿|在哪|几个|多少个|几项"
    r"|从什么时候|到什么时候)"
    r"(?: (?:exactly|then|though|please|was (?:that|it)|is (?:that|it)|did (?:they|it)|of them))?"
    r"(?:开始|的|做的|呢|啊|呀)*[\s?？!！.。]*",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:and|so|but|ok(?:ay)?|then|also|hm+|wh?at (?:about|abt)|how (?:about|abt)|what of"
    r"|那么|那|还有|另外|对了|然后)[\s,，]*|"
    r"[\s,，]*(?:too|as well|though|then|呢|呐|吗|\?)+\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a message.

    Attributes:
        asks: whether it sounds like a question or a request, as against background.
        clauses: its last clauses where it has several, else empty.
        tail: the end of a long sentence, where its question stands; empty for a short one.
        bare: without its opening ("and", 那), where it has one and follows another sentence; else empty.
    """

    text: str
    asks: bool
    clauses: tuple[str, ...] = ()
    tail: str = ""
    bare: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """Every text of this sentence that is read on its own."""
        return tuple(part for part in (self.text, self.tail, self.bare, *self.clauses) if part)


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences that may hold a question, in order; the middle of a long story is left out."""
    said = [tidy(part) for part in _SENTENCE.findall(_INLINE_ITEM.sub("\n", text.replace("\r", "\n")))]
    said = [part for part in said if any(each.isalnum() for each in part)]
    if len(said) > _FIRST + _LAST:
        said = said[:_FIRST] + said[-_LAST:]
    return tuple(_sentence(part[-_SENTENCE_LIMIT:], follows=place > 0) for place, part in enumerate(said))


def uncut(sentences: Sequence[Sentence], names: Sequence[Mention]) -> tuple[Sentence, ...]:
    """The same without clauses where one of them would end inside a name: "Enterprise Mobility + Security"."""
    joined = [each.text for each in names if len(clauses(each.text)) > 1]
    return tuple(
        replace(each, clauses=(), tail="") if any(name in each.text for name in joined) else each for each in sentences
    )


def is_story(text: str) -> bool:
    """Whether so much is said that most of it must be background; a Chinese character says as much as two letters."""
    return len(text) + count_han(text) > WHOLE_LIMIT


def without_opening(text: str) -> str:
    """What an elliptical message points at: "and the certificate?" and 那证书呢 without their little words."""
    stripped, before = tidy(text), ""
    while stripped != before:
        before, stripped = stripped, _OPENING.sub("", stripped)
    return stripped


def is_bare_question(text: str) -> bool:
    """Whether a message is a question word and nothing that says what about: "when?", 哪一年."""
    return _BARE.fullmatch(tidy(text)) is not None


def _sentence(text: str, follows: bool) -> Sentence:
    inner = clauses(text)
    tail = ", ".join(inner[-2:]) if len(text) > _LONG_SENTENCE and len(inner) > 2 else ""
    bare = without_opening(text) if follows else ""
    return Sentence(
        text=text,
        asks=_ASKS.search(text) is not None or _ITEM.match(text) is not None,
        clauses=inner[-_CLAUSES:] if len(inner) > 1 else (),
        tail=tail,
        bare=bare if bare != text.rstrip("?？") else "",
    )
