"""The facts of a published page: title, date, standard, provider, sections, links, services in scope."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import InvalidPage
from index.knowledge import LANGUAGES
from index.knowledge_checks import name_key
from index.published import Block, Document, LinkUse

Texts = Mapping[str, str]  # language -> text

_HAN = re.compile(r"[\u3400-\u9fff]")
_ISO = re.compile(r"ISO(?:/IEC)?\s?(\d{4,5})(-\d+)?(:\d{4})?")
_NAMED = re.compile(r"^(?:About (.+)|(.+?) overview)$", re.IGNORECASE)
_PROVIDER = {"scope": re.compile(r"^(\w+) in-scope "), "provider": re.compile(r"^(\w+) and ")}
_SECTIONS = (
    ("scope", re.compile(r"in-scope .*services", re.IGNORECASE)),
    ("overview", re.compile(r"overview$|^about ", re.IGNORECASE)),
    ("documents", re.compile(r"^audits?\b|assessments and reports", re.IGNORECASE)),
    ("provider", re.compile(r"^\w+ and ")),
    ("faq", re.compile(r"frequently asked questions", re.IGNORECASE)),
    ("resources", re.compile(r"^resources$|^white papers$", re.IGNORECASE)),
    ("backgrounder", re.compile(r"backgrounder", re.IGNORECASE)),
)
_SMALL_WORDS = frozenset("a an and are can do does for how i in is of on the to what where with your".split())
_VAGUE_TITLES = frozenset(["pdf", "here", "learn more", "english", "german", "article", "download"])
_ALIASES = {"Microsoft": ["微软", "微軟", "MSFT"]}
_FORMER = re.compile(r"[(（](?:formerly|以前称为|前称|原名)\s*([^)）]+?)\s*[)）]")
# what follows a name in its bullet
_PLAN = re.compile(r"\s*(?:[(（]|[:：]\s*\S|\bcloud services?\b|云服务).*$")
_JOINED = {"zh": re.compile(r"\s*[、，]\s*(?:和|与|及)?|\s*(?:和|与|及)\s*"), "en": re.compile(r",? and |, ")}


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it.

    Attributes:
        kind: one of the names in `_SECTIONS`, or "other".
    """

    kind: str
    heading: Texts
    blocks: tuple[Block, ...]


def title_of(document: Document) -> dict[str, str]:
    """The heading of level 1, in both languages."""
    title = next((block.text for block in document.blocks if block.level == 1), None)
    if title is None:
        raise InvalidPage("line 1: the page has no title (a heading of level 1)")
    return {language: _in_language(title[language], language, "标准") for language in LANGUAGES}


def date_of(document: Document) -> datetime.date:
    """The date in the front matter."""
    for name in ("ms.lasthandoff", "ms.date"):
        value = document.front.get(name)
        if isinstance(value, datetime.date):
            return value
        if value:
            try:
                return datetime.datetime.strptime(str(value), "%m/%d/%Y").date()
            except ValueError as error:
                raise InvalidPage(f"the front matter's {name} is not a date (MM/DD/YYYY): {value}") from error
    raise InvalidPage("the front matter has no date (ms.lasthandoff or ms.date); give one")


def sections_of(document: Document) -> Iterator[Section]:
    """The page cut at its headings below the title; one of no kind of its own takes its parent's."""
    kinds: dict[int, str] = {}
    starts = [number for number, block in enumerate(document.blocks) if block.level > 1]
    for start, end in zip(starts, [*starts[1:], len(document.blocks)], strict=True):
        heading = document.blocks[start]
        own = next((kind for kind, pattern in _SECTIONS if pattern.search(heading.text["en"])), None)
        kinds = {level: kind for level, kind in kinds.items() if level < heading.level}
        kinds[heading.level] = own or (list(kinds.values())[-1] if kinds else "other")
        yield Section(kinds[heading.level], heading.text, document.blocks[start + 1 : end])


def standard_of(title: Texts, sections: Iterable[Section]) -> dict[str, Any]:
    """Name, family and aliases of the standard, from the title and the overview's heading."""
    overview = next((section.heading["en"] for section in sections if section.kind == "overview"), "")
    named = _NAMED.match(overview)
    short = (named and (named[1] or named[2])) or title["en"]
    iso = _ISO.search(title["en"])
    if not iso:
        abbreviations = re.findall(r"\((\w[\w\s]*)\)", title["en"])
        aliases = [re.sub(r"\s*\([^)]*\)", "", title["en"]), *abbreviations]
        return {"name": short, "family": short, "aliases": _others(aliases, short)}
    number, part, year = iso[1], iso[2] or "", iso[3] or ""
    aliases = [f"{body}{number}{rest}" for body in ("ISO ", "ISO/IEC ", "ISO") for rest in (part + year, part)]
    return {
        "name": iso[0],
        "family": f"ISO {number}",
        "aliases": _others([*aliases, f"ISO {number}", number + part], iso[0]),
    }


