"""The words of the pages that the service renders, in both languages, and which language a visitor reads.

The widget has its own; so has the assistant.
"""

from __future__ import annotations

from flask import request, session

LANGUAGES = ("zh", "en")

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "product": "Compliance answers",
        "home": "Home",
        "other_language": "中文",
        # sign-in
        "sign_in": "Sign in",
        "sign_in_lead": "For staff who read what people asked.",
        "name": "Name",
        "password": "Password",
        "sign_out": "Sign out",
        "wrong_password": "Name or password is wrong.",
        # the list
        "conversations": "Conversations",
        "newest_first": "Newest first",
        "none_yet": "Nobody has asked anything yet. Conversations appear here as soon as somebody does.",
        "no_more": "No older conversations.",
        "older": "Older",
        "newest": "Newest",
        "first_question": "First question",
        "turns": "Turns",
        "channel": "Channel",
        "language": "Language",
        "outcome": "Last outcome",
        "last_turn": "Last turn (UTC)",
        "started": "Started",
        # one conversation
        "back": "All conversations",
        "asked": "Asked",
        "answer": "Answer",
        "sources": "Sources",
        "page_dated": "page dated {date}",
        "offered": "Also offered",
        "why": "Why this answer",
        "topic": "Topic",
        "confidence": "Confidence",
        "took": "Took",
        "feedback_up": "Helpful",
        "feedback_down": "Not helpful",
        # errors, by status
        "400": "This request cannot be read",
        "403": "Not allowed",
        "404": "There is nothing here",
        "405": "This cannot be done here",
        "410": "This link no longer works",
        "413": "That was too much at once",
        "429": "Too many attempts",
        "500": "Something went wrong here",
        "503": "Not available right now",
        "detail_404": "The address may be mistyped, or what was here is gone.",
        "detail_410": "It has expired, or the answer that it belongs to was deleted.",
        "detail_429": "Please wait a few minutes, then try again.",
        "detail_503": "Please try again in a moment.",
        # values
        "zh": "Chinese",
        "en": "English",
        "web": "Web",
        "rest": "REST",
        "teams": "Teams",
        "cli": "Terminal",
        "answered": "Answered",
        "refused": "Refused",
        "clarified": "Asked back",
        "handoff": "Person wanted",
        "failed": "Failed",
        # a certification page
        "as_of": "As of {date}",
        "standard": "Standard",
        "provider": "Provider",
        "services": "Services in scope",
        "services_lead": "A service that is missing here is not listed on this page; that says nothing more.",
        "now_called": "now {name}",
        "answers": "What this page answers",
        "links": "Links of the page",
        "own_words": "Written for this assistant from the provider's page of {date}.",
    },
    "zh": {
        "product": "合规问答",
        "home": "首页",
        "other_language": "English",
        "sign_in": "登录",
        "sign_in_lead": "供查阅提问记录的工作人员使用。",
        "name": "用户名",
        "password": "密码",
        "sign_out": "退出",
        "wrong_password": "用户名或密码不正确。",
        "conversations": "对话",
        "newest_first": "最新的在前",
        "none_yet": "还没有人提问。一旦有人提问，对话就会出现在这里。",
        "no_more": "没有更早的对话了。",
        "older": "更早的",
        "newest": "最新的",
        "first_question": "第一个问题",
        "turns": "轮数",
        "channel": "渠道",
        "language": "语言",
        "outcome": "最近结果",
        "last_turn": "最近一轮（UTC）",
        "started": "开始于",
        "back": "全部对话",
        "asked": "提问",
        "answer": "答复",
        "sources": "来源",
        "page_dated": "页面日期 {date}",
        "offered": "同时建议",
        "why": "为什么这样回答",
        "topic": "主题",
        "confidence": "置信度",
        "took": "用时",
        "feedback_up": "有帮助",
        "feedback_down": "没有帮助",
        "400": "无法读取这个请求",
        "403": "不允许访问",
        "404": "这里什么也没有",
        "405": "这里不支持这个操作",
        "410": "这个链接已失效",
        "413": "一次发送的内容太多",
        "429": "尝试次数过多",
        "500": "服务出错了",
        "503": "暂时无法使用",
        "detail_404": "地址可能有误，或者内容已被移除。",
        "detail_410": "链接已过期，或者它对应的答复已被删除。",
        "detail_429": "请等几分钟再试。",
        "detail_503": "请稍后再试。",
        "zh": "中文",
        "en": "英文",
        "web": "网页",
        "rest": "REST",
        "teams": "Teams",
        "cli": "终端",
        "answered": "已回答",
        "refused": "已拒答",
        "clarified": "已反问",
        "handoff": "转人工",
        "failed": "失败",
        "as_of": "截至 {date}",
        "standard": "标准",
        "provider": "提供商",
        "services": "范围内的服务",
        "services_lead": "这里没有的服务，只表示本页没有列出，并不说明别的。",
        "now_called": "现名 {name}",
        "answers": "本页能回答的问题",
        "links": "页面中的链接",
        "own_words": "依据提供商 {date} 的页面，为本助手撰写。",
    },
}


class Words:
    """The words of one language: `words("sign_in")`, `words("as_of", date=...)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.other = "en" if language == "zh" else "zh"
        self.tag = "zh-CN" if language == "zh" else "en"
        self._words = _WORDS[language]

    def get(self, key: str) -> str:
        """The words for `key`; "" where there are none."""
        return self._words.get(key, "")

    def __call__(self, key: str, **values: object) -> str:
        """The words for `key`; a key without words, such as a topic, is shown as it is."""
        return self._words.get(key, key).format(**values) if values else self._words.get(key, key)


def visitor_words() -> Words:
    """The words for the present request: of `?lang=`, of an earlier choice, or of the browser."""
    wanted = request.args.get("lang") or session.get("language")
    if wanted in LANGUAGES:
        return Words(wanted)
    return Words(request.accept_languages.best_match(LANGUAGES, "en"))
