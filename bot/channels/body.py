"""Reading the JSON body of a request, strictly: what two parsers could read differently is refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.errors import FieldError, InvalidFields, MalformedRequest, UnsupportedContent

LARGEST_BODY = 64 * 1024

_DISCARDED = 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body of a request.

    Raises:
        UnsupportedContent: the body is announced as something else (415).
        MalformedRequest: it is not JSON in UTF-8 (400).
        InvalidFields: it is JSON, but not an object (422).
        RequestEntityTooLarge: it is over the limit (413).
    """
    if request.mimetype != "application/json":
        raise UnsupportedContent("Send JSON with the header Content-Type: application/json.")
    return parse_object(read_body(request))


def read_body(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """The raw body of a request.

    Args:
        largest: how many bytes it may have.

    Raises:
        RequestEntityTooLarge: it is over the limit (413).
    """
    request.max_content_length = largest
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) >= largest:
        raise RequestEntityTooLarge  # sent in chunks, and cut off at the limit without a word
    return raw


def discard_body(request: Request) -> None:
    """Read what is left of a refused body, up to 1 MB, and forget it.

    A client that is still sending would see its connection break instead of the refusal.
    """
    left = _DISCARDED
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, LARGEST_BODY))):
        left -= len(chunk)


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object that some bytes hold.

    Raises:
        MalformedRequest: not UTF-8, not JSON, a key given twice, NaN or Infinity, or nested too deeply.
        InvalidFields: another JSON value than an object.
    """
    try:
        value = json.loads(
            raw.removeprefix(_BOM).decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The body is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(f"The body is not JSON: {error.msg} (character {error.pos}).") from None
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply.") from None
    except ValueError:  # Python refuses whole numbers of thousands of digits
        raise MalformedRequest("The body holds a number that is too long.") from None
    if not isinstance(value, dict):
        raise InvalidFields([FieldError("body", "has to be a JSON object")])
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedRequest("The body gives a key twice.")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedRequest(f"{name} is not JSON.")
