"""Names in sentences: found as they are meant, and not where an ordinary word only looks like one."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import InvalidKnowledge
from index.knowledge import LaterName, Localized, Page, Provider, Service, Standard, load_pages
from index.name_files import expand, read_catalog, read_words
from index.name_table import shape_of
from index.names import NameCatalog
from index.spelling import Speller
from tests.index.name_cases import FRAGMENTS, NAMED, NAMELESS, OWN, STRANGE, UNKNOWN

KNOWLEDGE = Path(__file__).resolve().parents[2] / "data" / "knowledge"
NAMES = KNOWLEDGE / "names"


@pytest.fixture(scope="module")
def catalog() -> NameCatalog:
    return NameCatalog.from_files(NAMES, load_pages(KNOWLEDGE))


def ids(catalog: NameCatalog, text: str, lenient: bool = False) -> list[str]:
    return [mention.name.id for mention in catalog.find(text, lenient=lenient)]


@pytest.mark.parametrize(("text", "expected"), NAMED, ids=[text for text, _ in NAMED])
def test_finds_the_names(catalog: NameCatalog, text: str, expected: list[str]) -> None:
    assert ids(catalog, text) == expected


@pytest.mark.parametrize("text", NAMELESS)
def test_ordinary_words_are_no_names(catalog: NameCatalog, text: str) -> None:
    assert ids(catalog, text) == []


@pytest.mark.parametrize(("text", "expected"), FRAGMENTS)
def test_a_bare_ordinary_word_counts_in_a_fragment_only(catalog: NameCatalog, text: str, expected: list[str]) -> None:
    assert ids(catalog, text) == []
    assert ids(catalog, text, lenient=True) == expected


@pytest.mark.parametrize("text", ["and our teams?", "the flow of work", "an access", "all forms of evidence"])
def test_lenience_does_not_reach_words_with_an_article_or_of(catalog: NameCatalog, text: str) -> None:
    assert ids(catalog, text, lenient=True) == []


@pytest.mark.parametrize(("text", "expected"), UNKNOWN, ids=[text for text, _ in UNKNOWN])
def test_sees_products_that_nobody_knows(catalog: NameCatalog, text: str, expected: str | None) -> None:
    assert catalog.unknown_name(text) == expected


@pytest.mark.parametrize(("text", "expected"), STRANGE, ids=[text for text, _ in STRANGE])
def test_sees_a_strange_word_wherever_it_stands(catalog: NameCatalog, text: str, expected: str | None) -> None:
    known = "what which services covered certificate scope list audit product"
    speller = Speller.of([known] * 5)  # words that are used often are the knowledge's own
    assert catalog.unknown_name(text, speller.is_word) == expected


# What a mention says.


@pytest.mark.parametrize(
    ("text", "typed", "score"),
    [
        pytest.param("is Intune in", "Intune", 1.0, id="as-spelt"),
        pytest.param("is teams covered", "teams", 0.9, id="ordinary-word"),
        pytest.param("is intuen in", "intuen", 0.8, id="one-slip"),
        pytest.param("is sharpeoitn in", "sharpeoitn", 0.7, id="two-slips"),
        pytest.param("查Ｉｎｔｕｎｅ吧", "Ｉｎｔｕｎｅ", 1.0, id="full-width"),
        pytest.param("問世紀互聯的 O365 嗎", "世紀互聯的 O365", 1.0, id="traditional"),
        pytest.param("是In\u200btune吗", "In\u200btune", 1.0, id="invisible-character"),
        pytest.param("is Microsoft  Teams in", "Microsoft  Teams", 1.0, id="maker-taken-in"),
        pytest.param("has ISO 27001:2022 ended", "ISO 27001:2022", 1.0, id="year-taken-in"),
    ],
)
def test_a_mention_tells_what_was_typed_and_how_sure_it_is(
    catalog: NameCatalog, text: str, typed: str, score: float
) -> None:
    (mention,) = catalog.find(text)
    assert (mention.text, mention.score) == (typed, score)
    assert text[mention.start : mention.end] == typed


def test_names_carry_their_relations(catalog: NameCatalog) -> None:
    found = {text: catalog.find(text)[0].name for text in ["Intune", "Power Automate", "Azure SQL", "Office 365"]}
    assert found["Intune"].listed and found["Intune"].vendor == "microsoft"
    assert found["Power Automate"].renamed_from == "flow" and found["Power Automate"].listed
    assert found["Azure SQL"].part_of == "azure" and not found["Azure SQL"].listed
    assert found["Office 365"].related_to == "office365_21vianet" and not found["Office 365"].listed


def test_whose_name_it_is(catalog: NameCatalog) -> None:
    foreign = {
        text: catalog.is_foreign(catalog.find(text)[0].name) for text in ["Teams", "EC2", "AWS", "微软", "SOC 2"]
    }
    assert foreign == {"Teams": False, "EC2": True, "AWS": True, "微软": False, "SOC 2": False}


def test_get_knows_standards_by_their_number_and_nothing_else_unlisted(catalog: NameCatalog) -> None:
    standard = catalog.get("standard:iso-55001")
    assert standard is not None and standard.display.en == "ISO 55001"
    assert catalog.get("") is None and catalog.get("no_such_service") is None


@settings(max_examples=150)
@given(
    st.text(alphabet="aAzsTeams 365-_./:()（）'’Ｉ的和呢在雲世紀互聯İß\u200b\n,、?¥🙂IntuneAzureBI20001", max_size=60)
)
def test_mentions_point_into_the_text_and_do_not_overlap(catalog: NameCatalog, text: str) -> None:
    end = 0
    for mention in catalog.find(text, lenient=True):
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        end = mention.end
    catalog.unknown_name(text)


def test_a_name_is_found_at_the_end_of_a_very_long_text(catalog: NameCatalog) -> None:
    story = "we have had a long year and many flows of work, and then " * 70
    assert ids(catalog, story + "is intuen covered?") == ["intune"]


# The catalog's files.


def test_the_catalog_is_large_and_nothing_in_it_is_spelt_twice() -> None:
    entries = read_catalog(NAMES)
    assert len(entries) >= 300
    owners: dict[tuple[str, tuple[int, ...]], set[str]] = {}
    for entry in entries:
        for text in entry.spellings:
            key, gaps = shape_of(text)
            owners.setdefault((key, tuple(sorted(gaps))), set()).add(entry.name.id)
    assert {shape[0]: names for shape, names in owners.items() if len(names) > 1} == {}


def test_every_spelling_leads_to_its_name_when_context_allows(catalog: NameCatalog) -> None:
    lost = []
    for entry in read_catalog(NAMES):
        for text in entry.spellings:
            found = {mention.name.id for mention in catalog.find(text, lenient=True)}
            wanted = {entry.name.id, OWN if entry.name.id == "standard:iso-20000-1" else entry.name.id}
            if not found & wanted:
                lost.append((entry.name.id, text, found))
    assert lost == []


def test_listed_words_are_never_taken_for_a_slip(catalog: NameCatalog) -> None:
    words = read_words(NAMES).not_typos
    assert "terms" in words and "genetics" in words
    assert [word for word in words if catalog.find(f"is {word} covered", lenient=True)] == []


@pytest.mark.parametrize("page", load_pages(KNOWLEDGE), ids=lambda page: page.id)
def test_a_page_lists_what_it_lists(catalog: NameCatalog, page: Page) -> None:
    for service in page.services:
        for text in (service.name.zh, service.name.en, *service.aliases):
            assert ids(catalog, text, lenient=True) == [service.id], text
    for text in (page.standard.name, page.standard.family, *page.standard.aliases):
        assert ids(catalog, text) == [f"standard:{page.id}"], text


def test_alternatives_are_spelt_out() -> None:
    assert list(expand("<|MS >Share<| >Point")) == ["SharePoint", "Share Point", "MS SharePoint", "MS Share Point"]


# Pages and catalog together.


def page_listing(*services: Service, provider: str = "Microsoft") -> Page:
    return Page(
        id="iso-27001",
        title=Localized("ISO 27001", "ISO 27001"),
        standard=Standard("ISO/IEC 27001:2013", "ISO 27001", ("ISO27001",)),
        provider=Provider(provider),
        date=datetime.date(2020, 1, 1),
        links=(),
        services=services,
        entries=(),
    )


def test_a_page_takes_over_the_name_that_it_lists() -> None:
    page = page_listing(Service("o365", Localized("Office 365", "Office 365"), ("Office suite",)))
    catalog = NameCatalog.from_files(NAMES, [page])
    listed = catalog.find("Office 365")[0].name
    assert (listed.id, listed.listed) == ("o365", True)
    assert ids(catalog, "O365") == ["o365"], "the catalog's spellings come along"
    teams = catalog.get("teams")
    assert teams is not None and teams.part_of == "o365", "and so do its parts"


def test_a_page_beats_the_catalog_where_one_spelling_means_two_things() -> None:
    page = page_listing(Service("spo_desk", Localized("SPO Desk", "SPO Desk"), ("SPO",)))
    catalog = NameCatalog.from_files(NAMES, [page])
    assert ids(catalog, "is SPO covered") == ["spo_desk"]
    assert ids(catalog, "is SharePoint covered") == ["sharepoint_online"]


def test_a_later_name_remembers_the_listed_one() -> None:
    later = LaterName(Localized("Zyx Pro", "Zyx Pro"), ("ZyxPro 2",))
    page = page_listing(Service("zyx", Localized("Zyx", "Zyx"), later_names=(later,)))
    catalog = NameCatalog.from_files(NAMES, [page])
    name = catalog.find("what about ZyxPro 2?")[0].name
    assert (name.id, name.renamed_from, name.listed) == ("zyx_pro", "zyx", True)


def test_the_standard_and_provider_of_a_page_are_its_own() -> None:
    catalog = NameCatalog.from_files(NAMES, [page_listing(provider="Amazon Web Services")])
    assert ids(catalog, "ISO/IEC 27001") == ["standard:iso-27001"]
    standard = catalog.get("standard:iso-27001")
    assert standard is not None and standard.listed
    assert catalog.providers == {"iso-27001": "aws"}
    assert not catalog.is_foreign(catalog.find("EC2")[0].name)
    assert catalog.is_foreign(catalog.find("Intune")[0].name)


def test_a_second_page_lists_the_same_service_under_its_own_id() -> None:
    second = page_listing(Service("microsoft_intune", Localized("Microsoft Intune", "Microsoft Intune")))
    catalog = NameCatalog.from_files(NAMES, [*load_pages(KNOWLEDGE), second])
    name = catalog.find("Microsoft Intune")[0].name
    assert (name.id, name.also) == ("intune", ("microsoft_intune",))
    assert catalog.get("microsoft_intune") == name


def test_without_pages_everything_is_known_and_nothing_listed() -> None:
    catalog = NameCatalog.from_files(NAMES, [])
    assert ids(catalog, "Intune, Power BI and ISO 20000-1") == ["intune", "power_bi", "standard:iso-20000-1"]
    assert not any(name.listed for name in catalog.names.values())


# Files with mistakes.


def files(folder: Path, **content: object) -> Path:
    for file in ("services", "vendors", "standards", "words"):
        text = yaml.safe_dump(content.get(file, {"names": []} if file != "words" else {}), allow_unicode=True)
        (folder / f"{file}.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param({"services": {"names": [{"name": "X"}]}}, "services.yml: ?: id: is missing", id="no-id"),
        pytest.param({"services": {"names": ["X"]}}, "services.yml: X: name: is neither", id="no-name"),
        pytest.param(
            {"vendors": {"names": [{"id": "x", "name": {"zh": "X"}}]}}, "x: name: is neither", id="no-english"
        ),
        pytest.param(
            {"vendors": {"names": [{"id": "x", "name": "X", "alias": []}]}}, "x: alias: unknown field", id="field"
        ),
        pytest.param(
            {"vendors": {"names": [{"id": "x", "name": "X", "aliases": "Y"}]}}, "is not a list", id="text-alias"
        ),
        pytest.param(
            {"services": {"names": [{"id": "x", "name": "X", "part_of": "y"}]}},
            "part_of: unknown name 'y'",
            id="dangling",
        ),
        pytest.param(
            {"services": {"names": [{"id": "x", "name": "X", "suite_of": ["y"]}]}},
            "suite_of: unknown name 'y'",
            id="dangling-suite",
        ),
        pytest.param({"vendors": {"names": [{"id": "x", "name": "X"}] * 2}}, "x: id: occurs twice", id="twice"),
        pytest.param({"services": [1]}, "services.yml: file: form: is not a mapping", id="list"),
        pytest.param({"words": {"oddities": []}}, "words.yml: oddities: list: unknown list", id="unknown-list"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_reason(
    tmp_path: Path, content: dict[str, object], problem: str
) -> None:
    with pytest.raises(InvalidKnowledge) as caught:
        NameCatalog.from_files(files(tmp_path, **content), [])
    assert problem in str(caught.value)


def test_a_missing_or_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidKnowledge, match="services.yml: file: read"):
        NameCatalog.from_files(tmp_path, [])
    files(tmp_path)
    (tmp_path / "vendors.yml").write_text("names: [", encoding="utf-8")
    with pytest.raises(InvalidKnowledge, match="vendors.yml: file: read"):
        NameCatalog.from_files(tmp_path, [])
