"""How many requests a client may make."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request

from bot.settings import Settings

with warnings.catch_warnings():
    # The last release of `limits` that this Python's dependencies allow asks setuptools for its own files.
    warnings.simplefilter("ignore", DeprecationWarning)
    from flask_limiter import Limiter

_OWN = ("127.0.0.1", "::1")
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def client_address() -> str:
    """The address that a request came from, behind TRUSTED_PROXIES."""
    return request.remote_addr or "unknown"


def from_this_machine() -> bool:
    """Whether a program on this very machine sent the request, and not a proxy for somebody else."""
    return request.remote_addr in _OWN and not any(name in request.headers for name in _FORWARDED)


def make_limiter(settings: Settings) -> Limiter:
    """The counter of requests: in Redis for all replicas, in a file for all processes, or in this process."""
    return Limiter(
        key_func=client_address,
        storage_uri=_storage(settings),
        strategy="moving-window",
        headers_enabled=True,
        swallow_errors=True,
        in_memory_fallback_enabled=bool(settings.redis_url),
        in_memory_fallback=[],
        enabled=True,
        auto_check=False,
    )


def check_limits(app: Flask, limiter: Limiter, blueprints: Collection[str], endpoints: Collection[str]) -> None:
    """Have a limiter count requests to these alone.

    Its own hooks look up for every request whether that has a limit, which would take a part of each turn.
    """
    limiter.init_app(app)
    inject_headers: Any = app.after_request_funcs[None].pop()
    forget = app.teardown_request_funcs[None].pop()

    def is_counted() -> bool:
        return request.blueprint in blueprints or request.endpoint in endpoints

    def check() -> None:
        if is_counted():
            limiter.check()

    def show(response: Response) -> Any:
        return inject_headers(response) if is_counted() else response

    def end(error: BaseException | None) -> None:
        if is_counted():
            forget(error)

    app.before_request(check)
    app.after_request(show)
    app.teardown_request(end)


def _storage(settings: Settings) -> str:
    if settings.workers_share_files:
        import bot.workers.rates  # noqa: F401  it makes the scheme known

        return f"workers://{quote(str(settings.workers_board))}"
    return settings.redis_url or "memory://"


def exempt_from_rate(settings: Settings) -> bool:
    """Whether RATE_LIMIT passes over the present request: nobody chose it, and it comes from this machine."""
    return "RATE_LIMIT" not in settings.given and from_this_machine()
