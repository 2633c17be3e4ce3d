"""Reading and judging what was asked, in a real browser: by mouse, by keyboard, without scripts, on a small window."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from bot import clock
from bot.assistant.protocol import Reply, Source
from bot.ids import new_id
from bot.transcripts.filters import Filter
from bot.transcripts.judging import Verdict
from bot.transcripts.records import Turn
from tests.bot.asking import make_grouping
from tests.browser.conftest import NewContext
from tests.browser.pictures.staff_reading import ENTRY, EVIDENCE
from tests.browser.serving import RunningService
from tests.browser.test_accessibility import check_in_both_schemes

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
YES = Reply(
    "Yes, Intune is covered.", "en", True, "coverage_service", 0.97, "2019-12-05",
    (Source("Certificate", "https://example.com/c.pdf"),), ("And the certificate?",), evidence=EVIDENCE,
)  # fmt: skip
NO = Reply("That is outside what I can answer.", "en", False, "out_of_scope", 0.6, outcome="refused", evidence=EVIDENCE)
ZH = dataclasses.replace(NO, text="这个问题不在我的范围内。", language="zh")


def put(service: RunningService, text: str, reply: Reply, conversation: str, channel: str = "web") -> Turn:
    """Store a question with its answer."""
    turn = Turn(new_id(), conversation, text, reply, channel, 8.0, clock.utc_now())
    service.parts.store.record(turn)
    return turn


@pytest.fixture
def asked(service: RunningService) -> RunningService:
    """A service that was asked a few things, and has a reviewer ann and a viewer vic."""
    put(service, "Is Intune covered?", YES, "c1")
    put(service, "How much is the audit?", NO, "c1")
    for number, text in enumerate(("SOC 2 报告在哪里下载？", "SOC 2 报告在哪下载", "哪里下载 SOC 2 报告？")):
        put(service, text, ZH, f"soc{number}", "teams")
    disliked = put(service, "證書多少錢？", ZH, "c2")
    service.parts.store.give_feedback(disliked.id, "down", "没有回答")
    make_grouping(service.parts.database).group_all()
    for name, role in (("ann", "reviewer"), ("bob", "admin"), ("vic", "viewer")):
        service.parts.accounts.add(name, PASSWORD, role)
    return service


def enter(page: Page, service: RunningService, name: str = "ann", language: str = "en") -> Page:
    """Sign in."""
    page.goto(f"{service.url}/staff/sign-in?lang={language}")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator(".account-button")).to_be_visible()
    return page


@pytest.fixture
def ann(page: Page, asked: RunningService) -> Page:
    """The browser of the reviewer, on the list."""
    return enter(page, asked)


def rows(page: Page) -> Locator:
    """The first cells of the list."""
    return page.locator("table.list td.first a")


def waiting(service: RunningService) -> list[str]:
    """The texts in the queue."""
    return [turn.text for turn in service.parts.reading.queue(Filter())]


def test_filters_lead_to_a_link_that_shows_the_same_elsewhere(
    ann: Page, asked: RunningService, new_context: NewContext
) -> None:
    ann.get_by_label("Outcome").select_option("refused")
    ann.get_by_text("More filters").click()
    ann.get_by_label("Channel").select_option("teams")
    ann.get_by_role("button", name="Show").click()
    expect(rows(ann)).to_have_text(["哪里下载 SOC 2 报告？", "SOC 2 报告在哪下载", "SOC 2 报告在哪里下载？"])
    assert ann.url == f"{asked.url}/staff/?channel=teams&outcome=refused"

    other = enter(new_context().new_page(), asked, "vic")
    other.goto(ann.url)
    expect(rows(other)).to_have_count(3)
    other.get_by_role("link", name="Channel Teams").click()
    expect(rows(other)).to_have_count(5)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("报告", 3, id="two Chinese characters"),
        pytest.param("证书", 1, id="simplified finds traditional"),
        pytest.param("intune", 1, id="English in any case"),
        pytest.param("soc 下载", 3, id="both"),
        pytest.param('"is the audit"', 1, id="a phrase"),
        pytest.param('" OR 1=1 --', 0, id="not a query language"),
    ],
)
def test_search(ann: Page, query: str, found: int) -> None:
    press(ann, "/")
    ann.keyboard.type(query)
    ann.keyboard.press("Enter")
    if not found:
        expect(ann.get_by_text("No question matches")).to_be_visible()
    expect(rows(ann)).to_have_count(found)


def test_dates_narrow_the_list(ann: Page) -> None:
    today = clock.utc_now().date()
    ann.get_by_label("From (UTC)").fill(str(today + datetime.timedelta(days=1)))
    ann.get_by_role("button", name="Show").click()
    expect(ann.get_by_text("No question matches")).to_be_visible()
    ann.get_by_role("link", name="Clear all filters").first.click()
    expect(rows(ann)).to_have_count(5)


def test_a_filter_is_saved_opened_and_deleted(ann: Page) -> None:
    ann.get_by_role("link", name="Not helpful").click()
    ann.get_by_role("button", name="Saved filters").click()
    ann.get_by_label("Save the present filter as").fill("投诉")
    ann.get_by_role("button", name="Save", exact=True).click()
    expect(ann.get_by_role("status")).to_have_text("The filter “投诉” is saved.")
    ann.get_by_role("navigation", name="Views").get_by_role("link", name="Conversations").click()
    ann.get_by_role("navigation", name="Views").get_by_role("link", name="投诉").click()
    expect(rows(ann)).to_have_text(["證書多少錢？"])
    ann.get_by_role("button", name="Saved filters").click()
    ann.get_by_role("button", name="Delete the filter 投诉").click()
    expect(ann.get_by_role("navigation", name="Views").get_by_text("投诉")).to_have_count(0)


def test_paging_goes_through_everything(
    ann: Page, asked: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("bot.transcripts.review.views.PAGE_LENGTH", 2)
    for start, total in (("/staff/", 5), ("/staff/?outcome=refused", 5)):
        ann.goto(f"{asked.url}{start}")
        seen = rows(ann).all_inner_texts()
        while ann.locator("a[rel=next]").count():
            ann.locator("a[rel=next]").click()
            seen += rows(ann).all_inner_texts()
        assert len(seen) == len(set(seen)) == total


def test_a_conversation_reads_as_it_was_with_its_reasons(ann: Page) -> None:
    rows(ann).filter(has_text="Is Intune").click()
    expect(ann.locator(".said")).to_have_count(4)
    expect(ann.get_by_role("link", name="Certificate")).to_have_attribute("href", "https://example.com/c.pdf")
    ann.get_by_text("Why this answer").first.click()
    why = ann.locator(".reasons").first
    expect(why.get_by_role("row", name="Intune 在认证范围内吗？ coverage_service/service 81% 44%")).to_be_visible()
    expect(why).to_contain_text("at least 35% was needed")
    expect(why.get_by_role("link", name=ENTRY)).to_have_attribute(
        "href", "/pages/iso-20000-1-2011#coverage_service-service"
    )
    expect(why.get_by_text("retrieval")).to_be_hidden()


def test_judging_in_place(ann: Page, asked: RunningService) -> None:
    rows(ann).filter(has_text="Is Intune").click()
    card = ann.locator(".card-turn").nth(1)
    card.get_by_text("It is wrong").click()
    entry = card.get_by_role("combobox", name="Entry that should have answered")
    entry.fill("年度")
    expect(card.locator(".combo-list [role=option]")).to_have_text(["No entry matches"])
    entry.fill("annual")
    entry.press("ArrowDown")
    chosen = card.locator(".combo-list [aria-selected=true]").get_attribute("data-label")
    entry.press("Enter")
    expect(entry).to_have_value(chosen or "")
    card.get_by_role("button", name="Wrong").click()
    expect(ann.get_by_role("status")).to_have_text("Marked as wrong.")
    expect(ann.locator(".card-turn").nth(1)).to_contain_text("Judged by ann")
    expect(ann.locator(".card-turn").nth(1)).to_contain_text(chosen or "?")
    ann.locator(".card-turn").nth(1).get_by_role("button", name="Take back").click()
    expect(ann.locator(".card-turn").nth(1).get_by_role("button", name="Right")).to_be_visible()
    assert "How much is the audit?" in waiting(asked)


def test_tags_and_assignee_in_place(ann: Page) -> None:
    rows(ann).filter(has_text="Is Intune").click()

    def opened() -> Locator:
        card = ann.locator(".card-turn").first
        card.get_by_text("Assign and tag").click()
        return card

    opened().get_by_label("New tag").fill("法务")
    ann.keyboard.press("Enter")
    expect(ann.locator(".card-turn").first.locator(".facts-turn .tag")).to_have_text("法务")
    opened().get_by_role("button", name="Assign to me").click()
    expect(ann.get_by_role("status")).to_have_text("Assigned to ann.")
    opened().get_by_role("button", name="Remove the tag 法务").click()
    expect(ann.locator(".card-turn").first.locator(".tag")).to_have_count(0)


def press(page: Page, key: str) -> None:
    """Press a key once the page's script listens."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def test_the_queue_by_keyboard_alone(ann: Page, asked: RunningService) -> None:
    ann.goto(f"{asked.url}/staff/queue/")
    now = ann.locator("#now .asker .words")
    order = waiting(asked)
    expect(now).to_have_text(order[0])
    assert order[0] == "證書多少錢？"
    for key, place in (("j", 1), ("n", 2), ("k", 1), ("p", 0)):
        press(ann, key)
        expect(now).to_have_text(order[place])
    press(ann, "a")
    expect(ann.get_by_role("status")).to_have_text("Assigned to ann.")
    press(ann, "r")
    expect(now).to_have_text(order[1])
    press(ann, "w")
    expect(ann.get_by_role("combobox", name="Entry that should have answered")).to_be_focused()
    ann.keyboard.type("intune")
    ann.keyboard.press("Escape")
    ann.keyboard.press("Control+a")
    ann.keyboard.type(ENTRY)
    ann.keyboard.press("Enter")
    expect(now).to_have_text(order[2])
    assert waiting(asked) == order[2:]
    press(ann, "?")
    help = ann.get_by_role("dialog", name="Shortcuts")
    expect(help).to_be_visible()
    ann.keyboard.press("Escape")
    expect(help).to_be_hidden()


