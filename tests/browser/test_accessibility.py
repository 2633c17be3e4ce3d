"""WCAG 2.2 AA: what axe can check, and what it cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from bot.assistant.protocol import Reply, Source
from tests.browser.chat import Chat, contrast
from tests.browser.conftest import NewContext
from tests.browser.serving import RunningService, Site

pytestmark = pytest.mark.browser
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations", "incomplete"],
}
# The rules that look at colours: what else they find in the light, they would find again in the dark.
IN_THE_DARK = {**AXE, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def check(page: Page, unclear_contrast: bool = False) -> None:
    """Nothing that axe finds wrong, and no contrast that it could not make out unless that is allowed."""
    page.wait_for_load_state()  # without its styles a page has other colours
    assert _problems(page, AXE, unclear_contrast) == []


def check_in_both_schemes(page: Page, unclear_contrast: bool = False) -> None:
    """`check` a page that follows the system's colours in the light, and its colours in the dark too."""
    check(page, unclear_contrast)
    page.emulate_media(color_scheme="dark")
    assert _problems(page, IN_THE_DARK, unclear_contrast) == []
    page.emulate_media(color_scheme="light")


def _problems(page: Page, options: dict[str, Any], unclear_contrast: bool) -> list[str]:
    found = Axe().run(page, options=options).response
    unclear = [rule for rule in found["incomplete"] if rule["id"] == "color-contrast" and not unclear_contrast]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary')}"
        for rule in [*found["violations"], *unclear]
        for node in rule["nodes"]
    ]


def _reach_every_state(chat: Chat, service: RunningService) -> None:
    """Greeting, answer, comment, refusal, failures and the note that one is looking, all on one panel."""
    service.assistant.replies["list"] = Reply(
        "Two:\n- one\n- two", "en", True, "standard", 0.9, "2019-12-05", (Source("A", "https://example.com/"),)
    )
    chat.ask_and_wait("Is Intune covered?")
    chat.button("down").click()
    chat.ask_and_wait("list")
    chat.page.context.set_offline(True)
    chat.ask("not sent")
    expect(chat.failure).to_be_visible()