def _others(names: Iterable[str], name: str) -> list[str]:
    return [one for one in dict.fromkeys(names) if one and one != name]


def provider_of(sections: Iterable[Section]) -> dict[str, Any]:
    """Name and aliases of the provider, from the headings."""
    sections = tuple(sections)
    matches = [
        pattern.match(section.heading["en"])
        for kind, pattern in _PROVIDER.items()
        for section in sections
        if section.kind == kind
    ]
    name = next((match[1] for match in matches if match), None)
    if name is None:
        raise InvalidPage("no heading names the provider (such as “Contoso in-scope cloud services”)")
    return {"name": name, "aliases": _ALIASES.get(name, [])}


class Links:
    """Every link of the page once, by address, with an id and a title in both languages."""

    def __init__(self, document: Document) -> None:
        self.all: list[dict[str, Any]] = []
        self._ids: dict[str, str] = {}
        heading: Texts = dict.fromkeys(LANGUAGES, "")
        for block in document.blocks:
            heading = block.text if block.kind == "heading" else heading
            for use in block.links:
                self._add(use, heading)

    def ids(self, blocks: Iterable[Block]) -> list[str]:
        """Ids of the links in these blocks, in order, each once."""
        return list(dict.fromkeys(self._ids[use.url] for block in blocks for use in block.links))

    def _add(self, use: LinkUse, heading: Texts) -> None:
        if use.url in self._ids:
            return
        host = use.url.split("/")[2]
        given = {language: use.title.get(language) or host for language in LANGUAGES}
        if use.title.get("en", "").lower() in _VAGUE_TITLES:
            given = {"zh": f"{heading['zh']}：{given['zh']}", "en": f"{heading['en']}: {given['en']}"}
        title = {language: _in_language(given[language], language, "页面") for language in LANGUAGES}
        link_id = unused(slug_of(title["en"]) or slug_of(host), self._ids.values())
        self._ids[use.url] = link_id
        self.all.append({"id": link_id, "title": title, "url": use.url})


def services_of(sections: Iterable[Section], links: Links) -> Iterator[dict[str, Any]]:
    """A service for each name in a bullet of the scope, a name that occurs again left out."""
    seen: set[str] = set()
    ids: list[str] = []
    for block in blocks_of(sections, "scope"):
        if block.kind == "item":
            names = [name for name in _names(block) if name_key(name["en"]) not in seen]
            seen.update(name_key(name["en"]) for name in names)
            first = ""
            for name in names:
                ids.append(unused(slug_of(name["en"]) or "service", ids))
                yield _service(ids[-1], name, block, first, links.ids([block]))
                first = first or ids[-1]


def _service(service_id: str, name: Texts, block: Block, first: str, links: Sequence[str]) -> dict[str, Any]:
    service: dict[str, Any] = {"id": service_id, "name": dict(name)}
    former = [found[1] for text in block.text.values() for found in [_FORMER.search(text)] if found]
    if former:
        service["aliases"] = list(dict.fromkeys(former))
    if links:
        service["link"] = links[0]
    if first:
        service["listed_with"] = first
    return service


def _names(block: Block) -> list[Texts]:
    """The names in a bullet: "A, A One, and A Two" are three, "A One, Two, and Three" is one."""
    whole = {language: _PLAN.sub("", text) or text for language, text in block.text.items()}
    parts = {language: _JOINED[language].split(text) for language, text in whole.items()}
    first = parts["en"][0]
    alike = all(part.startswith(first) for part in parts["en"]) and len(parts["zh"]) == len(parts["en"])
    if not alike:
        return [whole]
    pairs = (dict(zip(LANGUAGES, pair, strict=True)) for pair in zip(parts["zh"], parts["en"], strict=True))
    return list({name_key(pair["en"]): pair for pair in pairs}.values())


def blocks_of(sections: Iterable[Section], kind: str) -> list[Block]:
    """All blocks of the sections of one kind."""
    return [block for section in sections if section.kind == kind for block in section.blocks]


def _in_language(text: str, language: str, chinese: str) -> str:
    """`text`, with a Chinese word behind it where the Chinese version has none ("Azure 页面")."""
    return text if language == "en" or _HAN.search(text) else f"{text} {chinese}"


def slug_of(text: str) -> str:
    """At most six words of a text, the small ones left out: "What is the SMS?" -> "sms"."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]s\b", "", text.lower()))
    slug = "_".join([word for word in words if word not in _SMALL_WORDS][:6])
    return slug if slug[:1].isalpha() or not slug else f"n{slug}"


def unused(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, numbered from 2 on if it is taken."""
    used, name, number = set(taken), wanted, 2
    while name in used:
        name, number = f"{wanted}_{number}", number + 1
    return name
