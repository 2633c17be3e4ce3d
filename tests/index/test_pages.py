"""From published pages to knowledge files."""

import datetime
import shutil
from pathlib import Path

import pytest

from index.errors import InvalidPage, PageExists, RetrievalError
from index.knowledge import load_page
from index.pages import ingest, page_id_of, parse_page

DATA = Path(__file__).parent / "data"
SIDE_BY_SIDE = DATA / "offering-ISO-99001.zh-cn.md"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return load_page(ingest(SIDE_BY_SIDE, tmp_path_factory.mktemp("knowledge")))


def answer(page, label):
    return page.entry(label).answer


class TestFacts:
    def test_the_page_has_its_id_title_date_and_provider(self, page):
        assert page.id == "iso-99001"
        assert (page.title.zh, page.title.en) == (
            "ISO/IEC 99001-2:2017 茶水管理",
            "ISO/IEC 99001-2:2017 Tea Management",
        )
        assert page.date == datetime.date(2018, 3, 4)
        assert page.provider.name == "Contoso"

    def test_an_iso_standard_has_the_usual_other_names(self, page):
        assert (page.standard.name, page.standard.family) == ("ISO/IEC 99001-2:2017", "ISO 99001")
        assert {"ISO 99001-2", "ISO/IEC 99001-2", "ISO99001-2", "ISO 99001", "99001-2"} <= set(page.standard.aliases)

    def test_every_link_is_there_once_with_both_titles(self, page):
        assert [(link.url, link.title.zh, link.title.en) for link in page.links] == [
            ("https://learn.microsoft.com/audit/who", "审核员", "auditors"),
            ("https://contoso.example/kettle", "水壶和水壶政府版", "Kettle and Kettle Government"),
            ("https://contoso.example/certificate", "水壶证书", "Kettle certificate"),
            (
                "https://learn.microsoft.com/compliance/regulatory/offering-other#report",
                "Kettle 页面",
                "Kettle assessment report",
            ),
            ("https://contoso.example/guide", "泡茶指南", "A guide to tea"),
            ("https://contoso.example/tea.pdf", "下载背景信息：PDF", "Download the offering backgrounder: PDF"),
        ]

    def test_services_are_the_names_in_the_bullets(self, page):
        assert [(service.name.zh, service.name.en) for service in page.services] == [
            ("水壶", "Kettle"),
            ("水壶政府版", "Kettle Government"),
            ("滤网", "Strainer"),
            ("茶匙商业版、教育版", "Spoon Commercial, Education"),
        ]

    def test_services_know_their_link_their_bullet_and_their_former_name(self, page):
        kettle, government, strainer, _ = page.services
        assert kettle.link == government.link == "kettle_kettle_government"
        assert (kettle.listed_with, government.listed_with) == (None, kettle.id)
        assert strainer.aliases == ("Contoso Sieve",)


class TestEntries:
    def test_each_section_and_question_is_an_entry(self, page):
        assert [entry.id for entry in page.entries] == [
            "coverage_list/services",
            "coverage_service/service",
            "audit_reports/all_documents",
            "audit_reports/certificate",
            "audit_reports/assessment_report",
            "resources/all",
            "standard/what",
            "provider_and_standard/overview",
            "annual_testing/tested",
            "faq/hot_water",
            "faq/gardens",
            "backgrounder/pdf",
        ]

    def test_the_list_of_services_keeps_the_notes_below_it(self, page):
        assert answer(page, "coverage_list/services").en == (
            "The page lists these services in scope: Kettle and Kettle Government; "
            "Strainer (formerly Contoso Sieve) cloud service, sold alone; Spoon Commercial, Education; Kettle. "
            "Spoons count in summer only."
        )
        assert answer(page, "coverage_list/services").zh.endswith("水壶。茶匙只在夏天有效。")

    def test_a_list_reads_as_a_sentence(self, page):
        relation = answer(page, "provider_and_standard/overview")
        assert relation.en == "Contoso is checked each year by auditors: teapots; cups."
        assert relation.zh == "Contoso 每年由审核员检查：茶壶；茶杯。"

    def test_a_question_of_the_page_is_the_question_of_its_entry(self, page):
        entry = page.entry("annual_testing/tested")
        assert entry.questions == {
            "zh": ("Contoso 是否每年测试水壶？",),
            "en": ("Does Contoso run annual tests of kettles?",),
        }
        assert (entry.answer.zh, entry.answer.en) == ("是。见证书。", "Yes. See the certificate.")
        assert entry.links == ("kettle_certificate",)

    def test_a_question_needs_no_bold_type(self, page):
        assert answer(page, "faq/hot_water").en == "Very."

    def test_a_section_of_no_known_kind_is_asked_for_by_its_heading(self, page):
        assert page.entry("faq/gardens").questions["zh"] == ("页面对“茶园”怎么说？",)
        assert answer(page, "faq/gardens").en == "Hills: green."

    def test_documents_are_named_and_cited(self, page):
        entry = page.entry("audit_reports/all_documents")
        assert entry.answer.en == "The page links these documents: Kettle certificate; Kettle assessment report."
        assert entry.links == ("kettle_certificate", "kettle_assessment_report")

    def test_entries_lead_on_to_others(self, page):
        for entry in page.entries:
            assert entry.suggests
            assert entry.id not in entry.suggests

    def test_an_overview_stops_at_a_paragraph_when_it_grows_long(self):
        paragraphs = "\n\n".join(f"第 {n} 段。A{n}. B{n}. C{n}." for n in range(5))
        before, heading, after = SIDE_BY_SIDE.read_text(encoding="utf-8").partition(
            "ISO/IEC 99001 overview</span></span>"
        )
        values = parse_page(f"{before}{heading}\n\n{paragraphs}{after}", "tea")
        what = next(entry for entry in values["entries"] if entry["id"] == "standard/what")
        assert "C1." in what["answer"]["en"]
        assert "A2." not in what["answer"]["en"]


