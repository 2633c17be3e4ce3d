"""A product that nobody knows, in a question about coverage: "Is Contoso CRM covered?", "Foobar Cloud 在范围内吗".

Conservative: what stands in the place of a service counts when it looks like a name, that is capitals or digits in
an English sentence and Latin letters in a Chinese one, and more of it than words of the subject itself. Elsewhere
("we have used Podio since 2019, is that in scope") only a capitalised word counts that the language does not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from index.text import is_han

_HIDDEN = "\u241f"
_MAKER = "\u241e"
_WORD = r"[A-Za-z0-9][\w.+#&/'-]*"
_NAME = rf"(?:the\s+)?(?P<name>(?:{_MAKER}+[ ])?{_WORD}(?:[ ]{_WORD}){{0,5}}?)"
_LITTLE = r"(?:\s+(?:also|currently|still|already|actually|even|now|really|service|services|app|product|platform|too))*"
_IN_SCOPE = (
    r"\s+(?:covered|in[ -]scope|included|listed|(?:on|in) (?:the|this|your)|within|part of|certified|compliant"
    r"|under|inside|accredited|among|one of|out of scope|not)\b"
)
_END = r"\s*(?:$|[?.,;!])"
_ENGLISH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:is|are|was|were|isn't|aren't|whether|if)\s+{_NAME}{_LITTLE}{_IN_SCOPE}",
        rf"\b(?:is|are|whether|if)\s+{_NAME}{_LITTLE}\s+(?:is|are){_IN_SCOPE}",
        rf"\b(?:do|does|did|will|whether|if)\s+{_NAME}{_LITTLE}\s+(?:falls?|counts?|comes?|appears?|belongs?)\b",
        rf"\b(?:has|have)\s+{_NAME}{_LITTLE}\s+(?:been|got|passed|obtained|achieved)\b",
        rf"\b(?:covers?|covered|includes?|including|lists?|contains?)\s+{_NAME}{_LITTLE}{_END}",
        rf"\b(?:certification|certificate|coverage|compliance|certified|scope)\s+(?:for|of|on)\s+{_NAME}{_LITTLE}{_END}",
        rf"{_HIDDEN}\s*(?:,|and\b|or\b|,\s*and\b|,\s*or\b)\s*{_NAME}{_LITTLE}{_IN_SCOPE}",
        rf"\b(?:is|are|whether|if)\s+{_NAME}\s*(?:,|\band\b|\bor\b)\s*{_HIDDEN}",
        rf"\b(?:called|named)\s+{_NAME}{_LITTLE}{_IN_SCOPE}",
        rf"^\W*(?:and |so |ok |also |then )?{_NAME}{_LITTLE}\s*[:,-]?\s*(?:is it |are they |is |are )?"
        r"(?:covered|in scope|included|listed|on the list)\b",
        rf"^\W*(?:and|what about|how about|and what about)\s+{_NAME}{_LITTLE}\s*\W*$",
    )
)
_CHINESE_NAME = r"(?P<name>[A-Za-z][\w.+#&'-]*(?:[ ][A-Za-z0-9][\w.+#&'-]*){0,4}(?:[ ]?云)?)"
_CHINESE = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_CHINESE_NAME}\s*(?:这个|这款|那个|的|平台|系统|服务|产品|软件|也|都|还|到底|究竟|现在|目前|是不是|是否"
        r"|有没有|能|可以)*\s*(?:不?在(?!哪)|算|属于|被|列|纳入|包含在|包括在|涵盖|覆盖|呢)",
        r"(?:包括|包含|涵盖|覆盖|列了|列出|含|查一下|查查|查|支持|有没有|那|还有|以及)\s*"
        rf"{_CHINESE_NAME}\s*(?:$|[?？吗么呢吧。,，、])",
    )
)
_COVERAGE = re.compile(
    r"\b(?:cover|scope|certif|listed|(?:the|this|that|your) list|complian|20000|iso\b|audit|included?\b|check)"
    r"|\b(?:as well|too|also)\b|通过|过了|过没|有过|证书|有证|查",
    re.IGNORECASE,
)
_FEWEST_LETTERS = 4
_CAPITALISED = re.compile(r"(?<![\w@/.'-])(?=[a-z]*[A-Z])[A-Za-z](?:[\w+#&'-]|\.(?=\w))*(?![@/]\w)", re.ASCII)
_GOES_ON = re.compile(r"(?:[ ](?:[A-Z][\w+#&-]*|\d{1,4}\b(?![、.)]))){1,3}", re.ASCII)
_COMES_FIRST = re.compile(r"(?:\b[A-Z][\w+#&-]*[ ])+$", re.ASCII)
_SMALL = re.compile(r"(?<![\w.'-])[a-z]{3,}(?![\w'])")
# Somebody's name, or somebody's company: "I'm Qiang from Zorblatt", "was it Zorblatt that did the audit".
_PERSON_BEFORE = re.compile(
    r"(?:\b(?:i'?m|i am|name is|this is|hi|hello|hey|dear|thanks|thank you|regards|cheers|mr|mrs|ms|dr|prof|at|from|by"
    r"|in|near|colleague|company|firm|customer|client|auditor|boss|friend)|我是|我叫|来自|公司|客户|同事|老板|集团)[\s,.:]*$",
    re.IGNORECASE,
)
_PERSON_AFTER = re.compile(
    r"(?:'s)?\s*(?:(?:here|speaking|from|team|auditors?|people|asks?|asked|wants?|says?|said|told|gmbh|inc|ltd|corp"
    r"|(?:that|who) (?:did|does)|(?:the|your|their) auditors?|did|audited|assessed|examined|issued|performed)\b"
    r"|来?(?:做|审|发|给|出|颁发|评估|签发)的?|公司|集团|先生|女士|说|问|告诉)",
    re.IGNORECASE,
)
# A capital tells little where a sentence opens, unless the word is plainly what the sentence asks about.
_OPENS = re.compile(r"(?:^|[.!?;\n]\s*)[\"'(]*$")
_ASKED_AFTER = re.compile(
    r"\s*(?:$|[?:/]|-\s|,?\s*(?:is|are|was|in|on|as|too|also|app|licen[cs]es?|subscription|certified|covered)\b)"
)
_LATIN = re.compile(r"[A-Za-z0-9][\w.+#&'-]*", re.ASCII)
_CHINESE_COVERAGE = re.compile(
    r"范围|列表|清单|名单|包括|包含|涵盖|覆盖|列入|纳入|列出|列了|认证|合规|在列|在内|里面|算|[里内]吗?|呢"
)
_SUBJECT = frozenset(
    """
    a an the this that these those it its is are was were be been being i we you they he she our your my their me us
    and or but so if then what which who when where why how all any some every each none nothing something anything
    everything other others another both more most here there in on at of for to by with from as not no yes ok hi
    hello thanks please do does did can could will would should has have had about whether what's who's that's it's
    iso iec soa sla sms pdf faq cert certs certificate certificates certification certified compliance compliant
    scope standard standards audit audits auditor auditors report reports assessment assessments statement
    applicability page pages list lists listed included covered document documents documentation link links service
    services product products cloud online data datacenter datacenters datacentre datacentres dc dcs idc center centers
    centre centres infrastructure platform app apps software microsoft azure office trust portal terms backgrounder
    resource resources question questions answer answers company companies organization organisation customer
    customers provider providers team teams english chinese january february march april may june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday today tomorrow year
    years annual testing test tests url web site website email id api saas paas iaas it ict hr ceo cto ciso dpo kpi
    qa ai ml vs etc eg ie fy fy17 fy18 fy19 vat tax bot chatbot assistant vendor vendors supplier suppliers region
    regions global government public private us uk eu usa china spain france germany italy japan korea india canada
    australia brazil singapore europe asia america africa taiwan hong kong mexico russia switzerland netherlands
    """.split()
)
# "Our office in Beijing" is no name, and neither is Beijing there.
_PREPOSITIONS = frozenset({"in", "at", "on", "of", "for", "to", "by", "with", "from"})
# "Show me everything in scope" names nothing.
_OBJECTS = frozenset({"me", "us", "you", "everything", "anything", "something", "nothing", "all", "what", "which"})
# These may end a name: "Contoso Cloud", "Foobar Online".
_TAILS = frozenset(
    {"cloud", "online", "platform", "app", "apps", "service", "services", "software", "portal", "bot", "ai"}
)


def unknown_in(text: str, known: Sequence[tuple[int, int]], makers: Sequence[tuple[int, int]] = ()) -> str | None:
    """The product-like name in a coverage question that is none of the known ones.

    Args:
        text: tidy (NFKC, single spaces).
        known: start and end of the names that the catalog knows.
        makers: those of `known` that a product's name may start with, as "Microsoft" in "Microsoft Wibble".

    Returns:
        The name as typed, or None.
    """
    masked = _without(_without(text, known, _HIDDEN), makers, _MAKER)
    chinese = is_han(text)
    if not any(_may_be_of_a_name(word, chinese) for word in _LATIN.findall(masked)):
        return None  # most messages end here, long before the patterns
    if chinese and not _CHINESE_COVERAGE.search(masked):
        return None
    candidates = _candidates(masked, _CHINESE if chinese else _ENGLISH)
    found = next((name for name in candidates if chinese or _has_capitals(name.lstrip(f"{_MAKER} "), text)), None)
    return text[masked.index(found) :][: len(found)] if found else None


def strange_in(text: str, known: Sequence[tuple[int, int]], is_word: Callable[[str], bool]) -> str | None:
    """The first capitalised word that no language has, with the capitalised words behind it, or None.

    Args:
        text: tidy, which asks about coverage.
        known: see `unknown_in`.
        is_word: whether a word in lower case is one of English, or a slip in one that is known.
    """
    masked = _without(text, known, _HIDDEN)
    chinese = is_han(text)
    if text.isupper() or not (_COVERAGE.search(masked) or (chinese and _CHINESE_COVERAGE.search(masked))):
        return None
    strange = (each for each in _CAPITALISED.finditer(masked) if _is_strange(masked, each, is_word))
    found = next(strange, None)
    if found is None or (not chinese and _is_foreign_language(masked, is_word)):
        return None
    longer = _GOES_ON.match(masked, found.end())
    name = text[found.start() : longer.end() if longer else found.end()]
    return name.removesuffix("'s").rstrip(".,'-/")


def _is_strange(masked: str, found: re.Match[str], is_word: Callable[[str], bool]) -> bool:
    word, before, after = found.group(), masked[: found.start()], masked[found.end() :]
    letters = sum(map(str.isalpha, word))
    plain = word.removesuffix("'s").lower().rstrip(".,'-/")
    if letters < _FEWEST_LETTERS or word.isupper() or "'" in plain or plain in _SUBJECT:
        return False
    if _PERSON_BEFORE.search(_COMES_FIRST.sub("", before)) or _PERSON_AFTER.match(after):
        return False
    if is_han(masked):  # where English words are few, two with capitals are a name whatever they are
        return _GOES_ON.match(after) is not None or not _is_made_of_words(plain, is_word)
    opens = _OPENS.search(before) is not None
    return (not opens or _ASKED_AFTER.match(after) is not None) and not _is_made_of_words(plain, is_word)


def _is_made_of_words(word: str, is_word: Callable[[str], bool]) -> bool:
    return all(is_word(part) for part in word.split("-") if part)


def _is_foreign_language(masked: str, is_word: Callable[[str], bool]) -> bool:
    """Whether so many small words are no English that strange words tell nothing: German, pinyin, slips."""
    small = _SMALL.findall(masked)
    return 3 * sum(not is_word(word) for word in small) > len(small)


def _may_be_of_a_name(word: str, chinese: bool) -> bool:
    known = word.lower() in _SUBJECT or len(word) == 1
    return not known and (chinese or any(char.isupper() or char.isdigit() for char in word))


def _without(text: str, spans: Sequence[tuple[int, int]], mark: str) -> str:
    for start, end in spans:
        text = text[:start] + mark * (end - start) + text[end:]
    return text


def _candidates(masked: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    for pattern in patterns:
        for match in pattern.finditer(masked):
            name = _trimmed(match["name"])
            if name:
                yield name


def _trimmed(run: str) -> str | None:
    """`run` without words of the subject at its ends; None when nothing of a name is left."""
    words = run.split()
    while words and words[0].lower() in _SUBJECT and not (words[0].lower() in _TAILS and words[0][0].isupper()):
        if words[0].lower() in _PREPOSITIONS:
            return None
        words = words[1:]
    while words and words[-1].lower() in _SUBJECT - _TAILS:
        if words[-1].lower() in _OBJECTS:
            return None
        words = words[:-1]
    own = [word for word in words if word.lower() not in _SUBJECT and any(char.isalpha() for char in word)]
    if words and words[0][0] == _MAKER and (len(words) == 1 or words[1].lower() in _SUBJECT):
        return None  # "is Microsoft currently certified" is about the maker
    return " ".join(words).rstrip(".,'-/") if any(len(word) > 1 for word in own) else None


def _has_capitals(name: str, text: str) -> bool:
    """Whether every word has a capital or a digit, in a text that is not all capitals."""
    return not text.isupper() and all(any(char.isupper() or char.isdigit() for char in word) for word in name.split())
