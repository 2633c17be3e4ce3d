"""Published certification pages, read from Markdown.

A page is in one language, or a translation stands side by side with its source. A side-by-side page marks
every translated piece and puts the English behind it:

    <span data-ttu-id="0-1">译文</span><span class="sxs-lookup"><span data-stu-id="0-1">Original</span></span>

Links may stand around such a pair or inside each half. Text outside any mark belongs to both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import urljoin

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.errors import InvalidPage

BASE = "https://learn.microsoft.com/compliance/regulatory/"  # what the pages' relative links are relative to

_LOCAL, _SOURCE = "translation", "source"
_FULL_WIDTH_GAP = re.compile(r"(?<=[，。！？；：、）”])\s+|\s+(?=[，。！？；：、（“])")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset("the of and to in for is are that with by as on your this".split())
_KINDS: Mapping[str, Kind] = {"list_item": "item", "tr": "row", "heading": "heading"}
_MARKDOWN = MarkdownIt("commonmark").enable("table")

Kind = Literal["heading", "paragraph", "item", "row"]


@dataclass(frozen=True)
class LinkUse:
    """A link where it stands: its words in each language that has it, and its address."""

    title: Mapping[str, str]
    url: str


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item or table row.

    Attributes:
        text: language -> plain text.
        strong: whether all of it is bold.
        level: of a heading, 1 to 6; 0 for others.
        line: where it begins in the file, from 1.
    """

    kind: Kind
    text: Mapping[str, str]
    links: tuple[LinkUse, ...]
    strong: bool
    level: int
    line: int


@dataclass(frozen=True)
class Document:
    """A page as its blocks, in order.

    Attributes:
        front: its YAML front matter.
        languages: those that every block has, ("zh", "en") side by side.
    """

    front: Mapping[str, Any]
    languages: tuple[str, ...]
    blocks: tuple[Block, ...]


def read_document(markdown: str) -> Document:
    """Read a page in Chinese, in English, or in both side by side.

    Raises:
        InvalidPage: it is malformed or in another language; the message names the line.
    """
    front, body, offset = _split(markdown)
    pieces = list(_blocks(_MARKDOWN.parse(body), offset))
    if not pieces:
        raise InvalidPage(f"line {offset + 1}: the page has no text")
    local = _language(front, pieces)
    side_by_side = any(piece.in_role(_SOURCE) for piece in pieces)
    languages = (local, "en") if side_by_side else (local,)
    return Document(front, languages, tuple(piece.block(languages) for piece in pieces))


def merged(zh: Document, en: Document) -> Document:
    """One document with the Chinese of `zh` and the English of `en`, which must be built alike.

    Raises:
        InvalidPage: a language is missing, or the pages part ways; the message names both lines.
    """
    for language, document in (("zh", zh), ("en", en)):
        if language not in document.languages:
            raise InvalidPage(f"of the two pages, neither is in {language}")
    for one, other in zip(zh.blocks, en.blocks, strict=False):
        if (one.kind, one.level, len(one.links)) != (other.kind, other.level, len(other.links)):
            raise InvalidPage(
                f"the two pages part ways: line {one.line} has a {one.kind} with {len(one.links)} links, "
                f"line {other.line} of the other a {other.kind} with {len(other.links)}"
            )
    if len(zh.blocks) != len(en.blocks):
        raise InvalidPage(f"the two pages differ in length: {len(zh.blocks)} and {len(en.blocks)} blocks")
    pairs = zip(zh.blocks, en.blocks, strict=True)
    front = {**en.front, **zh.front}
    return Document(front, ("zh", "en"), tuple(_merged_block(one, other) for one, other in pairs))


def _merged_block(zh: Block, en: Block) -> Block:
    twins = [
        next((one for one in zh.links if one.url == other.url), beside)
        for other, beside in zip(en.links, zh.links, strict=True)
    ]
    links = tuple(
        LinkUse({**other.title, **twin.title, "en": other.title["en"]}, other.url)
        for other, twin in zip(en.links, twins, strict=True)
    )
    text = {"zh": zh.text["zh"], "en": en.text["en"]}
    return Block(zh.kind, text, links, zh.strong, zh.level, zh.line)


