"""What a few words ask by their very form after a topic: "since when?", 谁来测, "any others?", "prove it".

Alone they say too little for any model; after a question about coverage, testing or reuse they have one meaning each.
"""

from __future__ import annotations

import re

from actions.turn import Turn
from index.passages import topic_of
from index.text import tidy

SERVICE, LIST = "coverage_service/service", "coverage_list/services"
# A message longer than this speaks for itself.
SHORT = 40
_COVERED = frozenset({"coverage_service", "coverage_list"})
_HELD = _COVERED | {"provider_and_standard"}
_CHECKED = _HELD | {"annual_testing", "audit_reports"}
_DOCUMENTS = frozenset({"audit_reports", "view_compliance"})
_REUSE = frozenset({"certification_reuse"})


def _form(english: str, chinese: str) -> re.Pattern[str]:
    opening = r"\W*(?:那么?|请问|(?:and|so|but|ok(?:ay)?|then|hm+)\b)?\W*"
    return re.compile(rf"{opening}(?:{english}|{chinese})(?:呢|啊|呀|吗|嘛)*\W*", re.IGNORECASE)


_WHY = _form(
    r"why(?: not| so)?|how(?: come| so| exactly)?",
    r"(?:为什么|为啥|为何|(?:具体)?怎么(?:做|弄|办|操作)?)(?:不在|不算|没有|不行)?",
)
_WHO = _form(r"who|whom|by whom", r"谁来?")
_WHO_DID = _form(
    r"(?:by )?whom?|who (?:does|did|do|is doing|tests?|tested|checks?|checked|audits?|audited|examin\w+|assess\w*"
    r"|certif\w+|verif\w+|says|wrote|issued|prepared|signed)(?: it| that| this| so| them)?(?: then)?",
    r"(?:是|由)?谁(?:来|去|给|负责)?(?:测试?|审核?|检?查|评估?|做|认证|验证|签发?|发|写|出|编写?)?(?:的|过)?",
)
_WHEN = _form(
    r"since when|when|(?:in )?(?:what|which) year|how (?:old|recent) is (?:that|it|this)"
    r"|when (?:was|is|did) (?:that|it|this|they)(?: (?:happen|done|pass(?:ed)?|certified|audited|assessed|examined))?",
    r"(?:是|从)?(?:什么时候|何时|哪一?年|几时)(?:开始)?(?:通过|过|认证|拿到?|取得|获得|审核?|评估|做)?(?:的|了)?",
)
_PROOF = _form(
    r"where (?:does|do) (?:it|they|you) (?:say|state|write) (?:that|so|this)|says who|(?:any |the )?(?:proof|evidence)"
    r"|(?:can|could|may) (?:i|we) (?:have|get|see) (?:that|it|this) in writing|(?:is (?:that|this|it) )?in writing"
    r"|where (?:is|was) (?:that|this|it) (?:written|stated|documented)|prove (?:it|that)|source"
    r"|how (?:can|do|could) (?:i|we) (?:check|verify|prove) (?:that|it|this)|how do you know(?: that)?|based on what"
    r"|where (?:do|did) you (?:get|have|find|read|know) (?:that|this|it)(?: from)?",
    r"(?:这个?|那个?)?在?(?:哪里?|哪儿)(?:能|可以)?(?:查|写|证明|查到)(?:的|到)?|(?:怎么|如何)(?:查|证明|核实|验证|确认)"
    r"|有(?:没有|什么)?(?:证据|证明|依据|凭证)|出处|依据(?:是|在)?(?:什么|哪里?)|凭什么(?:这么说)?|你?(?:怎么|从哪里?)知道的?",
)
_WHICH = _form(
    r"which(?: ones?| services?| of them)?(?: exactly| are (?:they|those|covered))?|what are they|like what|such as"
    r"|(?:what|which|who|anything|any|something) (?:else|others?|other ones?)|any others?|(?:and )?the (?:rest|others)",
    r"(?:具体|到底|究竟|分别|都)?(?:是|有|包括)?(?:哪些|哪几个|哪几项|哪几种|什么服务)(?:服务|产品)?(?:的)?"
    r"|(?:还有|另外|此外)(?:哪些|什么|别的|其他的?)|(?:其他|其它|其余|剩下)(?:的|那些|服务)?(?:有哪些|是哪些)?",
)
_COPY = _form(
    r"(?:(?:can|could|may) (?:i|we) (?:get|have|see|download) |send me |give me |(?:i|we) need )?(?:a|the) copy"
    r"(?: please| of it)?",
    r"(?:能|可以)?(?:给|发)我?一份",
)
_WHO_FOR_US = _form(
    r"who(?: then)? (?:assesses|audits|certifies|examines|checks|evaluates)(?: us| it| that)?(?: then)?",
    r"谁来?(?:评估|审核|审|评|检查)(?:我们)?",
)
_ALL = _form(
    r"(?:all|both|all three)(?: of (?:them|those|it))?(?: please)?",
    r"(?:全部|所有的?|都要|全都|三份都|两份都)(?:要|给我)?",
)
_RESULT = _form(
    r"(?:and )?(?:where (?:can|do) (?:i|we) (?:read|see|find|get) )?(?:the|its|their) (?:results?|findings|outcome)",
    r"(?:测试|审核|评估)?结果(?:在|去)?(?:哪里?|哪儿)?(?:看|查|找)?|(?:在|去)?(?:哪里?|哪儿)能?(?:看|查)到?(?:测试|审核|评估)?结果",
)
_NEXT = _form(
    r"(?:when (?:is|was) )?the (?:next|last|latest|previous)(?: one| time| audit| test| assessment)?",
    r"(?:下|上|最近)一?次(?:是|在)?(?:什么时候|何时|哪天)?",
)
# Topics before, the form, and the entry that is meant; None is the entry before.
_MEANT: tuple[tuple[frozenset[str], re.Pattern[str], str | None], ...] = (
    (_REUSE | {"coverage_service"}, _WHY, None),
    (_REUSE, _WHO, None),
    (_REUSE, _WHO_FOR_US, "certification_reuse/assessor"),
    (frozenset({"annual_testing"}), _NEXT, "annual_testing/frequency"),
    (frozenset({"annual_testing"}), _RESULT, "audit_reports/assessment_report"),
    (_DOCUMENTS, _ALL, "audit_reports/all_documents"),
    (_COVERED, _WHICH, LIST),
    (_CHECKED, _WHO_DID, "provider_and_standard/examiner"),
    (_HELD, _WHEN, "audit_reports/year"),
    (_HELD, _PROOF, "view_compliance/where"),
    (_DOCUMENTS, _COPY, None),
    (_HELD, _COPY, "audit_reports/certificate"),
)


def meant_by_few_words(turn: Turn) -> str | None:
    """The entry that a few words ask for after the one before, or None.

    "SQL too?" after Azure names a service by what it adds to the one before.
    """
    last, text = turn.last_label, tidy(turn.text)
    if not last or len(text) > SHORT:
        return None
    if topic_of(last) == topic_of(SERVICE) and not turn.decision.names and turn.narrowed_services():
        return SERVICE
    for topics, form, label in _MEANT:
        if topic_of(last) in topics and form.fullmatch(text) and turn.library.has_entry(label or last):
            return label or last
    return None
