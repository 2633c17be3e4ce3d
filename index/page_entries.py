"""The entries of a published page: what each of its sections answers, in the page's own wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from index.knowledge import LANGUAGES
from index.knowledge_checks import question_key
from index.page_facts import Links, Section, Texts, blocks_of, slug_of, unused
from index.published import Block

LONGEST_OVERVIEW = 6  # sentences; whole paragraphs are taken until there are as many

_FAQ = (
    ("annual_testing/tested", re.compile(r"annual test", re.IGNORECASE)),
    ("audit_reports/where", re.compile(r"^where .*(audit )?reports", re.IGNORECASE)),
    ("view_compliance/where", re.compile(r"^where can I (view|see|find)", re.IGNORECASE)),
    (
        "certification_reuse/can_reuse",
        re.compile(r"^can (I|we) use .*(complian|certif|attest)", re.IGNORECASE),
    ),
    ("provider_and_standard/why", re.compile(r"^why is .* important", re.IGNORECASE)),
    ("standard/applies_to", re.compile(r"^to whom ", re.IGNORECASE)),
)
_DOCUMENTS = (
    ("audit_reports/certificate", "certificate"),
    ("audit_reports/assessment_report", "assessment report"),
    ("audit_reports/statement_of_applicability", "statement of applicability"),
)
_SUGGESTED = (
    "coverage_list/services",
    "audit_reports/where",
    "audit_reports/all_documents",
    "certification_reuse/can_reuse",
    "standard/what",
    "resources/all",
)
_STOP = {"zh": "。", "en": "."}
_NEXT = {"zh": "；", "en": "; "}
_ENDED = re.compile(r"[.!?:。！？：][”\"')）]?$")
_LIST_MARK = re.compile(r"\s*[;,，；]\s*(?:and|or|和|及|或)?$")


def entries_of(
    sections: Sequence[Section],
    standard: Mapping[str, Any],
    services: Sequence[Mapping[str, Any]],
    provider: str,
    links: Links,
) -> Iterator[dict[str, Any]]:
    """The entries in the page's order, ids and questions each once."""
    drafts = [*_scope_entries(sections, standard, services, links)]
    drafts += _list_entries(sections, links)
    for section in sections:
        drafts += _section_entries(section, standard, provider, links)
    ids: list[str] = []
    asked: set[str] = set()
    for entry in drafts:
        entry["id"] = unused(entry["id"], ids)
        ids.append(entry["id"])
        for language, questions in entry["questions"].items():
            new = {question_key(question): question for question in questions}
            entry["questions"][language] = [text for key, text in new.items() if key not in asked]
            asked.update(new)
        if all(entry["questions"].values()):
            yield entry


def _scope_entries(
    sections: Sequence[Section],
    standard: Mapping[str, Any],
    services: Sequence[Mapping[str, Any]],
    links: Links,
) -> Iterator[dict[str, Any]]:
    blocks = blocks_of(sections, "scope")
    items = [block for block in blocks if block.kind == "item"]
    notes = [block for block in blocks if block.kind != "item"]
    if not services:
        return
    short, first = standard["name"], services[0]["name"]
    listed = _listing({"zh": "页面列出的范围内服务有：", "en": "The page lists these services in scope: "}, items)
    yield _entry(
        "coverage_list/services",
        {"zh": [f"{short} 涵盖哪些服务？"], "en": [f"Which services are in scope for {short}?"]},
        _joined([listed, _text(notes)] if notes else [listed]),
        links.ids(blocks),
    )
    count = len(services)
    yield _entry(
        "coverage_service/service",
        {"zh": [f"{first['zh']} 在 {short} 的范围内吗？"], "en": [f"Is {first['en']} covered by {short}?"]},
        {
            "zh": f"请说出你要问的服务名称。页面列出了 {count} 个范围内的服务名称，只有这些可以确认。",
            "en": f"Name the service that you mean. The page lists {count} names of services in scope, "
            "and only these can be confirmed.",
        },
        links.ids(items),
    )


def _list_entries(sections: Sequence[Section], links: Links) -> Iterator[dict[str, Any]]:
    """Audit documents, each of the usual ones by itself, and resources."""
    documents, resources = blocks_of(sections, "documents"), blocks_of(sections, "resources")
    linked = [block for block in documents if block.links]
    if linked:
        yield _entry(
            "audit_reports/all_documents",
            {"zh": ["页面提供哪些审核文件？"], "en": ["Which audit documents does the page link?"]},
            _listing({"zh": "页面提供以下文件的链接：", "en": "The page links these documents: "}, linked),
            links.ids(linked),
        )
    for label, name_of_kind in _DOCUMENTS:
        found = [block for block in linked if name_of_kind in block.text["en"].lower()]
        if found:
            name = found[0].text
            yield _entry(
                label,
                {"zh": [f"在哪里可以找到“{name['zh']}”？"], "en": [f"Where is the “{name['en']}”?"]},
                _listing({"zh": "页面提供它的链接：", "en": "The page links it: "}, found),
                links.ids(found),
            )
    if resources:
        yield _entry(
            "resources/all",
            {"zh": ["页面列出了哪些参考资源？"], "en": ["Which resources does the page name?"]},
            _listing({"zh": "页面列出的参考资源有：", "en": "The page names these resources: "}, resources),
            links.ids(resources),
        )


