"""The dashboard, exports and personal data in a real browser."""

from __future__ import annotations

import csv
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.transcripts.daily_figures import DailyFigures
from bot.transcripts.database import Database
from tests.bench.turns import fill_with_turns
from tests.bot.asking import make_grouping
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService
from tests.browser.staff import Staff
from tests.browser.test_accessibility import PHONE, check_in_both_schemes

pytestmark = pytest.mark.browser

TURNS = 1500
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
CHARTS = (
    "asked_by_channel", "asked_by_language", "outcomes", "thumbs", "most_topic", "most_service", "unanswered",
    "latency",
)  # fmt: skip
_DRAWN = """name => {
  const plot = document.querySelector(`#${name} .plot`);
  return plot.data.flatMap((trace) => (trace.orientation === "h" ? [...trace.x].reverse() : trace.y));
}"""


@pytest.fixture(scope="module")
def stored(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with turns, their figures and their groups, filled once for all tests."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("filled")))
    with closing(Database(f"sqlite:///{path}")) as database:
        fill_with_turns(database, TURNS)
        DailyFigures(database).roll_up()
        grouping = make_grouping(database)
        while grouping.group_some():  # without the pauses that are for who asks
            pass
    return path


@pytest.fixture
def staff(page: Page, service: RunningService) -> Staff:
    return Staff(page, service).sign_in()


def shown(staff: Staff, path: str = "/figures/?days=all") -> Staff:
    staff.open(path)
    expect(staff.page.locator(".charts[data-drawn]")).to_be_attached()
    return staff


def behind(page: Page, name: str) -> list[float | None]:
    """The values of the table behind a chart, one column after the other."""
    rows = page.locator(f"#{name} tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.cells].slice(1).map((cell) => cell.dataset.value))"
    )
    return [float(value) if value else None for column in zip(*rows, strict=True) for value in column]


def test_every_chart_is_drawn_from_the_table_behind_it(staff: Staff) -> None:
    page = shown(staff).page
    for name in CHARTS:
        drawn = page.locator(f"#{name} .plot svg.main-svg").first
        expect(drawn).to_be_visible()
        marks = page.locator(f"#{name} .plot :is(.bars .point, .js-line)")
        assert marks.count() > 0, name
        assert page.evaluate(_DRAWN, name) == behind(page, name) != [], name

    assert sum(value or 0 for value in behind(page, "asked_by_channel")) == TURNS
    assert sum(value or 0 for value in behind(page, "outcomes")) == TURNS


def test_a_chart_says_in_words_what_it_shows(staff: Staff) -> None:
    page = shown(staff).page

    for name in CHARTS:
        plot = page.locator(f"#{name} .plot[role='img']")
        label = plot.get_attribute("aria-label") or ""
        assert page.locator(f"#{name} h2").inner_text() in label and len(label) > 30


def test_the_table_opens_with_the_keyboard(staff: Staff) -> None:
    page = shown(staff, "/figures/?days=30").page
    table = page.locator("#outcomes table")
    expect(table).to_be_hidden()
    page.locator("#outcomes summary").focus()
    page.keyboard.press("Enter")

    expect(table).to_be_visible()
    expect(table.locator("tbody tr")).to_have_count(30)


def test_axes_speak_the_readers_language(staff: Staff, service: RunningService) -> None:
    ticks = "#asked_by_channel .xtick text"
    shown(staff)
    assert all(text.split()[0] in MONTHS for text in staff.page.locator(ticks).all_text_contents())
    chinese = Staff(staff.page, service, "zh")
    shown(chinese)

    assert all("年" in text and "月" in text for text in staff.page.locator(ticks).all_text_contents())
    assert "毫秒" in "".join(staff.page.locator("#latency .ytick text").all_text_contents())


def test_charts_change_their_colours_with_the_theme(staff: Staff) -> None:
    fill = "document.querySelector('#most_topic .point path').style.fill"
    shown(staff)
    light = staff.page.evaluate(fill)
    staff.page.emulate_media(color_scheme="dark")
    staff.page.wait_for_function(f"before => {fill} !== before", arg=light)


def test_a_range_is_chosen_by_link_and_by_form(staff: Staff) -> None:
    page = shown(staff, "/figures/").page
    staff.link("last_days", count=7).click()
    expect(staff.link("last_days", count=7)).to_have_attribute("aria-current", "page")
    expect(page.locator("#asked_by_channel tbody tr")).to_have_count(7)
    staff.field("from_day").fill("2026-01-02")
    staff.field("to_day").fill("2026-01-05")
    staff.button("show").click()

    expect(page.locator("#asked_by_channel tbody tr, #asked_by_channel > p")).not_to_have_count(0)
    assert "from=2026-01-02&to=2026-01-05" in page.url


@pytest.mark.parametrize(("language", "device"), [("zh", PHONE), ("en", {})], ids=["zh-phone", "en-desktop"])
def test_axe_finds_nothing_and_a_small_phone_is_wide_enough(
    new_context: NewContext, service: RunningService, language: str, device: dict[str, object]
) -> None:
    staff = Staff(new_context(bypass_csp=True, **device).new_page(), service, language).sign_in()
    shown(staff, "/figures/?days=90")
    staff.page.locator("#outcomes summary").click()
    check_in_both_schemes(staff.page, unclear_contrast=True)  # axe cannot make out the colours behind words in drawings
    staff.page.set_viewport_size({"width": 320, "height": 640})
    staff.page.wait_for_function("document.querySelector('#outcomes .main-svg').getBoundingClientRect().width <= 320")
    assert staff.overflow() <= 0

    found = service.parts.store.conversations(limit=1).conversations[0]
    staff.open("/people/").field("person_who").fill(found.id)
    staff.button("person_find").click()
    expect(staff.page.get_by_role("heading", name=staff.say("person_holding"))).to_be_visible()
    check_in_both_schemes(staff.page)
    assert staff.overflow() <= 0


def test_what_is_listed_is_downloaded_and_opens_right(staff: Staff, tmp_path: Path) -> None:
    staff.open("/?outcome=refused&language=zh")
    with staff.page.expect_download() as waiting:
        staff.link("export_as", form="CSV").click()
    path = tmp_path / "turns.csv"
    waiting.value.save_as(path)

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and {(row["outcome"], row["language"]) for row in rows} == {("refused", "zh")}
    assert "不在认证页面的内容之内" in rows[0]["answer"]


def test_one_persons_conversation_is_found_and_deleted(staff: Staff, service: RunningService) -> None:
    parts = service.parts
    found = parts.store.conversations(limit=1).conversations[0]
    staff.open("/people/").field("person_who").fill(parts.tokens.issue(found.id))
    staff.button("person_find").click()
    expect(staff.page.locator("main")).to_contain_text(found.id)
    staff.button("person_erase").click()
    dialog = staff.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    staff.button("cancel").click()
    expect(dialog).to_be_hidden()
    assert parts.store.conversation(found.id)

    staff.button("person_erase").click()
    staff.button("person_erase_now").click()
    expect(staff.page.get_by_role("status")).to_contain_text(staff.say("person_erased", count=found.turn_count))
    assert parts.store.conversation(found.id) is None
    assert staff.page.url.endswith("/staff/people/")