@dataclass(frozen=True)
class _Run:
    """Consecutive text with one role (None outside any mark) and one link."""

    text: str
    role: str | None
    link: int | None  # number of the link in its block
    strong: bool


@dataclass(frozen=True)
class _Piece:
    """A block before its languages are known."""

    kind: Kind
    level: int
    line: int
    runs: tuple[_Run, ...]
    urls: tuple[str, ...]

    def in_role(self, role: str | None) -> str:
        """The text of that role."""
        return "".join(run.text for run in self.runs if run.role == role).strip()

    def block(self, languages: Sequence[str]) -> Block:
        """The block, its roles told apart as languages."""
        text = {language: self._text(self.runs, language, languages) for language in languages}
        for language, found in text.items():
            if not found:
                raise InvalidPage(f"line {self.line}: there is no {language} text beside the other language's")
        strong = all(run.strong for run in self.runs if run.text.strip())
        return Block(self.kind, text, tuple(self._links(languages)), strong, self.level, self.line)

    def _links(self, languages: Sequence[str]) -> Iterator[LinkUse]:
        """The links in order; two to one address, each in one language, are one link with both titles."""
        uses = [
            LinkUse(self._titles([run for run in self.runs if run.link == number], languages), url)
            for number, url in enumerate(self.urls)
            if url
        ]
        halves = [use for use in uses if len(languages) > 1 and set(use.title) == {"en"}]
        wholes = [use for use in uses if use.title and use not in halves]
        for use in wholes:
            twin = next((half for half in halves if "en" not in use.title and half.url == use.url), None)
            if twin:
                halves.remove(twin)
            yield LinkUse({**use.title, **(twin.title if twin else {})}, use.url)
        yield from halves

    def _titles(self, runs: Sequence[_Run], languages: Sequence[str]) -> dict[str, str]:
        titles = {language: self._text(runs, language, languages) for language in languages}
        return {language: title for language, title in titles.items() if title}

    @staticmethod
    def _text(runs: Sequence[_Run], language: str, languages: Sequence[str]) -> str:
        role = _SOURCE if len(languages) > 1 and language == "en" else _LOCAL
        joined = " ".join("".join(run.text for run in runs if run.role in (None, role)).split())
        return _FULL_WIDTH_GAP.sub("", joined) if language == "zh" else joined


def _split(markdown: str) -> tuple[dict[str, Any], str, int]:
    """Front matter, body, and how many lines stand before the body."""
    lines = markdown.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != "---":
        return {}, "\n".join(lines), 0
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        raise InvalidPage("line 1: the front matter has no end (---)")
    try:
        front = yaml.safe_load("\n".join(lines[1:end])) or {}
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 2
        raise InvalidPage(f"line {line}: the front matter is not YAML: {error.problem}") from error
    if not isinstance(front, dict):
        raise InvalidPage("line 2: the front matter is not a table of names and values")
    return front, "\n".join(lines[end + 1 :]), end + 1


def _language(front: Mapping[str, Any], pieces: Sequence[_Piece]) -> str:
    locale = str(front.get("ms.contentlocale") or "")
    language = locale.split("-")[0].lower() if locale else _detected(pieces)
    if language not in ("zh", "en"):
        raise InvalidPage(f"line 1: the page is in {locale or 'another language'}; only zh and en can be read")
    return language


def _detected(pieces: Sequence[_Piece]) -> str | None:
    """The language of a page that does not say: by its characters, or by small English words."""
    text = " ".join(piece.in_role(_LOCAL) or piece.in_role(None) for piece in pieces)
    words = [word.lower() for word in _WORD.findall(text)]
    if len(_HAN.findall(text)) > len(text) / 10:
        return "zh"
    return "en" if sum(word in _ENGLISH for word in words) > len(words) / 10 else None