def _section_entries(
    section: Section, standard: Mapping[str, Any], provider: str, links: Links
) -> Iterator[dict[str, Any]]:
    """What a section that is text says: one entry, or one a question in the frequently asked ones."""
    if section.kind in ("scope", "documents", "resources") or not section.blocks:
        return
    if section.kind == "faq":
        yield from (_faq_entry(question, answer, links) for question, answer in _questions(section.blocks))
        return
    heading, short = section.heading, standard["name"]
    usual = {
        "overview": ("standard/what", f"{short} 是什么？", f"What is {short}?"),
        "provider": (
            "provider_and_standard/overview",
            f"{provider} 与 {short} 是什么关系？",
            f"How does {provider} relate to {short}?",
        ),
        "backgrounder": ("backgrounder/pdf", "在哪里下载背景信息文档？", "Where is the backgrounder?"),
    }
    other = (
        f"faq/{slug_of(heading['en'])}",
        f"页面对“{heading['zh']}”怎么说？",
        f"What does the page say about “{heading['en']}”?",
    )
    label, zh, en = usual.get(section.kind, other)
    blocks = _first_sentences(section.blocks) if section.kind == "overview" else section.blocks
    yield _entry(label, {"zh": [zh], "en": [en]}, _text(blocks), links.ids(section.blocks))


def _faq_entry(question: Block, answer: Sequence[Block], links: Links) -> dict[str, Any]:
    asked = question.text["en"]
    label = next((label for label, pattern in _FAQ if pattern.search(asked.lower())), f"faq/{slug_of(asked)}")
    questions = {language: [question.text[language]] for language in LANGUAGES}
    return _entry(label, questions, _text(answer), links.ids([question, *answer]))


def _questions(blocks: Sequence[Block]) -> Iterator[tuple[Block, Sequence[Block]]]:
    """Each question with what stands below it, up to the next; what stands above the first is passed."""
    starts = [n for n, block in enumerate(blocks) if _asks(block)]
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        if end > start + 1:
            yield blocks[start], blocks[start + 1 : end]


def _asks(block: Block) -> bool:
    marked = block.strong or len(block.text["en"]) < 160
    return block.kind == "paragraph" and marked and block.text["en"].endswith("?")


def _entry(label: str, questions: Mapping[str, list[str]], answer: Texts, links: list[str]) -> dict[str, Any]:
    answers = {language: answer[language] for language in LANGUAGES}
    return {"id": label, "links": links, "questions": dict(questions), "answer": answers}


def with_suggestions(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries, each with the usual ones to go on to."""
    ids = [entry["id"] for entry in entries]
    near = [label for label in _SUGGESTED if label in ids]
    return [{**entry, "suggests": [label for label in near if label != entry["id"]][:3]} for entry in entries]


def _first_sentences(blocks: Sequence[Block]) -> Sequence[Block]:
    """Whole blocks, as many as `LONGEST_OVERVIEW` sentences need."""
    count = 0
    for number, block in enumerate(blocks, 1):
        count += len(re.findall(r"[.!?](?:\s|$)", block.text["en"]))
        if count >= LONGEST_OVERVIEW:
            return blocks[:number]
    return blocks


def _text(blocks: Sequence[Block]) -> dict[str, str]:
    """Blocks as running text; items of a list are parted by semicolons."""
    parts = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        within = block.kind == "item" and following is not None and following.kind == "item"
        parts.append({language: _ended(block.text[language], language, within) for language in LANGUAGES})
    return _joined(parts)


def _listing(opening: Texts, blocks: Sequence[Block]) -> dict[str, str]:
    """ "It lists: A; B; C." """
    names = {
        language: _NEXT[language].join(_LIST_MARK.sub("", block.text[language]).rstrip("。.") for block in blocks)
        for language in LANGUAGES
    }
    return {language: f"{opening[language]}{names[language]}{_STOP[language]}" for language in LANGUAGES}


def _ended(text: str, language: str, within_list: bool) -> str:
    text = _LIST_MARK.sub("", text.replace("[!NOTE]", "").strip())
    if _ENDED.search(text):
        return text
    return text + (_NEXT[language].strip() if within_list else _STOP[language])


def _joined(parts: Sequence[Texts]) -> dict[str, str]:
    return {"zh": "".join(part["zh"] for part in parts), "en": " ".join(part["en"] for part in parts)}
