"""What staff say of turns, kept alike on SQLite and PostgreSQL; saved filters; groups of like questions."""

from __future__ import annotations

import datetime
import threading

import pytest

from bot.errors import UnknownTurn
from bot.transcripts.database import Database
from bot.transcripts.filters import Filter
from bot.transcripts.judging import JudgedMeanwhile, Judging, TagRefused, Verdict
from bot.transcripts.leases import Lease
from bot.transcripts.question_groups import QuestionGroups
from bot.transcripts.reading import Reading
from bot.transcripts.saved_filters import MOST, FilterNotSaved, SavedFilters
from bot.transcripts.store import TranscriptStore
from tests.bot.asking import DAY, START, ask, make_grouping
from tests.fakes.encoder import HashEncoder


@pytest.fixture
def judging(database: Database) -> Judging:
    return Judging(database)


@pytest.fixture
def turn(store: TranscriptStore) -> str:
    return ask(store, "Where is the badge?", outcome="refused").id


def test_a_judgement_is_kept_with_who_gave_it(judging: Judging, turn: str) -> None:
    given = judging.judge(turn, Verdict("wrong", "faq/badges", "should know"), "ann")

    kept = judging.of([turn])[turn]
    assert kept == given
    assert (kept.verdict, kept.entry, kept.note, kept.by) == ("wrong", "faq/badges", "should know", "ann")


def test_the_second_reviewer_sees_that_the_first_has_judged(judging: Judging, turn: str) -> None:
    first = judging.judge(turn, Verdict("right"), "ann")
    with pytest.raises(JudgedMeanwhile) as refused:
        judging.judge(turn, Verdict("wrong"), "bob")

    assert refused.value.judgement == first
    assert judging.of([turn])[turn] == first
    judging.judge(turn, Verdict("wrong"), "bob", seen=first.stamp)
    assert judging.of([turn])[turn].by == "bob"


def test_a_judgement_taken_back_meanwhile_is_noticed_too(judging: Judging, turn: str) -> None:
    first = judging.judge(turn, Verdict("right"), "ann")
    judging.reopen(turn, first.stamp)
    with pytest.raises(JudgedMeanwhile) as refused:
        judging.judge(turn, Verdict("wrong"), "bob", seen=first.stamp)

    assert refused.value.judgement is None


def test_of_many_who_judge_at_once_exactly_one_succeeds(judging: Judging, turn: str) -> None:
    done: list[str] = []
    refused: list[str] = []
    gate = threading.Barrier(6)

    def judge(name: str) -> None:
        gate.wait()
        try:
            judging.judge(turn, Verdict("right"), name)
            done.append(name)
        except JudgedMeanwhile:
            refused.append(name)

    reviewers = [threading.Thread(target=judge, args=(f"r{number}",)) for number in range(6)]
    for reviewer in reviewers:
        reviewer.start()
    for reviewer in reviewers:
        reviewer.join()
    assert (len(done), len(refused)) == (1, 5)
    assert judging.of([turn])[turn].by == done[0]


def test_a_turn_judged_right_waits_again_once_its_asker_says_thumbs_down(
    judging: Judging, store: TranscriptStore, database: Database, turn: str
) -> None:
    reading = Reading(database)
    first = judging.judge(turn, Verdict("right"), "ann")
    store.give_feedback(turn, "up", "")
    assert reading.queue(Filter()) == ()

    store.give_feedback(turn, "down", "it moved")
    assert [line.id for line in reading.queue(Filter())] == [turn]
    assert judging.of([turn])[turn] == first  # who looks again sees what was said

    judging.judge(turn, Verdict("right"), "bob", seen=first.stamp)
    store.give_feedback(turn, "down", "it moved, I said")
    assert reading.queue(Filter()) == ()  # a thumb that bob saw is no news


def test_a_turn_judged_wrong_stays_judged_whatever_its_asker_says(
    judging: Judging, store: TranscriptStore, database: Database, turn: str
) -> None:
    judging.judge(turn, Verdict("wrong"), "ann")
    store.give_feedback(turn, "down", "")

    assert Reading(database).queue(Filter()) == ()


