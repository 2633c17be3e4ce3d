"""From pages and house examples to the corpus."""

import datetime

from index.examples import Example
from index.knowledge import Entry, Localized, Page, Provider, Service, Standard
from index.passages import passages_of

SERVICES = Entry(
    id="coverage_list/services",
    page="p",
    links=(),
    questions={"zh": ("涵盖哪些服务？", "服务清单"), "en": ("Which services?",)},
    answer=Localized("有两项。", "Two of them."),
)
PAGE = Page(
    id="p",
    title=Localized("标准", "The standard"),
    standard=Standard("S", "S"),
    provider=Provider("P"),
    date=datetime.date(2019, 12, 5),
    links=(),
    services=(
        Service("a", Localized("甲", "Alpha")),
        Service("b", Localized("乙", "Beta")),
    ),
    entries=(SERVICES,),
)


def test_an_entry_gives_its_questions_and_answers_in_both_languages():
    found = [
        (passage.language, passage.kind, passage.text) for passage in passages_of([PAGE]) if passage.kind != "scope"
    ]
    assert found == [
        ("zh", "question", "涵盖哪些服务？"),
        ("zh", "question", "服务清单"),
        ("zh", "answer", "有两项。"),
        ("en", "question", "Which services?"),
        ("en", "answer", "Two of them."),
    ]


def test_a_page_gives_its_scope_in_both_languages():
    scopes = [passage for passage in passages_of([PAGE]) if passage.kind == "scope"]
    assert [scope.text for scope in scopes] == ["标准: 甲, 乙", "The standard: Alpha, Beta"]
    assert {scope.label for scope in scopes} == {"coverage_list/services"}


def test_a_page_that_answers_nothing_about_its_scope_gives_none():
    other = Entry("standard/what", "p", (), {"zh": (), "en": ()}, Localized("是。", "It is."))
    page = Page(**{**vars(PAGE), "entries": (other,)})
    assert {passage.kind for passage in passages_of([page])} == {"answer"}


def test_house_examples_belong_to_no_page_and_have_the_language_they_are_in():
    examples = [Example("你好", "greeting/hello"), Example("hello", "greeting/hello")]
    found = [(one.page, one.label, one.language, one.kind) for one in passages_of([], examples)]
    assert found == [
        (None, "greeting/hello", "zh", "question"),
        (None, "greeting/hello", "en", "question"),
    ]


def test_every_passage_has_an_id_of_its_own():
    examples = [
        Example("hi", "greeting/hello"),
        Example("hi!", "greeting/hello"),
        Example("bye", "goodbye/bye"),
    ]
    ids = [passage.passage_id for passage in passages_of([PAGE], examples)]
    assert len(set(ids)) == len(ids) == 10
