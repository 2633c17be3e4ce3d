"""What has to be mended before an entry can be proposed: field by field, in words for whoever writes it.

The rules of knowledge files hold in any case, when it is proposed and when it is approved; this says the same to
people, with some rules that only an editor needs.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.knowledge_base.records import Content
from index.knowledge import LANGUAGES, Page
from index.knowledge_checks import question_key

LONGEST_QUESTION = 300
LONGEST_ANSWER = 4000
MOST_QUESTIONS = 400
# Answered by words put together from the page's list of services, so it has to be there as long as the page is.
ALWAYS_THERE = frozenset({"coverage_service/service"})

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Wrong:
    """One thing to mend.

    Attributes:
        place: the field of the form, such as "answer_zh".
        key: of the words that say what is wrong; `values` fill them in.
    """

    place: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def find_wrongs(content: Content, page: Page, label: str, today: datetime.date) -> tuple[Wrong, ...]:
    """Everything to mend in what an entry of `page` is to say."""
    return (*_texts(content), *_collisions(content, page, label), *_days(content, label, today), *_links(content, page))


def _texts(content: Content) -> Iterator[Wrong]:
    for language in LANGUAGES:
        questions, answer = content.questions[language], content.answer[language].strip()
        if not questions:
            yield Wrong(f"questions_{language}", "wrong_no_question")
        if len(questions) > MOST_QUESTIONS:
            yield Wrong(f"questions_{language}", "wrong_many_questions", {"most": MOST_QUESTIONS})
        if not answer:
            yield Wrong(f"answer_{language}", "wrong_no_answer")
        elif _is_chinese(answer) != (language == "zh"):
            yield Wrong(f"answer_{language}", f"wrong_language_{language}")
        if len(answer) > LONGEST_ANSWER:
            yield Wrong(f"answer_{language}", "wrong_long_answer", {"most": LONGEST_ANSWER})
        for name, texts in (("questions", questions), ("excludes", content.excludes[language])):
            for text in texts:
                if _is_chinese(text) != (language == "zh"):
                    yield Wrong(f"{name}_{language}", f"wrong_question_language_{language}", {"text": text})
                elif len(text) > LONGEST_QUESTION:
                    yield Wrong(f"{name}_{language}", "wrong_long_question", {"most": LONGEST_QUESTION, "text": text})


def _collisions(content: Content, page: Page, label: str) -> Iterator[Wrong]:
    """Questions that lead elsewhere already, that stand here twice, or that both lead here and must not."""
    taken = {
        question_key(text): entry.id
        for entry in page.entries
        if entry.id != label
        for texts in entry.questions.values()
        for text in texts
    }
    seen: set[str] = set()
    for language in LANGUAGES:
        for text in content.questions[language]:
            key = question_key(text)
            if not key:
                yield Wrong(f"questions_{language}", "wrong_no_words", {"text": text})
            elif key in taken:
                yield Wrong(f"questions_{language}", "wrong_taken", {"text": text, "label": taken[key]})
            elif key in seen:
                yield Wrong(f"questions_{language}", "wrong_twice", {"text": text})
            seen.add(key)
    for language in LANGUAGES:
        for text in content.excludes[language]:
            if question_key(text) in seen:
                yield Wrong(f"excludes_{language}", "wrong_both_ways", {"text": text})


def _days(content: Content, label: str, today: datetime.date) -> Iterator[Wrong]:
    first, last = content.valid_from, content.valid_until
    if label in ALWAYS_THERE and (first or last):
        yield Wrong("valid_until", "wrong_always_there")
    elif first and last and first > last:
        yield Wrong("valid_until", "wrong_days_order")
    elif last and last < today:
        yield Wrong("valid_until", "wrong_day_past")


def _links(content: Content, page: Page) -> Iterator[Wrong]:
    if not {link.id for link in page.links}.issuperset(content.links):
        yield Wrong("links", "wrong_link")
    if not {entry.id for entry in page.entries}.issuperset(content.suggests):
        yield Wrong("suggests", "wrong_suggestion")


def _is_chinese(text: str) -> bool:
    return bool(_CJK.search(text))
