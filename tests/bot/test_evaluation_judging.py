"""What counts as said, as claimed, and as right."""

from __future__ import annotations

import pytest

from bot.assistant.protocol import Source
from bot.evaluation.judging import Received, appears, fold, is_claimed, judge, unanswered
from index.questions import Expected, Question


def question(
    *must_contain: str | tuple[str, ...],
    forbidden: tuple[str, ...] = (),
    answer_lang: str = "any",
    in_scope: bool = True,
) -> Question:
    groups = tuple((each,) if isinstance(each, str) else each for each in must_contain)
    expected = Expected(in_scope, groups, forbidden)
    return Question("q-0001", "en", answer_lang, "?", "coverage_service", (), (), expected, "")


def received(
    text: str, answered: bool = True, language: str | None = "en", sources: tuple[Source, ...] = ()
) -> Received:
    return Received(text, answered, language, sources=sources)


@pytest.mark.parametrize(
    ("wording", "text", "found"),
    [
        pytest.param("intune", "INTUNE is in.", True, id="case"),
        pytest.param("Intune", "Ｉｎｔｕｎｅ 在内", True, id="full width"),
        pytest.param("isn't listed", "It isn’t  listed.", True, id="curly quote and two spaces"),
        pytest.param("flow", "A workflow runs.", False, id="short word inside another"),
        pytest.param("flow", "Flow, 在内", True, id="short word before a comma"),
        pytest.param("flow", "包括flow在内", True, id="short word between Chinese"),
        pytest.param("2017", "FY2017", False, id="short number inside a word"),
        pytest.param("2017", "in 2017.", True, id="short number alone"),
        pytest.param("power app", "Power Apps", True, id="a longer wording may be part of a word"),
        pytest.param("yes ", "yes, it is", True, id="space around a short word does not count"),
        pytest.param("列出 ", "未 列 出", True, id="white space in Chinese does not count"),
        pytest.param("Azure 政府", "Azure政府", True, id="nor between scripts"),
        pytest.param("Azure Government", "AzureGovernment", False, id="but in English it does"),
        pytest.param("20000-1", "ISO/IEC 20000\u20111", False, id="a non-breaking hyphen is no hyphen"),
        pytest.param("网络", "網絡", False, id="traditional characters are others"),
    ],
)
def test_a_wording_appears(wording: str, text: str, found: bool) -> None:
    assert appears(wording, fold(text)) is found


@pytest.mark.parametrize(
    ("claim", "text", "claimed"),
    [
        pytest.param("is certified", "Teams is certified.", True, id="said"),
        pytest.param("covered", "Teams is not covered.", False, id="denied"),
        pytest.param("covered", "Teams isn’t covered.", False, id="denied with a curly quote"),
        pytest.param("covered", "It is not Intune. Teams is covered.", True, id="denial in another sentence"),
        pytest.param("covered", "No, Teams is covered.", False, id="an English comma ends no clause"),
        pytest.param("在范围内", "不对，它在范围内。", True, id="a comma before Chinese ends one"),
        pytest.param("在范围内", "Teams 不在范围内。", False, id="denied in Chinese"),
        pytest.param("在范围内", "是否在范围内请看证书。", False, id="whether"),
        pytest.param("certified", "I cannot say whether it is certified.", False, id="whether in English"),
        pytest.param("covered", "Not covered here; covered there.", True, id="one of two places is enough"),
        pytest.param("not certified", "It is not certified.", True, id="a denial can be claimed"),
        pytest.param("not certified", "It is certified.", False, id="and has to be there"),
        pytest.param("covered", "not " + "x" * 90 + " covered", True, id="a denial far away does not count"),
        pytest.param("annotated", "It is annotated.", True, id="'no' inside a word denies nothing"),
        pytest.param("在 范围内", "没有 在范围内", False, id="spaces in Chinese do not hide a denial"),
    ],
)
def test_a_claim_is_made(claim: str, text: str, claimed: bool) -> None:
    assert is_claimed(claim, fold(text)) is claimed


def test_every_group_needs_one_of_its_wordings() -> None:
    verdict = judge(question("Intune", ("Flow", "Power Automate")), received("Intune and Power Automate."))
    assert verdict.right

    verdict = judge(question("Intune", ("Flow", "Power Automate")), received("Intune."))
    assert verdict.missing == (("Flow", "Power Automate"),)
    assert not verdict.right


def test_titles_and_addresses_of_sources_count() -> None:
    source = Source("Certificate", "https://example.com/?linkid=2077815")
    assert judge(question("2077815", "certificate"), received("See below.", sources=(source,))).right


def test_a_forbidden_claim_fails() -> None:
    verdict = judge(question(forbidden=("is covered",)), received("Teams is covered."))
    assert verdict.forbidden == ("is covered",)
    assert not verdict.right


@pytest.mark.parametrize(
    ("in_scope", "answered", "right"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_the_flag_has_to_fit(in_scope: bool, answered: bool, right: bool) -> None:
    assert judge(question(in_scope=in_scope), received("Well.", answered)).right is right


@pytest.mark.parametrize(
    ("answer_lang", "language", "right"),
    [("zh", "zh", True), ("zh", "en", False), ("any", "en", True), ("zh", None, True)],
)
def test_the_language_has_to_fit_where_one_is_wanted(answer_lang: str, language: str | None, right: bool) -> None:
    assert judge(question(answer_lang=answer_lang), received("Well.", language=language)).right is right


def test_a_failed_request_fails_its_question() -> None:
    assert not unanswered("status 500").right
