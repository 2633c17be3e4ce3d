"""From a published certification page to a knowledge file, in the page's own wording.

`published` reads the Markdown, `page_facts` finds title, date, links and services, `page_entries` what each
section answers. Sections are told by their English headings: overview, the provider and the standard,
services in scope, audit documents, frequently asked questions, resources, backgrounder; any other becomes an
entry of the topic `faq`.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from index.errors import InvalidKnowledge, InvalidPage, PageExists, RetrievalError
from index.knowledge import LANGUAGES, load_page
from index.page_entries import entries_of, with_suggestions
from index.page_facts import Links, date_of, provider_of, sections_of, services_of, standard_of, title_of
from index.published import Document, merged, read_document

KNOWLEDGE = Path(__file__).resolve().parent.parent / "data" / "knowledge"
_LOCALE = re.compile(r"\.[a-z]{2}(?:-[a-z]{2})?$", re.IGNORECASE)


def ingest(
    page: Path,
    folder: Path = KNOWLEDGE,
    *,
    other: Path | None = None,
    date: datetime.date | None = None,
    replace: bool = False,
) -> Path:
    """Turn a published page into a knowledge file.

    Args:
        page: the Markdown file, side by side in Chinese and English, or in one of them.
        folder: where the knowledge file goes.
        other: the page in its other language, when `page` has only one or a newer English is wanted.
        date: the page's date, when its front matter has none.
        replace: whether a knowledge file of the same id may be replaced.

    Returns:
        The knowledge file.

    Raises:
        InvalidPage: a page cannot be read; the message names file and line.
        PageExists: the knowledge file is there already.
        RetrievalError: the knowledge file cannot be written.
    """
    target = folder / f"{page_id_of(page)}.yml"
    if target.exists() and not replace:
        raise PageExists(f"{target} exists already; move it away, or ask for it to be replaced")
    documents = [_read(path) for path in (page, other) if path]
    with _blaming(page):
        values = knowledge_of(_bilingual(documents), target.stem, date)
        _write(values, target, page.name)
    return target


def parse_page(markdown: str, page_id: str, date: datetime.date | None = None) -> dict[str, Any]:
    """A side-by-side page as the values of a knowledge file; arguments and errors as for `ingest`."""
    return knowledge_of(_bilingual([read_document(markdown)]), page_id, date)


def knowledge_of(document: Document, page_id: str, date: datetime.date | None = None) -> dict[str, Any]:
    """The values of a knowledge file, from a page in both languages.

    Raises:
        InvalidPage: it has no title, date or provider, or nothing to answer from.
    """
    title = title_of(document)
    sections = tuple(sections_of(document))
    standard, provider = standard_of(title, sections), provider_of(sections)
    links = Links(document)
    services = list(services_of(sections, links))
    entries = list(entries_of(sections, standard, services, provider["name"], links))
    if not entries:
        raise InvalidPage("the page has no section to answer from")
    day = date or date_of(document)
    return {
        "page": {"id": page_id, "title": title, "standard": standard, "provider": provider, "date": day},
        "links": links.all,
        "services": services,
        "entries": with_suggestions(entries),
    }


def page_id_of(path: Path) -> str:
    """ "offering-ISO-27001.md" -> "iso-27001", "iso-20000-1-2011.zh-cn.md" -> "iso-20000-1-2011"."""
    stem = _LOCALE.sub("", path.stem).lower().removeprefix("offering-")
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "page"


@contextmanager
def _blaming(path: Path) -> Iterator[None]:
    """Put the file's name before what is wrong with it."""
    try:
        yield
    except InvalidPage as error:
        raise InvalidPage(f"{path.name}: {error}") from error


def _read(path: Path) -> Document:
    with _blaming(path):
        try:
            return read_document(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InvalidPage(f"it cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InvalidPage(f"it is not UTF-8 text: {error.reason} at byte {error.start}") from error


def _bilingual(documents: Sequence[Document]) -> Document:
    first, last = documents[0], documents[-1]
    if len(documents) > 1:
        return merged(first, last) if "zh" in first.languages else merged(last, first)
    if set(first.languages) != set(LANGUAGES):
        raise InvalidPage(f"the page is in {first.languages[0]} only; give it in the other language too")
    return first


def _write(values: Mapping[str, Any], target: Path, source: str) -> None:
    """Write a knowledge file beside its place, read it back as the service would, and rename it."""
    text = yaml.safe_dump(dict(values), allow_unicode=True, sort_keys=False, width=110)
    new = target.with_name(f".{target.name}.new")
    try:
        new.write_text(f"# From {source}, in the page's own wording.\n\n{text}", encoding="utf-8")
        load_page(new)
        os.replace(new, target)
    except InvalidKnowledge as error:
        lines = "\n".join(f"{one.entry}: {one.field}: {one.message}" for one in error.problems)
        raise InvalidPage(f"what it says breaks the rules of a knowledge file:\n{lines}") from error
    except OSError as error:
        raise RetrievalError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)
