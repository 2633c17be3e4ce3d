"""Questions of coverage in so many words: "is X covered", "X 在范围内吗", with a known service for X.

The words around a name can be so strange to the model that it reads one of these as something to refuse
("流程自动化的 Power Automate 在范围内吗"). The form says what is asked, whoever the service is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.names import Mention
from index.text import normalise

_LONGEST = 160
X, _P = "\u241f", "\u241e"
ROW_EN = rf"{X}(?:\s*(?:,|/|&|\+|\band\b|\bor\b)+\s*(?:the |ms |microsoft )?{X})*"
ROW_ZH = rf"{X}(?:\s*[、,/&+和与及跟或]\s*{X})*"
_END = (
    r"(?=\s*(?:$|[?.!,;:)]"
    r"|(?:under|against|too|as well|or not?|now|yet|at all|then|though|for (?:the )?(?:iso|20000))\b))"
)
_SCOPE = (
    r"(?:the |your |this |that |its )?(?:microsoft(?:'s)? |ms )?(?:iso\S*(?: \S+)? |20000\S* )?"
    r"(?:certif\w+ |audit |in-scope )?(?:scope|list|cert(?:ificat\w+|s)?|page)"
)
_PREDICATE = (
    rf"(?:covered|certified|listed|in[ -]scope|(?:on|in|within|inside|part of|among) {_SCOPE}"
    r"|(?:iso\S*(?: \S+)? )(?:certified|covered|compliant))"
)
_PLAINLY = (
    re.compile(
        rf"(?:\b(?:is|are|was|were|isn't|aren't|whether|if)\s+|^)(?:the |our |my |your )?{ROW_EN}\s+"
        r"(?:(?:is|are|isn't|aren't) )?"
        rf"(?:(?:also|both|all|still|now|currently|actually|really|service|services) )*{_PREDICATE}{_END}"
    ),
    re.compile(
        rf"\b(?:does|do|did|has|have) {ROW_EN} (?:fall (?:within|under|in)|appear (?:on|in)|belong to) {_SCOPE}"
    ),
    re.compile(
        rf"{ROW_EN}\W*\bwhich (?:ones? |of (?:them|these|those|the (?:two|three|four)) )?"
        rf"(?:(?:is|are) {_PREDICATE}|(?:has|have|got) (?:the |a |this |that )?(?:iso\S*(?: \S+)? )?cert\w*){_END}"
    ),
    re.compile(rf"^\W*(?:the |microsoft |微软的?)?{ROW_ZH}的?\s*(?:\w{{1,3}}版本?|客户端)\W*$"),
    re.compile(
        rf"^\W*(?:the |our )?{ROW_EN} (?:app|client|website|edition|version|for (?:the )?(?:web|mac|mobile))\W*$"
    ),
    re.compile(rf"^.{{0,12}}{ROW_ZH}(?:服务|产品)?\s*呢\W*$"),
    re.compile(rf"^(?:and|so|ok|okay|what about|how about|what of|and what about)\b.{{0,25}}\s{ROW_EN}\W*$"),
    re.compile(rf"{ROW_ZH}\W*哪(?:一?个|些|几个|一?款)(?:服务|产品)?(?:是)?(?:在|有|过|通过|被)"),
    re.compile(
        rf"{ROW_ZH}\s*(?:(?:这|那|这些|那些|这几)(?:个|项|款|些)?)?(?:服务|产品)?\s*(?:是不是|是否|到底|究竟|也|都|还|算不算|算|属于|应该)*"
        r"\s*(?:包含|包括|列)?(?:不在|在不在|在|属于|进)"
        r"(?:\s*(?:iso\S*(?: [\d:-]+)?|微软|microsoft|你们|的|[这那][个项份张]?|该|认证|证书|合规|服务))*"
        r"\s*(?:范围|列表|清单|名单)(?:之)?(?:内|里面|里|中|上)?"
    ),
    re.compile(
        rf"(?:认证|证书|范围|列表|清单|名单)(?:里|内|中|上)?(?:是否|有没有|也|都)*(?:包括|包含|涵盖|覆盖|列出|有){ROW_ZH}"
    ),
)
# Services of the provider beside somebody else's: whether both are certified, or which of them suits better?
_CERTIFIED = re.compile(
    r"\b(?:cover|certif|listed|iso\b|20000|in[ -]scope|out of scope"
    r"|(?:on|in|within) (?:the|this|that|your) (?:list|scope|page))"
    r"|认证|证书|有证|范围|清单|名单|列表|包含|包括|涵盖|覆盖|过了|通过|过没"
)
_COMPARED = re.compile(
    r"\b(?:better|worse|cheap\w*|fast\w*|safe\w*|secure|differ\w*|compar\w*|switch\w*|migrat\w*|integrat\w*|connect\w*"
    r"|alternatives?|prefer\w*|recommend\w*|should|how|why|pric\w+|costs?)\b"
    rf"|\b(?:by|through|via) (?:the )?{X}"
    r"|比较|对比|相比|区别|差异|不同|更|好|集成|对接|迁移|替代|价格|多少钱|怎么|为什么|推荐|应该"
)
# Nothing but names: "Zoom? Power BI?".
_NAMES_ALONE = re.compile(
    rf"(?:\W|\b(?:and|or|plus|check|please)\b|[和与及跟或查请]|还有|帮忙|帮我|一下|两个|{X})*(?:呢|吗)?\W*"
)
# Whoever the service is of, the provider's list has it or not.
_THE_LIST = (
    rf"(?:(?:the |that )?{_P}(?:'s)? (?:[\w/:.-]+ ){{0,5}}?(?:list|scope|certificat\w+|page)"
    r"|(?:the |that )?(?:[\w/:.-]+ ){0,3}(?:list|scope|certificat\w+|page) "
    rf"(?:[\w/:.-]+ ){{0,4}}?(?:of|from|by) {_P})"
)
_THE_LIST_ZH = rf"{_P}[^。？！?!,，]{{0,22}}(?:范围|清单|名单|列表|证书|认证|页面|\blist|\bscope)"
# Whose list it is need not be said: "your list", "the in-scope services", 本页, 在清单里.
_THE_PAGE = re.compile(
    r"\b(?:your|this page's|the|this|that)(?= (?:[\w/:.-]+ ){0,4}?(?:list|scope list)\b)"
    r"|\b(?:this|the|your)(?= (?:certification )?page\b)"
    r"|(?:你们|本页|(?<!\w)[这该]一?页)(?:面)?的?(?=[^。？！?!,，]{0,16}(?:清单|名单|列表|\blist))"
    r"|[这那该本][份个张]?(?=页面|[^。？！?!,，]{0,20}?(?:清单|名单|列表))"
    r"|(?<=在)(?=(?:清单|名单|列表)[里上中内])"
)
_THE_SERVICES = re.compile(
    rf"(?<!{_P}'s )(?<!{_P} )(?:\b(?:the|your) )?\bin[ -]scope (?:cloud )?(?:services(?: list)?|list)\b"
)
_THE_SERVICES_ZH = re.compile(rf"(?<!{_P}的)(?<!{_P})范围内的?云?服务(?:的?(?:清单|名单|列表))?")
_OF_LIST = (
    re.compile(rf"{X}[^.?!]{{0,40}}\b(?:on|in|under|within|among|inside|of|by) {_THE_LIST}(?!\w)"),
    re.compile(
        rf"{X}[^?!]{{0,60}}[.,;] [^.?!]{{0,20}}\b(?:it|that|this|they|any|either|one)\b[^.?!]{{0,40}}"
        rf"\b(?:on|in|under|within|among|inside|of|by) {_THE_LIST}(?!\w)"
    ),
    re.compile(rf"{_THE_LIST} (?:\w+ )?(?:includ|cover|contain|mention|list|nam|hav|has)\w*[^.?!]{{0,20}}{X}"),
    re.compile(rf"{_THE_LIST}(?:\s*[:,]| with)?[^.?!]{{0,12}}\b(?:mention|sign|trace) of {ROW_EN}"),
    re.compile(rf"{ROW_ZH}\s*[,，:：]?\s*{_THE_LIST_ZH}[^。？！?!]{{0,6}}(?:列|有|包|含|提|覆盖|涵盖)"),
    re.compile(rf"{X}[^。？！?!]{{0,6}}[,，]\s*[这那]?[个份张]?(?:清单|名单|列表)[里上中内]面?(?:有|在|列)"),
    re.compile(rf"{_THE_LIST_ZH}[^。？！?!]{{0,10}}(?:有|包括|包含|覆盖|涵盖|列|提到|含|管)[^。？！?!]{{0,6}}{X}"),
    re.compile(rf"{X}[^。？！?!]{{0,10}}(?:在|列入|列进|列到|进|属于|纳入|上|被)[^。？！?!]{{0,24}}{_THE_LIST_ZH}"),
)
_SO = r"(?:(?:so|and|but|ok|okay|well|then|also)\b,?\s*)?"
_IT = (
    r"(?:(?:it|that|this)(?: one)?|(?:they|both|those|these)(?: of (?:them|those|these))?(?: all| both| two| three)?"
    r"|(?:the )?same|(?:the|this|that) (?:said |same )?(?:service|product|tool|app))"
)
_IN_AUDIT = (
    r"(?:(?:also|then|still|now|really|actually|even|been) )*"
    r"(?:covered|certified|listed|in[ -]scope|included|examined|assessed|audited|(?:on|in) there"
    rf"|(?:on|in|within|inside|part of|among) (?:{_SCOPE}"
    r"|(?:the |that |this )?(?:iso\S*(?: \S+)? )?(?:audit|assessment|examination)))\b"
)
_TAG = (
    r",\s*(?:right|correct|yes|yeah|yep|no|ok|okay|true|am i right"
    r"|(?:is|are|do|does)(?:n't| not)? (?:it|they|that))\s*\?"
)
# The same of "it", at the start of a sentence or clause.
_OF_IT = (
    re.compile(rf"^\W*{_SO}(?:covered|certified|listed|in[ -]scope|included)(?: or not| too)?\W*$"),
    re.compile(
        rf"^\W*{_SO}(?:also|still|now|even|really|actually) (?:covered|certified|listed|in[ -]scope|included"
        rf"|(?:covered by|on|in|within|inside|under|part of|among) {_SCOPE})\b[^.,;!?]{{0,20}}\?\W*$"
    ),
    re.compile(
        rf"^\W*{_SO}(?:(?:is|was|are|were) {_IT}|(?:whether|if) {_IT} (?:is|was|are)|isn't it)\s+{_IN_AUDIT}{_END}"
    ),
    re.compile(
        rf"^\W*{_SO}{_IT}(?:'s|'re| is| was| are| were) {_IN_AUDIT}[^.,;!?]{{0,30}}(?:\?|\bor not?\b|{_TAG})\W*$"
    ),
    re.compile(
        rf"^\W*{_SO}(?:(?:does|do|did) {_IT} |{_IT} )(?:all )?(?:falls?|comes?|sits?|goes|go|belongs?)"
        rf" (?:within|under|in|inside|into|to) {_SCOPE}[^.,;!?]{{0,30}}(?:\?|{_TAG})\W*$"
    ),
    re.compile(
        rf"^\W*{_SO}(?:does|do|did|would|will) "
        r"(?:the |your |this |that )?(?:iso\S*(?: \S+)? )?(?:certificat\w+|scope|list|audit|page) "
        r"(?:also )?(?:cover|include|list|contain|mention|name|(?:apply|extend) to|(?:hold|stand|go|count) for) "
        rf"{_IT}{_END}"
    ),
    re.compile(
        r"^\W*(?:那么?|请问|所以|不过)?\s*(?:(?:它|他|这个|那个|这款|那款|该)(?:服务|产品|东西)?)\s*"
        r"(?!认证|标准|证书|列表|清单|名单|范围|页面|报告|审核|评估)(?:也|还|都|是否|是不是|有没有|到底|究竟|算不算|算|应该|被|属于|包含|包括)*"
        r"(?:不在|在不在|在|纳入|列入|列出|覆盖|涵盖|通过|过了|有认证|有证).{0,14}$"
    ),
    re.compile(r"^\W*(?:都|也)?在不在.{0,4}(?:范围|列表|清单|名单)(?:之?[内里中])?\W*$"),
    re.compile(
        r"^\W*(?:是否|有没有|在不在|算不算|是不是)(?:被|也|已经|已)?(?:纳入|列入|列出|包含|包括|覆盖|涵盖|通过|在).{0,14}$"
    ),
)
# Which of several services that were named before: "which are covered by ISO 20000-1?", 哪些有认证.
_OF_THEM = (
    re.compile(
        r"^\W*(?:so |and |now )?which (?:ones? |of (?:them|these|those|the \w+)(?: services| products)? )?"
        rf"(?:(?:is|are|was|were) {_IN_AUDIT}|(?:has|have|got) (?:the |a |this |that )?(?:iso\S*(?: \S+)? )?cert\w*)"
        r"[^.,;!?]{0,30}\W*$"
    ),
    re.compile(
        r"^\W*(?:so |and |now )?which (?:ones? )?(?:of (?:them|these|those|the \w+)(?: services| products)? )?"
        r"(?:does|do|did) (?:the |your |this |that )?(?:microsoft(?:'s)? |ms )?(?:iso\S*(?: \S+)? )?"
        r"(?:certificat\w+|scope|list|audit|page) (?:also )?(?:cover|include|list|contain|mention|name|have)\b"
        r"[^.,;!?]{0,20}\W*$"
    ),
    re.compile(
        r"^\W*(?:请问|那)?(?:以上|上述|其中|这些|这几个|里面)?(?:的)?哪(?:些|几个|个|一个|几项|一项)(?:服务|产品)?(?:是|已经?|都)*"
        r"(?:在|有|过|通过|属于|算|拿到?|取得|被).{0,24}$"
    ),
)
# What to write where somebody asks of a service that was named before.
_TO_WRITE = (
    re.compile(
        r"^\W*(?:(?:so|and|but|then)\b,?\s*)?what (?:should|shall|do|can|could|must|would) (?:i|we) (?:have to )?"
        r"(?:answer|write|put|enter|fill in|state|note|reply|tick|say)\b(?! to\b)"
    ),
    re.compile(
        r"^\W*(?:那么?|请问|所以)?.{0,16}?(?:该|要|应该?|得|应当)?(?:怎么|如何|填|写|答|勾选?|选)(?:填|写|答|勾选?|回答|回复|什么|哪个|啥)"
        r"(?:才对|好|呢|呀|啊)*\W*$"
    ),
)
# Names that the message before is carried over to, with what is said of them beside: "and AAD, our directory?".
_OPENING_EN = (
    r"(?:(?:right|ok|okay|yes|yep|sure|thanks|thank you|got it|i see|good|great|fine|alright)\b\W*)*"
    r"(?:and|so|also|plus|then|but|what about|how about|what of|same for|ok|okay)\b\W*"
    r"(?:also |then |what about |how about )?"
)
_BESIDE_EN = (
    r"(?:\s*[,(]\s*(?:the|our|my|your|a|an|which|that|with|from|for|in|it is|i mean|as in)\b[^?.!]*"
    r"|\s+(?:that|which|we|i|our|as|in|for|from|with)\b[^?.!]*)"
)
_OPENING_ZH = r"(?:(?:好的?|嗯|哦|行|明白|了解|谢谢|知道了|收到)\W*)*(?:那么?|还有|以及|另外|然后)"
_OPENING = re.compile(rf"^\W*(?:{_OPENING_EN}|{_OPENING_ZH})")
_CARRIED_OVER = (
    re.compile(
        rf"^\W*{_OPENING_EN}(?:the |our |my |your |this |that )?(?:microsoft |ms )?{ROW_EN}"
        rf"(?: (?:service|app|product|one|thing|part)s?)?(?P<beside>{_BESIDE_EN})\W*$"
    ),
    re.compile(
        rf"^\W*{_OPENING_ZH}\W*(?:我们?|公司)?(?:用|买|在用|采购)?的?"
        rf"{ROW_ZH}(?:服务|产品)?(?P<beside>\s*[,，(（、][^?？!！。]{{1,40}}?)(?:呢|\W)*$"
    ),
)
_ASKS_MORE = re.compile(
    r"\b(?:can|could|may|shall|should|will|would|is|are|was|were|does|do|did|has|have|how|who|whom|when|where|why|what)\b"
    r"(?! (?:we|i|you|they)\b)|能|可以|吗|怎么|如何|谁|什么|哪|多久|是否|有没有|在不在|算不算|通过|认证|证书|审|测|范围"
)
_HOW = re.compile(r"\bhow (?:do|can|to|should)\b|怎么|如何")


def asks_coverage_plainly(text: str, services: Sequence[Mention]) -> bool:
    """Whether a short message asks in so many words whether the services that it names are covered."""
    if not services or len(text) > _LONGEST:
        return False
    plain = normalise(with_stand_ins(text, services))
    return not _HOW.search(plain) and any(form.search(plain) for form in _PLAINLY)


def asks_of_both(text: str, asked: Sequence[Mention]) -> bool:
    """Whether a short message that names the provider's services and others' asks of all of them if they are covered.

    Args:
        text: as typed.
        asked: the names of services and vendors in it.
    """
    if len(text) > _LONGEST:
        return False
    plain = normalise(with_stand_ins(text, asked))
    if _NAMES_ALONE.fullmatch(plain):
        return True
    return _CERTIFIED.search(plain) is not None and not _COMPARED.search(plain)


def asks_of_list(text: str, asked: Sequence[Mention], provider: Sequence[Mention]) -> bool:
    """Whether a short message asks if something stands on the provider's list: "is Slack on Microsoft's (your) list?".

    Args:
        text: as typed.
        asked: the names of services and vendors that it may ask about.
        provider: where it names the provider.
    """
    if not asked or len(text) > _LONGEST:
        return False
    marks = sorted([*((each, X) for each in asked), *((each, _P) for each in provider)], key=lambda pair: pair[0].start)
    plain = normalise(_marked(text, marks))
    plain = _THE_PAGE.sub(_P, _THE_SERVICES_ZH.sub(f"{_P}清单", _THE_SERVICES.sub(f"{_P} list", plain)))
    return any(form.search(plain) for form in _OF_LIST)


def asks_of_it(text: str) -> bool:
    """Whether a message, a sentence or a clause asks in so many words whether "it" is covered."""
    plain = normalise(text)
    return len(plain) <= _LONGEST and any(form.search(plain) for form in _OF_IT)


def asks_which_of_them(text: str) -> bool:
    """Whether a sentence asks which of the services named before it are covered."""
    plain = normalise(text)
    return len(plain) <= _LONGEST and any(form.search(plain) for form in _OF_THEM)


def asks_what_to_write(text: str) -> bool:
    """Whether a sentence asks what to put down, in a form say, about something that was named before."""
    plain = normalise(text)
    return len(plain) <= _LONGEST and any(form.search(plain) for form in _TO_WRITE)


def carries_over(text: str, find: Callable[[str], Sequence[Mention]]) -> bool:
    """Whether a short message only names services for what was asked before, and says something of them beside.

    Args:
        text: as typed.
        find: finds the names in it; called only if it opens so.
    """
    if len(text) > _LONGEST or not _OPENING.search(normalise(text)):
        return False
    services = [each for each in find(text) if each.name.kind == "service"]
    plain = normalise(with_stand_ins(text, services))
    found = next(filter(None, (form.search(plain) for form in _CARRIED_OVER)), None)
    return found is not None and not _ASKS_MORE.search(found["beside"])


def with_stand_ins(text: str, services: Sequence[Mention]) -> str:
    """`text` with the same mark for each of them."""
    return _marked(text, [(each, X) for each in services])


def _marked(text: str, marks: Sequence[tuple[Mention, str]]) -> str:
    for each, mark in reversed(marks):
        text = text[: each.start] + mark + text[each.end :]
    return text
