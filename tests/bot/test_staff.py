"""/staff/: sign-in, and reading what was asked."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.services import Services
from bot.transcripts.accounts import AccountError, StaffAccounts
from tests.bot.conftest import MakeApp

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("bot.transcripts.accounts.PasswordHasher", lambda: hasher)


@pytest.fixture
def staff(client: FlaskClient, parts: Services) -> FlaskClient:
    """A browser in which Ann has signed in."""
    parts.accounts.add("ann", PASSWORD, "reviewer")
    assert sign_in(client).status_code == 302
    return client


def form_token(client: FlaskClient, path: str = "/staff/sign-in") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, name: str = "ann", password: str = PASSWORD, next_page: str = "") -> TestResponse:
    form = {"name": name, "password": password, "csrf_token": form_token(client)}
    return client.post("/staff/sign-in", query_string={"next": next_page}, data=form)


def ask(client: FlaskClient, text: str, conversation: str | None = None) -> dict[str, str]:
    body: dict[str, str] = client.post("/api/messages", json={"text": text, "conversation": conversation}).json
    return body


@pytest.mark.parametrize("path", ["/staff/", "/staff/conversations/abc", "/staff/?after=1_c1"])
def test_without_a_session_every_page_leads_to_the_sign_in(client: FlaskClient, path: str) -> None:
    reply = client.get(path)

    assert reply.status_code == 302
    assert reply.location.startswith("/staff/sign-in?next=/staff/")


def test_after_signing_in_one_is_where_one_wanted_to_be(client: FlaskClient, parts: Services) -> None:
    parts.accounts.add("Ann", PASSWORD, "viewer")

    assert sign_in(client, " ANN ", next_page="/staff/conversations/abc").location == "/staff/conversations/abc"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/staff/../x//y", "javascript:1", ""],
)
def test_signing_in_never_leads_away(client: FlaskClient, parts: Services, elsewhere: str) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")

    assert sign_in(client, next_page=elsewhere).location == "/staff/"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("ann", PASSWORD + " "),
        ("' OR 1=1 --", "x"),
        ("\x00", "\x00"),
    ],
)
def test_a_wrong_name_or_password_says_which_of_both_it_is_not(
    client: FlaskClient, parts: Services, name: str, password: str
) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")
    reply = sign_in(client, name, password)

    assert reply.status_code == 401
    assert "Name or password is wrong." in reply.text
    assert client.get("/staff/").status_code == 302


def test_guessing_is_stopped_for_the_address_and_for_the_name(client: FlaskClient, parts: Services) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")
    statuses = [sign_in(client, password="guess").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert sign_in(client).status_code == 429  # the right password does not tell either

    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    assert sign_in(client).status_code == 429
    assert sign_in(client, "bob").status_code == 401


def test_signing_in_does_not_count_as_guessing(client: FlaskClient, parts: Services) -> None:
    parts.accounts.add("ann", PASSWORD, "viewer")

    for _ in range(12):
        assert sign_in(client).status_code == 302
        client.post("/staff/sign-out", data={"csrf_token": form_token(client, "/staff/")})


@pytest.mark.parametrize("path", ["/staff/sign-in", "/staff/sign-out"])
def test_a_form_from_elsewhere_is_refused(staff: FlaskClient, path: str) -> None:
    reply = staff.post(path, data={"name": "ann", "password": PASSWORD})

    assert reply.status_code == 400
    assert staff.get("/staff/").status_code == 200


def test_signing_out_ends_the_session(staff: FlaskClient) -> None:
    staff.post("/staff/sign-out", data={"csrf_token": form_token(staff, "/staff/")})

    assert staff.get("/staff/").status_code == 302


def test_a_new_password_ends_open_sessions(staff: FlaskClient, parts: Services) -> None:
    parts.accounts.set_password("ann", "another good password")

    assert staff.get("/staff/").status_code == 302


def test_the_cookie_is_kept_from_scripts_and_from_the_api(make_app: MakeApp) -> None:
    client = make_app(PUBLIC_URL="https://faq.example.com").test_client()
    cookie = client.get("/staff/sign-in").headers["Set-Cookie"]

    for part in ("HttpOnly", "SameSite=Lax", "Path=/staff", "Secure", "Expires="):
        assert part in cookie


def test_conversations_are_listed_newest_first(staff: FlaskClient) -> None:
    ask(staff, "Is Intune covered?")
    ask(staff, "今天天气怎么样？")
    text = staff.get("/staff/").text

    assert text.index("今天天气怎么样？") < text.index("Is Intune covered?")
    assert "Refused" in text and "Answered" in text and "Chinese" in text


def test_the_list_goes_on_page_by_page(staff: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.transcripts.review.views.PAGE_LENGTH", 2)
    for number in range(5):
        ask(staff, f"question {number}")

    seen: list[str] = []
    url: str | None = "/staff/"
    while url:
        text = staff.get(url).text
        seen += re.findall(r"question \d", text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        url = older[1] if older else None

    assert seen == [f"question {number}" for number in (4, 3, 2, 1, 0)]


def test_an_empty_list_says_so(staff: FlaskClient) -> None:
    assert "Nobody has asked anything yet" in staff.get("/staff/").text
    assert "No older conversations" in staff.get("/staff/?after=1_c1").text
    assert staff.get("/staff/?after=nonsense").status_code == 404


def test_a_conversation_reads_as_the_chat_it_was(staff: FlaskClient) -> None:
    first = ask(staff, "Is Intune covered?")
    ask(staff, "天气？", first["conversation"])
    feedback = {"turn": first["turn"], "value": "down", "comment": "which Intune?"}
    staff.post("/api/feedback", json=feedback)
    path = re.search(r"/staff/conversations/\w+", staff.get("/staff/").text)
    assert path
    text = staff.get(path[0]).text

    asked = ["Is Intune covered?", "Yes, Intune is covered.", "天气？", "这个问题不在我的范围内。"]
    places = [text.index(words, text.index("<ol")) for words in asked]
    assert places == sorted(places)
    assert 'href="https://example.com/certificate.pdf"' in text
    assert "page dated 2019-12-05" in text
    assert "which Intune?" in text
    assert "coverage_service/service" in text and "0.900" in text  # why: the hit and its score


def test_an_unknown_conversation_is_not_found(staff: FlaskClient) -> None:
    assert staff.get("/staff/conversations/abc").status_code == 404


def test_what_people_typed_is_shown_and_never_run(staff: FlaskClient) -> None:
    typed = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"
    ask(staff, typed)
    path = re.search(r"/staff/conversations/\w+", staff.get("/staff/").text)
    assert path

    for text in (staff.get("/staff/").text, staff.get(path[0]).text):
        assert "<script" not in text and "<img src=x" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{ 7*7 }}" in text


def test_the_pages_speak_both_languages_and_remember_which(staff: FlaskClient) -> None:
    assert "对话" in staff.get("/staff/?lang=zh").text
    assert "对话" in staff.get("/staff/").text
    assert "Conversations" in staff.get("/staff/?lang=en").text


def test_nothing_of_the_pages_is_kept_or_run(staff: FlaskClient) -> None:
    reply = staff.get("/staff/")

    assert reply.headers["Cache-Control"] == "no-store"
    assert "style=" not in reply.text and "<style" not in reply.text and "<script" not in reply.text


@pytest.mark.parametrize(
    ("name", "password", "role", "reason"),
    [
        ("ann", "short", "viewer", "at least 12 characters"),
        ("ann", PASSWORD, "owner", "the role has to be one of viewer, reviewer, admin"),
        ("a b", PASSWORD, "viewer", "the name has to be"),
        ("", PASSWORD, "viewer", "the name has to be"),
        ("TAKEN", PASSWORD, "viewer", "there is already an account taken"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(
    parts: Services, name: str, password: str, role: str, reason: str
) -> None:
    parts.accounts.add("taken", PASSWORD, "admin")

    with pytest.raises(AccountError, match=reason):
        parts.accounts.add(name, password, role)


def test_names_of_any_script_are_accounts(parts: Services) -> None:
    parts.accounts.add("李雷", PASSWORD, "viewer")

    assert parts.accounts.check("李雷", PASSWORD)


def test_passwords_are_kept_as_argon2_hashes(parts: Services) -> None:
    user = StaffAccounts(parts.database).add("ann", PASSWORD, "viewer")

    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in repr(user) and user.password_hash not in repr(user)
