"""Which questions are alike, however many groups there are."""

from __future__ import annotations

import pytest

from bot.transcripts import likeness, question_groups
from bot.transcripts.database import Database
from bot.transcripts.likeness import LIKE, Grouper
from bot.transcripts.question_groups import Leader, Question, QuestionGroups
from bot.transcripts.store import TranscriptStore
from tests.bot.asking import ask, make_grouping
from tests.fakes.encoder import HashEncoder

KINDS = (
    "wo liegt der bericht",
    "wer zahlt",
    "今天天气怎么样",
    "what does it cost",
    "谁负责审计",
    "xyz",
    "call me back",
)


@pytest.mark.parametrize("ordinary", [0.0, 0.3, 0.7])
def test_the_likest_of_many_leaders_is_found_as_if_each_was_looked_at(ordinary: float) -> None:
    encoder = HashEncoder()
    texts = [f"{kind} {number}" for kind in KINDS for number in range(6)]
    leaders = [Leader(place + 1, text, encoder.encode_queries([text])[0]) for place, text in enumerate(texts)]
    grouper = Grouper(encoder, ordinary)
    grouper.add(leaders)
    asked = [f"{kind}{end}" for kind in KINDS for end in ("", "?", " 1 please", " und noch viel mehr als das")]

    for question in asked:
        (grouped,) = grouper.group([Question(0, question)])
        embedding = encoder.encode_queries([question])[0]
        each = [grouper._likeness(float(leader.embedding @ embedding), leader.text, question) for leader in leaders]
        if max(each) < LIKE:
            assert grouped.embedding is not None, question  # it leads a group of its own
        else:
            assert grouped.group is not None and each[grouped.group - 1] == pytest.approx(max(each)), question


def test_more_groups_than_are_read_or_have_room_at_once(
    database: Database, store: TranscriptStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_groups, "_LEADERS", 2)
    monkeypatch.setattr(likeness, "_ROOM", 2)
    for kind in KINDS:
        ask(store, kind, outcome="refused")
    first = make_grouping(database)
    assert first.group_all() == len(KINDS)
    first._lease.give_back()

    for kind in KINDS:
        ask(store, f"{kind}?", outcome="refused")
    second = make_grouping(database)
    assert second.group_all() == len(KINDS)
    assert [group.count for group in QuestionGroups(database).largest(50)] == [2] * len(KINDS)


def test_forgotten_groups_leave_the_others_as_they_were() -> None:
    encoder = HashEncoder()
    grouper = Grouper(encoder, 0.0)
    rows = encoder.encode_queries(KINDS)
    grouper.add([Leader(place + 1, text, row) for place, (text, row) in enumerate(zip(KINDS, rows, strict=True))])

    grouper.keep({2, 4, 6})
    assert (grouper.newest, grouper.texts) == (6, (KINDS[1], KINDS[3], KINDS[5]))
    found = [grouped.group for grouped in grouper.group([Question(0, f"{kind}?") for kind in KINDS])]
    assert found == [None, 2, None, 4, None, 6, None]
