"""Who is signed in: Flask-Login over the staff accounts, and what guards every address below /staff/."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, flash, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from bot.errors import Forbidden, MalformedRequest
from bot.limits import client_address
from bot.roles import ANYBODY, includes, needed_role
from bot.services import services
from bot.settings import Settings
from bot.transcripts.accounts import StaffUser
from bot.transcripts.review.navigation import SECTIONS
from bot.words import LANGUAGES, Words, visitor_words

GUESSES = "10 per 15 minutes"

_READ_ONLY = ("GET", "HEAD", "OPTIONS")
_csrf = CSRFProtect()
_log = logging.getLogger(__name__)


class SignedIn(UserMixin):  # type: ignore[misc]
    """The account of the present session."""

    def __init__(self, user: StaffUser, token: str) -> None:
        self.user = user
        self.token = token

    def get_id(self) -> str:
        """What the session cookie holds."""
        return self.token


class _StaffCookies(SecureCookieSessionInterface):
    """Sessions on staff pages alone; the cookie goes nowhere else, and opening an empty one takes time as well."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """See `SessionInterface.open_session`."""
        return super().open_session(app, request) if _is_staff_path(request.path) else None


def register_sessions(app: Flask, settings: Settings) -> None:
    """Set up cookies, sign-in, the guard of /staff/ and the protection of its forms."""
    app.config.update(
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_PATH="/staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=datetime.timedelta(hours=settings.staff_session_hours),
        WTF_CSRF_CHECK_DEFAULT=False,  # the API has no cookies to forge a request with
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.session_interface = _StaffCookies()
    _csrf.init_app(app)
    manager = LoginManager(app)
    manager.user_loader(_load)
    app.before_request(_guard)
    app.after_request(_keep_private)


def limit_guessing(app: Flask, limiter: Limiter, endpoint: str, too_many: Callable[[], Response]) -> None:
    """Count the refused sign-ins of each address; `too_many` is what it gets in place of the view from then on."""
    limited = limiter.limit(
        GUESSES,
        key_func=client_address,
        methods=["POST"],
        deduct_when=_refused,
        on_breach=lambda limit: too_many(),
    )
    counted: Any = limited(app.view_functions[endpoint])
    app.view_functions[endpoint] = counted


def begin_session(user: StaffUser) -> None:
    """Sign somebody in. Nothing of who sat there before is kept but the language."""
    end_session()
    session.permanent = True
    login_user(SignedIn(user, services().sessions.start(user)))


def end_session() -> None:
    """Sign out: the session is over in the database, whatever cookies somebody kept."""
    if current_user.is_authenticated:
        services().sessions.end(current_user.token)
    logout_user()
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def frame_context() -> dict[str, object]:
    """`page_context` for a page that may or may not be below /staff/; {} if it is not."""
    return page_context() if _is_staff_page() else {}


def page_context() -> dict[str, object]:
    """What every staff template may use; a blueprint hands it to `context_processor`."""
    words = visitor_words()
    user = current_user.user if current_user.is_authenticated else None
    return {
        "words": words,
        "user": user,
        "other_url": _other_language(words),
        "may": _may,
        "sections": SECTIONS,
    }


def _guard() -> ResponseReturnValue | None:
    """Before every staff page: forms carry their token, and the account has the role that the page needs."""
    if not _is_staff_page():
        return None
    session.permanent = True
    if request.args.get("lang") in LANGUAGES:
        session["language"] = request.args["lang"]
    if request.method not in _READ_ONLY:
        _check_form()
    if request.endpoint is None:
        return None  # there is no such page
    needed = needed_role(current_app.view_functions[request.endpoint])
    if needed == ANYBODY:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if needed is None:
        _log.error("nobody may use %s: its view has no role, see bot/roles.py", request.endpoint)
    if needed is None or not includes(current_user.user.role, needed):
        raise Forbidden("Your account may not do this.", words="may_not")
    return None


def _check_form() -> None:
    try:
        _csrf.protect()
    except CSRFError as error:
        raise MalformedRequest("The form is too old, or is not ours; load its page again.", words="form_old") from error


def _ask_to_sign_in() -> ResponseReturnValue:
    """Lead to the sign-in, and from there back: to the page, or to the one whose form was sent."""
    if session.pop("_user_id", None):
        flash(visitor_words()("session_over"), "warn")
    sent_from = urlsplit(request.referrer or "").path
    wanted = request.full_path.rstrip("?") if request.method in _READ_ONLY else sent_from
    return redirect(url_for("access.sign_in", next=wanted or None))


def _keep_private(response: Response) -> Response:
    """After every staff page: nothing of it is kept by browsers or proxies."""
    if _is_staff_page():
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_staff_path(path: str) -> bool:
    """Whether a path is a staff page's, where the session's cookie is sent to."""
    return path == "/staff" or path.startswith("/staff/")


def _is_staff_page() -> bool:
    return _is_staff_path(request.path)


def _may(role: str) -> bool:
    return bool(current_user.is_authenticated) and includes(current_user.user.role, role)


def _load(token: str) -> SignedIn | None:
    user = services().sessions.find(token)
    return SignedIn(user, token) if user else None


def _refused(response: Response) -> bool:
    return response.status_code in (401, 429)


def _other_language(words: Words) -> str:
    arguments: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {}), "lang": words.other}
    return url_for(request.endpoint or "staff.conversations", **arguments)
