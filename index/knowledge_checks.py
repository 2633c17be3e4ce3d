"""The rules of a knowledge file: the JSON schema beside this module, then what a schema cannot say.

The schema fixes the shape. The rest is between the parts: references that lead nowhere, ids, addresses,
questions and names that occur twice, a text in the wrong language. Every problem is reported, not the first.
"""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import ValidationError

from index.errors import Problem

_SCHEMA = Path(__file__).with_name("knowledge.schema.json")
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NOT_WORD = re.compile(r"[\W_]+")

Found = tuple[str, str, str]  # entry, field, message


def find_problems(raw: object, file: str) -> list[Problem]:
    """Everything wrong with a parsed knowledge file; an empty list means that it is fine.

    Args:
        raw: the parsed YAML.
        file: name used in the problems.
    """
    found = list(_shape(raw))
    if not found and isinstance(raw, dict):
        found = [*_references(raw), *_repeats(raw), *_languages(raw), *_contradictions(raw)]
    return [Problem(file, *one) for one in found]


def question_key(text: str) -> str:
    """What makes two questions the same: letters and digits, whatever their case, width or punctuation."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _quick_items(validator: Any, items: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The `items` keyword without a walk through a list that is plainly nothing but texts.

    A page has thousands of question variants, and jsonschema spends about 20 microseconds on each.
    """
    plain = items == {"type": "string", "pattern": r"\S"} and type(instance) is list
    if not (plain and all(type(one) is str and one.strip() for one in instance)):
        yield from Draft202012Validator.VALIDATORS["items"](validator, items, instance, schema)


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    quick = validators.extend(Draft202012Validator, {"items": _quick_items})
    return quick(_inlined(schema, schema["$defs"]), format_checker=FormatChecker(["date"]))


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with each reference replaced by what it names; following one takes longer than the check."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    own = {key: _inlined(part, definitions) for key, part in schema.items() if key != "$ref"}
    if "$ref" not in schema:
        return own
    return {**_inlined(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions), **own}


def _shape(raw: object) -> Iterator[Found]:
    for error in _validator().iter_errors(_with_date_as_text(raw)):
        entry, field = _place(raw, list(error.absolute_path))
        yield entry, field, _message(error)


def _with_date_as_text(raw: object) -> object:
    """YAML reads 2019-12-05 as a date, JSON Schema knows dates only as text."""
    if not isinstance(raw, dict):
        return raw
    changed = {"page": _dates_as_text(raw["page"])} if "page" in raw else {}
    entries = raw.get("entries")
    if isinstance(entries, list) and any(isinstance(each, dict) and "history" in each for each in entries):
        changed["entries"] = [_with_history_as_text(each) for each in entries]
    return {**raw, **changed}


def _with_history_as_text(entry: Any) -> Any:
    if not isinstance(entry, dict) or "history" not in entry:
        return entry
    return {**entry, "history": _dates_as_text(entry["history"])}