@pytest.fixture
def unguarded(new_context: NewContext) -> Callable[..., Page]:
    """Pages into which axe may be put, which a strict policy would refuse."""
    return lambda **options: new_context(bypass_csp=True, **options).new_page()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing(
    unguarded: Callable[..., Page], service: RunningService, site: Site, language: str, theme: str
) -> None:
    page = unguarded(color_scheme=theme)
    html = {"zh": 'lang="zh-CN"', "en": 'lang="en"'}[language]
    page.goto(site.page(service.url, f'data-theme="{theme}"', html=html))
    chat = Chat(page, language)
    check(page)
    chat.open()
    check(page)
    _reach_every_state(chat, service)
    check(page)
    chat.button("start_over").click()
    check(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_the_services_page(
    unguarded: Callable[..., Page], service: RunningService, language: str, theme: str
) -> None:
    page = unguarded(color_scheme=theme)
    page.goto(f"{service.url}/?lang={language}")
    Chat(page, language).ask_and_wait("Intune?")
    check(page, unclear_contrast=True)  # its ground is a gradient; see the next test


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast_on_the_gradient_of_the_services_page(
    new_context: NewContext, service: RunningService, theme: str
) -> None:
    page = new_context(color_scheme=theme).new_page()
    page.goto(service.url)
    names = ["ink", "quiet", "accent", "ground", "glow"]
    ink, quiet, accent, ground, glow = page.evaluate(
        """(names) => {
          const canvas = document.createElement("canvas").getContext("2d");
          return names.map((name) => {
            canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
            return [1, 3, 5].map((at) => parseInt(canvas.fillStyle.slice(at, at + 2), 16));
          });
        }""",
        names,
    )
    assert min(contrast(text, back) for text in (ink, quiet, accent) for back in (ground, glow)) >= 4.5


def test_axe_finds_nothing_on_a_phone(unguarded: Callable[..., Page], service: RunningService, site: Site) -> None:
    page = unguarded(**PHONE)
    page.goto(site.page(service.url))
    chat = Chat(page).open()
    chat.ask_and_wait("Is Intune covered?")
    check(page)


def test_focus_goes_in_and_comes_back(launched: Chat) -> None:
    launched.launcher.focus()
    launched.page.keyboard.press("Enter")
    assert launched.focused() == "field"
    launched.page.keyboard.press("Escape")
    expect(launched.panel).to_be_hidden()
    assert launched.focused() == "launcher"
    launched.page.keyboard.press("Space")
    launched.button("minimise").click()
    assert launched.focused() == "launcher"


def test_everything_can_be_reached_and_left_by_keyboard(launched: Chat, service: RunningService) -> None:
    launched.open()
    _reach_every_state(launched, service)
    reached = _tab_through(launched)
    focusable = launched.panel.locator("button:visible, a[href]:visible, textarea:visible")
    missing = [node.inner_text() or node.get_attribute("aria-label") for node in focusable.all()]
    assert len(reached) == len(missing) + 1, (reached, missing)  # and the log, which scrolls
    assert launched.page.evaluate("document.activeElement === document.body")


def _tab_through(chat: Chat) -> list[str]:
    """What the Tab key reaches from the beginning of the panel to its end."""
    chat.element.locator("h2").focus()
    reached: list[str] = []
    for _ in range(60):
        chat.page.keyboard.press("Tab")
        where = chat.element.evaluate(
            "chat => { const at = chat.shadowRoot.activeElement; return at && `${at.className} ${at.textContent}`; }"
        )
        if where is None:
            break
        reached.append(where)
    return reached


def test_focus_is_always_visible(launched: Chat, service: RunningService) -> None:
    launched.open()
    _reach_every_state(launched, service)
    launched.element.locator("h2").focus()
    for _ in range(40):
        launched.page.keyboard.press("Tab")
        mark = launched.element.evaluate(
            """(chat) => {
              const at = chat.shadowRoot.activeElement;
              if (!at) return "left";
              const marked = at.matches(".field") ? at.closest(".box") : at;
              const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(marked);
              const box = at.getBoundingClientRect();
              const top = chat.shadowRoot.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
              if (top !== at && !at.contains(top)) return `hidden: ${at.className}`;
              return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none" || at.className;
            }"""
        )
        if mark == "left":
            return
        assert mark is True
    pytest.fail("the Tab key never left the chat")


def test_a_whole_conversation_by_keyboard(launched: Chat, service: RunningService) -> None:
    keyboard = launched.page.keyboard
    launched.page.locator("body").press("Tab")
    keyboard.press("Enter")
    keyboard.type("Is Intune covered?")
    keyboard.press("Enter")
    expect(launched.answers).to_have_count(1)
    for _ in range(3):  # follow-up, thumb down, thumb up
        keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(launched.button("up")).to_have_attribute("aria-pressed", "true")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.type("Good")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(launched.toast).to_have_text("Thank you for telling us.")
    assert [(turn.feedback, turn.comment) for turn in service.stored()] == [("up", "Good")]


def test_focus_stays_when_a_button_goes(chat: Chat, service: RunningService) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.chips.first.focus()
    chat.page.keyboard.press("Enter")
    assert chat.focused() == "field"
    service.server.stop()
    chat.ask("lost")
    expect(chat.failure).to_have_count(1)
    service.server.start()
    chat.button("again").focus()
    chat.page.keyboard.press("Enter")
    expect(chat.failure).to_have_count(0)
    assert chat.focused() == "field"


def test_starting_over_asks_in_a_dialog_that_holds_the_focus(chat: Chat) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.button("start_over").focus()
    chat.page.keyboard.press("Enter")
    dialog = chat.element.get_by_role("alertdialog", name="Start over?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    chat.page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Start over")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.button("start_over")).to_be_focused()


def test_new_messages_are_announced_and_old_ones_are_not(chat: Chat) -> None:
    expect(chat.log).to_have_attribute("aria-relevant", "additions")
    expect(chat.log).to_have_attribute("aria-busy", "false")
    heard = """(log) => {
      window.heard = [];
      new MutationObserver((changes) => {
        if (log.getAttribute("aria-busy") === "true") return;
        const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
        const outer = added.filter((node) => !added.some((other) => other !== node && other.contains(node)));
        for (const node of outer) if (!node.closest("[aria-live=off]")) window.heard.push(node.textContent);
      }).observe(log, { childList: true, subtree: true });
    }"""
    chat.log.evaluate(heard)
    chat.ask_and_wait("Is Intune covered?")
    said = chat.page.evaluate("window.heard")
    for text in ("You:Is Intune covered?", "Looking it up", "Assistant:Yes, Intune is covered."):
        assert sum(text in spoken for spoken in said) == 1
    chat.page.evaluate("window.heard = []")
    chat.ask_and_wait("And?")
    assert not any("Intune" in text for text in chat.page.evaluate("window.heard"))


