"""/staff/knowledge/import: a file is checked, what would happen is shown, and only then drafts are made."""

from __future__ import annotations

import html
import io
import re
import zlib
from base64 import b64encode
from collections.abc import Sequence

import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.assistant.protocol import Reply, Utterance
from bot.knowledge_base.importing.tables import LARGEST_FILE
from bot.services import Services
from bot.transcripts.review import knowledge_import
from tests.bot.conftest import MakeApp, SignedIn
from tests.bot.staff_requests import form_token, send_form
from tests.fakes.assistant import FakeAssistant

IMPORT = "/staff/knowledge/import"
RIGHT = (
    "Entry,Questions (Chinese),Questions (English),Answer (Chinese),Answer (English)\n"
    ",工牌是什么颜色？,What colour is the badge?,蓝色。,Blue.\n"
)
WRONG = RIGHT + ",一？,One?,,=A1\n"


class Apart:
    """Embeddings by which no two texts are alike."""

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return np.eye(len(texts), dtype=np.float32)


class Knowing(FakeAssistant):
    """Answers one question from an entry."""

    def respond(self, utterance: Utterance, timeout: float) -> Reply:
        self.seen.append(utterance)
        known = "colour" in utterance.text
        return Reply("…", "en", known, "standard", 0.9, evidence={"label": "standard/what" if known else ""})


@pytest.fixture
def assistant() -> Knowing:
    return Knowing()


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_import, "open_encoder", Apart)


def upload(client: FlaskClient, data: bytes | str, name: str = "entries.csv") -> TestResponse:
    file = (io.BytesIO(data.encode() if isinstance(data, str) else data), name)
    return client.post(IMPORT, data={"csrf_token": form_token(client, IMPORT), "file": file})


def upload_raw(client: FlaskClient, size: int) -> TestResponse:
    """A file of so many bytes, in a body put together here: the test client would leave files behind."""
    token = form_token(client, IMPORT)
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode(),
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n' + b"x" * size,
        b"\r\n--edge--\r\n",
    ]
    return client.post(IMPORT, data=b"".join(parts), content_type="multipart/form-data; boundary=edge")


def checked_table(response: TestResponse) -> str:
    return html.unescape(re.search(r'name="table" value="([^"]+)"', response.text)[1])  # type: ignore[index]


def test_a_dry_run_shows_what_would_be_drafts_and_stores_nothing(signed_in: SignedIn, parts: Services) -> None:
    rows = len(parts.audit.newest(limit=1000))
    client = signed_in("reviewer")
    before = len(parts.audit.newest(limit=1000))
    response = upload(client, RIGHT)

    assert response.status_code == 200
    assert "Make 1 draft" in response.text and "faq/colour_badge" in response.text
    assert parts.knowledge.unfinished() == ()
    assert len(parts.audit.newest(limit=1000)) == before > rows - 1


def test_confirming_makes_the_drafts_and_the_log_tells(signed_in: SignedIn, parts: Services) -> None:
    client = signed_in("reviewer")
    table = checked_table(upload(client, RIGHT))
    response = send_form(client, f"{IMPORT}/confirm", {"table": table, "name": "entries.csv"})

    assert response.status_code == 302
    assert response.location.endswith("/staff/knowledge/?show=draft")
    assert [(draft.label, draft.author) for draft in parts.knowledge.unfinished()] == [("faq/colour_badge", "reviewer")]
    noted = [(row.actor, row.action) for row in parts.audit.newest(limit=2)]
    assert noted == [("reviewer", "knowledge.begun"), ("reviewer", "knowledge.imported")]
    assert "1 draft is made." in client.get(response.location).text


def test_problems_are_listed_with_row_and_column_and_nothing_can_be_confirmed(signed_in: SignedIn) -> None:
    response = upload(signed_in("reviewer"), WRONG)

    assert response.status_code == 422
    assert "The answer is missing." in response.text and "This is a formula." in response.text
    assert 'name="table"' not in response.text


def test_what_another_entry_answers_today_is_shown(signed_in: SignedIn, assistant: Knowing) -> None:
    response = upload(signed_in("reviewer"), RIGHT)

    assert "answers it today" in response.text and "standard/what" in response.text
    assert [utterance.language for utterance in assistant.seen] == ["zh", "en"]


