"""/staff/figures/: the tables behind the charts, and the library that draws them."""

from __future__ import annotations

import datetime
import gzip
import re

import pytest
from flask.testing import FlaskClient

from bot.services import Services
from bot.transcripts.daily_figures import latency_step
from bot.transcripts.judging import Verdict
from bot.transcripts.review.charts import Period, percentile
from tests.bot.asking import make_grouping
from tests.bot.conftest import Clock, SignedIn
from tests.bot.test_staff_conversations import ask


@pytest.fixture
def staff(signed_in: SignedIn) -> FlaskClient:
    return signed_in("viewer")


def table(page: str, name: str) -> list[list[str]]:
    """The table behind a chart, its values as the script reads them."""
    section = re.search(rf'<section [^>]*id="{name}".*?</section>', page, re.DOTALL)
    assert section
    rows = re.findall(r"<tr>(.*?)</tr>", section[0], re.DOTALL)[1:]
    return [re.findall(r'data-(?:key|value)="([^"]*)"', row) for row in rows]


def test_what_was_asked_today_is_in_the_tables(staff: FlaskClient, parts: Services, moved_clock: Clock) -> None:
    turn = ask(staff, "Is Intune covered?")
    ask(staff, "今天天气怎么样？")
    staff.post("/api/feedback", json={"turn": turn["turn"], "value": "up"})
    make_grouping(parts.database).group_all()
    page = staff.get("/staff/figures/?days=7&lang=en").text
    today = moved_clock.now.date().isoformat()

    assert table(page, "asked_by_channel")[-1] == [today, "2"]
    assert sorted(table(page, "asked_by_language")[-1][1:]) == ["1", "1"]
    assert table(page, "outcomes")[-1] == [today, "1", "0", "0", "1", "0"]
    assert table(page, "thumbs")[-1] == [today, "1", "0"]
    assert table(page, "unanswered") == [["今天天气怎么样？", "1"]]
    assert len(table(page, "latency")) == 7
    assert table(page, "latency")[0][1:] == ["", ""]  # nothing to measure is not nought


def test_unanswered_questions_are_in_the_groups_of_the_page_that_settles_them(
    staff: FlaskClient, parts: Services
) -> None:
    for text in ("weather today?", "Weather today", "weather in Paris and Rome and Vienna"):
        ask(staff, text)
    make_grouping(parts.database).group_all()
    page = staff.get("/staff/figures/?days=7&lang=en").text
    group = parts.groups.largest(1)[0]

    assert table(page, "unanswered")[0] == ["Weather today", "2"]
    assert f'<a href="/staff/groups/{group.id}" dir="auto">Weather today</a>' in page
    assert "3 questions of these days still wait" in page
    parts.judging.judge_group(group.id, Verdict("right"), "ann")
    assert len(table(staff.get("/staff/figures/?days=7").text, "unanswered")) == 1


def test_names_are_shown_and_never_run(staff: FlaskClient, parts: Services) -> None:
    ask(staff, "<img src=x onerror=alert(1)> weather?")
    make_grouping(parts.database).group_all()
    page = staff.get("/staff/figures/").text

    assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page


def test_both_languages_write_days_their_own_way(staff: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime.datetime(2026, 3, 31, 12, tzinfo=datetime.timezone.utc)
    monkeypatch.setattr("bot.transcripts.review.figures_page.clock.utc_now", lambda: noon)

    assert "2 Mar 2026 to 31 Mar 2026" in staff.get("/staff/figures/?lang=en").text
    assert "2026年3月2日至2026年3月31日" in staff.get("/staff/figures/?lang=zh").text


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("days=7", ""),
        ("days=all", ""),
        ("from=2026-01-01&to=2026-01-31", ""),
        ("from=2026-02-01&to=2026-01-31", "A range begins before it ends"),
        ("from=2026-02-01&to=9999-12-31", "A range begins before it ends"),
        ("from=0001-01-01", "A range begins before it ends"),
        ("from=yesterday", "cannot be read"),
        ("days=8", "cannot be read"),
        ("days=²", "cannot be read"),
    ],
)
def test_a_range_that_makes_no_sense_says_so(staff: FlaskClient, query: str, problem: str) -> None:
    reply = staff.get(f"/staff/figures/?lang=en&{query}")

    assert reply.status_code == 200
    assert problem in reply.text and ('role="alert"' in reply.text) == bool(problem)


def test_a_look_is_recorded(staff: FlaskClient, parts: Services) -> None:
    staff.get("/staff/figures/")

    assert parts.audit.newest(limit=1)[0].action == "figures.viewed"


def test_the_library_is_kept_for_ever_at_an_address_of_its_content(client: FlaskClient, staff: FlaskClient) -> None:
    address = re.search(r"/assets/plotly-\w+\.js", staff.get("/staff/figures/").text)
    assert address
    zipped = client.get(address[0], headers={"Accept-Encoding": "gzip"})
    plain = client.get(address[0])

    assert zipped.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(zipped.data) == plain.data
    assert client.get("/assets/plotly-0.js").status_code == 404


def test_percentiles_are_of_the_turns_below_them() -> None:
    steps = {latency_step(10): 50, latency_step(100): 45, latency_step(1000): 5}

    assert percentile(steps, 0.5) == pytest.approx(10, rel=0.03)
    assert percentile(steps, 0.95) == pytest.approx(100, rel=0.03)
    assert percentile(steps, 0.96) == pytest.approx(1000, rel=0.03)
    assert percentile({}, 0.5) is None


@pytest.mark.parametrize(
    ("days", "unit", "bars"), [(1, "day", 1), (92, "day", 92), (365, "week", 53), (730, "month", 24)]
)
def test_long_ranges_are_shown_in_longer_units(days: int, unit: str, bars: int) -> None:
    last = datetime.date(2026, 6, 30)
    period = Period(last - datetime.timedelta(days=days - 1), last)

    assert (period.unit, len(period.starts)) == (unit, bars)
    assert (period.before.days, period.before.last) == (days, period.first - datetime.timedelta(days=1))
