"""Pictures of every state of the chat and of the staff pages, in both languages, light and dark, on desktop and phone.

    python -m tests.browser.screenshots [FOLDER]        (var/screenshots, unless told otherwise)

The service is real and its assistant scripted; failures come about as in the tests. `index.html` shows them all.
"""

from __future__ import annotations

import argparse
import html
import itertools
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from bot.assistant.protocol import Reply, Source
from tests.browser.chat import Chat
from tests.browser.conftest import ARGUMENTS
from tests.browser.pictures import AREAS
from tests.browser.serving import RunningService, Site, run_service
from tests.browser.staff import Staff

DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
QUESTION = {"zh": "我们可以沿用这项认证吗？", "en": "Can we build on this certification?"}
REFUSED = {"zh": "ISO 27001 的证书在哪里？", "en": "Where is the ISO 27001 certificate?"}
TYPED = {"zh": "Power BI 也在范围内吗", "en": "Is Power BI covered as"}

_CERTIFICATE = "https://go.microsoft.com/fwlink/p/?linkid=2077815"
_PORTAL = "https://servicetrust.microsoft.com/"
REPLIES = {
    QUESTION["zh"]: Reply(
        "可以，但证书只涵盖云服务本身。\n你们仍要做到：\n"
        "- 聘请评估机构，评估自己的实施情况\n- 对自己的控制措施和流程负责",
        "zh", True, "certification_reuse", 0.97, "2019-12-05",
        (Source("ISO/IEC 20000-1:2011 证书", _CERTIFICATE), Source("服务信任门户", _PORTAL)),
        ("还需要自己的评估机构吗？", "在哪里可以找到审核报告？"),
    ),
    QUESTION["en"]: Reply(
        "Yes, but the certificate speaks for the cloud services alone.\nYou still have to:\n"
        "- engage an assessor for your own implementation\n- answer for your own controls and processes",
        "en", True, "certification_reuse", 0.97, "2019-12-05",
        (Source("ISO/IEC 20000-1:2011 certificate", _CERTIFICATE), Source("Service Trust Portal", _PORTAL)),
        ("Do we still need our own assessor?", "Where can I find the audit reports?"),
    ),
    REFUSED["zh"]: Reply(
        "我手头只有 ISO/IEC 20000-1:2011 的页面，ISO 27001 的证书不在其中。",
        "zh", False, "out_of_scope", 0.9, suggestions=("ISO 20000-1 的证书在哪里下载？",), outcome="refused",
    ),
    REFUSED["en"]: Reply(
        "I only have the page on ISO/IEC 20000-1:2011; the ISO 27001 certificate is not on it.",
        "en", False, "out_of_scope", 0.9, suggestions=("Where is the ISO 20000-1 certificate?",),
        outcome="refused",
    ),
}  # fmt: skip

_HOST_STYLE = """
body { margin: 0; font: 16px/1.7 Arial, "Noto Sans CJK SC", sans-serif; color: #2b3240; background: #fbfaf8; }
main { max-width: 760px; margin: 64px auto; padding: 0 32px; }
h1 { font-size: 32px; line-height: 1.3; margin: 0 0 16px; }
@media (prefers-color-scheme: dark) { body { color: #ccd2dc; background: #191a1d; } }
"""
_HOST_BODY = {
    "zh": "<h1>供应商与合规</h1><p>本页汇总我们所用云服务的合规资料，供内部审核人员查阅。</p>"
    "<p>如有疑问，请点击右下角的按钮提问。</p>",
    "en": "<h1>Suppliers and compliance</h1><p>What our auditors need to know about the cloud services that "
    "we use.</p><p>For any question, there is a button in the corner.</p>",
}


@dataclass(frozen=True)
class Scene:
    """One page in one language, theme and device, ready for a state."""

    page: Page
    chat: Chat
    service: RunningService
    language: str

    def ask(self, questions: dict[str, str] = QUESTION) -> None:
        """Ask, and wait for the answer."""
        self.chat.ask_and_wait(questions[self.language])


def launcher(scene: Scene) -> None:
    """Minimised."""


def unread(scene: Scene) -> None:
    """Minimised, with an unread answer."""
    scene.service.assistant.gate.clear()
    scene.chat.open()
    scene.chat.ask(QUESTION[scene.language])
    scene.chat.button("minimise").click()
    scene.service.assistant.gate.set()
    expect(scene.chat.badge).to_be_visible()


def greeting(scene: Scene) -> None:
    """Just opened."""
    scene.chat.open()


def typing(scene: Scene) -> None:
    """A question half typed."""
    scene.chat.open().type(TYPED[scene.language])


def looking(scene: Scene) -> None:
    """Waiting for the answer."""
    scene.service.assistant.gate.clear()
    scene.chat.open().ask(QUESTION[scene.language])
    expect(scene.chat.looking).to_be_visible()


def slow(scene: Scene) -> None:
    """Still waiting after five seconds (by the page's clock)."""
    scene.page.clock.install()
    looking(scene)
    scene.page.clock.run_for(5500)
    expect(scene.chat.element.locator(".slow")).to_be_visible()


def answer(scene: Scene) -> None:
    """An answer with its sources."""
    scene.chat.open()
    scene.ask()


