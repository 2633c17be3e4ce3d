"""What the dashboard shows, as plain values: each chart is the table behind it, which the page's script draws."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.transcripts.daily_figures import (
    ASKED,
    LATENCY,
    OUTCOME,
    SERVICE,
    THUMB,
    TOPIC,
    Figures,
    Unit,
    latency_of,
    start_of,
)
from bot.transcripts.review.shown import Shown

OUTCOMES = ("answered", "clarified", "handoff", "refused", "failed")
MOST = 10

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Some days, and the unit in which they are shown."""

    first: datetime.date
    last: datetime.date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def unit(self) -> Unit:
        """What a bar stands for, so that there are neither few bars nor too many to see."""
        return "day" if self.days <= 92 else "week" if self.days <= 370 else "month"

    @property
    def bounds(self) -> tuple[datetime.date, datetime.date]:
        """The first day, and the one after the last."""
        return self.first, self.last + _DAY

    @property
    def before(self) -> Period:
        """As many days, just before."""
        return Period(self.first - self.days * _DAY, self.first - _DAY)

    @cached_property
    def starts(self) -> tuple[datetime.date, ...]:
        """The first day of each unit, in order."""
        days = (self.first + number * _DAY for number in range(self.days))
        return tuple(dict.fromkeys(start_of(day, self.unit) for day in days))


@dataclass(frozen=True)
class Series:
    """A column of a chart's table.

    Attributes:
        label: its heading.
        colour: name of the custom property with its colour, without the dashes.
        values: one for each row; None where there is nothing to measure.
    """

    label: str
    colour: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """A chart and the table behind it.

    Attributes:
        name: its id in the page; its title is the words of `chart_NAME`.
        kind: "stacked", "share", "lines" or "bars".
        summary: a sentence that says what there is to see.
        heading: of the column of rows.
        rows: what each row is called, as shown and as the script reads it.
        unit: of the values: "count" or "ms".
    """

    name: str
    kind: str
    summary: str
    heading: str
    rows: tuple[tuple[str, str], ...]
    series: tuple[Series, ...]
    unit: str = "count"
    links: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for each in self.series for value in each.values)


@dataclass(frozen=True)
class UnansweredGroup:
    """Like questions that wait for an answer: the newest of them, how many they are, and the address of their page."""

    question: str
    count: int
    link: str


@dataclass(frozen=True)
class Unanswered:
    """The largest groups of some days; `total` is how many questions there are in all groups."""

    groups: tuple[UnansweredGroup, ...]
    total: int


@dataclass(frozen=True)
class Tile:
    """A single figure; `change` compares it to the days before, where there is something to compare."""

    label: str
    value: str
    change: str = ""


def tiles(figures: Figures, before: Figures, shown: Shown) -> tuple[Tile, ...]:
    """The figures at the top."""
    asked, earlier = _total(figures, ASKED), _total(before, ASKED)
    words = shown.words
    change = shown.change((asked - earlier) / earlier) if asked and earlier else ""
    latency = _latency(figures)
    thumbs = _by_name(figures, THUMB)
    return (
        Tile(words("tile_asked"), shown.number(asked), change),
        Tile(words("tile_answered"), *_share(figures, before, OUTCOME, "answered", shown)),
        Tile(words("tile_refused"), *_share(figures, before, OUTCOME, "refused", shown)),
        Tile(
            words("tile_liked", count=shown.number(sum(thumbs.values()))), *_share(figures, before, THUMB, "up", shown)
        ),
        Tile(words("tile_latency"), shown.milliseconds(percentile(latency, 0.5))),
        Tile(words("tile_latency_slow"), shown.milliseconds(percentile(latency, 0.95))),
    )


def charts(
    figures: Figures,
    unanswered: Unanswered,
    period: Period,
    shown: Shown,
    service_name: Callable[[str], str],
) -> tuple[Chart, ...]:
    """Every chart, in the order of the page."""
    return (
        _asked(figures, period, shown, "channel", 0),
        _asked(figures, period, shown, "language", 1),
        _outcomes(figures, period, shown),
        _thumbs(figures, period, shown),
        _most(figures, TOPIC, shown, lambda name: shown.words.get(f"topic_{name}") or name),
        _most(figures, SERVICE, shown, service_name),
        _unanswered(unanswered, shown),
        _latencies(figures, period, shown),
    )


def percentile(steps: Mapping[str, int], share: float) -> float | None:
    """The latency that `share` of the turns stay below, in milliseconds; None without turns."""
    left = share * sum(steps.values())
    for step in sorted(steps, key=int):
        left -= steps[step]
        if left <= 0:
            return latency_of(step)
    return None


def _asked(figures: Figures, period: Period, shown: Shown, by: str, part: int) -> Chart:
    counts: Counter[tuple[datetime.date, str]] = Counter()
    for (start, kind, name), count in figures.over_time.items():
        if kind == ASKED:
            counts[start, name.split("/")[part]] += count
    names = sorted({name for _, name in counts}, key=lambda name: -_sum(counts, name))
    starts = period.starts
    in_all = Counter({start: sum(counts[start, name] for name in names) for start in starts})
    return Chart(
        f"asked_by_{by}",
        "stacked",
        _asked_summary(in_all, period, shown)
        if by == "channel"
        else shown.parts({shown.words(name): _sum(counts, name) for name in names}),
        shown.words(f"per_{period.unit}"),
        _rows(period, shown),
        tuple(
            Series(shown.words(name), f"chart-{number + 1}", tuple(counts[start, name] for start in starts))
            for number, name in enumerate(names)
        ),
    )