class TestIngest:
    def test_two_pages_in_one_language_each_become_one(self, tmp_path):
        page = load_page(ingest(DATA / "tea.zh-cn.md", tmp_path, other=DATA / "tea.en.md"))
        assert (page.id, page.date, page.standard.name) == ("tea", datetime.date(2019, 5, 6), "the TSA")
        assert "Tea Safety Act" in page.standard.aliases
        assert page.entry("standard/applies_to").answer.zh == "所有喝茶的人。"

    def test_their_order_does_not_matter(self, tmp_path):
        first = ingest(DATA / "tea.zh-cn.md", tmp_path, other=DATA / "tea.en.md").read_text(encoding="utf-8")
        again = ingest(DATA / "tea.en.md", tmp_path, other=DATA / "tea.zh-cn.md", replace=True)
        assert again.read_text(encoding="utf-8").partition("\n")[2] == first.partition("\n")[2]

    def test_one_language_alone_is_refused(self, tmp_path):
        with pytest.raises(InvalidPage, match="tea.en.md: the page is in en only; give it in the other"):
            ingest(DATA / "tea.en.md", tmp_path)
        assert not list(tmp_path.iterdir())

    def test_a_file_that_is_there_is_not_replaced_unasked(self, tmp_path):
        written = ingest(SIDE_BY_SIDE, tmp_path)
        written.write_text("mine")
        with pytest.raises(PageExists, match="iso-99001.yml exists already"):
            ingest(SIDE_BY_SIDE, tmp_path)
        assert written.read_text() == "mine"
        assert load_page(ingest(SIDE_BY_SIDE, tmp_path, replace=True)).id == "iso-99001"

    def test_a_date_can_be_given_for_a_page_without_one(self, tmp_path):
        undated = tmp_path / "offering-Tea.md"
        undated.write_text(_without(SIDE_BY_SIDE, "ms.lasthandoff"), encoding="utf-8")
        with pytest.raises(InvalidPage, match="offering-Tea.md: the front matter has no date"):
            ingest(undated, tmp_path)
        assert load_page(ingest(undated, tmp_path, date=datetime.date(2020, 1, 2))).date.year == 2020

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            pytest.param("03/04/2018", "soon", "ms.lasthandoff is not a date .*: soon", id="date"),
            pytest.param("# <a name", "## <a name", "no title", id="title"),
            pytest.param("Contoso", "The Contoso", "no heading names the provider", id="provider"),
            pytest.param(">Very.<", ">非常。<", "faq/hot_water: answer.en: holds Chinese", id="language"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_file(self, tmp_path, old, new, message):
        wrong = tmp_path / "wrong.md"
        wrong.write_text(SIDE_BY_SIDE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        with pytest.raises(InvalidPage, match=f"(?s)wrong.md: .*{message}"):
            ingest(wrong, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["wrong.md"]

    @pytest.mark.parametrize(
        ("content", "message"),
        [(None, "cannot be read: No such file"), (b"\xff\xfe\x00", "is not UTF-8 text: .* at byte 0")],
    )
    def test_a_file_that_cannot_be_read_is_one_clear_line(self, tmp_path, content, message):
        if content:
            (tmp_path / "page.md").write_bytes(content)
        with pytest.raises(InvalidPage, match=f"^page.md: it {message}"):
            ingest(tmp_path / "page.md", tmp_path)

    def test_a_folder_that_is_not_there_is_one_clear_line(self, tmp_path):
        with pytest.raises(RetrievalError, match="iso-99001.yml cannot be written: No such file"):
            ingest(SIDE_BY_SIDE, tmp_path / "missing")

    def test_a_knowledge_folder_with_an_ingested_page_loads(self, tmp_path):
        from index.knowledge import load_pages

        shutil.copy(Path(__file__).parents[2] / "data" / "knowledge" / "iso-20000-1-2011.yml", tmp_path)
        ingest(SIDE_BY_SIDE, tmp_path)
        assert [page.id for page in load_pages(tmp_path)] == ["iso-20000-1-2011", "iso-99001"]


@pytest.mark.parametrize(
    ("name", "page_id"),
    [
        ("offering-ISO-27001.md", "iso-27001"),
        ("iso-20000-1-2011.zh-cn.md", "iso-20000-1-2011"),
        ("Some Page.en.md", "some-page"),
        ("茶.md", "page"),
    ],
)
def test_the_id_of_a_page_comes_from_its_file(name, page_id):
    assert page_id_of(Path(name)) == page_id


def _without(path, name):
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(name))