def test_keys_do_nothing_while_one_types_or_holds_another(ann: Page, asked: RunningService) -> None:
    ann.goto(f"{asked.url}/staff/queue/")
    order = waiting(asked)
    for field in (ann.get_by_label("Note (optional)"), ann.get_by_label("New tag")):
        field.click()
        ann.keyboard.type("jrnkpaw?")
    ann.locator(".card-turn select").focus()
    ann.keyboard.press("r")
    ann.locator("h1").click()
    for key in ("Control+r", "Alt+r", "Meta+j"):
        ann.keyboard.press(key)
    expect(ann.locator("#now .asker .words")).to_have_text(order[0])
    assert waiting(asked) == order


def test_the_second_reviewer_decides_between_both(ann: Page, asked: RunningService) -> None:
    ann.goto(f"{asked.url}/staff/queue/")
    turn = asked.parts.reading.queue(Filter())[0]
    asked.parts.judging.judge(turn.id, Verdict("right", note="rightly so"), "bob")
    ann.get_by_role("textbox", name="Note (optional)").fill("mine")
    ann.get_by_role("button", name="Wrong").click()
    expect(ann.get_by_role("heading", name="Judged meanwhile")).to_be_visible()
    expect(ann.get_by_text("rightly so")).to_be_visible()
    ann.get_by_role("button", name="Replace it with mine").click()
    expect(ann.locator("#now")).to_be_visible()
    kept = asked.parts.judging.of([turn.id])[turn.id]
    assert (kept.by, kept.verdict, kept.note) == ("ann", "wrong", "mine")


