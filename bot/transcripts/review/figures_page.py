"""/staff/figures/: how much is asked, how well it is answered, and how fast."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, render_template, request, url_for

from bot import clock
from bot.roles import needs
from bot.services import services
from bot.transcripts.daily_figures import DailyFigures
from bot.transcripts.review.auditing import note
from bot.transcripts.review.chart_library import GLOBAL_STYLE, library
from bot.transcripts.review.charts import MOST, Period, Unanswered, UnansweredGroup, charts, tiles
from bot.transcripts.review.session import page_context
from bot.transcripts.review.shown import Shown
from bot.words import Words, visitor_words
from index.name_files import read_catalog

blueprint = Blueprint("figures", __name__, url_prefix="/staff/figures")
blueprint.context_processor(page_context)

RANGES = (7, 30, 90, 365)  # days

_DEFAULT = 30
_DAY = datetime.timedelta(days=1)


@blueprint.get("/")
@needs("viewer")
def figures() -> str:
    """The dashboard for `?days=`, or from `?from=` to `?to=`."""
    words = visitor_words()
    shown = Shown(words)
    daily = DailyFigures(services().database)
    period, problem = _period(daily)
    counted = daily.read(period.first, period.last, period.unit)
    note("figures.viewed", first=period.first, last=period.last)
    before = daily.read(period.before.first, period.before.last, "month", whole=False)
    return render_template(
        "staff/figures.html",
        period=period,
        problem=problem,
        ranges=RANGES,
        chosen=_chosen_range(period),
        missing=counted.missing,
        tiles=tiles(counted, before, shown),
        charts=charts(counted, _unanswered(period), period, shown, _ServiceNames(words)),
        shown=shown,
        library=library(),
        global_style=GLOBAL_STYLE,
    )


def _unanswered(period: Period) -> Unanswered:
    """The groups of the pages where staff settle them, as far as they are of these days."""
    first, end = (datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc) for day in period.bounds)
    found = services().groups.largest_between(first, end, MOST)
    lines = services().reading.numbered([group.numbers[0] for group in found.groups if group.numbers])
    groups = [
        UnansweredGroup(lines[group.numbers[0]].text, group.count, url_for("groups.group", group_id=group.id))
        for group in found.groups
        if group.numbers and group.numbers[0] in lines
    ]
    return Unanswered(tuple(groups), found.total)


def _period(daily: DailyFigures) -> tuple[Period, str]:
    """The days asked for, and the key of what is wrong with the request, where the usual ones are shown instead."""
    today = clock.utc_now().date()
    usual = Period(today - (_DEFAULT - 1) * _DAY, today)
    days = request.args.get("days", "")
    if days == "all":
        return Period(min(daily.first_day() or usual.first, today), today), ""
    if days:
        known = days.isascii() and days.isdigit() and int(days[:6]) in RANGES
        return (Period(today - (int(days) - 1) * _DAY, today), "") if known else (usual, "range_unknown")
    if not request.args.get("from") and not request.args.get("to"):
        return usual, ""
    try:
        first = datetime.date.fromisoformat(request.args.get("from") or usual.first.isoformat())
        last = datetime.date.fromisoformat(request.args.get("to") or today.isoformat())
    except ValueError:
        return usual, "range_unknown"
    if first > last or first.year < 2000 or last > today:
        return usual, "range_backwards"
    return Period(first, last), ""


def _chosen_range(period: Period) -> str:
    if request.args.get("days") == "all":
        return "all"
    ends_today = period.last == clock.utc_now().date()
    return str(period.days) if ends_today and period.days in RANGES else ""


class _ServiceNames:
    """What services are called in one language; an id that the catalog does not know is shown as it is."""

    def __init__(self, words: Words) -> None:
        self._names = _catalog(services().settings.knowledge_dir / "names")
        self._language = words.language

    def __call__(self, service: str) -> str:
        return self._names.get(service, {}).get(self._language, service)


@lru_cache(maxsize=4)
def _catalog(folder: Path) -> dict[str, dict[str, str]]:
    names = [entry.name for entry in read_catalog(folder)] if folder.is_dir() else []
    return {name.id: {"zh": name.display.zh, "en": name.display.en} for name in names if name.kind == "service"}