def comment(scene: Scene) -> None:
    """Thumb down, and room for a comment."""
    answer(scene)
    scene.chat.button("down").click()
    expect(scene.chat.element.locator(".comment")).to_be_in_viewport(ratio=1)


def refusal(scene: Scene) -> None:
    """A question that the pages do not answer."""
    scene.chat.open()
    scene.ask(REFUSED)


def apology(scene: Scene) -> None:
    """The assistant failed."""
    scene.service.assistant.error = RuntimeError("scripted")
    scene.chat.open()
    scene.ask()


def offline(scene: Scene) -> None:
    """No network."""
    scene.chat.open()
    scene.page.context.set_offline(True)
    scene.chat.ask(QUESTION[scene.language])
    expect(scene.chat.failure).to_be_visible()


def broken(scene: Scene) -> None:
    """The service answers with an error."""
    scene.chat.open()
    scene.service.break_storage()
    scene.chat.ask(QUESTION[scene.language])
    expect(scene.chat.failure).to_be_visible()
    scene.service.mend_storage()


def limited(scene: Scene) -> None:
    """Too many questions."""
    scene.chat.open()
    for _ in range(LIMIT):
        scene.page.request.post(f"{scene.service.url}/api/messages", data={})
    scene.chat.ask(QUESTION[scene.language])
    expect(scene.chat.failure).to_be_visible()


def expired(scene: Scene) -> None:
    """The earlier conversation has expired."""
    answer(scene)
    scene.service.parts.tokens._max_age = -1
    scene.chat.ask(QUESTION[scene.language])
    expect(scene.chat.notes).not_to_be_empty()
    expect(scene.chat.answers).to_have_count(1)


def starting_over(scene: Scene) -> None:
    """The question before the conversation is cleared."""
    answer(scene)
    scene.chat.button("start_over").click()


def home(scene: Scene) -> None:
    """The service's own page."""
    scene.page.goto(f"{scene.service.url}/?lang={scene.language}")
    expect(scene.chat.log).to_be_visible()


STATES: tuple[Callable[[Scene], None], ...] = (
    home, launcher, unread, greeting, typing, looking, slow, answer, comment, refusal, apology, offline, broken,
    limited, expired, starting_over,
)  # fmt: skip
# Takes one picture: page of a new profile, language, file.
Take = Callable[[BrowserContext, str, Path], None]
LIMIT = 12  # questions a minute, more than any other state asks


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--only", help="one state or area, such as answer, staff_access-audit or staff_access")
    options = parser.parse_args()
    only = options.only
    takes = {name: take for name, take in _takes().items() if not only or name == only or name.startswith(f"{only}-")}
    options.folder.mkdir(parents=True, exist_ok=True)
    logging.disable()  # the failures are wanted
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for (name, take), device, language, theme in itertools.product(
            takes.items(), DEVICES, ("zh", "en"), ("light", "dark")
        ):
            name = f"{name}-{device}-{language}-{theme}"
            print(f"\r{name:60}", end="", flush=True)
            context = browser.new_context(
                **DEVICES[device], color_scheme=theme, locale=LOCALES[language], reduced_motion="reduce"
            )
            take(context, language, options.folder / f"{name}.png")
            context.close()
        browser.close()
    _write_index(options.folder)
    print(f"\r{options.folder}/index.html{' ' * 30}")


def _takes() -> dict[str, Take]:
    """How each picture is taken, by the name of its state."""
    chat: dict[str, Take] = {state.__name__: partial(_take, state) for state in STATES}
    staff = {
        f"{area.__name__.rpartition('.')[2]}-{state.__name__}": partial(_take_staff, state, area.SETTINGS)
        for area in AREAS
        for state in area.STATES
    }
    return {**chat, **staff}


def _take_staff(
    state: Callable[[Staff], None], settings: Mapping[str, str], context: BrowserContext, language: str, path: Path
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        service = run_service(Path(folder), **settings)
        page = context.new_page()
        state(Staff(page, service, language))
        page.screenshot(path=path, full_page=True)
        page.close()
        service.close()


def _take(state: Callable[[Scene], None], context: BrowserContext, language: str, path: Path) -> None:
    site = Site()
    with tempfile.TemporaryDirectory() as folder:
        service = run_service(Path(folder), ALLOWED_ORIGINS=site.url, RATE_LIMIT=f"{LIMIT}/minute")
        service.assistant.replies.update(REPLIES)
        page = context.new_page()
        root = f'lang="{language}"'
        page.goto(site.page(service.url, body=_HOST_BODY[language], html=root, style=_HOST_STYLE))
        state(Scene(page, Chat(page, language), service, language))
        page.screenshot(path=path)
        page.close()
        service.close()
    site.close()


def _write_index(folder: Path) -> None:
    pictures = "".join(
        f'<figure><a href="{name}"><img src="{name}" alt="" loading="lazy" width="320"></a>'
        f"<figcaption>{name}</figcaption></figure>"
        for name in (html.escape(path.name) for path in sorted(folder.glob("*.png")))
    )
    style = "body{display:flex;flex-wrap:wrap;gap:16px;font:14px sans-serif}figure{margin:0}img{border:1px solid #ccc}"
    (folder / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>Screenshots</title><style>{style}</style>{pictures}', "utf-8"
    )


if __name__ == "__main__":
    main()