def test_one_decision_settles_a_group(ann: Page, asked: RunningService) -> None:
    ann.get_by_role("link", name="Unanswered").click()
    first = ann.locator(".group").first
    expect(first).to_contain_text("3")
    first.get_by_role("link").click()
    ann.get_by_role("checkbox", name="SOC 2 报告在哪下载").uncheck()
    ann.get_by_role("button", name="Mark all as right").click()
    expect(ann.get_by_role("status")).to_have_text("2 questions are judged.")
    expect(ann.locator(".group h2", has_text="SOC 2")).to_have_text("SOC 2 报告在哪下载")
    assert len(waiting(asked)) == 3


def test_progress_of_grouping_is_shown_until_it_is_done(ann: Page, asked: RunningService) -> None:
    put(asked, "Who won the match?", NO, "c9")
    ann.goto(f"{asked.url}/staff/groups/")
    expect(ann.get_by_text("1 questions are still being grouped.")).to_be_visible()
    grouping = make_grouping(asked.parts.database)
    with asked.parts.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM leases")
    grouping.group_all()
    expect(ann.get_by_text("All questions are grouped.")).to_be_visible()


def test_everything_works_without_scripts(new_context: NewContext, asked: RunningService) -> None:
    page = enter(new_context(java_script_enabled=False).new_page(), asked)
    page.goto(f"{asked.url}/staff/queue/")
    order = waiting(asked)
    page.get_by_role("link", name="Next →").click()
    expect(page.locator("#now .asker .words")).to_have_text(order[1])
    page.locator("input[name=entry]").fill(ENTRY)
    page.get_by_role("button", name="Wrong").click()
    expect(page.locator("#now .asker .words")).to_have_text(order[2])
    page.goto(f"{asked.url}/staff/groups/")
    page.locator(".group a").first.click()
    page.get_by_role("button", name="Mark all as right").click()
    expect(page.get_by_role("status")).to_contain_text("questions are judged.")


