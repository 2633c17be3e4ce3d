"""Files of entries: whatever people save, what it would become, and what stands in its way."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.assistant.protocol import AssistantUnavailable, Reply
from bot.knowledge_base.importing.carrying_out import carry_out
from bot.knowledge_base.importing.columns import COLUMNS
from bot.knowledge_base.importing.competing import MOST_ASKED, answered_by_others, near_others
from bot.knowledge_base.importing.planning import Plan, lines_now, plan_of
from bot.knowledge_base.importing.problems import UnreadableFile
from bot.knowledge_base.importing.reading import read_table
from bot.knowledge_base.importing.saying import file_problem, problem_lines
from bot.knowledge_base.importing.tables import LARGEST_FILE, MOST_ROWS, Table
from bot.knowledge_base.importing.templates import csv_template, xlsx_template
from bot.knowledge_base.records import Content
from bot.knowledge_base.store import KnowledgeStore
from bot.words import Words
from tests.knowledge_base.conftest import NEW, OLD, PAGE, content

HEADS = ("id", "questions_zh", "questions_en", "answer_zh", "answer_en")
BADGE = ("", "工牌是什么颜色？\n工牌呢？", "What colour is the badge?", "蓝色。", "Blue.")
TODAY = datetime.date(2026, 1, 31)


def csv_of(*rows: Sequence[str], heads: Sequence[str] = HEADS, sign: str = ",") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=sign).writerows([heads, *rows])
    return file.getvalue()


def xlsx_of(*rows: Sequence[object], merge: str = "") -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    if merge:
        book.active.merge_cells(merge)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def planned(store: KnowledgeStore, *rows: Sequence[str], heads: Sequence[str] = HEADS) -> Plan:
    table = read_table("x.csv", csv_of(*rows, heads=heads).encode())
    return plan_of(table, store.files.pages, lines_now(store, TODAY), TODAY)


def wrong(plan: Plan) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.key) for problem in plan.problems]


# --- reading -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(str.encode, id="utf-8"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="utf-8-mark"),
        pytest.param(lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"), id="utf-16"),
        pytest.param(lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), id="utf-16-be"),
        pytest.param(lambda text: text.encode("gb18030"), id="gb18030"),
    ],
)
def test_csv_is_read_however_it_was_saved(sign: str, encode: object) -> None:
    table = read_table("x.csv", encode(csv_of(BADGE, sign=sign)))  # type: ignore[operator]

    assert [dict(row.values) for row in table.rows] == [dict(zip(HEADS, BADGE, strict=True))]


def test_excels_own_line_about_the_sign_is_understood() -> None:
    table = read_table("x.csv", ("sep=;\r\n" + csv_of(BADGE, sign=";")).encode())

    assert [(row.number, row.values["answer_zh"]) for row in table.rows] == [(3, "蓝色。")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_heads_are_understood_in_both_languages(language: str) -> None:
    heads = [COLUMNS[name][language] for name in HEADS]

    assert set(read_table("x.csv", csv_of(BADGE, heads=heads).encode()).rows[0].values) == set(HEADS)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("name", "make"), [("x.csv", csv_template), ("x.xlsx", xlsx_template)])
def test_the_templates_can_be_imported_as_they_are(
    name: str, make: object, language: str, store: KnowledgeStore
) -> None:
    table = read_table(name, make(language, PAGE))  # type: ignore[operator]
    plan = plan_of(table, store.files.pages, lines_now(store, TODAY), TODAY)

    assert (plan.count("new"), plan.problems) == (1, ())


def test_a_workbook_is_read_with_its_empty_lines_numbers_and_days() -> None:
    heads = (*HEADS, "valid_until")
    rows = [
        (),
        heads,
        (),
        (*BADGE, datetime.datetime(2030, 5, 31)),
        ("faq/x", 20000.0, "Which?", "两万。", 20000, None),
    ]
    table = read_table("entries.xlsx", xlsx_of(*rows))

    assert [row.number for row in table.rows] == [4, 5]
    assert table.rows[0].values["valid_until"] == "2030-05-31"
    assert table.rows[1].values["questions_zh"] == table.rows[1].values["answer_en"] == "20000"


def test_formulas_and_merged_cells_are_told_where_they_stand() -> None:
    rows = [HEADS, BADGE, ("", "一？", "One?", "=A1&B1", "1"), ("", "二？", "Two?", "二", "2")]
    found = read_table("x.xlsx", xlsx_of(*rows, merge="D3:D4")).problems

    assert [(problem.row, problem.key) for problem in found] == [(3, "import_merged"), (3, "import_formula")]
    csv_problem = read_table("x.csv", csv_of(("", "=1+1", "?", "a", "b")).encode()).problems[0]
    assert (csv_problem.row, csv_problem.column, csv_problem.key) == (2, "questions_zh", "import_formula")


def test_a_guard_against_formulas_is_no_part_of_the_text() -> None:
    table = read_table("x.csv", csv_of(("", "'-一？", "'=One?", "一", "1")).encode())

    assert (table.rows[0].values["questions_zh"], table.rows[0].values["questions_en"]) == ("-一？", "=One?")


def test_yaml_is_read_in_the_form_of_knowledge_files() -> None:
    text = """
