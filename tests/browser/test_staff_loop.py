"""The whole loop with the real assistant: refused, found, written, approved, answered, undone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from bot.settings import PROJECT
from tests.assistant.conftest import model  # noqa: F401 - the trained model
from tests.bot.serving import Serving, environment, serving
from tests.browser.chat import Chat
from tests.browser.conftest import NewContext

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PASSWORD = "correct horse battery"
QUESTION = "What colour is the badge of a datacenter guard?"
IN_CHINESE = "数据中心保安的工牌是什么颜色？"
REFUSED = re.compile("only|not sure|does not|don't")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def served(request: pytest.FixtureRequest, model: Path, tmp_path: Path) -> Iterator[Serving]:  # noqa: F811
    """`python -m bot serve` with the trained model, a database of its own, a reviewer and an admin."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "index").symlink_to(PROJECT / "var" / "index")
    settings = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    for name, role in (("rea", "reviewer"), ("ada", "admin")):
        subprocess.run(
            [sys.executable, "-m", "bot", "staff", "add", name, "--role", role],
            cwd=PROJECT,
            env=environment(tmp_path, **settings),
            input=f"{PASSWORD}\n",
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    with serving(tmp_path, "serve", module="bot", RATE_LIMIT="off", **settings) as running:
        yield running


def signed_in(new_context: NewContext, served: Serving, name: str) -> Page:
    """A browser of its own in which somebody has signed in."""
    page = new_context().new_page()
    page.goto(f"{served.url}/staff/sign-in?lang=en")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.url}/staff/")
    return page


def wait_for_answer(asker: Chat, question: str, says: str) -> None:
    """Ask, anew where it is too early, until the answer holds some words."""
    for _ in range(60):
        answer = asker.ask_and_wait(question)
        if says in answer.inner_text():
            return
        asker.page.wait_for_timeout(1000)
    pytest.fail(f"{question!r} is not answered with {says!r}")


def test_a_refused_question_gets_an_answer_that_can_be_taken_back(served: Serving, new_context: NewContext) -> None:
    chat = Chat(_opened(new_context, f"{served.url}/?lang=en"))
    before = chat.ask_and_wait(QUESTION).inner_text()
    assert REFUSED.search(before)

    reviewer = signed_in(new_context, served, "rea")
    reviewer.get_by_role("link", name="Review queue").click()
    expect(reviewer.locator("#now")).to_contain_text(QUESTION)
    reviewer.get_by_role("link", name="Write a new entry").click()
    turn = parse_qs(urlsplit(reviewer.url).query)["turn"][0]
    expect(reviewer.get_by_label("Questions in English")).to_have_value(QUESTION)
    reviewer.get_by_label("Questions in Chinese").fill(IN_CHINESE)
    reviewer.get_by_label("Answer in English").fill("The page says nothing about badges; ask the datacenter.")
    reviewer.get_by_role("button", name="Save and propose").click()
    expect(reviewer.get_by_role("alert")).to_contain_text("Answer in Chinese: The answer is missing.")
    reviewer.get_by_label("Answer in Chinese").fill("页面没有提到工牌，请咨询数据中心。")
    reviewer.get_by_role("button", name="Save and propose").click()
    expect(reviewer.get_by_role("status")).to_contain_text("Proposed.")
    expect(reviewer.get_by_role("button", name="Approve")).to_have_count(0)

    admin = signed_in(new_context, served, "ada")
    admin.goto(f"{served.url}/staff/knowledge/?show=proposed")
    admin.locator("td.first a").click()
    effects = admin.locator("#effects")
    expect(effects).to_contain_text("1 of the 1 newest stored questions would be answered differently", timeout=240_000)
    expect(effects).to_contain_text("Evaluation set:")
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_role("status").first).to_contain_text("Approved.")

    wait_for_answer(chat, QUESTION, "ask the datacenter")
    chinese = Chat(_opened(new_context, f"{served.url}/?lang=zh"), "zh")
    wait_for_answer(chinese, IN_CHINESE, "请咨询数据中心")

    reviewer.goto(f"{served.url}/staff/")
    reviewer.get_by_role("link", name=IN_CHINESE).click()
    reviewer.get_by_text("Why this answer").last.click()
    shown = reviewer.get_by_role("listitem").filter(has_text="faq/colour_badge_datacenter_guard").last
    expect(shown).to_contain_text("revision 1")
    reviewer.get_by_role("link", name="Review queue").click()
    expect(reviewer.get_by_role("heading", name="Review queue")).to_be_visible()
    expect(reviewer.locator(f"main a[href*='{turn}']")).to_have_count(0)  # it is settled

    admin.get_by_role("button", name="Undo revision 1").click()
    expect(admin.get_by_role("status").first).to_contain_text("Revision 1 is undone.")
    wait_for_answer(chat, QUESTION, before[:40])


def _opened(new_context: NewContext, address: str) -> Page:
    page = new_context().new_page()
    page.goto(address)
    return page
