"""Writing, approving and undoing: who may, what is refused, and what is kept."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.assistant.protocol import Reply
from bot.audit import AuditLog
from bot.knowledge_base.errors import KnowledgeRefused
from bot.knowledge_base.files import KnowledgeFiles
from bot.knowledge_base.records import APPROVED, DRAFT, PROPOSED, UNDONE, Content, Revision
from bot.knowledge_base.store import KnowledgeStore
from bot.transcripts.database import Database
from bot.transcripts.records import Turn
from bot.transcripts.store import TranscriptStore
from tests.knowledge_base.conftest import NEW, OLD, PAGE, content


def proposed(store: KnowledgeStore, label: str = NEW, what: Content | None = None, who: str = "ann") -> Revision:
    draft = store.begin(who, PAGE, label, what or content())
    return store.propose(who, draft.id, draft.content.digest)


def approved(store: KnowledgeStore, label: str = NEW, what: Content | None = None) -> Revision:
    proposal = proposed(store, label, what)
    return store.approve("bob", proposal.id, proposal.content.digest)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(KnowledgeRefused) as caught:
        call()
    return caught.value.key


def test_a_draft_becomes_the_first_revision(store: KnowledgeStore) -> None:
    draft = store.begin("ann", PAGE, NEW, content(), turns=["t1", "t2", "t1"])
    assert (draft.state, draft.revision, draft.based_on, draft.turns) == (DRAFT, None, 0, ("t1", "t2"))
    assert store.unfinished() == (draft,)

    proposal = store.propose("ann", draft.id, draft.content.digest)
    revision = store.approve("bob", proposal.id, proposal.content.digest)

    assert (revision.state, revision.revision, revision.author, revision.approver) == (APPROVED, 1, "ann", "bob")
    assert revision.entry.history.author == "ann"
    assert store.unfinished() == ()
    assert store.approved() == (1, (revision,))


@pytest.mark.parametrize("writer", ["ann", "cem"])
def test_whoever_wrote_in_it_may_not_approve_it(store: KnowledgeStore, writer: str) -> None:
    draft = store.begin("ann", PAGE, NEW, content())
    edited = store.edit("cem", draft.id, content(answer={"zh": "红色。", "en": "Red."}), draft.content.digest)
    proposal = store.propose("bob", edited.id, edited.content.digest)

    assert refusal(lambda: store.approve(writer, proposal.id, proposal.content.digest)) == "own_words"
    assert store.approve("bob", proposal.id, proposal.content.digest).editors == ("ann", "cem")


def test_what_was_looked_at_is_what_is_approved(store: KnowledgeStore) -> None:
    looked_at = proposed(store)
    edited = store.edit("cem", looked_at.id, content(answer={"zh": "红色。", "en": "Red."}), looked_at.content.digest)
    again = store.propose("cem", edited.id, edited.content.digest)

    assert refusal(lambda: store.approve("bob", looked_at.id, looked_at.content.digest)) == "changed"
    assert refusal(lambda: store.edit("dan", looked_at.id, content(), looked_at.content.digest)) == "changed"
    assert store.approve("bob", again.id, again.content.digest).content.answer["en"] == "Red."


def test_two_do_not_write_at_one_entry(store: KnowledgeStore) -> None:
    proposed(store)
    assert refusal(lambda: store.begin("dan", PAGE, NEW, content())) == "taken"


def test_of_two_who_approve_at_once_one_does(store: KnowledgeStore) -> None:
    proposal = proposed(store)
    outcomes: list[str] = []

    def approve(who: str) -> None:
        try:
            store.approve(who, proposal.id, proposal.content.digest)
            outcomes.append("approved")
        except KnowledgeRefused as refused:
            outcomes.append(refused.key)

    people = [threading.Thread(target=approve, args=(who,)) for who in ("bob", "cem")]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert sorted(outcomes) == ["approved", "state"]
    assert store.version() == 1


def test_a_draft_over_words_that_were_replaced_meanwhile_is_refused_until_somebody_looked(
    store: KnowledgeStore, database: Database, audit: AuditLog, folder: Path, change_file: Callable[..., None]
) -> None:
    proposal = proposed(store, OLD, content(suggests=()))
    change_file(history={"revision": 4})
    newer = KnowledgeStore(database, audit, KnowledgeFiles(folder))

    assert refusal(lambda: newer.approve("bob", proposal.id, proposal.content.digest)) == "outdated"

    edited = newer.edit("ann", proposal.id, proposal.content, proposal.content.digest)
    again = newer.propose("ann", edited.id, edited.content.digest)
    assert newer.approve("bob", again.id, again.content.digest).revision == 5


def test_undoing_brings_back_what_was_there_and_no_number_comes_twice(store: KnowledgeStore) -> None:
    approved(store, what=content(answer={"zh": "一。", "en": "One."}))
    approved(store, what=content(answer={"zh": "二。", "en": "Two."}))

    assert refusal(lambda: store.undo("bob", PAGE, NEW, 1)) == "not_newest"
    undone = store.undo("cem", PAGE, NEW, 2)
    third = approved(store, what=content(answer={"zh": "三。", "en": "Three."}))

    assert (undone.state, undone.undone_by) == (UNDONE, "cem")
    assert (third.revision, third.based_on) == (3, 1)
    assert [each.revision for each in store.history(PAGE, NEW)] == [3, 2, 1]
    assert store.version() == 4


def test_the_files_own_words_are_kept_when_they_are_replaced(store: KnowledgeStore) -> None:
    approved(store, OLD, content(suggests=()))

    first, kept = store.history(PAGE, OLD)
    assert (first.revision, kept.revision) == (1, 0)
    assert kept.content.answer["en"] == "A standard for service management."
    assert refusal(lambda: store.undo("bob", PAGE, OLD, 0)) == "not_newest"
    store.undo("bob", PAGE, OLD, 1)
    assert refusal(lambda: store.undo("bob", PAGE, OLD, 0)) == "not_newest"


def test_a_proposal_is_sent_back_with_a_note_or_withdrawn_or_thrown_away(store: KnowledgeStore) -> None:
    proposal = proposed(store)
    back = store.reject("bob", proposal.id, "Which guard?", proposal.content.digest)
    assert (back.state, back.note) == (DRAFT, "Which guard?")

    again = store.propose("ann", back.id, back.content.digest)
    assert (again.state, again.note) == (PROPOSED, "")
    assert store.withdraw("ann", again.id).state == DRAFT
    assert refusal(lambda: store.withdraw("ann", again.id)) == "state"

    store.discard("ann", again.id)
    assert store.history(PAGE, NEW) == ()
    assert refusal(lambda: store.discard("ann", again.id)) == "unknown"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param({"answer": {"zh": "Blue.", "en": "Blue."}}, "answer.zh: holds no Chinese", id="language"),
        pytest.param({"links": ("nowhere",)}, "unknown link 'nowhere'", id="link"),
        pytest.param({"suggests": (NEW,)}, "unknown entry", id="itself"),
        pytest.param(
            {"questions": {"zh": ("问题？",), "en": ("what is ISO 1",)}}, "already there: standard/what", id="question"
        ),
        pytest.param(
            {"valid_from": datetime.date(2030, 1, 2), "valid_until": datetime.date(2030, 1, 1)},
            "is before valid_from",
            id="days",
        ),
        pytest.param({"questions": {"zh": ("问题？",), "en": ()}}, "questions.en", id="nothing asked"),
    ],
)
def test_what_breaks_a_rule_of_knowledge_files_is_not_proposed(
    store: KnowledgeStore, wrong: dict[str, object], says: str
) -> None:
    draft = store.begin("ann", PAGE, NEW, content(**wrong))
    with pytest.raises(KnowledgeRefused, match=says):
        store.propose("ann", draft.id, draft.content.digest)


def test_an_unknown_page_is_refused(store: KnowledgeStore) -> None:
    assert refusal(lambda: store.begin("ann", "iso-2", NEW, content())) == "unknown"


def test_every_change_stands_in_the_audit_log_and_a_refused_one_does_not(
    store: KnowledgeStore, audit: AuditLog
) -> None:
    proposal = proposed(store)
    refusal(lambda: store.approve("ann", proposal.id, proposal.content.digest))
    store.approve("bob", proposal.id, proposal.content.digest)
    store.undo("cem", PAGE, NEW, 1)

    rows = audit.newest()[::-1]
    assert [(row.actor, row.action) for row in rows] == [
        ("ann", "knowledge.begun"),
        ("ann", "knowledge.proposed"),
        ("bob", "knowledge.approved"),
        ("cem", "knowledge.undone"),
    ]
    assert {row.target for row in rows} == {"iso-1/faq/badges"}
    assert '"revision": 1' in rows[2].details and "Blue" not in rows[2].details


def test_approving_settles_the_turns_that_asked_for_it(store: KnowledgeStore, database: Database) -> None:
    transcripts = TranscriptStore(database)
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    reply = Reply(
        text="?", language="en", answered=False, topic="out_of_scope", confidence=0.1, outcome="refused", evidence={}
    )
    for name in ("t1", "t2"):
        transcripts.record(Turn(name, "c", "Badge?", reply, "widget", 1.0, moment))
    draft = store.begin("ann", PAGE, NEW, content(), turns=["t1", "gone"])
    proposal = store.propose("ann", draft.id, draft.content.digest)
    store.approve("bob", proposal.id, proposal.content.digest)

    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id, review FROM turns ORDER BY id").all()
        judged = connection.exec_driver_sql("SELECT turn_id, verdict, entry, judged_by FROM judgements").all()
    assert [tuple(row) for row in rows] == [("t1", "wrong"), ("t2", "open")]
    assert [tuple(row) for row in judged] == [("t1", "wrong", f"{PAGE}#{NEW}", "bob")]
