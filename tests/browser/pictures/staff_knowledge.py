"""What the assistant knows: lists, entries with their history, the editor, drafts and what they would change."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import expect

from bot.assistant.protocol import Utterance
from bot.knowledge_base.records import Content, Revision
from bot.knowledge_base.store import KnowledgeStore
from bot.transcripts.records import Turn
from tests.browser.serving import RunningService
from tests.browser.staff import Staff

SETTINGS: dict[str, str] = {}

PAGE, BADGES, REPORTS, HALF = "iso-20000-1-2011", "faq/guard_badges", "audit_reports/where", "faq/half"
QUESTION, IN_CHINESE = "What colour is the badge of a datacenter guard?", "数据中心保安的工牌是什么颜色？"
TURNS = ("t0000001", "t0000002")


def badges(**changes: object) -> Content:
    """A new entry."""
    content = Content(
        questions={"zh": (IN_CHINESE,), "en": (QUESTION, "guard badge colour")},
        answer={
            "zh": "页面没有说明工牌的颜色，请咨询数据中心。",
            "en": "The page says nothing about badges; please ask the datacenter.",
        },
        links=("certificate",),
        suggests=(REPORTS,),
        excludes={"zh": (), "en": ("What colour is the badge of a visitor?",)},
    )
    return replace(content, **changes)  # type: ignore[arg-type]


def listed(staff: Staff) -> None:
    """All entries."""
    _prepared(staff).open("/knowledge/")


def nothing_found(staff: Staff) -> None:
    """A search that finds nothing."""
    _prepared(staff).open("/knowledge/?q=zebra")


def to_renew(staff: Staff) -> None:
    """What expires soon."""
    _prepared(staff).open("/knowledge/?show=renewal")


def entry(staff: Staff) -> None:
    """An entry that was changed in one language, with its history."""
    _prepared(staff).open(f"/knowledge/{PAGE}/{REPORTS}")


def new(staff: Staff) -> None:
    """The editor, filled from two stored questions."""
    _prepared(staff).open(f"/knowledge/new?turn={TURNS[0]}&turn={TURNS[1]}")


def wrong(staff: Staff) -> None:
    """The editor, with much to mend."""
    draft = _draft(_prepared(staff).service, HALF)
    staff.open(f"/knowledge/drafts/{draft.id}/edit?check=1")


def proposed(staff: Staff) -> None:
    """A proposal whose effects are being worked out."""
    draft = _proposal(staff)
    board = staff.service.parts.effects.board
    board.claim(draft, staff.service.parts.knowledge.version())
    board.progress(draft, staff.service.parts.knowledge.version(), 640, 1711)
    staff.open(f"/knowledge/drafts/{draft.id}")


def decided(staff: Staff) -> None:
    """A proposal whose effects are known, before an admin."""
    proposed(staff)
    find_effects(staff.service)
    expect(staff.page.locator("#effects")).to_contain_text("711")


def find_effects(service: RunningService) -> None:
    """What another process does: it finishes working out what the proposal would change."""
    draft = _draft(service, BADGES)
    refused = {"outcome": "refused", "entry": "", "text": "The page does not describe products or how they run."}
    answered = {"outcome": "answered", "entry": BADGES, "text": draft.content.answer["en"]}
    result = {
        "asked": 1000,
        "changed": 2,
        "examples": [{"turn": turn, "now": refused, "then": answered} for turn in TURNS],
        "evaluation": {"n": 711, "before": 702, "after": 701, "broken": ["is there a colour code?"], "mended": []},
    }
    service.parts.effects.board.finish(draft, service.parts.knowledge.version(), result)


def own_words(staff: Staff) -> None:
    """A proposal before whoever wrote it."""
    _prepared(staff, "rea", "admin")
    staff.open(f"/knowledge/drafts/{_draft(staff.service, BADGES).id}")


def discarding(staff: Staff) -> None:
    """Asked whether to throw a draft away."""
    staff.open(f"/knowledge/drafts/{_proposal(staff).id}")
    staff.button("knowledge_discard").click()


STATES: tuple[Callable[[Staff], None], ...] = (
    listed,
    nothing_found,
    to_renew,
    entry,
    new,
    wrong,
    proposed,
    decided,
    own_words,
    discarding,
)


def _prepared(staff: Staff, name: str = "ada", role: str = "admin") -> Staff:
    """Two stored questions, a changed entry that expires soon, a proposal and an unfinished draft; and signed in."""
    parts = staff.service.parts
    if not parts.knowledge.unfinished():
        for turn, text in zip(TURNS, (QUESTION, IN_CHINESE), strict=True):
            reply = parts.assistant.respond(Utterance(text, "c"), 5)
            reply = replace(reply, answered=False, outcome="refused", text="This is not on the page.")
            parts.store.record(Turn(turn, "c0000001", text, reply, "web", 9.0, _now()))
        _write(parts.knowledge)
    return staff.sign_in(role, name)


def _write(store: KnowledgeStore) -> None:
    filed = store.files.entry(PAGE, REPORTS)
    assert filed is not None
    before = Content.of(filed)
    soon = _now().date() + datetime.timedelta(days=12)
    answer = {**before.answer, "en": before.answer["en"].replace("Portal,", "Portal (after signing in),")}
    changed = replace(before, answer=answer, newer="en", valid_until=soon)
    draft = store.begin("rea", PAGE, REPORTS, changed)
    store.propose("rea", draft.id, changed.digest)
    store.approve("bob", draft.id, changed.digest)
    draft = store.begin("rea", PAGE, BADGES, badges(), TURNS)
    store.propose("rea", draft.id, badges().digest)
    half = badges(questions={"zh": (), "en": ("What is half?",)}, answer={"zh": "half", "en": ""})
    store.begin("rea", PAGE, HALF, half)


def _proposal(staff: Staff) -> Revision:
    _prepared(staff)
    return _draft(staff.service, BADGES)


def _draft(service: RunningService, label: str) -> Revision:
    return next(each for each in service.parts.knowledge.unfinished() if each.label == label)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
