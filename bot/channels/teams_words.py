"""What Teams shows around an answer, and what the pages behind its links say."""

from __future__ import annotations

NOTHING_ASKED = {
    "zh": "请在提到我之后写下你的问题，例如：“Intune 在认证范围内吗？”",
    "en": "Please write your question after mentioning me, for example: “Is Intune covered?”",
}
ONLY_ATTACHMENTS = {
    "zh": "我看不了附件，只能读文字。请把你的问题写出来。",
    "en": "I cannot open attachments, I only read text. Please write your question.",
}
ATTACHMENTS_IGNORED = {
    "zh": "附件没有读取，以上只回答了文字部分。",
    "en": "The attachment was not read; this answers your text alone.",
}
NOT_STORED = {
    "zh": "抱歉，服务暂时无法记录你的问题，请稍后再问一次。",
    "en": "Sorry, the service cannot take your question right now. Please ask it again later.",
}
ALREADY_ANSWERED = {
    "zh": "这条消息已经回答过了。如果你改了内容，请另发一条消息再问。",
    "en": "This message has been answered already. If you changed it, please ask again in a new message.",
}

CARD = {
    "zh": {
        "as_of": "截至",
        "also": "你还可以问",
        "up": "👍 有帮助",
        "down": "👎 没有帮助",
        "person": "联系人工",
        "dated": "来源页面日期：{date}",
        "cut": "（回答过长，此处只显示开头。）",
    },
    "en": {
        "as_of": "As of",
        "also": "You can also ask",
        "up": "👍 Helpful",
        "down": "👎 Not helpful",
        "person": "Ask a person",
        "dated": "Source page dated {date}",
        "cut": "(This answer is too long to show; you see its beginning.)",
    },
}

PAGE = {
    "zh": {
        "rate_title": "这个回答有帮助吗？",
        "rate_lead": "确认之后才会记录你的评价。",
        "question": "问题",
        "answer": "回答",
        "up": "有帮助",
        "down": "没有帮助",
        "comment": "想补充什么？（选填）",
        "comment_hint": "例如：缺了什么，或者哪里不对。",
        "rate": "提交评价",
        "thanks_title": "谢谢，已记录",
        "thanks_lead": "你的评价会帮助我们改进回答。可以关闭此页面了。",
        "change": "修改评价",
        "person_title": "请工作人员来看这个问题？",
        "person_lead": "确认之后，这段对话会标记为需要人工处理。",
        "note": "想告诉工作人员什么？（选填）",
        "note_hint": "如果希望得到回复，请写上怎样联系你；我们没有保存你的姓名。",
        "ask_person": "请人工处理",
        "noted_title": "已转给工作人员",
        "contact": "联系支持人员",
    },
    "en": {
        "rate_title": "Was this answer helpful?",
        "rate_lead": "Nothing is recorded until you send it.",
        "question": "Question",
        "answer": "Answer",
        "up": "Helpful",
        "down": "Not helpful",
        "comment": "Anything to add? (optional)",
        "comment_hint": "For example what is missing, or what is wrong.",
        "rate": "Send",
        "thanks_title": "Thank you, noted",
        "thanks_lead": "What you think helps to improve the answers. You can close this page.",
        "change": "Change it",
        "person_title": "Ask a person to look at this?",
        "person_lead": "Once you confirm, this conversation is marked for a person.",
        "note": "What should they know? (optional)",
        "note_hint": "If you would like a reply, say how to reach you; your name is not kept.",
        "ask_person": "Ask a person",
        "noted_title": "Passed on to a person",
        "contact": "Contact support",
    },
}

PERSON_ASKED = {"zh": "请人工处理。", "en": "Ask a person."}
PERSON_ANSWER = {
    "zh": "已经记下，工作人员会看到这段对话。",
    "en": "This is noted; staff will see the conversation.",
}
PERSON_ANSWER_CONTACT = {
    "zh": "已经记下，工作人员会看到这段对话。你也可以直接联系支持人员。",
    "en": "This is noted; staff will see the conversation. You can also contact support yourself.",
}