def test_nothing_can_be_said_of_a_turn_that_is_not_there(judging: Judging) -> None:
    for action in (
        lambda: judging.judge("x", Verdict("right"), "ann"),
        lambda: judging.reopen("x", ""),
        lambda: judging.assign("x", "ann"),
        lambda: judging.tag("x", "a"),
        lambda: judging.untag("x", "a"),
    ):
        with pytest.raises(UnknownTurn):
            action()


def test_tags_are_folded_and_few(judging: Judging, turn: str, database: Database) -> None:
    assert judging.tag(turn, "  Ｆollow   UP ") == judging.tag(turn, "follow up") == "follow up"
    for number in range(11):
        judging.tag(turn, f"标签{number}")
    for tag in ("", " ", "x" * 41, "one too many"):
        with pytest.raises(TagRefused):
            judging.tag(turn, tag)
    judging.untag(turn, "follow up")

    line = Reading(database).line(turn)
    assert line
    assert sorted(line.tags) == sorted(f"标签{number}" for number in range(11))


def test_a_filter_is_kept_for_its_owner(database: Database) -> None:
    filters = SavedFilters(database)
    filters.save("ann", " 投诉  ", Filter(feedback="down", query="认证 a&b").link())
    filters.save("bob", "投诉", "feedback=up")

    (kept,) = filters.of("ann")
    assert (kept.name, kept.query) == ("投诉", "feedback=down&query=%E8%AE%A4%E8%AF%81+a%26b")
    assert filters.delete("bob", kept.id) is None
    assert filters.of("ann") == (kept,)
    assert filters.delete("ann", kept.id) == kept
    assert filters.of("ann") == ()
    assert len(filters.of("bob")) == 1


def test_a_filter_needs_a_name_of_its_own_and_there_are_not_too_many(database: Database) -> None:
    filters = SavedFilters(database)
    filters.save("ann", "a", "x")
    for name, reason in (("", "saved_no_name"), ("x" * 81, "saved_no_name"), ("a", "saved_taken")):
        with pytest.raises(FilterNotSaved, match=reason):
            filters.save("ann", name, "x")
    for number in range(MOST - 1):
        filters.save("ann", f"filter {number}", "x")
    with pytest.raises(FilterNotSaved, match="saved_too_many"):
        filters.save("ann", "b", "x")


def grouped(database: Database) -> list[list[str]]:
    """The texts of each group, the newest first, largest groups first."""
    reading, groups = Reading(database), QuestionGroups(database)
    lines = {turn.number: turn.text for turn in reading.turns(Filter(), limit=500).turns}
    return [[lines[number] for number in groups.members(each.id, 500)] for each in groups.largest(50)]


def test_like_questions_that_wait_for_an_answer_make_groups(database: Database, store: TranscriptStore) -> None:
    for text in ("Where is the SOC 2 report?", "where is the SOC 2 report", "今天天气怎么样？", "今天天气怎么样"):
        ask(store, text, outcome="refused")
    ask(store, "WHERE IS THE SOC 2 REPORT?", outcome="clarified")
    ask(store, "Where is the SOC 2 report?")  # answered
    ask(store, "a person please", outcome="handoff")
    disliked = ask(store, "今天天气怎么样呢？")
    store.give_feedback(disliked.id, "down", "")
    assert QuestionGroups(database).pending() == 6

    assert make_grouping(database).group_all() == 6
    assert QuestionGroups(database).pending() == 0
    assert sorted(grouped(database), reverse=True) == [
        ["今天天气怎么样呢？", "今天天气怎么样", "今天天气怎么样？"],
        ["WHERE IS THE SOC 2 REPORT?", "where is the SOC 2 report", "Where is the SOC 2 report?"],
    ]


def test_grouping_goes_on_where_it_was_in_whatever_process(database: Database, store: TranscriptStore) -> None:
    ask(store, "Where is the SOC 2 report?", outcome="refused")
    first = make_grouping(database)
    first.group_all()
    ask(store, "where is the SOC 2 report", outcome="refused")
    second = make_grouping(database)
    assert second.group_all() == 0  # the first one still has the right to do it
    first._lease.give_back()
    assert second.group_all() == 1
    assert len(grouped(database)) == 1


def test_another_model_groups_everything_anew(database: Database, store: TranscriptStore) -> None:
    for text in ("aaa bbb", "ccc ddd"):
        ask(store, text, outcome="refused")
    first = make_grouping(database)
    first.group_all()
    first._lease.give_back()
    ask(store, "eee fff", outcome="refused")
    make_grouping(database, HashEncoder(dimension=32, revision="2")).group_all()

    assert sorted(map(len, grouped(database))) == [1, 1, 1]
    assert QuestionGroups(database).pending() == 0


