"""When an ordinary word is a name: "is teams covered" against "our teams are covered by the insurance".

Names such as Teams, Flow or Access are words too. Such a word counts

1. with the capitals of the name, unless the whole message is in capitals or an English sentence just starts there;
2. beside its maker ("ms teams") or in a row with another name ("Intune and teams");
3. where a service stands in a question about coverage ("is flow in scope", "flow 在列表里吗"); the commonest words
   only where nothing else can stand ("is word covered", "word在列表里吗");
4. as the whole message, or all of it but "and", "what about", 那, 呢;
5. in a fragment that answers a question ("and teams?"), when the caller asks for leniency.

An article or a pronoun before it, "of" or "that" behind it make it an ordinary word whatever else holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from index.name_table import Spelling
from index.text import is_han

_COVERAGE = re.compile(
    r"\b(?:cover(?:s|ed|ing|age)?|scope|includ(?:e|es|ed|ing)|certif\w*|certs?|complian\w*|attest\w*|accredited|part of"
    r"|ha(?:s|ve) (?:it|this|that|one)|20000|counts?|falls?|among|one of (?:them|those|these)"
    r"|(?:is|are) (?:it |they )?(?:in|out)(?=\W*$)|yes or no|y/n"
    r"|(?:on|in) (?:the|this|that|your|its) (?:\w+ )?list|(?:on|in) (?:it|there)|in or out|listed"
    r"|bao ?han|bao ?kuo|fan ?wei|ren ?zheng|lie ?biao)\b"
    r"|范围|列表|清单|名单|包括|包含|涵盖|覆盖|列入|纳入|列出|认证|合规|在列|在内|在里面|算不算|算[吗么进在]|也算"
    r"|过了|过没|通过|有没有|在不在|是不是|证书[里上]|写了|写进|提到|提及|适用|拿证|拿到证|有证|过审"
)
_OF_IT_NEXT = re.compile(
    r"\s*(?:(?:so|and)\W+)?(?:(?:is|was|are|does|do|did|has) (?:it|that|this|they|these)\b|它|这个|那个)"
)
_STANDARD_WORDS = re.compile(
    r"\b(?:iso|iec|standard|certif\w*|complian\w*|audit\w*)\b|标准|认证|合规|体系|证书|审核|审计|过"
)
_SENTENCE_MARK = re.compile(r"[。！？!?;；\n]|\.(?=\s|$)")
_SLOT_BEFORE = re.compile(
    r"(?:^|[,;:(\"、/&+]|\b(?:is|are|was|were|does|do|did|if|whether|about|covers?|covered|covering|includes?"
    r"|including|included|lists?|listing|for|and|or|nor|plus|with|like|as|but|not|only|also|has|have|contains?"
    r"|see|find|check|chance|says?|said|think|believe|guess|hope|isn't|aren't|doesn't|hi|hello|so|then"
    r"|us(?:e|es|ed|ing)|us(?:e|age) of"
    r"|(?:run|runs|running|rely|relies|relying) on|works? with))\s*$"
)
_SLOT_AFTER = re.compile(
    r"\s*(?:$|[?,.;:!)\"、/&+]|-\s|(?:is|are|was|be|being|covered|included|in|on|listed|part|certified|compliant"
    r"|accredited|and|or|too|also|as well|either|there|yet|now|still|within|under|by|for|has|have|get|got|not"
    r"|isn't|aren't|nor|vs|rather than|instead of|service|app|online|workloads?|instances?|licen[cs]es|portal|please"
    r"|pls|plz|both|all|iso|falls?|counts?|comes?|appears?|belongs?"
    r"|one of|among|anywhere|somewhere|named|mentioned|every|daily|heavily|a lot|bao|zai|you|suan|ma|ne)\b)"
)
_ORDINARY_BEFORE = re.compile(
    r"\b(?:a|an|the|our|my|your|his|her|their|its|this|these|those|every|each|which|what|some|any|no|two|three"
    r"|many|several|all|more|to|can|could|may|might|will|would|should|must|cannot|i|we|you|they|who)\s+$"
)
_PART_AFTER = re.compile(r"\s+(?:of|who|up|into|from|through)\b")
_ORDINARY_AFTER = re.compile(
    r"\s+(?:of|to|that|which|who|me|us|up|out(?! of (?:the )?scope)|into|from|through|must|should|need)\b"
)
_DETERMINER_BEFORE = re.compile(r"\b(?:an?|the|our|my|your|his|her|their|its|this|these|those|every|each)\s+$")
_OWNED_BEFORE = re.compile(r"\b(?:is|are|does|do|if|whether) (?:our|my|the|your)\s+$")
# Where a word as common as "word" can only be the product: as what is or is not certified, without an article.
_SUBJECT_BEFORE = re.compile(r"(?:^|[,;:(]|\b(?:is|are|was|does|do|if|whether|and|or|so|but|hi|hello))\s*$")
_SUBJECT_AFTER = re.compile(
    r"\s*,?\s*(?:(?:is|are)\s+(?:(?:that|this|it)(?:\s+one)?\s+)?)?(?:also\s+|now\s+)?"
    r"(?:(?:covered|included|listed|certified|compliant|in[ -]scope|(?:fall|count|belong|appear)s?)"
    r"(?!\s+(?:of|by)\s+(?!iso|the (?:iso|cert|standard))|\s+for)"
    r"|(?:on|in|within|part of) (?:the |this |that |your |its )?(?:\S+ ){0,2}"
    r"(?:list|scope|certificat\w+|standard|page)|(?:has|have|got)\s+(?:the\s+)?iso|iso)\b"
)
_USED_BEFORE = re.compile(r"\b(?:we|i|they|you|people|everyone|company|team) (?:all )?us(?:e|es|ed)\s+$")
_USED_AFTER = re.compile(r"\s*(?:-|,|;)?\s*(?:and |so )?(?:is|was|does|has) (?:it|that)\b")
_OBJECT_BEFORE = re.compile(
    r"\b(?:certificat\w*|standard|scope|list|audit|page|\d)\s+(?:also\s+)?(?:cover|include|list|contain|mention|name)s?\s*$"
)
_OBJECT_AFTER = re.compile(r"\s*(?:too|also|as well)?\s*\W*$")
_SLOT_BEFORE_ZH = re.compile(
    r"(?:^|[,、:;\"(/&+]|请问|一下|问下|看看|确认|知道|了解|还有|以及|包括|包含|涵盖|覆盖|适用于|有|使用|在?用的?是?|那么?|里|[和与及跟或含]|除了|微软的?)"
    r"\s*$"
)
_SLOT_AFTER_ZH = re.compile(
    r"\s*(?:$|[?,、;!)\"/&+]|[在过算是也都被属列包呢吗么没能了和与及跟或]|有没有|有无|不在|到底|通过|服务在|拿)"
)
# "一个 flow" is a flow; "那个 Flow" is the one spoken of, like "Flow".
_MEASURE_BEFORE = re.compile(r"(?:(?<![那这])个|[条张份种些次段套])\s*$")
_ROW = re.compile(
    r"(?:,|、|/|&|\+|\b(?:and also|and|or|nor|plus|as well as|rather than|instead of|not|vs)\b"
    r"|[和与及跟或同]|还有|以及|或者)+"
)
_ALONE = re.compile(
    r"\W*(?:\d{1,2} ?[.):、]|(?:and|wh?at (?:about|abt|of)|how (?:about|abt)|okay|ok|so|then|also|or|is|are)\b"
    r"|那么|那|还有|以及|再问|请问|查一下|查下|查)?\W*"
    r"\0\W*(?:呢|吗|么|呀|啊|可以吗|行吗|也是吗|(?:too|then|as well|also|please)\b)?\W*"
)
# "Does Microsoft access ..." and "services Microsoft lists": the maker acts, the word is a verb.
_VERBS = frozenset(
    {"access", "lists", "forms", "project", "projects", "stream", "excel", "exchange", "edge", "surface"}
)
_MAKER_ACTS = re.compile(
    r"(?:^|\b(?:do|does|did|can|could|will|would|may|must|should|that|which|what|services|how|where|when|if|why))\s*$"
)
_STATE_AFTER = re.compile(
    r"\s+(?:be|have|has|fall|count|belong|get|also|is|are|in|part|online|on|listed|covered|make|makes|made|pass)\b"
)
_UNIT_AFTER = re.compile(
    r"[,.]\d|\s*(?:users|people|seats|licen[cs]es|employees|servers|usd|rmb|人|个|台|元|块|用户|名|家|次|年)"
)
# A sentence is read this far to both sides, so that a text without full stops stays cheap.
_REACH = 200
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_HAD_BEFORE = re.compile(r"(?:^|\b(?:have|has|hold|got|about|meet|with|have an?)|有|拿|做|满足|符合)\s*$")
_HAD_AFTER = re.compile(r"\W*(?:有|呢|吗|么|没|too|as well|either)?\W*(?:吗|没有|$)")
_MONEY_BEFORE = re.compile(r"[$¥€£]\s*$|\d[,.]$")


@dataclass(frozen=True)
class Surroundings:
    """The sentence that an ordinary word stands in.

    Attributes:
        typed: the message as typed.
        folded: the message as compared.
        start: of the word in `folded`.
        end: of the word in `folded`.
        typed_word: the word as typed.
    """

    typed: str
    folded: str
    start: int
    end: int
    typed_word: str

    @cached_property
    def before(self) -> str:
        """What the sentence says before the word."""
        first = max(0, self.start - _REACH)
        marks = [mark.end() for mark in _SENTENCE_MARK.finditer(self.folded, first, self.start)]
        return self.folded[marks[-1] if marks else first : self.start].lstrip(" -*•\t")

    @cached_property
    def after(self) -> str:
        """What the sentence says after the word, its mark included."""
        last = min(len(self.folded), self.end + _REACH)
        mark = _SENTENCE_MARK.search(self.folded, self.end, last)
        return self.folded[self.end : mark.end() if mark else last]

    @cached_property
    def asks_coverage(self) -> bool:
        """Whether the sentence speaks of what is covered, or the next one does so of "it"."""
        if _COVERAGE.search(self.before) or _COVERAGE.search(self.after):
            return True
        rest = self.folded[self.end + len(self.after) : self.end + len(self.after) + _REACH]
        return _OF_IT_NEXT.match(rest) is not None and _COVERAGE.search(rest) is not None

    @property
    def in_chinese(self) -> bool:
        """Whether the sentence around the word is Chinese."""
        return is_han(self.before[-12:]) or is_han(self.after[:12])

    @property
    def in_slot(self) -> bool:
        """Whether a service can stand here: "is ... covered", with no word that would go with it."""
        return _SLOT_BEFORE.search(self.before) is not None and _SLOT_AFTER.match(self.after) is not None

    @property
    def is_owned_product(self) -> bool:
        """Whether somebody's own is what is or is not covered: "is our key vault covered"."""
        return _OWNED_BEFORE.search(self.before) is not None and _SUBJECT_AFTER.match(self.after) is not None

    @property
    def in_plain_slot(self) -> bool:
        """Whether nothing but a service can stand here: "is word covered", "excel在范围内吗"."""
        if self.in_chinese:
            before, after = _SLOT_BEFORE_ZH, _SLOT_AFTER_ZH
            return before.search(self.before) is not None and after.match(self.after) is not None
        subject = _SUBJECT_BEFORE.search(self.before) and _SUBJECT_AFTER.match(self.after)
        subject = subject or (_USED_BEFORE.search(self.before) and _USED_AFTER.match(self.after))
        object_ = _OBJECT_BEFORE.search(self.before) and _OBJECT_AFTER.match(self.after)
        return bool(subject or object_)

    @property
    def is_alone(self) -> bool:
        """Whether the sentence is the word, but for little words around it."""
        return _ALONE.fullmatch(f"{self.before}\0{self.after}") is not None

    @property
    def starts_sentence(self) -> bool:
        """Whether nothing comes before the word."""
        return not self.before.strip(" \"'(")