def test_a_restored_conversation_is_not_read_out(chat: Chat) -> None:
    chat.ask_and_wait("Is Intune covered?")
    chat.page.add_init_script(
        """const attach = Element.prototype.attachShadow;
        Element.prototype.attachShadow = function (options) {
          const root = attach.call(this, options);
          window.heard = [];
          new MutationObserver((changes) => {
            for (const { addedNodes } of changes)
              for (const node of addedNodes) {
                const live = node.parentElement?.closest("[role=log]:not([aria-busy=true])");
                if (live) window.heard.push(node.textContent);
              }
          }).observe(root, { childList: true, subtree: true });
          return root;
        };"""
    )
    chat.page.reload()
    expect(chat.answers).to_have_count(1)
    assert chat.page.evaluate("window.heard") == []


def test_targets_are_large_enough(launched: Chat, service: RunningService) -> None:
    sizes = [launched.launcher.bounding_box()]
    launched.open()
    _reach_every_state(launched, service)
    targets = launched.panel.locator("button:visible, a:visible, textarea:visible")
    sizes += [target.bounding_box() for target in targets.all()]
    assert len(sizes) > 15
    assert all(box and box["width"] >= 24 and box["height"] >= 24 for box in sizes)


@pytest.mark.parametrize(
    ("width", "height"),
    [
        pytest.param(320, 568, id="a small phone"),
        pytest.param(320, 256, id="1280 x 1024 at 400 %"),
        pytest.param(640, 400, id="1280 x 800 at 200 %"),
    ],
)
def test_fits_a_small_window(
    new_context: NewContext, service: RunningService, site: Site, width: int, height: int
) -> None:
    page = new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(site.page(service.url))
    chat = Chat(page).open()
    long_words = Reply("A" * 90 + "\n- " + "B" * 90, "en", True, "standard", 0.9, "2019-12-05",
                       (Source("C" * 90, f"https://{'d' * 60}.example.com/"),), ("E" * 90,))  # fmt: skip
    service.assistant.replies["F" * 90] = long_words
    chat.ask_and_wait("F" * 90)
    chat.button("down").click()
    assert _overflows(page) == []
    for part in (chat.field, chat.button("send"), chat.button("person"), chat.button("minimise")):
        expect(part).to_be_in_viewport(ratio=1)
    log = chat.log.bounding_box()
    assert log
    assert log["height"] >= 90
    chat.log.evaluate("log => { log.scrollTop = log.scrollHeight; }")
    expect(chat.chips.last).to_be_in_viewport()


def _overflows(page: Page) -> list[str]:
    """Elements that would have to be scrolled sideways, or stick out of the window."""
    found: list[str] = page.evaluate(
        """() => {
          const root = document.querySelector("compliance-chat").shadowRoot;
          const nodes = [document.documentElement, ...root.querySelectorAll(".panel, .panel *:not(.heard)")];
          return nodes.filter((node) => {
            const { left, right } = node.getBoundingClientRect();
            const clipped = getComputedStyle(node).textOverflow === "ellipsis";
            const wide = !clipped && !node.closest("svg") && node.scrollWidth > node.clientWidth + 1;
            const block = getComputedStyle(node).display !== "inline";
            return (block && wide) || left < -1 || right > innerWidth + 1;
          }).map((node) => `${node.tagName}.${node.className}`);
        }"""
    )
    return found


def test_the_services_page_fits_a_small_window(new_context: NewContext, service: RunningService) -> None:
    page = new_context(viewport={"width": 320, "height": 568}).new_page()
    page.goto(f"{service.url}/?lang=en")
    assert _overflows(page) == []


