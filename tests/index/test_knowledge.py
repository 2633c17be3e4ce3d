"""Knowledge files: what is read from a good one, how a wrong one is refused, what the shipped one holds."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from index.errors import InvalidKnowledge
from index.knowledge import LANGUAGES, LaterName, Localized, Page, load_page, load_pages, parse_page

ROOT = Path(__file__).resolve().parents[2]
SMALL = Path(__file__).with_name("data") / "knowledge" / "ex-100-2020.yml"
SHIPPED = ROOT / "data" / "knowledge"

URLS = {
    "https://aka.ms/AzureCompliance",
    "https://go.microsoft.com/fwlink/p/?linkid=2077810",
    "https://go.microsoft.com/fwlink/p/?linkid=2077815",
    "https://aka.ms/AzureISO20000StatementofApplicability",
    "https://www.iso.org/standard/51986.html",
    "https://aka.ms/Online-Services-Terms",
    "https://www.microsoft.com/trust-center/compliance/compliance-overview",
    "https://download.microsoft.com/download/4/E/5/4E58193E-F4D8-4A98-A39E-27F604BD8292/ISO-IEC-20000-Compliance.pdf",
}


@pytest.fixture
def raw() -> dict[str, Any]:
    """The small page as YAML reads it, free to be spoilt."""
    return yaml.safe_load(SMALL.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped() -> Page:
    (page,) = load_pages(SHIPPED)
    return page


def problems_of(raw: object) -> list[str]:
    with pytest.raises(InvalidKnowledge) as refused:
        parse_page(raw, "small.yml")
    return [str(problem) for problem in refused.value.problems]


# ---- reading ----


def test_page_is_read_as_frozen_values() -> None:
    page = load_page(SMALL)

    assert page.title == Localized("EX 100:2020 示例标准", "EX 100:2020 example standard")
    assert (page.standard.name, page.standard.aliases) == ("EX 100:2020", ("EX100",))
    assert (page.provider.name, page.provider.aliases) == ("Contoso", ("康托索",))
    assert page.date == datetime.date(2020, 2, 29)
    assert page.link("report").url == "https://contoso.example/report"


def test_service_keeps_later_names_and_defaults() -> None:
    page = load_page(SMALL)

    mail, files = page.service("mail"), page.service("files")
    assert mail.later_names == (LaterName(Localized("Contoso 邮箱", "Contoso Post"), ("CPost",)),)
    assert (mail.link, mail.documented, mail.listed_with) == ("report", True, None)
    assert (files.link, files.documented, files.listed_with, files.aliases) == (None, False, "mail", ())


def test_entry_is_split_into_topic_and_key() -> None:
    entry = load_page(SMALL).entry("coverage_list/services")

    assert (entry.topic, entry.key, entry.page) == ("coverage_list", "services", "ex-100-2020")
    assert entry.questions == {
        "zh": ("哪些服务在范围内？", "覆盖范围"),
        "en": ("Which services are in scope?", "scope"),
    }
    assert entry.answer["zh"] == "Contoso 邮件和 Files 在范围内。"
    assert entry.links == ("certificate", "report")
    assert entry.suggests == ("audit_reports/certificate",)


def test_unknown_id_or_language_is_a_key_error() -> None:
    page = load_page(SMALL)
    for look_up in (page.entry, page.link, page.service, page.title.__getitem__):
        with pytest.raises(KeyError):
            look_up("nothing")


def test_schema_is_a_valid_schema() -> None:
    schema = json.loads((ROOT / "index" / "knowledge.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)


# ---- refusing: each kind of mistake, by file, entry and field ----

SERVICES, CERTIFICATE = 0, 1  # the two entries of the small page

Spoil = Callable[[dict[str, Any]], object]
MISTAKES: list[tuple[str, Spoil, str]] = [
    (
        "missing-part",
        lambda raw: raw.pop("services"),
        "small.yml: file: .: 'services' is a required property",
    ),
    (
        "missing-field",
        lambda raw: raw["page"]["standard"].pop("family"),
        "small.yml: page: standard: 'family' is a required property",
    ),
    (
        "unknown-field",
        lambda raw: raw["entries"][SERVICES].update(anwser={}),
        "small.yml: coverage_list/services: .: Additional properties are not allowed ('anwser' was unexpected)",
    ),
    (
        "wrong-type",
        lambda raw: raw["services"][0].update(documented="sometimes"),
        "small.yml: services[mail]: documented: 'sometimes' is not of type 'boolean'",
    ),
    (
        "number-as-text",
        lambda raw: raw["services"][0].update(aliases=["CMail", 365]),
        "small.yml: services[mail]: aliases[1]: 365 is not of type 'string'",
    ),
    (
        "entry-id-without-key",
        lambda raw: raw["entries"][CERTIFICATE].update(id="certificate"),
        "small.yml: certificate: id: 'certificate' does not match '^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$'",
    ),
    (
        "no-id",
        lambda raw: raw["links"][1].pop("id"),
        "small.yml: links[1]: .: 'id' is a required property",
    ),
    (
        "address-without-https",
        lambda raw: raw["links"][0].update(url="javascript:alert(1)"),
        "small.yml: links[certificate]: url: 'javascript:alert(1)' does not match '^https://[^\\\\s]+$'",
    ),
    (
        "date-that-is-none",
        lambda raw: raw["page"].update(date="2019-02-29"),
        "small.yml: page: date: '2019-02-29' is not a date (YYYY-MM-DD)",
    ),
    (
        "language-missing",
        lambda raw: raw["entries"][SERVICES]["answer"].pop("zh"),
        "small.yml: coverage_list/services: answer: 'zh' is a required property",
    ),
    (
        "questions-of-a-language-missing",
        lambda raw: raw["entries"][CERTIFICATE]["questions"].pop("en"),
        "small.yml: audit_reports/certificate: questions: 'en' is a required property",
    ),
    (
        "blank-answer",
        lambda raw: raw["entries"][SERVICES]["answer"].update(en="  "),
        "small.yml: coverage_list/services: answer.en: is empty",
    ),
    (
        "blank-question",
        lambda raw: raw["entries"][SERVICES]["questions"]["en"].append(""),
        "small.yml: coverage_list/services: questions.en[2]: is empty",
    ),
    (
        "more-than-three-suggestions",
        lambda raw: raw["entries"][SERVICES].update(suggests=["a/a", "a/b", "a/c", "a/d"]),
        "small.yml: coverage_list/services: suggests: ['a/a', 'a/b', 'a/c', 'a/d'] is too long",
    ),
    (
        "unknown-link",
        lambda raw: raw["entries"][SERVICES].update(links=["certificate", "nowhere"]),
        "small.yml: coverage_list/services: links[1]: unknown link 'nowhere'",
    ),
    (
        "unknown-link-of-a-service",
        lambda raw: raw["services"][0].update(link="nowhere"),
        "small.yml: services[mail]: link: unknown link 'nowhere'",
    ),
    (
        "unknown-bullet",
        lambda raw: raw["services"][1].update(listed_with="files"),
        "small.yml: services[files]: listed_with: unknown service 'files'",
    ),
    (
        "unknown-suggestion",
        lambda raw: raw["entries"][CERTIFICATE].update(suggests=["audit_reports/nothing"]),
        "small.yml: audit_reports/certificate: suggests[0]: unknown entry 'audit_reports/nothing'",
    ),
    (
        "suggests-itself",
        lambda raw: raw["entries"][CERTIFICATE].update(suggests=["audit_reports/certificate"]),
        "small.yml: audit_reports/certificate: suggests[0]: unknown entry 'audit_reports/certificate'",
    ),
    (
        "entry-id-twice",
        lambda raw: raw["entries"].append(
            {
                **raw["entries"][CERTIFICATE],
                "questions": {"zh": ["证书呢？"], "en": ["cert"]},
            }
        ),
        "small.yml: entries[2]: id: 'audit_reports/certificate' is already there: entries[1]: id",
    ),
    (
        "link-id-twice",
        lambda raw: raw["links"].append({**raw["links"][0], "url": "https://contoso.example/other"}),
        "small.yml: links[2]: id: 'certificate' is already there: links[0]: id",
    ),
    (
        "address-twice",
        lambda raw: raw["links"][1].update(url="https://contoso.example/certificate"),
        "small.yml: links[report]: url: "
        "'https://contoso.example/certificate' is already there: links[certificate]: url",
    ),
    (
        "name-of-two-services",
        lambda raw: raw["services"][1].update(aliases=["c-post"]),
        "small.yml: services[files]: aliases[0]: 'c-post' is already there: services[mail]: later_names[0].aliases[0]",
    ),
    (
        "question-of-two-entries",
        lambda raw: raw["entries"][CERTIFICATE]["questions"]["en"].append("which SERVICES are in scope"),
        "small.yml: audit_reports/certificate: questions.en[1]: 'which SERVICES are in scope' "
        "is already there: coverage_list/services: questions.en[0]",
    ),
    (
        "question-twice-in-one-entry",
        lambda raw: raw["entries"][SERVICES]["questions"]["zh"].append("覆盖范围？"),
        "small.yml: coverage_list/services: questions.zh[2]: '覆盖范围？' "
        "is already there: coverage_list/services: questions.zh[1]",
    ),
    (
        "english-under-zh",
        lambda raw: raw["entries"][SERVICES]["answer"].update(zh="Mail and Files."),
        "small.yml: coverage_list/services: answer.zh: holds no Chinese",
    ),
    (
        "chinese-under-en",
        lambda raw: raw["links"][0]["title"].update(en="证书"),
        "small.yml: links[certificate]: title.en: holds Chinese",
    ),
]


@pytest.mark.parametrize(
    ("spoil", "message"), [pytest.param(spoil, message, id=name) for name, spoil, message in MISTAKES]
)
def test_mistake_is_refused_with_file_entry_and_field(raw: dict[str, Any], spoil: Spoil, message: str) -> None:
    spoil(raw)
    assert problems_of(raw) == [message]


def test_every_problem_is_listed(raw: dict[str, Any]) -> None:
    raw["page"]["date"] = "soon"
    raw["links"][0]["url"] = ""
    raw["entries"][0]["answer"]["en"] = ""
    assert [problem.split(": ")[1:3] for problem in problems_of(raw)] == [
        ["page", "date"],
        ["links[certificate]", "url"],
        ["coverage_list/services", "answer.en"],
    ]


@pytest.mark.parametrize("raw_file", [None, [], "text", 3], ids=repr)
def test_anything_but_a_mapping_is_refused(raw_file: object) -> None:
    assert problems_of(raw_file) == [f"small.yml: file: .: {raw_file!r} is not of type 'object'"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"page: {id: a\nlinks: [", "wrong.yml: line 2: yaml: ", id="broken"),
        pytest.param(b"page: {id: a, id: b}", "wrong.yml: line 1: yaml: key 'id' is given twice", id="key-twice"),
        pytest.param(b"page: \xff", "wrong.yml: file: byte 6: is not UTF-8", id="not-utf8"),
        pytest.param(b"page: !!python/object:os.system {}", "wrong.yml: line 1: yaml: ", id="unsafe-tag"),
        pytest.param(b"page: \x07", "wrong.yml: ", id="control-character"),
        pytest.param(b"? {a: b}\n: c", "wrong.yml: line 1: yaml: ", id="key-not-a-text"),
    ],
)
def test_unreadable_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "wrong.yml"
    path.write_bytes(content)
    with pytest.raises(InvalidKnowledge) as refused:
        load_page(path)
    assert str(refused.value).startswith(message)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidKnowledge, match="none.yml: file: read: No such file"):
        load_page(tmp_path / "none.yml")


def test_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidKnowledge, match="no knowledge file here"):
        load_pages(tmp_path)


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    good = SMALL.read_text(encoding="utf-8")
    (tmp_path / "a.yml").write_text(good, encoding="utf-8")
    (tmp_path / "b.yml").write_text(good, encoding="utf-8")
    (tmp_path / "c.yml").write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidKnowledge) as refused:
        load_pages(tmp_path)
    places = [(problem.file, problem.field) for problem in refused.value.problems]
    assert places == [("b.yml", "id"), *[("c.yml", ".")] * 4]
    assert (refused.value.file, refused.value.entry, refused.value.field) == ("b.yml", "page", "id")


# ---- the shipped page ----


def test_every_link_of_the_page_is_there_once_and_cited(shipped: Page) -> None:
    assert sorted(link.url for link in shipped.links) == sorted(URLS)
    assert {link for entry in shipped.entries for link in entry.links} == {link.id for link in shipped.links}


def test_nine_bullets_name_ten_services(shipped: Page) -> None:
    assert len(shipped.services) == 10
    assert [service.id for service in shipped.services if service.listed_with] == ["azure_government"]


def test_documents_of_2017_name_all_but_two(shipped: Page) -> None:
    undocumented = {service.id for service in shipped.services if not service.documented}
    assert undocumented == {"azure_government", "office365_21vianet"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "entry_id", ["coverage_list/services", "coverage_list/not_covered", "coverage_service/service"]
)
def test_list_answers_name_every_service(shipped: Page, entry_id: str, language: str) -> None:
    answer = shipped.entry(entry_id).answer[language]
    assert [service.id for service in shipped.services if service.name[language] not in answer] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_answer_names_what_is_documented(shipped: Page, language: str) -> None:
    answer = shipped.entry("coverage_service/documents_scope").answer[language]
    named = [service.id for service in shipped.services if service.documented]
    assert [service for service in named if shipped.service(service).name[language] not in answer] == []


FACTS = {
    "coverage_list/count": ("nine ten", "九 十"),
    "coverage_service/datacenters": ("datacenter certificate", "数据中心 证书"),
    "annual_testing/tested": (
        "annual datacenter physical certificate",
        "每年 年度 数据中心 物理基础结构 证书",
    ),
    "certification_reuse/can_reuse": (
        "Yes assessor responsible controls in-scope",
        "可以 评估方 负责 控制 范围内",
    ),
    "certification_reuse/assessor": ("need assessor responsible implementation", "需要 评估方 聘请 负责"),
    "certification_reuse/responsibility": (
        "responsible controls processes assessor",
        "负责 控制 流程 评估方",
    ),
    "certification_reuse/automatic": ("No assessor responsible controls in-scope", "不会 评估方 负责 范围内"),
    "certification_reuse/conditions": ("in-scope assessor responsible", "范围内 评估方 负责"),
    "audit_reports/where": (
        "Service_Trust_Portal FY17 assessment_report certificate",
        "服务信任门户 FY17 评估报告 证书",
    ),
    "audit_reports/portal": ("auditors compare legal regulatory", "审核员 对照 法规"),
    "audit_reports/year": ("2017 FY17", "2017 FY17"),
    "view_compliance/where": ("certificate Azure additional_services", "证书 Azure 其他服务"),
    "standard/what": (
        "2005 2011 Service_Management_System only family",
        "2005 2011 服务管理体系 服务管理系统 唯一",
    ),
    "standard/publisher": ("ISO IEC joint_subcommittee 2005 2011", "ISO IEC 联合小组委员会 2005 2011"),
    "standard/requirements": ("designing transitioning delivering improving", "设计 转换 交付 改进"),
    "standard/benefit": ("assurance value", "保证 价值"),
    "standard/iso": (
        "independent nongovernmental voluntary_international_standards",
        "独立 非政府组织 自愿性国际标准",
    ),
    "standard/iec": ("International_Electrotechnical_Commission electr", "国际电工委员会 电气 电子"),
    "provider_and_standard/why": (
        "logical_step complements 27001:2013 9001:2015 regulatory_obligations",
        "27001:2013 9001:2015 合规覆盖 监管义务 补充",
    ),
    "provider_and_standard/other_certifications": (
        "27001:2013 9001:2015 continual_improvement",
        "27001:2013 9001:2015 持续改进",
    ),
    "provider_and_standard/examiner": ("independent_third-party not_named", "独立第三方 没有写出"),
    "provider_and_standard/certificate_shows": (
        "procedures monitored reviewed improved",
        "程序 监视 审查 改进",
    ),
}


@pytest.mark.parametrize("entry_id", FACTS)
def test_answer_keeps_its_facts_in_both_languages(shipped: Page, entry_id: str) -> None:
    english, chinese = FACTS[entry_id]
    answer = shipped.entry(entry_id).answer
    assert [fact for fact in english.split() if fact.replace("_", " ") not in answer.en] == []
    assert [fact for fact in chinese.split() if fact not in answer.zh] == []


def test_page_date_answer_gives_the_date_of_the_page(shipped: Page) -> None:
    date, answer = shipped.date, shipped.entry("standard/page_date").answer
    assert f"{date:%-d %B %Y}" in answer.en
    assert f"{date.year} 年 {date.month} 月 {date.day} 日" in answer.zh


def test_nothing_is_called_uncertified(shipped: Page) -> None:
    answers = [(entry.id, entry.answer) for entry in shipped.entries]
    assert [name for name, answer in answers if "not certified" in answer.en or "未认证" in answer.zh] == []


def test_every_entry_is_asked_for_in_many_ways(shipped: Page) -> None:
    few = [
        (entry.id, language)
        for entry in shipped.entries
        for language in LANGUAGES
        if len(entry.questions[language]) < 12
    ]
    assert few == []


def test_the_first_question_of_an_entry_can_be_shown_as_a_suggestion(shipped: Page) -> None:
    first = [(entry.questions["en"][0], entry.questions["zh"][0]) for entry in shipped.entries]
    assert [en for en, _ in first if not (en[0].isupper() and en.endswith("?"))] == []
    assert [zh for _, zh in first if not zh.endswith("？")] == []