def is_meant(spelling: Spelling, around: Surroundings, in_row: bool, in_company: bool, lenient: bool) -> bool:
    """Whether an ordinary word is the name that it spells.

    Args:
        spelling: an ordinary one.
        around: where it stands.
        in_row: whether it stands in a row with a name that is sure.
        in_company: whether the text has a name that is sure.
        lenient: whether the text is a fragment, in which a bare word counts.
    """
    if _MEASURE_BEFORE.search(around.before):
        return False
    if spelling.capitals_only and _DETERMINER_BEFORE.search(around.before):
        return False
    if _ORDINARY_AFTER.match(around.after):  # "the teams must ..."; but "our RFP says Teams must ..."
        capital = _has_capitals(spelling, around, in_company) and not around.starts_sentence
        return capital and not spelling.capitals_only and not _PART_AFTER.match(around.after)
    if _has_capitals(spelling, around, in_company):
        return True
    if spelling.written.isdigit():
        return lenient or in_row or _is_standard_number(spelling, around)
    if is_han(spelling.written):
        return around.asks_coverage or in_row or lenient or around.is_alone
    if _ORDINARY_BEFORE.search(around.before) and not (" " in spelling.written and around.is_owned_product):
        return False
    if lenient:
        return True
    if in_row and (around.in_chinese or _SLOT_AFTER.match(around.after)):
        return True
    if spelling.capitals_only:
        return (around.is_alone and in_company) or (around.asks_coverage and around.in_plain_slot)
    in_slot = around.in_chinese or around.in_slot or (" " in spelling.written and around.is_owned_product)
    return around.is_alone or (around.asks_coverage and in_slot)