def _dates_as_text(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return {name: value.isoformat() if type(value) is datetime.date else value for name, value in part.items()}


def _place(raw: Any, path: list[Any]) -> tuple[str, str]:
    """Entry and field of a path such as ["entries", 3, "answer", "zh"]."""
    entry, rest = str(path[0]) if path else "file", path[1:]
    if rest and isinstance(rest[0], int):
        item = raw[path[0]][rest[0]]
        name = item.get("id") if isinstance(item, dict) else None
        name = name if isinstance(name, str) and name.strip() else None
        entry = name if name and path[0] == "entries" else f"{entry}[{name or rest[0]}]"
        rest = rest[1:]
    return entry, _dotted(rest) or "."


def _dotted(path: Iterable[Any]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".")


def _message(error: ValidationError) -> str:
    if error.validator == "pattern" and error.validator_value == r"\S":
        return "is empty"
    if error.validator == "format":
        return f"{error.instance!r} is not a date (YYYY-MM-DD)"
    return str(error.message)


def _references(raw: dict[str, Any]) -> Iterator[Found]:
    links, entries = _ids(raw["links"]), _ids(raw["entries"])
    services = _ids(raw["services"])
    for service in raw["services"]:
        place = f"services[{service['id']}]"
        if "link" in service and service["link"] not in links:
            yield place, "link", f"unknown link {service['link']!r}"
        if "listed_with" in service and service["listed_with"] not in services - {service["id"]}:
            yield place, "listed_with", f"unknown service {service['listed_with']!r}"
    for entry in raw["entries"]:
        for number, link in enumerate(entry["links"]):
            if link not in links:
                yield entry["id"], f"links[{number}]", f"unknown link {link!r}"
        for number, near in enumerate(entry["suggests"]):
            if near not in entries - {entry["id"]}:
                yield entry["id"], f"suggests[{number}]", f"unknown entry {near!r}"


def _ids(items: list[dict[str, Any]]) -> set[str]:
    return {item["id"] for item in items}


def _repeats(raw: dict[str, Any]) -> Iterator[Found]:
    for part in ("links", "services", "entries"):
        yield from _twice((f"{part}[{number}]", "id", item["id"]) for number, item in enumerate(raw[part]))
    yield from _twice((f"links[{link['id']}]", "url", link["url"]) for link in raw["links"])
    yield from _twice(_service_names(raw), name_key)
    yield from _twice(_questions(raw), question_key)


def name_key(text: str) -> str:
    """What makes two service names the same: letters and digits, whatever their case, width or spacing."""
    return question_key(text).replace(" ", "")


def _twice(items: Iterable[Found], key: Any = str) -> Iterator[Found]:
    """A problem for each (entry, field, text) whose text was there before."""
    seen: dict[str, tuple[str, str]] = {}
    for entry, field, text in items:
        if key(text) in seen:
            yield entry, field, f"{text!r} is already there: {': '.join(seen[key(text)])}"
        seen.setdefault(key(text), (entry, field))


def _service_names(raw: dict[str, Any]) -> Iterator[Found]:
    """Every name of every service once; zh and en of one name are often the same word."""
    for service in raw["services"]:
        place = f"services[{service['id']}]"
        names = {name_key(name): (field, name) for field, name in _own_names(service)}
        yield from ((place, field, name) for field, name in names.values())


def _own_names(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    named = [("", service)]
    named += [(f"later_names[{i}].", later) for i, later in enumerate(service.get("later_names", ()))]
    for prefix, part in named:
        yield from ((f"{prefix}name.{language}", name) for language, name in part["name"].items())
        yield from ((f"{prefix}aliases[{i}]", alias) for i, alias in enumerate(part.get("aliases", ())))


def _questions(raw: dict[str, Any]) -> Iterator[Found]:
    for entry in raw["entries"]:
        for language, questions in entry["questions"].items():
            for number, question in enumerate(questions):
                yield entry["id"], f"questions.{language}[{number}]", question


def _excluded(raw: dict[str, Any]) -> Iterator[Found]:
    for entry in raw["entries"]:
        for language, questions in entry.get("excludes", {}).items():
            for number, question in enumerate(questions):
                yield entry["id"], f"excludes.{language}[{number}]", question


def _contradictions(raw: dict[str, Any]) -> Iterator[Found]:
    """Questions that both lead to an entry and must not, and entries whose last day is before their first."""
    own = {(entry, question_key(text)) for entry, _, text in _questions(raw)}
    for entry_id, field, text in _excluded(raw):
        if (entry_id, question_key(text)) in own:
            yield entry_id, field, f"{text!r} is also a question of the entry"
    for entry in raw["entries"]:
        days = [str(entry.get("history", {}).get(name, "")) for name in ("valid_from", "valid_until")]
        if all(days) and days[0] > days[1]:
            yield entry["id"], "history.valid_until", f"{days[1]} is before valid_from, {days[0]}"


def _languages(raw: dict[str, Any]) -> Iterator[Found]:
    """Chinese texts hold Chinese, English texts none; names of services and standards are free."""
    titles = [("page", f"title.{language}", text) for language, text in raw["page"]["title"].items()]
    for link in raw["links"]:
        titles += [(f"links[{link['id']}]", f"title.{language}", text) for language, text in link["title"].items()]
    for entry in raw["entries"]:
        titles += [(entry["id"], f"answer.{language}", text) for language, text in entry["answer"].items()]
    for place, field, text in [*titles, *_questions(raw), *_excluded(raw)]:
        chinese = ".zh" in field
        if bool(_CJK.search(text)) != chinese:
            yield place, field, "holds no Chinese" if chinese else "holds Chinese"
