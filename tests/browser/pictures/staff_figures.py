"""The dashboard over two years and over none, and what is stored of one person."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from bot.transcripts.daily_figures import DailyFigures
from tests.bench.turns import fill_with_turns
from tests.bot.asking import make_grouping
from tests.browser.staff import Staff

SETTINGS: dict[str, str] = {}

_TURNS = 1500


def month(staff: Staff) -> None:
    """The last thirty days."""
    _drawn(_filled(staff), "/figures/")


def two_years(staff: Staff) -> None:
    """Everything that was ever asked, and one table open."""
    _drawn(_filled(staff), "/figures/?days=all")
    staff.page.locator("#unanswered summary").click()
    staff.page.evaluate("scrollTo(0, 0)")


def nothing(staff: Staff) -> None:
    """A service that nobody has asked anything."""
    _drawn(staff.sign_in(), "/figures/")


def person(staff: Staff) -> None:
    """What is stored of one person."""
    _filled(staff).open("/people/").field("person_who").fill(
        staff.service.parts.store.conversations(limit=1).conversations[0].id
    )
    staff.button("person_find").click()
    expect(staff.page.get_by_role("heading", name=staff.say("person_holding"))).to_be_visible()


STATES: tuple[Callable[[Staff], None], ...] = (month, two_years, nothing, person)


def _drawn(staff: Staff, path: str) -> None:
    staff.open(path)
    expect(staff.page.locator(".charts[data-drawn]")).to_be_attached(timeout=60_000)


def _filled(staff: Staff) -> Staff:
    database = staff.service.parts.database
    if not staff.service.parts.reading.values("topic"):
        fill_with_turns(database, _TURNS)
        DailyFigures(database).roll_up()
        grouping = make_grouping(database)
        while grouping.group_some():  # without the pauses that are for who asks
            pass
    return staff.sign_in()
