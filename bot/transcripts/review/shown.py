"""Numbers, days and shares as a reader of either language writes them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from bot.transcripts.daily_figures import Unit
from bot.words import Words

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOTHING = "–"


class Shown:
    """Writes values in the language of `words`."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._chinese = words.language == "zh"

    def number(self, value: float) -> str:
        """A count."""
        return f"{value:,.0f}"

    def percent(self, share: float | None) -> str:
        """A share of 1."""
        return _NOTHING if share is None else f"{share * 100:.1f}%"

    def milliseconds(self, value: float | None) -> str:
        """A duration, given in milliseconds."""
        if value is None:
            return _NOTHING
        if value >= 1000:
            return f"{value / 1000:,.1f} {self.words('unit_s')}"
        return f"{value:,.0f} {self.words('unit_ms')}" if value >= 10 else f"{value:.1f} {self.words('unit_ms')}"

    def change(self, share: float) -> str:
        """A relative change, with its sign."""
        return self.words("change", change=f"{_signed(share * 100, 0)}%")

    def points(self, share: float) -> str:
        """A change of a share, in percentage points."""
        return self.words("change_points", change=_signed(share * 100, 1))

    def day(self, day: datetime.date) -> str:
        """A day."""
        if self._chinese:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def unit(self, start: datetime.date, unit: Unit) -> str:
        """A day, the first day of a week, or a month."""
        if unit == "month":
            return f"{start.year}年{start.month}月" if self._chinese else f"{_MONTHS[start.month - 1]} {start.year}"
        return self.day(start)

    def parts(self, counts: Mapping[str, int]) -> str:
        """What a whole consists of, the largest part first: "Web 55.0%, Teams 45.0%"."""
        whole = sum(counts.values())
        ordered = sorted(counts.items(), key=lambda item: -item[1])
        return (
            ("，" if self._chinese else ", ").join(f"{name} {self.percent(count / whole)}" for name, count in ordered)
            if whole
            else ""
        )

    def sentences(self, *given: str) -> str:
        """Sentences after each other."""
        return ("" if self._chinese else " ").join(filter(None, given))


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