def maker_is_beside(around: Surroundings) -> bool:
    """Whether an ordinary word right behind its maker is the product, and not what the maker does.

    Args:
        around: where maker and word stand, as one.
    """
    if around.typed_word.split()[-1] not in _VERBS or _STATE_AFTER.match(around.after):
        return True
    alone = not around.before and not around.after.strip(" ?!.")
    return alone or not _MAKER_ACTS.search(around.before)


def stands_in_row(folded: str, left_end: int | None, start: int, end: int, right_start: int | None) -> bool:
    """Whether a word and the name before or behind it are in a row: only "and", a comma or the like between them.

    Chinese names need no more than a space.
    """
    spaced = is_han(folded[start:end])
    left = None if left_end is None else folded[left_end:start]
    right = None if right_start is None else folded[end:right_start]
    return any(
        between is not None and (_ROW.fullmatch(between.strip()) is not None or (spaced and between == " "))
        for between in (left, right)
    )


def _has_capitals(spelling: Spelling, around: Surroundings, in_company: bool) -> bool:
    typed, written = around.typed_word, spelling.written
    if is_han(written) or not typed[:1].isupper() or _shouts(around):
        return False
    if written.isupper():
        return typed.isupper()
    if around.starts_sentence and not around.in_chinese and (spelling.capitals_only or not in_company):
        return False
    return all(
        word[0].isupper() or not model[0].isupper() for word, model in zip(typed.split(), written.split(), strict=False)
    )


def _shouts(around: Surroundings) -> bool:
    """Whether capitals tell nothing: the rest of the message is all in them, or each word starts with one."""
    words, shouted, titled = (
        whole - own for whole, own in zip(_capitals(around.typed), _capitals(around.typed_word), strict=True)
    )
    return (words > 1 and shouted >= 0.7 * words) or (words > 2 and titled >= 0.8 * words)


@lru_cache(maxsize=256)
def _capitals(text: str) -> tuple[int, int, int]:
    """How many Latin words, how many all in capitals, how many starting with one."""
    words = _LATIN_WORD.findall(text)
    return len(words), sum(word.isupper() for word in words), sum(word[0].isupper() for word in words)


def _is_standard_number(spelling: Spelling, around: Surroundings) -> bool:
    """Whether a bare number means a standard: something of standards beside it, or "do you have 27001?"."""
    if _UNIT_AFTER.match(around.after) or _MONEY_BEFORE.search(around.before):
        return False
    if any(_STANDARD_WORDS.search(side) for side in (around.before, around.after)) or around.is_alone:
        return True
    had = _HAD_BEFORE.search(around.before) and _HAD_AFTER.match(around.after)
    return bool(had) and not spelling.written.endswith("000")
