"""Staff in a browser without pictures: forms with their tokens, signing in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"


def form_token(client: FlaskClient, path: str = "/staff/sign-in") -> str:
    """The token of the forms on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


def send_form(client: FlaskClient, path: str, fields: Mapping[str, str] | None = None, page: str = "") -> TestResponse:
    """Send a form to `path`, with the token of a page on which one is signed in."""
    token = form_token(client, page or "/staff/password")
    return client.post(path, data={**(fields or {}), "csrf_token": token}, headers={"Accept": "text/html"})


def sign_in(client: FlaskClient, name: str = "ann", password: str = PASSWORD, next_page: str = "") -> TestResponse:
    """Send the sign-in form."""
    form = {"name": name, "password": password, "csrf_token": form_token(client)}
    return client.post("/staff/sign-in", query_string={"next": next_page}, data=form)


def sign_out(client: FlaskClient) -> TestResponse:
    """Press the button."""
    return send_form(client, "/staff/sign-out", page="/staff/")
