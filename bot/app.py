"""The Flask app: `create_app` puts the parts together, one blueprint a front door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.afterwards import afterwards
from bot.assistant.protocol import Assistant
from bot.channels import (
    conversations,
    feedback,
    health,
    messages,
    pages,
    problem_types,
    rest,
    teams,
    teams_pages,
    widget,
)
from bot.channels.body import LARGEST_BODY
from bot.limits import check_limits, exempt_from_rate, make_limiter
from bot.metrics import count_response
from bot.problems import register_problems
from bot.security import register_security
from bot.services import open_services
from bot.settings import Settings, load_settings
from bot.starting import StartingAssistant
from bot.transcripts.review import (
    access,
    accounts,
    audit_page,
    chart_library,
    export_page,
    figures_page,
    groups,
    knowledge_import,
    people_page,
    queue,
    sign_on,
    turns,
    views,
)
from bot.transcripts.review.session import limit_guessing, register_sessions
from bot.uploads import allow_larger_body

_COUNTED = (
    messages.blueprint,
    conversations.blueprint,
    feedback.blueprint,
    rest.blueprint,
    teams_pages.blueprint,
)
SIGN_IN = "access.sign_in"
_UNCOUNTED = (
    teams.blueprint,
    health.blueprint,
    pages.blueprint,
    problem_types.blueprint,
    widget.blueprint,
    views.blueprint,
    queue.blueprint,
    groups.blueprint,
    turns.blueprint,
    access.blueprint,
    sign_on.blueprint,
    accounts.blueprint,
    audit_page.blueprint,
    knowledge_import.blueprint,
    figures_page.blueprint,
    chart_library.blueprint,
    export_page.blueprint,
    people_page.blueprint,
)


class _App(Flask):
    """Flask that does not look, several times a request, whether a function is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """See Flask."""
        return func


def create_app(test_config: Mapping[str, str] | None = None, assistant: Assistant | None = None) -> Flask:
    """Make the app.

    Args:
        test_config: settings by name that win over the environment.
        assistant: who answers; None loads the one that the settings describe, in the background.

    Raises:
        SettingsError, DatabaseTooNew, StorageUnavailable: it cannot be started; one line says why.
    """
    return build_app(load_settings(overrides=test_config), assistant)


def build_app(settings: Settings, assistant: Assistant | None = None) -> Flask:
    """Like `create_app`, from settings that are already read."""
    app = _App("bot")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.compact = True  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    parts = open_services(settings, assistant or load_assistant(settings))
    app.extensions["compliance-faq"] = parts
    app.secret_key = parts.keys.derive("session")
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    register_security(app, settings)
    register_problems(app)
    app.before_request(allow_larger_body)
    register_sessions(app, settings)
    _open_doors(app, settings)
    if settings.teams_app_id:
        from bot.channels.bot_framework import register_bot_framework  # few services have one, and it brings much

        register_bot_framework(app, settings, parts)
    app.after_request(_counted)
    return app


def load_assistant(
    settings: Settings,
    make: Callable[[], Assistant] | None = None,
    on_end: Callable[[Exception | None], None] = lambda error: None,
) -> Assistant:
    """An assistant that loads in the background.

    Args:
        make: makes it; None makes the one that the settings describe.
        on_end: called, on the loading thread, when it can answer, or with the reason for which it never will.
    """

    def make_described() -> Assistant:
        # Only here: it brings Rasa and the models, which nothing else in the service needs.
        from bot.assistant.factory import make_assistant

        return make_assistant(settings)

    return StartingAssistant(make or make_described, on_end)


def _open_doors(app: Flask, settings: Settings) -> None:
    limiter = make_limiter(settings)
    counted = _COUNTED if settings.rate_limit != "off" else ()
    check_limits(app, limiter, {each.name for each in counted}, {SIGN_IN})
    for blueprint in counted:
        limiter.limit(settings.rate_limit, exempt_when=lambda: exempt_from_rate(settings))(blueprint)
    for blueprint in (*_COUNTED, *_UNCOUNTED):
        app.register_blueprint(blueprint)
    limit_guessing(app, limiter, SIGN_IN, access.too_many)


def _counted(response: Response) -> Response:
    afterwards(partial(count_response, response.status_code))
    return response