page: {id: iso-1}
entries:
  - id: faq/badges
    links: [certificate]
    questions: {zh: [工牌？], en: ["Badge?", "Which badge?"]}
    answer: {zh: 蓝色。, en: Blue.}
    suggests: []
    history: {revision: 3, author: ann, valid_until: 2030-05-31}
  - colour: blue
"""
    table = read_table("x.yml", text.encode())

    assert table.rows[0].values == {
        "page": "iso-1",
        "id": "faq/badges",
        "links": "certificate",
        "questions_zh": "工牌？",
        "questions_en": "Badge?\nWhich badge?",
        "answer_zh": "蓝色。",
        "answer_en": "Blue.",
        "suggests": "",
        "valid_until": "2030-05-31",
    }
    assert [(problem.row, problem.key) for problem in table.problems] == [(10, "import_unknown_field")]


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(name, b" " * 20_000_000)
    return file.getvalue()


def with_entities() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_of(HEADS, BADGE))) as whole, zipfile.ZipFile(file, "w") as archive:
        for part in whole.infolist():
            body = whole.read(part)
            mark = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' if part.filename == "xl/workbook.xml" else b""
            archive.writestr(part.filename, mark + body)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        pytest.param("x.csv", b" \n", "import_empty_file", id="empty"),
        pytest.param("x.csv", b"x" * (LARGEST_FILE + 1), "import_large_file", id="large"),
        pytest.param("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "import_old_excel", id="xls"),
        pytest.param("x.csv", b"\x00\x01\x02\xff", "import_not_text", id="binary"),
        pytest.param("x.xlsx", b"PK\x03\x04 nothing", "import_not_excel", id="damaged"),
        pytest.param("x.xlsx", xlsx_of(HEADS, BADGE)[:-40], "import_not_excel", id="cut"),
        pytest.param("x.xlsx", bomb(), "import_large_inside", id="bomb"),
        pytest.param("x.xlsx", with_entities(), "import_not_excel", id="entities"),
        pytest.param("x.csv", csv_of(BADGE, heads=("a", "b", "c")).encode(), "import_unknown_column", id="heads"),
        pytest.param("x.csv", csv_of(BADGE, heads=HEADS[:4]).encode(), "import_no_column", id="column-missing"),
        pytest.param("x.csv", csv_of(BADGE, heads=(*HEADS, "中文回答")).encode(), "import_column_twice", id="twice"),
        pytest.param("x.csv", csv_of().encode(), "import_no_rows", id="no-rows"),
        pytest.param("x.csv", csv_of(*[BADGE] * (MOST_ROWS + 1)).encode(), "import_many_rows", id="rows"),
        pytest.param("x.xlsx", xlsx_of(HEADS, *[BADGE] * (MOST_ROWS + 30)), "import_many_rows", id="xlsx-rows"),
        pytest.param("x.yml", b"entries: [", "import_not_yaml", id="yaml"),
        pytest.param("x.yml", b"entries:\n- id: a\n  id: b\n", "import_not_yaml", id="yaml-key-twice"),
        pytest.param("x.yml", b"a: &a [x]\nentries: [*a, *a]", "import_yaml_alias", id="yaml-alias"),
        pytest.param("x.yml", b"just text", "import_no_entries", id="yaml-text"),
        pytest.param("x.yml", b"entries: []", "import_no_rows", id="yaml-empty"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason_in_both_languages(name: str, data: bytes, key: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_table(name, data)

    assert refused.value.key == key
    for language in ("zh", "en"):
        said = file_problem(refused.value, Words(language))
        assert said != key and "{" not in said


@given(st.binary(max_size=400), st.sampled_from(["x.csv", "x.yml", "x.xlsx"]))
def test_no_file_is_more_than_refused(data: bytes, name: str) -> None:
    try:
        table = read_table(name, data)
    except UnreadableFile:
        return
    assert table.rows


@given(st.text(max_size=200), st.sampled_from(["x.csv", "x.yml"]))
def test_no_text_is_more_than_refused(text: str, name: str) -> None:
    try:
        table = read_table(name, (csv_of() + text).encode("utf-8", "replace") if name == "x.csv" else text.encode())
    except UnreadableFile:
        return
    assert table.rows


def test_a_table_comes_back_from_the_form_as_it_went() -> None:
    table = read_table("x.csv", csv_of(BADGE).encode())

    assert Table.unpacked(table.packed()) == table


@pytest.mark.parametrize("packed", ["", "nonsense", "eJw=", "eJyLVspTAAAC9QGM", "é"])
def test_a_table_that_was_tampered_with_is_refused(packed: str) -> None:
    with pytest.raises(UnreadableFile):
        Table.unpacked(packed)


# --- planning ------------------------------------------------------------------------------------------------


def test_a_row_without_an_id_becomes_a_new_entry(store: KnowledgeStore) -> None:
    plan = planned(store, BADGE)

    (one,) = plan.planned
    assert (one.row, one.page, one.label, one.kind) == (2, PAGE, "faq/colour_badge", "new")
    assert one.content.questions["zh"] == ("工牌是什么颜色？", "工牌呢？")


def test_a_row_for_an_entry_keeps_what_the_file_has_no_column_for(store: KnowledgeStore) -> None:
    row = (OLD, "ISO 1 是什么？", "What is ISO 1?", "一项标准。", "A standard for service management.")
    plan = planned(store, row)

    (one,) = plan.planned
    assert one.kind == "changed"
    assert one.content.links == ("certificate",)
    assert one.content.newer == "zh"


def test_an_entry_that_is_there_as_it_stands_is_left_alone(store: KnowledgeStore) -> None:
    row = (OLD, "ISO 1 是什么？", "What is ISO 1?", "一项服务管理标准。", "A standard for service management.")

    assert (planned(store, row).count("same"), planned(store, row).drafts) == (1, ())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(("", "工牌？", "", "蓝", "Blue."), (2, "questions_en", "wrong_no_question"), id="no-english"),
        pytest.param(("", "工牌？", "Badge?", "", "Blue."), (2, "answer_zh", "wrong_no_answer"), id="no-answer"),
        pytest.param(
            ("", "Badge?", "Badge?", "蓝", "Blue."), (2, "questions_zh", "wrong_question_language_zh"), id="language"
        ),
        pytest.param(("", "ISO 1 是什么", "Badge?", "蓝", "Blue."), (2, "questions_zh", "wrong_taken"), id="taken"),
        pytest.param(("Faq", "工牌？", "Badge?", "蓝", "Blue."), (2, "id", "import_no_label"), id="id"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_with_its_column(
    store: KnowledgeStore, row: Sequence[str], expected: tuple[int, str, str]
) -> None:
    assert expected in wrong(planned(store, row))


def test_links_pages_and_days_that_are_none_are_told(store: KnowledgeStore) -> None:
    heads = (*HEADS, "page", "links", "valid_until")
    plan = planned(store, (*BADGE, "iso-2", "", ""), ("", *BADGE[1:], "", "nowhere", "soon"), heads=heads)

    assert wrong(plan) == [
        (2, "page", "import_unknown_page"),
        (3, "valid_until", "wrong_day"),
        (3, "links", "wrong_link"),
    ]


@pytest.mark.parametrize("day", ["2030-05-31", "2030/5/31", "2030年5月31日", "2030.05.31"])
def test_days_are_read_as_people_write_them(store: KnowledgeStore, day: str) -> None:
    plan = planned(store, (*BADGE, day), heads=(*HEADS, "valid_until"))

    assert plan.planned[0].content.valid_until == datetime.date(2030, 5, 31)


def test_what_stands_twice_in_the_file_is_told_with_both_rows(store: KnowledgeStore) -> None:
    other = ("faq/one", "工牌呢", "Another?", "一", "1")
    plan = planned(store, BADGE, other, ("faq/one", "又一个？", "One more?", "一", "1"))

    assert wrong(plan) == [(3, "questions_zh", "import_twice"), (4, "id", "import_id_twice")]
    assert [problem.values["row"] for problem in plan.problems] == [2, 3]


def test_drafts_that_others_write_are_not_run_over(store: KnowledgeStore) -> None:
    store.begin("ann", PAGE, NEW, content())
    plan = planned(store, (NEW, *BADGE[1:]), ("", "保安的工牌是什么颜色", "Other?", "一", "1"))

    assert wrong(plan) == [(2, "id", "import_taken"), (3, "questions_zh", "import_in_draft")]


def test_problems_are_lines_for_a_terminal(store: KnowledgeStore) -> None:
    plan = planned(store, ("", "工牌？", "Badge?", "", "Blue."))

    assert list(problem_lines(plan.problems, Words("en"))) == ["row 2, Answer (Chinese): The answer is missing."]
    assert list(problem_lines(plan.problems, Words("zh"))) == ["row 2, 中文回答: 缺少回答。"]


# --- drafts --------------------------------------------------------------------------------------------------


def test_a_dry_run_stores_nothing_and_carrying_out_makes_drafts(store: KnowledgeStore) -> None:
    row = (OLD, "ISO 1 是什么？", "What is ISO 1?", "一项标准。", "A standard.")
    plan = planned(store, BADGE, row)
    assert store.unfinished() == ()

    done = carry_out(plan, store, "ann")

    assert {draft.label for draft in done.drafts} == {OLD, "faq/colour_badge"} == {d.label for d in store.unfinished()}
    assert {(draft.state, draft.author) for draft in done.drafts} == {("draft", "ann")}


def test_a_draft_that_somebody_began_meanwhile_stays_theirs(store: KnowledgeStore) -> None:
    plan = planned(store, (NEW, *BADGE[1:]))
    theirs = store.begin("bob", PAGE, NEW, content())

    done = carry_out(plan, store, "ann")

    assert (done.drafts, [each.label for each in done.refused]) == ((), [NEW])
    assert store.revision(theirs.id) == theirs


def test_a_plan_with_problems_is_never_carried_out(store: KnowledgeStore) -> None:
    with pytest.raises(ValueError, match="problems"):
        carry_out(planned(store, ("", "", "", "", "Blue.")), store, "ann")


# --- competing -----------------------------------------------------------------------------------------------


class Letters:
    """Embeddings by which two texts are as near as their letters are alike."""

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text.lower():
                row[ord(letter) % 512] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_question_near_another_entrys_competes(store: KnowledgeStore) -> None:
    plan = planned(store, ("", "工牌是什么颜色？", "What is an ISO 1?", "蓝色。", "Blue."))
    entries = [line.entry for line in lines_now(store, TODAY)]

    found = near_others(plan.drafts, entries, Letters())

    assert [(each.row, each.text, each.other, each.theirs) for each in found] == [
        (2, "What is an ISO 1?", OLD, "What is ISO 1?")
    ]


def test_rows_of_one_file_compete_with_each_other(store: KnowledgeStore) -> None:
    plan = planned(store, BADGE, ("faq/two", "颜色工牌是什么？", "Quite another one?", "一", "1"))
    found = near_others(plan.drafts, [], Letters())

    assert [(each.row, each.other) for each in found] == [(2, "faq/two"), (3, "faq/colour_badge")]


def test_a_question_that_another_entry_answers_today_competes(store: KnowledgeStore) -> None:
    plan = planned(store, BADGE)

    def ask(text: str, language: str) -> Reply:
        label = OLD if language == "en" else "out_of_scope/other"
        return Reply("…", language, language == "en", "standard", 0.9, evidence={"label": label})

    asked = answered_by_others(plan.drafts, frozenset({OLD}), ask)

    assert [(each.row, each.text, each.other) for each in asked.competing] == [(2, "What colour is the badge?", OLD)]
    assert asked.left == 0


def test_more_questions_than_can_be_asked_are_counted(store: KnowledgeStore) -> None:
    rows = [("", f"第 {n} 个问题？", f"Question {n}?", "一", "1") for n in range(MOST_ASKED // 2 + 5)]
    reply = Reply("…", "en", False, "out_of_scope", 0.9, outcome="refused")

    assert answered_by_others(planned(store, *rows).drafts, frozenset(), lambda text, language: reply).left == 10


def test_an_assistant_that_fails_is_not_taken_for_agreement(store: KnowledgeStore) -> None:
    failed = Reply("…", "en", False, "apology", 0.0, outcome="failed")

    with pytest.raises(AssistantUnavailable):
        answered_by_others(planned(store, BADGE).drafts, frozenset(), lambda text, language: failed)


def test_every_column_can_be_imported() -> None:
    assert set(COLUMNS) - {"id", "page"} == {
        "links",
        "suggests",
        "valid_from",
        "valid_until",
        *(f"{part}_{language}" for part in ("questions", "answer", "excludes") for language in ("zh", "en")),
    }
    assert {"links", "suggests", "valid_from", "valid_until"} <= set(Content.__dataclass_fields__)


def test_a_workbook_of_another_shape_is_read_from_the_sheet_that_has_entries(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Notes", "nothing to import"])
    sheet = book.create_sheet("Entries")
    for row in (HEADS, BADGE):
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")

    assert len(read_table("x.xlsx", (tmp_path / "x.xlsx").read_bytes()).rows) == 1