def _asked_summary(in_all: Counter[datetime.date], period: Period, shown: Shown) -> str:
    [(busiest, most)] = in_all.most_common(1)
    if not most:
        return shown.words("nothing_asked")
    total = shown.number(sum(in_all.values()))
    when = shown.unit(busiest, period.unit)
    return shown.words(f"asked_summary_{period.unit}", total=total, when=when, most=shown.number(most))


def _outcomes(figures: Figures, period: Period, shown: Shown) -> Chart:
    totals = _by_name(figures, OUTCOME)
    return Chart(
        "outcomes",
        "share",
        shown.parts({shown.words(name): totals[name] for name in OUTCOMES if totals[name]}),
        shown.words(f"per_{period.unit}"),
        _rows(period, shown),
        _over_time(figures, period, OUTCOME, {name: f"chart-{name}" for name in OUTCOMES}, shown),
    )


def _thumbs(figures: Figures, period: Period, shown: Shown) -> Chart:
    totals = _by_name(figures, THUMB)
    colours = {"up": "chart-answered", "down": "chart-failed"}
    return Chart(
        "thumbs",
        "stacked",
        shown.parts({shown.words(f"feedback_{name}"): totals[name] for name in colours if totals[name]}),
        shown.words(f"per_{period.unit}"),
        _rows(period, shown),
        _over_time(figures, period, THUMB, colours, shown, "feedback_"),
    )


def _most(figures: Figures, kind: str, shown: Shown, called: Callable[[str], str]) -> Chart:
    counts = Counter({name: count for (its_kind, name), count in figures.in_all.items() if its_kind == kind})
    top = counts.most_common(MOST)
    rest = len(counts) - len(top)
    first = shown.words("most_summary", name=called(top[0][0]), count=shown.number(top[0][1])) if top else ""
    more = shown.words("most_more", count=shown.number(rest)) if rest else ""
    return Chart(
        f"most_{kind}",
        "bars",
        shown.sentences(first, more),
        shown.words(kind),
        tuple((called(name), called(name)) for name, _ in top),
        (Series(shown.words("question_count"), "chart-1", tuple(count for _, count in top)),),
    )


def _unanswered(unanswered: Unanswered, shown: Shown) -> Chart:
    groups = unanswered.groups
    return Chart(
        "unanswered",
        "bars",
        shown.words("unanswered_summary", count=shown.number(unanswered.total)),
        shown.words("unanswered_question"),
        tuple((group.question, group.question) for group in groups),
        (Series(shown.words("question_count"), "chart-refused", tuple(group.count for group in groups)),),
        links=tuple(group.link for group in groups),
    )


def _latencies(figures: Figures, period: Period, shown: Shown) -> Chart:
    by_start: dict[datetime.date, Counter[str]] = {start: Counter() for start in period.starts}
    for (start, kind, name), count in figures.over_time.items():
        if kind == LATENCY and start in by_start:
            by_start[start][name] += count
    whole = _latency(figures)
    half, most = percentile(whole, 0.5), percentile(whole, 0.95)
    return Chart(
        "latency",
        "lines",
        shown.words("latency_summary", half=shown.milliseconds(half), most=shown.milliseconds(most)) if half else "",
        shown.words(f"per_{period.unit}"),
        _rows(period, shown),
        (
            Series(shown.words("median"), "chart-1", tuple(percentile(each, 0.5) for each in by_start.values())),
            Series(shown.words("slowest"), "chart-3", tuple(percentile(each, 0.95) for each in by_start.values())),
        ),
        "ms",
    )


def _over_time(
    figures: Figures, period: Period, kind: str, colours: Mapping[str, str], shown: Shown, prefix: str = ""
) -> tuple[Series, ...]:
    starts = period.starts
    return tuple(
        Series(
            shown.words(prefix + name),
            colour,
            tuple(figures.over_time.get((start, kind, name), 0) for start in starts),
        )
        for name, colour in colours.items()
    )


def _rows(period: Period, shown: Shown) -> tuple[tuple[str, str], ...]:
    return tuple((shown.unit(start, period.unit), start.isoformat()) for start in period.starts)


def _share(figures: Figures, before: Figures, kind: str, name: str, shown: Shown) -> tuple[str, str]:
    now, earlier = _by_name(figures, kind), _by_name(before, kind)
    if not sum(now.values()):
        return shown.percent(None), ""
    share = now[name] / sum(now.values())
    if not sum(earlier.values()):
        return shown.percent(share), ""
    return shown.percent(share), shown.points(share - earlier[name] / sum(earlier.values()))


def _latency(figures: Figures) -> Counter[str]:
    return _by_name(figures, LATENCY)


def _by_name(figures: Figures, kind: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (_, its_kind, name), count in figures.over_time.items():
        if its_kind == kind:
            counts[name] += count
    return counts


def _total(figures: Figures, kind: str) -> int:
    return sum(_by_name(figures, kind).values())


def _sum(counts: Mapping[tuple[datetime.date, str], int], name: str) -> int:
    return sum(_matching(counts, name))


def _matching(counts: Mapping[tuple[datetime.date, str], int], name: str) -> Iterable[int]:
    return (count for (_, its_name), count in counts.items() if its_name == name)