def _blocks(tokens: Sequence[Token], offset: int) -> Iterator[_Piece]:
    """A piece for each inline token, its kind told by what is open around it."""
    around: list[Token] = []
    row: list[_Piece] = []
    for token in tokens:
        if token.type == "inline":
            piece = _piece(token, around, offset)
            row = [*row, piece] if piece and piece.kind == "row" else row
            if piece and piece.kind != "row":
                yield piece
        elif token.nesting > 0:
            around.append(token)
        elif token.nesting < 0:
            around.pop()
            if token.type == "tr_close" and row:
                yield _row(row)
                row = []


def _piece(token: Token, around: Sequence[Token], offset: int) -> _Piece | None:
    opened = [one.type.removesuffix("_open") for one in around]
    if "thead" in opened:
        return None
    kind: Kind = next((_KINDS[name] for name in reversed(opened) if name in _KINDS), "paragraph")
    level = int(around[-1].tag[1]) if kind == "heading" else 0
    line = offset + (token.map[0] if token.map else 0) + 1
    runs, urls = _runs(token.children or [], line)
    if not any(run.text.strip() for run in runs):
        return None
    return _Piece(kind, level, line, tuple(runs), tuple(urls))


def _row(cells: Sequence[_Piece]) -> _Piece:
    """The cells of a table's row as one piece, "first: second, third"."""
    runs: list[_Run] = []
    urls: list[str] = []
    for number, cell in enumerate(cells):
        if number:
            runs.append(_Run(": " if number == 1 else ", ", None, None, False))
        for run in cell.runs:
            link = None if run.link is None else run.link + len(urls)
            runs.append(_Run(run.text, run.role, link, run.strong))
        urls += cell.urls
    return _Piece("row", 0, cells[0].line, tuple(runs), tuple(urls))


def _runs(children: Sequence[Token], line: int) -> tuple[list[_Run], list[str]]:
    """The text of a block by role and link, and the links' addresses ("" for one that leads nowhere)."""
    runs: list[_Run] = []
    urls: list[str] = []
    roles: list[str | None] = []
    link, bold = None, 0
    for token in children:
        if token.type == "link_open":
            link = len(urls)
            urls.append(_address(str(token.attrs.get("href", ""))))
        elif token.type == "link_close":
            link = None
        elif token.type in ("strong_open", "strong_close"):
            bold += token.nesting
        elif token.type == "html_inline":
            _mark(token.content, roles)
        elif token.type in ("text", "code_inline", "softbreak", "hardbreak"):
            text = token.content or " "
            runs.append(_Run(text, roles[-1] if roles else None, link, bold > 0))
    if roles:
        raise InvalidPage(f"line {line}: a <span> is not closed")
    return runs, urls


class _Tag(HTMLParser):
    """One tag of inline HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opens: dict[str, str | None] | None = None
        self.closes = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "span":
            self.opens = dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        self.closes = tag == "span"


def _mark(html: str, roles: list[str | None]) -> None:
    """Follow a span, which opens a role or keeps the one around it; stray ends, which occur, are passed."""
    tag = _Tag(html)
    if tag.opens is not None:
        around = roles[-1] if roles else None
        by_class = _SOURCE if tag.opens.get("class") == "sxs-lookup" else around
        roles.append(_LOCAL if "data-ttu-id" in tag.opens else by_class)
    elif tag.closes and roles:
        roles.pop()


def _address(href: str) -> str:
    """An absolute https address; "" for what is none, such as a place in the page or mail."""
    if href.startswith("#") or (":" in href.split("/")[0] and not href.startswith(("http:", "https:"))):
        return ""
    absolute = urljoin(BASE, href)
    page, mark, place = absolute.partition("#")
    if absolute.startswith(BASE):
        page = page.removesuffix(".md")
    return re.sub(r"^http:", "https:", page) + mark + place
