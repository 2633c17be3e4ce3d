"""The chat on other people's pages: set up by attributes, under a strict policy, with no leak in or out.

Every page here is served with the policy in `serving.STRICT`; a violation fails its test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from tests.browser.chat import Chat, contrast
from tests.browser.conftest import NewContext
from tests.browser.serving import LiveServer, RunningService, Site

pytestmark = pytest.mark.browser
Embed = Callable[..., Chat]

PLACE = '<div id="here"></div>'
HOSTILE = """
* { color: red !important; font: italic 40px/3 serif !important; letter-spacing: 9px !important;
    text-transform: uppercase !important; display: block !important; margin: 50px !important;
    background: lime !important; border: 5px solid red !important; visibility: hidden; pointer-events: none;
    box-sizing: content-box !important; word-spacing: 20px; text-align: right; white-space: pre; cursor: none; }
button, textarea, dialog, p, a, ul, li, div, svg, .root, .panel, .launcher, .send, .chip
  { width: 3px !important; padding: 99px !important; }
html { font-size: 40px; }
"""
TARGETED = """
compliance-chat { all: unset !important; display: none !important; opacity: 0 !important; filter: blur(9px) !important;
    transform: scale(.1) !important; position: static !important; zoom: 3 !important; }
"""

# What a page could change in the chat, of every element in it.
LOOKS = """(chat) => [...chat.shadowRoot.querySelectorAll("*")].map((node) => {
  const look = getComputedStyle(node);
  const { width, height } = node.getBoundingClientRect();
  return [node.tagName, node.className.baseVal ?? node.className, Math.round(width), Math.round(height)].concat(
    ["color", "fontFamily", "fontSize", "fontStyle", "lineHeight", "letterSpacing", "textTransform", "display",
     "margin", "padding", "backgroundColor", "visibility", "opacity", "direction", "pointerEvents", "boxSizing"]
      .map((name) => look[name])).join(" ");
})"""


@pytest.fixture
def embed(page: Page, service: RunningService, site: Site) -> Embed:
    def embed(tag: str = "", language: str = "en", **more: str) -> Chat:
        page.goto(site.page(service.url, tag, **more))
        return Chat(page, language)

    return embed


def test_styles_of_the_page_stay_out(embed: Embed) -> None:
    plain, hostile = (
        _looks(embed(style=style, name=name)) for name, style in (("plain", ""), ("hostile", HOSTILE + TARGETED))
    )
    assert len(plain) > 60
    assert hostile == plain


def _looks(chat: Chat) -> list[str]:
    chat.element.evaluate("chat => chat.open()")  # on the second page it is open already, as on the first
    looks: list[str] = chat.element.evaluate(LOOKS)
    return looks


def test_an_inline_chat_keeps_its_looks_too(embed: Embed) -> None:
    place = (
        "#here { height: 500px !important; width: 400px !important; margin: 0 !important; border: 0 !important }"
        "compliance-chat { margin: 0 !important; border: 0 !important }"
    )
    plain, hostile = (
        embed('data-target="#here"', style=style + place, name=name, body=PLACE).element.evaluate(LOOKS)
        for name, style in (("plain", ""), ("hostile", HOSTILE))
    )
    assert hostile == plain


def test_nothing_leaks_into_the_page(page: Page, service: RunningService, site: Site) -> None:
    body = "<h1>Title</h1><p>Text <a href='#'>link</a></p><button>Own</button><textarea></textarea>"
    look = """() => [
      Object.keys(window).filter((name) => !/^\\d+$/.test(name)).sort().join(),
      document.styleSheets.length, document.adoptedStyleSheets.length, document.head.children.length,
      document.documentElement.getAttribute("style"), document.body.getAttribute("style"), document.cookie,
      ...[...document.querySelectorAll("main, main *")].map((node) => {
        const all = getComputedStyle(node);
        return [...all].map((name) => `${name}:${all.getPropertyValue(name)}`).join();
      }),
    ]"""
    page.goto(site.page(service.url, 'type="text/plain"', body))
    without = page.evaluate(look)
    page.goto(site.page(service.url, "", body))
    chat = Chat(page).open()
    chat.ask_and_wait("Is Intune covered?")
    assert page.evaluate(look) == without


def test_title_greeting_and_questions_can_be_set(embed: Embed) -> None:
    chat = embed('data-title="Ask us" data-greeting="Welcome." data-suggestions="One? | Two?"').open()
    expect(chat.element.locator("h2")).to_have_text("Ask us")
    expect(chat.element.locator(".greeting .prose")).to_have_text("Welcome.")
    expect(chat.chips).to_have_text(["One?", "Two?"])


def test_words_can_be_set_per_language(embed: Embed) -> None:
    tag = 'data-title="Both" data-greeting-zh="欢迎。" data-greeting-en="Welcome." data-suggestions-zh="甲？|乙？"'
    chat = embed(tag).open()
    expect(chat.element.locator(".greeting .prose")).to_have_text("Welcome.")
    chat.panel.get_by_role("button", name="切换到中文").click()
    expect(chat.element.locator("h2")).to_have_text("Both")
    expect(chat.element.locator(".greeting .prose")).to_have_text("欢迎。")
    expect(chat.chips).to_have_text(["甲？", "乙？"])


def test_questions_can_be_left_out(embed: Embed) -> None:
    chat = embed('data-suggestions=""').open()
    expect(chat.chips).to_have_count(0)


@pytest.mark.parametrize(
    ("tag", "html", "side"),
    [
        ("", "", "right"),
        ('data-position="start"', "", "left"),
        ('data-position="left"', "", "left"),
        ("", 'dir="rtl"', "left"),
        ('data-position="start"', 'dir="rtl"', "right"),
        ('data-position="right"', 'dir="rtl"', "right"),
    ],
)
def test_position(embed: Embed, tag: str, html: str, side: str) -> None:
    chat = embed(tag, html=f'lang="en" {html}')
    for part in (chat.launcher, chat.open().panel):
        box = part.bounding_box()
        assert box
        left, right = box["x"], 1280 - box["x"] - box["width"]
        assert {"left": left, "right": right}[side] == pytest.approx(24, abs=1)


def test_reads_right_on_right_to_left_pages(embed: Embed) -> None:
    chat = embed(html='lang="ar" dir="rtl"').open()
    chat.ask_and_wait("هل Intune مشمول؟")
    assert chat.element.locator(".frame").evaluate("frame => getComputedStyle(frame).direction") == "ltr"
    directions = [bubble.evaluate("p => getComputedStyle(p).direction") for bubble in chat.questions.all()]
    assert directions == ["rtl"]
    answer = chat.answers.locator("p").first
    assert answer.evaluate("p => getComputedStyle(p).direction") == "ltr"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_can_be_fixed(embed: Embed, theme: str) -> None:
    other = {"light": "dark", "dark": "light"}[theme]
    chat = embed(f'data-theme="{theme}"')
    chat.page.emulate_media(color_scheme=other)  # type: ignore[arg-type]
    expect(chat.element.locator(".root")).to_have_attribute("data-theme", theme)


def test_theme_follows_the_system(embed: Embed) -> None:
    chat = embed()
    for scheme in ("dark", "light"):
        chat.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(chat.element.locator(".root")).to_have_attribute("data-theme", scheme)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_colour_stays_legible(embed: Embed, theme: str) -> None:
    chat = embed(f'data-theme="{theme}"').open()
    for colour in ("#ffe14d", "#0a0a0a", "#8a8a8a", "crimson", "rgb(0, 200, 160)", "#ffffff"):
        chat.element.evaluate("(chat, colour) => { chat.dataset.color = colour; }", colour)
        for part in (chat.launcher, chat.chips.first, chat.button("person")):
            assert contrast(*part.evaluate(_COLOURS)) >= 4.5


_COLOURS = """(node) => {
  const ink = getComputedStyle(node).color;
  let ground = node;
  while (/rgba\\(0, 0, 0, 0\\)/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
  return [ink, getComputedStyle(ground).backgroundColor].map((colour) => colour.match(/\\d+/g).slice(0, 3).map(Number));
}"""


def test_custom_properties_reach_it(embed: Embed) -> None:
    chat = embed(
        style=":root { --compliance-chat-color: rgb(120, 0, 90); --compliance-chat-width: 350px; "
        "--compliance-chat-height: 500px; --compliance-chat-radius: 4px; --compliance-chat-offset-inline: 60px; }"
    ).open()
    box = chat.panel.bounding_box()
    assert box
    assert (box["width"], box["height"], 1280 - box["x"] - box["width"]) == (350, 500, 60)
    assert chat.panel.evaluate("panel => getComputedStyle(panel).borderRadius") == "4px"
    assert chat.launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(120, 0, 90)"


def test_attributes_can_change_while_it_is_open(embed: Embed) -> None:
    chat = embed().open()
    chat.ask_and_wait("Is Intune covered?")
    chat.element.evaluate("chat => { chat.dataset.title = 'Renamed'; chat.dataset.theme = 'dark'; }")
    expect(chat.element.locator("h2")).to_have_text("Renamed")
    expect(chat.element.locator(".root")).to_have_attribute("data-theme", "dark")
    expect(chat.panel).to_be_visible()
    expect(chat.questions).to_have_text(["Is Intune covered?"])


def test_inline_where_the_script_points(embed: Embed) -> None:
    chat = embed('data-target="#here"', body=PLACE, style="#here { height: 480px; width: 360px }")
    expect(chat.launcher).to_have_count(0)
    box = chat.panel.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (360, 480)
    chat.ask_and_wait("Is Intune covered?")
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_visible()


def test_inline_where_the_page_puts_it(embed: Embed) -> None:
    chat = embed(body='<compliance-chat data-inline data-language="zh"></compliance-chat>', language="zh")
    expect(chat.element).to_have_count(1)
    expect(chat.launcher).to_have_count(0)
    chat.ask_and_wait("Intune 呢？")


def test_two_chats_on_a_page_show_one_conversation(embed: Embed) -> None:
    chat = embed(
        body='<compliance-chat data-inline id="one"></compliance-chat><compliance-chat id="two"></compliance-chat>'
    )
    inline = chat.page.locator("#one")
    inline.get_by_label("Your question").fill("Is Intune covered?")
    inline.get_by_label("Your question").press("Enter")
    expect(inline.locator(".outcome .answer")).to_have_count(1)
    expect(chat.page.locator("#two .badge")).to_be_hidden()  # read already, in the other one
    chat.page.locator("#two .launcher").click()
    expect(chat.page.locator("#two .outcome .answer")).to_have_count(1)


def test_two_script_tags_make_one_chat(embed: Embed, service: RunningService) -> None:
    chat = embed(body=f'<script src="{service.url}/widget.js" defer></script>')
    expect(chat.element).to_have_count(1)


@pytest.mark.parametrize("loading", ["", "async", "defer"])
def test_however_the_script_is_loaded(embed: Embed, loading: str) -> None:
    embed(loading=loading).open()


def test_the_service_may_live_under_a_path(page: Page, service: RunningService) -> None:
    server = LiveServer(DispatcherMiddleware(NotFound(), {"/faq": service.app}))
    page.goto(f"{server.url}/faq/?lang=en")
    chat = Chat(page)
    chat.ask_and_wait("Is Intune covered?")
    chat.page.reload()
    expect(chat.answers).to_have_count(1)
    server.stop()


def test_can_be_taken_away_and_put_back(embed: Embed) -> None:
    chat = embed('data-title="Ask us"').open()
    chat.ask_and_wait("Is Intune covered?")
    chat.page.evaluate("() => { window.kept = document.querySelector('compliance-chat'); kept.remove(); }")
    expect(chat.element).to_have_count(0)
    chat.page.evaluate("() => document.body.append(kept)")
    expect(chat.element.locator("h2")).to_have_text("Ask us")
    expect(chat.answers).to_have_count(1)
    chat.ask_and_wait("And Power BI?")


def test_can_be_hidden(embed: Embed) -> None:
    chat = embed(body="<compliance-chat hidden></compliance-chat>")
    expect(chat.launcher).to_be_hidden()


@pytest.mark.parametrize("allowed", [True, False])
def test_only_allowed_sites_can_frame_the_page(
    new_context: NewContext, make_service: Callable[..., RunningService], site: Site, allowed: bool
) -> None:
    service = make_service(ALLOWED_ORIGINS=site.url if allowed else "")
    context = new_context()
    page = context.new_page()
    refused: list[str] = []
    page.on("requestfailed", lambda request: refused.append(request.url))
    page.goto(site.framing(f"{service.url}/?lang=en"))
    framed = page.frame_locator("iframe").locator("compliance-chat")
    expect(framed).to_have_count(1 if allowed else 0)
    assert bool(refused) is not allowed