def test_larger_text_is_not_cut_off(launched: Chat, service: RunningService) -> None:
    """Text alone at 200 %, as a browser's own text size does it."""
    launched.open()
    launched.ask_and_wait("Is Intune covered?")
    launched.element.evaluate("chat => { chat.shadowRoot.querySelector('.root').style.fontSize = '32px'; }")
    assert _overflows(launched.page) == []
    for part in (launched.field, launched.button("person"), launched.button("minimise")):
        expect(part).to_be_in_viewport(ratio=1)


def test_wider_text_spacing_is_not_cut_off(launched: Chat) -> None:
    """WCAG 2.2, 1.4.12."""
    launched.open()
    launched.ask_and_wait("Is Intune covered?")
    launched.element.evaluate(
        """(chat) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`);
          chat.shadowRoot.adoptedStyleSheets = [...chat.shadowRoot.adoptedStyleSheets, sheet];
        }"""
    )
    assert _overflows(launched.page) == []


def test_on_a_phone_it_is_modal(new_context: NewContext, service: RunningService, site: Site) -> None:
    page = new_context(**PHONE).new_page()
    page.goto(site.page(service.url, body="<button>Own</button>"))
    chat = Chat(page).open()
    box = chat.panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(chat.element.locator("h2")).to_be_focused()  # not the field, whose keyboard would cover the greeting
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") != "BUTTON"
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused() == "launcher"


def test_the_back_gesture_of_a_phone_minimises_it(new_context: NewContext, service: RunningService, site: Site) -> None:
    page = new_context(**PHONE).new_page()
    page.goto(site.page(service.url))
    chat = Chat(page).open()
    chat.panel.evaluate("dialog => dialog.requestClose()")  # what the gesture comes down to
    expect(chat.launcher).to_be_visible()
    assert chat.focused() == "launcher"
    chat.open()


def test_does_not_open_over_the_next_page_on_a_phone(
    new_context: NewContext, service: RunningService, site: Site
) -> None:
    page = new_context(**PHONE).new_page()
    page.goto(site.page(service.url))
    chat = Chat(page).open()
    page.reload()
    expect(chat.launcher).to_be_visible()
    expect(chat.panel).to_be_hidden()


def test_turning_a_phone_keeps_the_focus(launched: Chat) -> None:
    launched.open()
    launched.type("half a ques")
    launched.page.set_viewport_size({"width": 400, "height": 700})
    expect(launched.element.locator(".root")).to_have_class("root end open small")
    assert launched.focused() == "field"
    launched.page.set_viewport_size({"width": 1280, "height": 800})
    expect(launched.element.locator(".root")).to_have_class("root end open")
    assert launched.focused() == "field"
    expect(launched.field).to_have_value("half a ques")


def _motions(chat: Chat) -> int:
    return int(chat.element.evaluate("chat => chat.shadowRoot.getAnimations().length"))


def test_nothing_moves_for_those_who_ask_for_less_motion(chat: Chat, service: RunningService) -> None:
    service.assistant.gate.clear()
    chat.ask("Is Intune covered?")
    expect(chat.looking).to_be_visible()
    assert _motions(chat) == 0
    chat.page.emulate_media(reduced_motion="no-preference")
    assert _motions(chat) == 3  # the dots
    service.assistant.gate.set()


def test_shapes_have_edges_in_forced_colours(new_context: NewContext, service: RunningService, site: Site) -> None:
    page = new_context(forced_colors="active").new_page()
    page.goto(site.page(service.url))
    chat = Chat(page)
    assert _edge(chat.launcher)
    chat.open()
    chat.ask_and_wait("Is Intune covered?")
    chat.button("up").click()
    parts = [chat.panel, chat.questions, chat.button("send"), chat.chips.first, chat.button("up"), chat.button("copy")]
    assert all(_edge(part) for part in parts)
    assert _style(chat.button("up"), "borderColor") != _style(chat.button("down"), "borderColor")


def _edge(part: Locator) -> bool:
    return bool(
        part.evaluate(
            """(node) => {
              const { borderTopStyle, borderTopWidth, borderTopColor } = getComputedStyle(node);
              const clear = /^rgba.*, 0\\)$/.test(borderTopColor);
              return borderTopStyle === "solid" && parseFloat(borderTopWidth) >= 1 && !clear;
            }"""
        )
    )


def _style(part: Locator, name: str) -> Any:
    return part.evaluate("(node, name) => getComputedStyle(node)[name]", name)
