"""Every address below /staff/: who may open it, and that no form is taken from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.routing import Rule

from bot.roles import ANYBODY, ROLES, includes, needed_role
from bot.services import Services
from tests.bot.conftest import SignedIn
from tests.bot.staff_requests import form_token

HTML = {"Accept": "text/html"}


class Door(NamedTuple):
    """One address with one method, and the role that its view asks for."""

    method: str
    path: str
    endpoint: str
    needed: str | None


def doors(app: Flask) -> Iterator[Door]:
    for rule in app.url_map.iter_rules():
        if rule.rule == "/staff" or rule.rule.startswith("/staff/"):
            needed = needed_role(app.view_functions[rule.endpoint])
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield Door(method, path_of(app, rule), rule.endpoint, needed)


def path_of(app: Flask, rule: Rule) -> str:
    values = {name: 1 if "Integer" in type(rule._converters[name]).__name__ else "x" for name in rule.arguments}
    path: str = app.url_map.bind("localhost").build(rule.endpoint, values)
    return path


def test_there_are_doors_to_try(app: Flask) -> None:
    endpoints = {door.endpoint for door in doors(app)}

    assert {"staff.conversations", "access.sign_in", "accounts.add", "audit.log"} <= endpoints


def test_every_view_says_who_may_use_it(app: Flask) -> None:
    assert [door for door in doors(app) if door.needed is None] == []


def test_only_signing_in_and_out_is_open_to_anybody(app: Flask) -> None:
    assert {door.endpoint.partition(".")[0] for door in doors(app) if door.needed == ANYBODY} <= {"access", "sign_on"}


def test_accounts_and_the_audit_log_are_for_admins(app: Flask) -> None:
    sections = {door.endpoint.partition(".")[0]: door.needed for door in doors(app)}

    assert (sections["accounts"], sections["audit"]) == ("admin", "admin")


def test_nobody_gets_in_without_signing_in(app: Flask) -> None:
    for door in doors(app):
        if door.needed != ANYBODY:
            client = app.test_client()
            fields = {"csrf_token": form_token(client)}
            reply = client.open(door.path, method=door.method, data=fields, headers=HTML)
            assert reply.status_code == 302, door
            assert reply.location.startswith("/staff/sign-in"), door


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_is_meant_for_it_and_nothing_else(app: Flask, signed_in: SignedIn, role: str) -> None:
    client = signed_in(role)
    token = form_token(client, "/staff/password")
    for door in doors(app):
        if door.needed in (None, ANYBODY):
            continue
        fields = {"csrf_token": token} if door.method != "GET" else None
        reply = client.open(door.path, method=door.method, data=fields, headers=HTML)
        if includes(role, door.needed or ""):
            assert reply.status_code not in (403, 500), door
        else:
            assert reply.status_code == 403, door


@pytest.mark.parametrize("token", ["", "made-up", "of another session"])
def test_no_form_is_taken_without_the_token_of_its_session(
    app: Flask, parts: Services, signed_in: SignedIn, token: str
) -> None:
    client = signed_in("admin")
    if token == "of another session":
        token = form_token(app.test_client())
    before = parts.audit.newest()
    for door in doors(app):
        if door.method != "GET":
            reply = client.open(door.path, method=door.method, data={"csrf_token": token}, headers=HTML)
            assert reply.status_code == 400, door
            assert "This form is too old" in reply.text, door
    assert parts.audit.newest() == before


def test_a_view_that_nobody_thought_of_is_closed(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in("admin")
    app.view_functions["staff.conversations"] = lambda: "secrets"

    assert client.get("/staff/").status_code == 403


def test_who_may_not_is_told_in_their_language(signed_in: SignedIn) -> None:
    client = signed_in("viewer")

    page = client.get("/staff/audit/?lang=zh", headers=HTML).text
    assert "你的角色没有这项权限" in page
    assert "对话</a>" in page  # still inside, with the way to what they may do
