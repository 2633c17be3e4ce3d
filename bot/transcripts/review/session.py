"""Who is signed in: Flask-Login over the staff accounts, and what guards every staff page."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Flask, Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf import CSRFProtect

from bot.limits import client_address
from bot.services import services
from bot.settings import Settings
from bot.transcripts.accounts import StaffUser

LONGEST_SESSION = datetime.timedelta(hours=12)
GUESSES = "10 per 15 minutes"

_csrf = CSRFProtect()


class SignedIn(UserMixin):  # type: ignore[misc]
    """The account of the present session."""

    def __init__(self, user: StaffUser) -> None:
        self.user = user

    def get_id(self) -> str:
        """What the session cookie holds."""
        return self.user.session_id


def register_sessions(app: Flask, settings: Settings) -> None:
    """Set up cookies, sign-in and the protection of forms."""
    app.config.update(
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_PATH="/staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=LONGEST_SESSION,
        WTF_CSRF_CHECK_DEFAULT=False,  # the API has no cookies to forge a request with
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    _csrf.init_app(app)
    manager = LoginManager(app)
    manager.user_loader(_load)


def limit_guessing(app: Flask, limiter: Limiter, endpoint: str) -> None:
    """Count refused sign-ins, for each address and for each name."""
    view: Any = app.view_functions[endpoint]
    for key in (client_address, _tried_name):
        view = limiter.limit(GUESSES, key_func=key, methods=["POST"], deduct_when=_refused)(view)
    app.view_functions[endpoint] = view


def guard() -> ResponseReturnValue | None:
    """Before every staff page: forms carry their token, and all but the sign-in need an account."""
    session.permanent = True
    if request.method == "POST":
        _csrf.protect()
    if request.endpoint in ("staff.sign_in", "staff.static") or current_user.is_authenticated:
        return None
    return redirect(url_for("staff.sign_in", next=request.full_path.rstrip("?")))


def keep_private(response: Response) -> Response:
    """After every staff page: nothing of it is kept by browsers or proxies."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _load(session_id: str) -> SignedIn | None:
    user = services().accounts.of_session(session_id)
    return SignedIn(user) if user else None


def _tried_name() -> str:
    return "name:" + request.form.get("name", "").strip().casefold()[:64]


def _refused(response: Response) -> bool:
    return response.status_code == 401
