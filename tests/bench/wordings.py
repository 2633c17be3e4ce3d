"""Questions as people might ask them, from templates: what the generated turns of a benchmark say.

Nobody asked any of these. Each template belongs to a topic and an outcome; `{service}` takes a name, `{filler}` one of
the things people say before they come to the point, `{number}` a number that makes a text nearly unique.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# Words that a search benchmark looks for: how often each occurs is part of the generator.
RARE = {"zh": "量子加密", "en": "zeppelin"}
RARE_ONE_IN = 40_000


@dataclass(frozen=True)
class Kind:
    """A kind of question.

    Attributes:
        weight: how often it is asked, beside the others.
        outcome: what usually becomes of it.
        texts: templates by language.
        reply: what it is answered, by language.
    """

    topic: str
    outcome: str
    weight: int
    texts: dict[str, tuple[str, ...]]
    reply: dict[str, str]


FILLERS = {
    "zh": (
        "",
        "",
        "",
        "",
        "请问",
        "您好，",
        "你好，想了解一下，",
        "麻烦问下，",
        "客户在问：",
        "帮我确认一下，",
        "审计要用，",
    ),
    "en": (
        "",
        "",
        "",
        "",
        "Hi, ",
        "Quick question: ",
        "Could you tell me, ",
        "For our audit: ",
        "Hello there. ",
        "A client asks: ",
    ),
}
ENDINGS = {
    "zh": ("", "", "", "", "谢谢", "急用", "工单 {number}", "（合同编号 {number}）", "，项目 {number}"),
    "en": (
        "",
        "",
        "",
        "",
        " Thanks!",
        " It is urgent.",
        " Ticket {number}.",
        " (contract {number})",
        " Project {number}.",
    ),
}

KINDS = (
    Kind(
        "coverage_service",
        "answered",
        30,
        {
            "zh": (
                "{service} 在认证范围内吗？",
                "{service} 有没有通过这项认证",
                "这张证书包括 {service} 吗？",
                "{service} 和 {other} 都在范围里吗",
                "我们部署在 {service} 上的系统算不算在内？",
            ),
            "en": (
                "Is {service} covered?",
                "Does the certificate include {service}?",
                "Are {service} and {other} both in scope?",
                "We run everything on {service}, does that count?",
                "is {service} certified",
            ),
        },
        {
            "zh": "是的，{service} 在这份认证页面列出的范围之内。",
            "en": "Yes, {service} is among the services that this certification page lists.",
        },
    ),
    Kind(
        "coverage_list",
        "answered",
        8,
        {
            "zh": ("哪些服务在范围内？", "给我一份在认证范围内的服务清单", "范围里一共有多少个服务"),
            "en": ("Which services are in scope?", "List every covered service please", "How many services are there?"),
        },
        {"zh": "页面列出了下列服务。", "en": "The page lists the following services."},
    ),
    Kind(
        "annual_testing",
        "answered",
        7,
        {
            "zh": ("多久审核一次？", "每年都要重新测试吗", "上一次监督审核是什么时候做的"),
            "en": ("How often is it audited?", "Is it tested every year?", "When was the last surveillance audit?"),
        },
        {"zh": "由独立的第三方每年审核一次。", "en": "An independent third party audits it once a year."},
    ),
    Kind(
        "certification_reuse",
        "answered",
        9,
        {
            "zh": ("我们公司可以直接沿用你们的认证吗？", "能不能拿你们的证书去投标", "用了云就不用自己再认证了吧？"),
            "en": (
                "Can we rely on your certificate for our own?",
                "May we put the certificate in our tender?",
                "Do we still need our own certification?",
            ),
        },
        {
            "zh": "可以作为依据，但贵公司仍要为自己的部分负责。",
            "en": "You can build on it, but stay responsible for your part.",
        },
    ),
    Kind(
        "audit_reports",
        "answered",
        8,
        {
            "zh": ("审计报告在哪里下载？", "证书扫描件发我一份", "想看最新的评估报告"),
            "en": (
                "Where can I download the audit report?",
                "Please send me a copy of the certificate",
                "I want the latest assessment report",
            ),
        },
        {
            "zh": "证书和审计报告都可以在下列页面下载。",
            "en": "Certificate and reports can be downloaded from the page below.",
        },
    ),
    Kind(
        "standard",
        "answered",
        6,
        {
            "zh": ("这个标准讲的是什么？", "这个标准是谁发布的", "新旧两版标准差别大吗"),
            "en": ("What is this standard about?", "Who publishes the standard?", "What changed in the newer edition?"),
        },
        {"zh": "它规定了服务管理体系的要求。", "en": "It sets out requirements for a service management system."},
    ),
    Kind(
        "greeting",
        "answered",
        4,
        {"zh": ("你好", "在吗", "早上好"), "en": ("hello", "good morning", "anybody there?")},
        {"zh": "您好！请问想了解哪方面？", "en": "Hello! What would you like to know?"},
    ),
    Kind(
        "clarification",
        "clarified",
        6,
        {
            "zh": ("那个呢？", "还有别的吗", "{service}？"),
            "en": ("and that one?", "anything else?", "{service}?"),
        },
        {"zh": "您想问的是下面哪一个？", "en": "Which of these do you mean?"},
    ),
    Kind(
        "human_handoff",
        "handoff",
        3,
        {
            "zh": ("转人工", "我要找真人客服", "叫你们经理来"),
            "en": ("I want a person", "connect me to an agent", "let me talk to your manager"),
        },
        {"zh": "好的，可以通过下面的方式联系同事。", "en": "Of course, here is how to reach a colleague."},
    ),
    Kind(
        "out_of_scope",
        "refused",
        18,
        {
            "zh": (
                "{service} 多少钱一个月？",
                "{service} 怎么安装和配置",
                "{other} 挂了，什么时候恢复",
                "等保三级你们过了吗？",
                "帮我写一份自查报告",
                "数据出境要怎么备案",
                "今天天气怎么样",
                "机房在哪个城市？",
            ),
            "en": (
                "How much is {service} per month?",
                "How do I set up {service}?",
                "{other} is down, when will it be back?",
                "Are you compliant with our national scheme?",
                "Write a self-assessment for me",
                "Which data centre holds our mailboxes?",
                "what is the weather like",
                "Can you sign our data processing agreement?",
            ),
        },
        {"zh": "这个问题不在认证页面的内容之内。", "en": "The certification page does not answer this."},
    ),
    Kind(
        "failed",
        "failed",
        1,
        {"zh": ("{service} 在认证范围内吗？",), "en": ("Is {service} covered?",)},
        {
            "zh": "抱歉，暂时无法回答，请稍后再试。",
            "en": "Sorry, there is no answer right now. Please try again later.",
        },
    ),
)


def question(kind: Kind, language: str, service: str, other: str, dice: Random) -> str:
    """One wording."""
    template = dice.choice(kind.texts[language])
    text = dice.choice(FILLERS[language]) + template + dice.choice(ENDINGS[language])
    if dice.random() * RARE_ONE_IN < 1:
        text += (" " if language == "en" else "") + RARE[language]
    return text.format(service=service, other=other, number=10_000 + int(dice.random() * 90_000))
