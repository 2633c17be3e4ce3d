"""/assets/plotly-<digest>.js: the library that draws the charts, out of its package; the address changes with it.

It works under the strict policy of all pages because of two ids: a style sheet of the page that bears one of them
keeps the library from making its own (`global_style`: marked with the class no-inline-styles, which plotly.js
documents; `map_style`: of the maps, which no page draws).
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request

blueprint = Blueprint("chart_library", __name__)

GLOBAL_STYLE = "plotly.js-style-global"

_YEAR = 31_536_000  # seconds
_MAP_STYLE = re.compile(r'document\.getElementById\("([0-9a-f]{64})"\)')


@dataclass(frozen=True)
class Library:
    """The library as it is sent.

    Attributes:
        map_style: id of the style sheet that it would add for maps.
    """

    plain: bytes
    gzipped: bytes
    digest: str
    map_style: str


@lru_cache(maxsize=1)
def library() -> Library:
    """The file that the installed plotly brings along."""
    spec = importlib.util.find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("plotly is not installed: run make packages")
    plain = (Path(spec.submodule_search_locations[0]) / "package_data" / "plotly.min.js").read_bytes()
    found = _MAP_STYLE.search(plain.decode())
    digest = hashlib.sha256(plain).hexdigest()[:20]
    return Library(plain, gzip.compress(plain, 6, mtime=0), digest, found[1] if found else "")


@blueprint.get("/assets/plotly-<digest>.js")
def script(digest: str) -> Response:
    """The script, for ever the same at its address."""
    its = library()
    if digest != its.digest:
        abort(404)
    zipped = request.accept_encodings.quality("gzip") > 0
    response = Response(its.gzipped if zipped else its.plain, content_type="text/javascript; charset=utf-8")
    if zipped:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = _YEAR
    response.cache_control.immutable = True
    return response