def test_while_the_assistant_starts_it_says_that_nothing_was_compared(signed_in: SignedIn, assistant: Knowing) -> None:
    assistant.is_ready = False

    assert "still starting" in upload(signed_in("reviewer"), RIGHT).text


def test_where_the_assistant_runs_elsewhere_it_says_so(make_app: MakeApp) -> None:
    app = make_app(ASSISTANT_URL="http://127.0.0.1:9")
    parts: Services = app.extensions["compliance-faq"]
    parts.accounts.add("ann", "correct horse battery", "reviewer")
    client = app.test_client()
    token = form_token(client)
    client.post("/staff/sign-in", data={"name": "ann", "password": "correct horse battery", "csrf_token": token})

    assert "runs elsewhere" in upload(client, RIGHT).text


def test_what_changed_between_check_and_confirmation_is_found(signed_in: SignedIn, parts: Services) -> None:
    client = signed_in("reviewer")
    table = checked_table(upload(client, RIGHT))
    send_form(client, f"{IMPORT}/confirm", {"table": table, "name": "x"})
    again = send_form(client, f"{IMPORT}/confirm", {"table": table, "name": "x"})

    assert again.status_code == 422
    assert len(parts.knowledge.unfinished()) == 1


@pytest.mark.parametrize(
    "table",
    [
        "",
        "nonsense",
        b64encode(zlib.compress(b'[[1, {"page": ["x"]}]]')).decode(),
        b64encode(zlib.compress(b"[" * 60_000)).decode(),
        b64encode(zlib.compress(b" " * 50_000_000)).decode(),
        b64encode(zlib.compress(b'[[1, {"id": "<script>"}]]')).decode(),
    ],
)
def test_a_table_that_was_made_up_does_no_harm(signed_in: SignedIn, parts: Services, table: str) -> None:
    response = send_form(signed_in("reviewer"), f"{IMPORT}/confirm", {"table": table, "name": "<b>x</b>"})

    assert response.status_code in (400, 422)
    assert "<script>" not in response.text and "<b>x" not in response.text
    assert parts.knowledge.unfinished() == ()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.csv", "../../etc/passwd.csv", "C:\\x\\表格.csv"])
def test_a_files_name_is_only_text(signed_in: SignedIn, name: str) -> None:
    response = upload(signed_in("reviewer"), RIGHT, name)

    assert response.status_code == 200
    assert "<script>alert" not in response.text and "etc/" not in response.text


def test_a_file_beyond_the_limit_is_refused_with_a_sentence(signed_in: SignedIn) -> None:
    client = signed_in("reviewer")

    assert "larger than 2 MB" in upload_raw(client, LARGEST_FILE + 1).text
    assert upload_raw(client, LARGEST_FILE + 100_000).status_code == 413


def test_no_file_is_said_to_be_none(signed_in: SignedIn) -> None:
    response = upload(signed_in("reviewer"), b"", name="")

    assert (response.status_code, "Choose a file first." in response.text) == (400, True)


def test_a_viewer_may_not_import(signed_in: SignedIn) -> None:
    client = signed_in("viewer")

    assert client.get(IMPORT).status_code == 403
    assert send_form(client, IMPORT).status_code == 403
    assert send_form(client, f"{IMPORT}/confirm").status_code == 403
    assert "/staff/knowledge/import" not in client.get("/staff/knowledge/").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_templates_are_downloads_that_can_be_sent_back(signed_in: SignedIn, kind: str, language: str) -> None:
    client = signed_in("reviewer")
    template = client.get(f"{IMPORT}/template.{kind}?lang={language}")

    assert template.headers["Content-Disposition"] == f"attachment; filename=entries.{kind}"
    assert upload(client, template.data, f"entries.{kind}").status_code == 200
    assert client.get(f"{IMPORT}/template.exe").status_code == 404


def test_other_pages_take_no_more_than_before(signed_in: SignedIn) -> None:
    client = signed_in("reviewer")

    assert send_form(client, "/staff/knowledge/new", {"answer_en": "x" * 70_000}).status_code == 413
