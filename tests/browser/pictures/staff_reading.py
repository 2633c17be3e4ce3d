"""What was asked: lists, a conversation, the review queue, groups of like questions, two reviewers at odds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from playwright.sync_api import expect

from bot import clock
from bot.assistant.protocol import Reply, Source
from bot.ids import new_id
from bot.transcripts.filters import Filter
from bot.transcripts.judging import Verdict
from bot.transcripts.records import Turn
from tests.bench.turns import fill_with_turns
from tests.bot.asking import make_grouping
from tests.browser.serving import RunningService
from tests.browser.staff import Staff

SETTINGS: dict[str, str] = {}

ENTRY = "coverage_service/service"
EVIDENCE = {
    "label": ENTRY,
    "read_as": "is intune covered?",
    "names": [{"id": "intune", "kind": "service", "text": "Intune"}],
    "candidates": [{"label": ENTRY, "probability": 0.97}, {"label": "audit_reports/year", "probability": 0.02}],
    "hits": [{"label": ENTRY, "text": "Intune 在认证范围内吗？", "dense": 0.81, "lexical": 0.44}],
    "parts": [{"text": "Is Intune covered?", "label": ENTRY, "probability": 0.97}],
    "thresholds": {"answer": 0.35, "retrieval": 0.15},
    "entries": [{"entry": ENTRY, "page": "iso-20000-1-2011", "revision": 0, "digest": "0280264c4af6"}],
}
_YES = Reply(
    "Yes, Intune is covered.", "en", True, "coverage_service", 0.97, "2019-12-05",
    (Source("ISO/IEC 20000-1:2011 certificate", "https://example.com/c.pdf"),), ("And the certificate?",),
    evidence=EVIDENCE,
)  # fmt: skip
_NO = Reply(
    "That is outside what I can answer.", "en", False, "out_of_scope", 0.6, outcome="refused", evidence=EVIDENCE
)
_ZH = dataclasses.replace(_NO, text="这个问题不在我的范围内。", language="zh")


def conversations(staff: Staff) -> None:
    """All conversations."""
    _prepared(staff).open("/")


def filtered(staff: Staff) -> None:
    """Questions that a filter wants."""
    _prepared(staff).open("/?outcome=refused&language=zh&query=报告")


def nothing_found(staff: Staff) -> None:
    """A search that finds nothing."""
    _prepared(staff).open("/?query=zebra")


def saving(staff: Staff) -> None:
    """Naming the filter in force."""
    _prepared(staff)
    staff.service.parts.saved_filters.save("ann", "SOC 2", Filter(query="SOC 2").link())
    staff.open("/?outcome=refused").button("saved_filters").click()


def conversation(staff: Staff) -> None:
    """A conversation of two questions."""
    _prepared(staff).open("/conversations/c1")


def queue(staff: Staff) -> None:
    """The question most worth a look."""
    _prepared(staff).open("/queue/")


def doubted(staff: Staff) -> None:
    """A question that was judged right before its asker found the answer not helpful."""
    _prepared(staff)
    parts = staff.service.parts
    turn = parts.reading.queue(Filter())[0]
    parts.judging.judge(turn.id, Verdict("right", note="Prices are on no page."), "bob")
    parts.store.give_feedback(turn.id, "up", "")
    parts.store.give_feedback(turn.id, "down", "没有回答")
    staff.open("/queue/")


def queue_done(staff: Staff) -> None:
    """Nothing waits."""
    _prepared(staff).open("/queue/?channel=cli")


def keys(staff: Staff) -> None:
    """The shortcuts."""
    queue(staff)
    staff.page.keyboard.press("?")
    expect(staff.page.get_by_role("dialog")).to_be_visible()


def groups(staff: Staff) -> None:
    """Groups of like questions."""
    _prepared(staff).open("/groups/")


def group(staff: Staff) -> None:
    """One group."""
    _prepared(staff)
    largest = staff.service.parts.groups.largest(1)[0]
    staff.open(f"/groups/{largest.id}")


def at_odds(staff: Staff) -> None:
    """Somebody else has judged meanwhile."""
    queue(staff)
    turn = staff.service.parts.reading.queue(Filter())[0]
    staff.service.parts.judging.judge(turn.id, Verdict("right", note="Prices are on no page."), "bob")
    staff.page.locator(".wrong-form textarea").fill("It should name the sales team.")
    staff.page.locator(".wrong-form button.danger").click()
    expect(staff.page.get_by_role("heading", name=staff.say("meanwhile"), exact=True)).to_be_visible()


STATES: tuple[Callable[[Staff], None], ...] = (
    conversations,
    filtered,
    nothing_found,
    saving,
    conversation,
    queue,
    doubted,
    queue_done,
    keys,
    groups,
    group,
    at_odds,
)


def _prepared(staff: Staff) -> Staff:
    """A service that was asked many things, and a reviewer who has signed in."""
    parts = staff.service.parts
    if not parts.reading.values("topic"):
        fill_with_turns(parts.database, 300)
        _put(staff.service, "Is Intune covered?", _YES, "c1")
        _put(staff.service, "How much is the audit?", _NO, "c1")
        for number, text in enumerate(("SOC 2 报告在哪里下载？", "SOC 2 报告在哪下载", "哪里下载 SOC 2 报告？")):
            _put(staff.service, text, _ZH, f"soc{number}", "teams")
        disliked = _put(staff.service, "證書多少錢？", _ZH, "c2")
        parts.store.give_feedback(disliked.id, "down", "没有回答")
        parts.judging.tag(disliked.id, "报价")
        grouping = make_grouping(parts.database)
        while grouping.group_some():  # without the pauses that are for who asks
            pass
    return staff.sign_in("reviewer")


def _put(service: RunningService, text: str, reply: Reply, conversation: str, channel: str = "web") -> Turn:
    turn = Turn(new_id(), conversation, text, reply, channel, 8.0, clock.utc_now())
    service.parts.store.record(turn)
    return turn