def test_one_decision_settles_a_group_but_for_what_was_left_out(
    database: Database, store: TranscriptStore, judging: Judging
) -> None:
    turns = [ask(store, "Where is the SOC 2 report?", outcome="refused").id for _ in range(4)]
    judging.judge(turns[0], Verdict("right"), "bob")
    make_grouping(database).group_all()
    ask(store, "Where is the SOC 2 report?", outcome="refused")
    groups = QuestionGroups(database)
    (group,) = groups.largest(5)
    assert (group.count, len(group.numbers)) == (3, 3)
    left_out = groups.members(group.id, 1)

    assert judging.judge_group(group.id, Verdict("wrong", "faq/soc"), "ann", left_out) == 2
    assert {each.by for each in judging.of(turns).values()} == {"ann", "bob"}
    assert judging.of(turns)[turns[0]].by == "bob"
    assert groups.count(group.id) == 1

    judging.take_from_group(left_out, group.id)
    assert groups.largest(5) == ()


def test_groups_are_paged_largest_first(database: Database, store: TranscriptStore) -> None:
    for count, text in ((1, "aaaa aaaa"), (3, "bbbb bbbb"), (1, "cccc cccc"), (2, "dddd dddd")):
        for _ in range(count):
            ask(store, text, outcome="refused")
    make_grouping(database).group_all()
    groups = QuestionGroups(database)
    seen: list[tuple[int, int]] = []
    after = None
    while page := groups.largest(1, after):
        after = (page[0].count, page[0].id)
        seen.append(after)

    assert [count for count, _ in seen] == [3, 2, 1, 1]
    assert len(set(seen)) == 4


def test_the_largest_groups_of_some_days(database: Database, store: TranscriptStore) -> None:
    for days, text in ((0, "aaaa aaaa"), (1, "aaaa aaaa"), (1, "bbbb bbbb"), (1, "bbbb bbbb"), (2, "aaaa aaaa")):
        ask(store, text, days=days, outcome="refused")
    make_grouping(database).group_all()
    groups = QuestionGroups(database)
    first, second = groups.largest(5)

    whole = groups.largest_between(START, START + 9 * DAY, 5)
    assert (whole.groups, whole.total) == ((first, second), 5)
    day = groups.largest_between(START + DAY, START + 2 * DAY, 1)
    assert ([(group.id, group.count) for group in day.groups], day.total) == ([(second.id, 2)], 3)
    assert groups.largest_between(START + 3 * DAY, START + 9 * DAY, 5).groups == ()
    assert groups.largest_between(START - 3 * DAY, START, 5).groups == ()


def test_a_group_whose_turns_are_deleted_goes_too(database: Database, store: TranscriptStore) -> None:
    ask(store, "old question", outcome="refused")
    grouping = make_grouping(database)
    grouping.group_all()
    assert len(QuestionGroups(database).ids()) == 1
    store.delete_before(START + datetime.timedelta(days=1))
    assert QuestionGroups(database).ids() == frozenset()

    ask(store, "old question", outcome="refused")
    grouping.group_all()
    (new,) = QuestionGroups(database).largest(5)
    assert QuestionGroups(database).ids() == {new.id}
    assert grouping._grouper.texts == ("old question",)  # type: ignore[union-attr]


def test_a_group_that_everything_was_taken_out_of_goes(
    database: Database, store: TranscriptStore, judging: Judging
) -> None:
    ask(store, "alone", outcome="refused")
    make_grouping(database).group_all()
    groups = QuestionGroups(database)
    (group,) = groups.largest(5)
    judging.take_from_group(group.numbers, group.id)

    assert (groups.drop_empty(), groups.drop_empty()) == (1, 0)


def test_a_lease_is_held_by_one_until_it_is_given_back_or_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Lease(database, "work"), Lease(database, "work")
    assert one.take() and one.take()
    assert not other.take()
    one.give_back()
    assert other.take() and not one.take()
    later = START + datetime.timedelta(days=3650)
    monkeypatch.setattr("bot.clock.utc_now", lambda: later)
    assert one.take()