PAGES = (
    "/staff/", "/staff/?query=SOC&language=zh", "/staff/?query=nowhere", "/staff/conversations/c1", "/staff/queue/",
    "/staff/queue/?language=en", "/staff/queue/?channel=rest", "/staff/groups/", "/staff/groups/1",
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_and_a_small_window_is_wide_enough(
    new_context: NewContext, asked: RunningService, language: str
) -> None:
    asked.parts.judging.tag(asked.parts.store.turns("c1")[0].id, "a-tag-as-long-as-a-tag-may-be-for-that")
    page = enter(new_context(bypass_csp=True).new_page(), asked, language=language)
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{asked.url}{path}")
        for summary in page.locator("details:not([open]) > summary").all():
            if summary.is_visible():
                summary.click()
        check_in_both_schemes(page)
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_dialogs_and_the_search_in_entries_are_accessible(
    new_context: NewContext, asked: RunningService
) -> None:  # fmt: skip
    page = enter(new_context(bypass_csp=True).new_page(), asked)
    page.goto(f"{asked.url}/staff/queue/")
    page.get_by_role("combobox", name="Entry that should have answered").fill("report")
    expect(page.get_by_role("listbox")).to_be_visible()
    check_in_both_schemes(page, unclear_contrast=True)  # the list lies over what is below
    page.goto(f"{asked.url}/staff/queue/")
    page.keyboard.press("?")
    check_in_both_schemes(page, unclear_contrast=True)  # axe cannot make out what lies behind the top layer
    page.goto(f"{asked.url}/staff/?outcome=refused")
    page.get_by_role("button", name="Saved filters").click()
    check_in_both_schemes(page, unclear_contrast=True)


def test_focus_is_visible_and_reaches_everything_of_the_queue(ann: Page, asked: RunningService) -> None:
    ann.goto(f"{asked.url}/staff/queue/")
    wanted = ann.locator(
        "main :is(a[href], button, input:not([type=hidden]), select, textarea, summary):visible"
    ).count()
    reached = set()
    for _ in range(wanted + 20):
        ann.keyboard.press("Tab")
        at = ann.evaluate(
            """() => {
              const at = document.activeElement;
              if (!at.closest("main")) return null;
              const { outlineStyle, outlineWidth } = getComputedStyle(at);
              const all = [...document.querySelectorAll("main *")];
              return [all.indexOf(at), outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
            }"""
        )
        if at:
            assert at[1]
            reached.add(at[0])
    assert len(reached) >= wanted


def test_a_viewer_reads_without_forms(page: Page, asked: RunningService) -> None:
    enter(page, asked, "vic")
    page.goto(f"{asked.url}/staff/queue/")
    order = waiting(asked)
    press(page, "r")
    press(page, "j")
    expect(page.locator("#now .asker .words")).to_have_text(order[1])
    assert waiting(asked) == order
    expect(page.get_by_role("button", name="Right")).to_have_count(0)
