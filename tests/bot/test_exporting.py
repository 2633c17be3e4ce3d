"""Exports: right in a spreadsheet, right for machines, and as large as they come."""

from __future__ import annotations

import csv
import datetime
import io
import json
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.protocol import Reply
from bot.ids import new_id
from bot.services import Services
from bot.transcripts.database import Database
from bot.transcripts.exporting import _cell, export, numbers_of
from bot.transcripts.filters import Filter
from bot.transcripts.migrate import migrate
from bot.transcripts.reading import Reading
from bot.transcripts.records import Turn
from bot.transcripts.store import TranscriptStore
from tests.bench.turns import fill_with_turns
from tests.bot.conftest import SignedIn
from tests.bot.staff_requests import send_form
from tests.bot.test_staff_conversations import ask

EVERYTHING = Filter()
NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)


def exported(database: Database, form: str, wanted: Filter = EVERYTHING) -> str:
    return "".join(export(database, numbers_of(Reading(database), wanted), form))


def table(text: str) -> list[dict[str, str]]:
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def record(database: Database, text: str, outcome: str = "answered") -> Turn:
    reply = Reply("是的，在范围内。\n第二行", "zh", True, "coverage_service", 0.9, outcome=outcome)
    turn = Turn(new_id(), "c1", text, reply, "web", 12.5, NOW)
    TranscriptStore(database).record(turn)
    return turn


def test_chinese_quotes_and_line_ends_come_back_as_they_were(database: Database) -> None:
    for text in ("Intune 在范围内吗？", 'She said "hi", then left', "two\nlines", "😀"):
        record(database, text)
    rows = table(exported(database, "csv"))

    assert [row["question"] for row in rows] == ["😀", "two\nlines", 'She said "hi", then left', "Intune 在范围内吗？"]
    assert {row["answer"] for row in rows} == {"是的，在范围内。\n第二行"}
    assert rows[0]["created"] == "2026-01-31T12:00:00.000Z"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "  =1+1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_is_a_formula(database: Database, text: str) -> None:
    record(database, text)

    assert table(exported(database, "csv"))[0]["question"] == f"'{text}"


@given(st.text())
def test_whatever_people_write_no_cell_begins_like_a_formula(text: str) -> None:
    assert not str(_cell(text)).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_a_spreadsheet_takes_numbers_as_numbers(database: Database) -> None:
    record(database, "Intune?")
    row = table(exported(database, "csv"))[0]
    sheet = openpyxl.Workbook().active
    sheet.append([float(row["confidence"]), float(row["milliseconds"])])

    assert [cell.data_type for cell in sheet[1]] == ["n", "n"]


def test_lines_for_machines_hold_everything(database: Database) -> None:
    turn = record(database, "=1+1")
    TranscriptStore(database).give_feedback(turn.id, "down", "不对")
    [line] = exported(database, "jsonl").splitlines()
    row = json.loads(line)

    assert (row["turn"], row["question"], row["feedback"], row["comment"]) == (turn.id, "=1+1", "down", "不对")
    assert {"evidence", "sources", "suggestions", "tags", "services"} <= set(row)
    assert "不对" in line  # as it is, not escaped


def test_a_filter_is_the_one_of_the_lists(database: Database) -> None:
    record(database, "answered one")
    record(database, "refused one", "refused")

    assert [row["question"] for row in table(exported(database, "csv", Filter(outcome="refused")))] == ["refused one"]
    assert table(exported(database, "csv", Filter(query="nothing like it"))) == []


def test_an_export_of_many_turns_takes_no_more_memory_than_one_of_few(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    migrate(database)
    fill_with_turns(database, 3000, end=NOW)

    def peak(some: Filter) -> tuple[int, int]:
        tracemalloc.start()
        lines = sum(part.count("\n") for part in export(database, numbers_of(Reading(database), some), "jsonl"))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return lines, most

    few, many = peak(Filter(language="en")), peak(Filter())
    assert many[0] == 3000 and few[0] < 1500
    assert many[1] < few[1] * 1.5
    database.close()


def test_reviewers_download_what_they_filtered_and_it_is_recorded(signed_in: SignedIn, parts: Services) -> None:
    reviewer = signed_in("reviewer")
    ask(reviewer, "Is Intune covered?")
    ask(reviewer, "今天天气怎么样？")
    reply = reviewer.get("/staff/export/turns.csv?outcome=refused")

    assert [row["question"] for row in table(reply.text)] == ["今天天气怎么样？"]
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="turns-20')
    noted = parts.audit.newest(limit=1)[0]
    assert (noted.action, noted.target, json.loads(noted.details)) == ("turns.exported", "csv", {"outcome": "refused"})
    assert len(reviewer.get("/staff/export/turns.jsonl").text.splitlines()) == 2


def test_what_cannot_be_exported_is_not_found(signed_in: SignedIn) -> None:
    reviewer = signed_in("reviewer")
    for address in ("turns.exe", "turns.csv?outcome=nonsense", "turns.csv?since=yesterday"):
        assert reviewer.get(f"/staff/export/{address}").status_code == 404
    assert signed_in("viewer").get("/staff/export/turns.csv").status_code == 403


def test_an_admin_hands_out_and_deletes_what_a_token_names(
    signed_in: SignedIn, client: FlaskClient, parts: Services
) -> None:
    admin = signed_in("admin")
    token = ask(client, "Is Intune covered?")["conversation"]
    ask(client, "somebody else's")
    page = send_form(admin, "/staff/people/", {"who": token}).text
    person = {"kind": "conversation", "id": parts.tokens.read(token)}
    assert person["id"] in page and token not in page

    [line] = send_form(admin, "/staff/people/export.jsonl", person).text.splitlines()
    assert json.loads(line)["question"] == "Is Intune covered?"
    assert send_form(admin, "/staff/people/delete", person).status_code == 302
    assert "Deleted turns: 1." in admin.get("/staff/people/?lang=en").text
    assert client.get(f"/api/conversations/{token}").status_code == 410
    assert len(exported(parts.database, "jsonl").splitlines()) == 1
    done = [(row.action, row.target) for row in parts.audit.newest(limit=3)]
    assert done == [(f"person.{what}", person["id"]) for what in ("erased", "exported", "viewed")]


@pytest.mark.parametrize("form", [{"kind": "conversation", "id": "nobody"}, {"kind": "all", "id": "c1"}, {}])
def test_nobody_cannot_be_deleted(signed_in: SignedIn, form: dict[str, str]) -> None:
    assert send_form(signed_in("admin"), "/staff/people/delete", form).status_code == 404


def test_only_admins_look_people_up(signed_in: SignedIn) -> None:
    reviewer = signed_in("reviewer")
    for path in ("/staff/people/", "/staff/people/delete", "/staff/people/export.csv"):
        assert send_form(reviewer, path, {"who": "x"}).status_code == 403


def test_the_owner_of_a_conversation_deletes_it(client: FlaskClient, parts: Services) -> None:
    token = ask(client, "Is Intune covered?")["conversation"]

    assert client.delete(f"/api/conversations/{token}").status_code == 204
    assert client.delete(f"/api/conversations/{token}").status_code == 204
    assert client.get(f"/api/conversations/{token}").status_code == 410
    assert client.delete("/api/conversations/forged").status_code == 400
    assert parts.audit.newest(limit=1)[0].action == "person.erased"
