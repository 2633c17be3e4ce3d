"""Every setting of the service: one table, read from the environment.

Values layer as defaults, then the environment, then what a test passes in. A value that makes no sense is a
`SettingsError` of one line that names the setting and says what would do.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.roles import ROLES

PROJECT = Path(__file__).resolve().parent.parent

_RATE = re.compile(r"[1-9]\d{0,8}/(second|minute|hour|day)")
_HOST = re.compile(r"[A-Za-z0-9._:%-]+")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


class SettingsError(ValueError):
    """A setting holds a value that cannot be used; the message is one line for the operator."""


@dataclass(frozen=True)
class Setting:
    """One row of the table.

    Attributes:
        name: name of the environment variable.
        default: what holds when the variable is unset or empty, as one would type it.
        help: one sentence for the operator.
        parse: turns the text into the value; raises ValueError saying what is expected instead.
    """

    name: str
    default: str
    help: str
    parse: Callable[[str], Any]


def _text(value: str) -> str:
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError("a host name or an address such as 127.0.0.1")
    return value


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value[:12]) <= high):
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return parse


def _workers(value: str) -> int:
    if value == "auto":
        return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)
    try:
        return _whole(1, 64)(value)
    except ValueError as error:
        raise ValueError(f"auto, or {error}") from None


def _seconds(value: str) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", value) or not 0 < float(value) <= 600:
        raise ValueError("a number of seconds, above 0 and at most 600")
    return float(value)


def _path(value: str) -> Path:
    return PROJECT / Path(value).expanduser()


def _choice(*names: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in names:
            raise ValueError("one of " + ", ".join(names))
        return value.lower()

    return parse


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value and not _has_scheme(value, schemes):
            raise ValueError("an address that starts with " + " or ".join(f"{name}://" for name in schemes))
        return value.rstrip("/")

    return parse


def _has_scheme(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _contact(value: str) -> str:
    if value and not value.startswith(("https://", "http://", "mailto:", "tel:")):
        raise ValueError("a link that starts with https://, http://, mailto: or tel:")
    return value


def _database(value: str) -> str:
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg2://")):
        raise ValueError("sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
    return value


def _rate(value: str) -> str:
    value = value.lower().replace(" ", "")
    if value != "off" and not _RATE.fullmatch(value):
        raise ValueError('such as "60/minute" (second, minute, hour or day), or "off"')
    return value


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part for raw in value.split(",") if (part := raw.strip()))


def _origins(value: str) -> tuple[str, ...]:
    origins = _listed(value)
    for origin in origins:
        if not _has_scheme(origin, ("http", "https")) or origin.rstrip("/").count("/") != 2:
            raise ValueError("origins such as https://www.example.com, separated by commas")
    return tuple(origin.rstrip("/").lower() for origin in origins)


def _base64_secrets(value: str) -> tuple[bytes, ...]:
    try:
        secrets = tuple(base64.b64decode(part, validate=True) for part in _listed(value))
    except (binascii.Error, ValueError):
        raise ValueError("base64 as Teams shows it, several separated by commas") from None
    return secrets


def _ids(value: str) -> frozenset[str]:
    return frozenset(part.lower() for part in _listed(value))


def _guid(value: str) -> str:
    if value and not _GUID.fullmatch(value):
        raise ValueError("an id such as 01234567-89ab-cdef-0123-456789abcdef")
    return value.lower()


def _tenant(value: str) -> str:
    if value and not _DOMAIN.fullmatch(value):
        raise ValueError("a directory id, or a domain such as example.onmicrosoft.com")
    return value.lower()


def _hosts(value: str) -> tuple[str, ...]:
    hosts = _listed(value.lower())
    if not all(_DOMAIN.fullmatch(host) for host in hosts):
        raise ValueError("host names such as smba.example.com, separated by commas")
    return hosts


def _issuer(value: str) -> str:
    own = _has_scheme(value, ("http",)) and urlsplit(value).hostname in ("127.0.0.1", "localhost", "::1")
    if value and not own and not _has_scheme(value, ("https",)):
        raise ValueError("an address that starts with https://")
    return value


def _role_values(value: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.partition("=") for part in _listed(value)]
    if not pairs or not all(role.strip() in ROLES and claim.strip() for role, _, claim in pairs):
        raise ValueError(f"ROLE=VALUE pairs such as viewer=faq-readers, separated by commas; roles: {', '.join(ROLES)}")
    return tuple((claim.strip(), role.strip()) for role, _, claim in pairs)


def _secret(value: str) -> str:
    if value and len(value) < 16:
        raise ValueError("at least 16 characters; leave it unset to have one made")
    return value


SETTINGS: tuple[Setting, ...] = (
    Setting("HOST", "127.0.0.1", "Address to listen on.", _host),
    Setting("PORT", "8000", "Port to listen on.", _whole(1, 65535)),
    Setting("PUBLIC_URL", "", "Where people reach the service, such as https://faq.example.com; links to "
            "its own pages start with it. Unset: the host of the request.", _url("https", "http")),
    Setting("VAR_DIR", "var", "Folder for what the service writes.", _path),
    Setting("KNOWLEDGE_DIR", "data/knowledge", "Folder with what the assistant knows.", _path),
    Setting("DATABASE_URL", "", "Transcripts and staff accounts: sqlite:///PATH or "
            "postgresql://USER:PASSWORD@HOST/NAME. Unset: SQLite in VAR_DIR.", _database),
    Setting("REDIS_URL", "", "Redis for conversation locks and rate limits, needed with more than one "
            "replica. Unset: kept in files of VAR_DIR, or in the process if there is only one.",
            _url("redis", "rediss")),
    Setting("ASSISTANT_URL", "", "Address of a separate `rasa run` that answers instead of the one in this "
            "process.", _url("http", "https")),
    Setting("EMBEDDING_MODEL", "", "Hub name or local folder of another sentence-transformers model. Unset: "
            "the one that set-up installs.", _text),
    Setting("SECRET_KEY", "", "Signs conversations and sessions; the same on every replica. Unset: made "
            "once and kept in VAR_DIR.", _secret),
    Setting("AUDIT_KEY", "", "Seals the audit log. Unset: SECRET_KEY does; set it to the old one before that "
            "one changes.", _secret),
    Setting("STAFF_IDLE_MINUTES", "60", "Minutes without a request after which staff have to sign in again.",
            _whole(1, 1440)),
    Setting("STAFF_SESSION_HOURS", "12", "Hours after which staff have to sign in again in any case.",
            _whole(1, 168)),
    Setting("STAFF_PASSWORDS", "on", "Whether accounts with passwords may sign in: on, or off where single "
            "sign-on is the only way.", _choice("on", "off")),
    Setting("OIDC_ISSUER", "", "Address of the OpenID Connect provider whose people may sign in as staff. Unset: "
            "no single sign-on.", _issuer),
    Setting("OIDC_CLIENT_ID", "", "Client id that the provider gave this service.", _text),
    Setting("OIDC_CLIENT_SECRET", "", "Client secret that goes with it.", _text),
    Setting("OIDC_ROLE_CLAIM", "roles", "Claim of the ID token that decides the role: roles, groups or email, "
            "for example.", _text),
    Setting("OIDC_ROLES", "viewer=viewer,reviewer=reviewer,admin=admin", "Which value of that claim gives which "
            "role: ROLE=VALUE, separated by commas. Nobody else may sign in.", _role_values),
    Setting("TEAMS_SECRET", "", "Security token of the Teams outgoing webhook, in base64 as Teams shows it; "
            "several separated by commas. Unset: Teams is refused.", _base64_secrets),
    Setting("TEAMS_TENANTS", "", "Directory (tenant) ids whose people may ask in Teams, separated by commas. "
            "Unset: whoever Teams vouches for.", _ids),
    Setting("TEAMS_TEAMS", "", "Teams in which people may ask: group ids, or ids such as 19:...@thread.tacv2, "
            "separated by commas. Unset: every team.", _ids),
    Setting("TEAMS_APP_ID", "", "Microsoft app id of a registered Teams bot. Unset: /api/teams/messages does "
            "not exist.", _guid),
    Setting("TEAMS_APP_PASSWORD", "", "Client secret of that app.", _text),
    Setting("TEAMS_APP_TENANT", "", "Directory (tenant) id of that app. Unset: it is registered as multi-tenant.",
            _tenant),
    Setting("TEAMS_APP_HOSTS", "", "Further hosts, beside the known ones of Teams, to which the bot may send its "
            "replies, separated by commas.", _hosts),
    Setting("TEAMS_CLOUD", "public", "Where that app is registered: public, or china (21Vianet).",
            _choice("public", "china")),
    Setting("ALLOWED_ORIGINS", "", "Other sites that may embed the chat, such as https://www.example.com, "
            "separated by commas.", _origins),
    Setting("RATE_LIMIT", "60/minute", 'Requests that one client may make, such as "60/minute"; "off" for '
            "none. Left unset, requests from this very machine are not counted.", _rate),
    Setting("TRUSTED_PROXIES", "0", "How many proxies in front of the service set X-Forwarded-For.",
            _whole(0, 10)),
    Setting("CONTACT_URL", "", 'Where "a person, please" leads: a page, mailto: or tel: link.', _contact),
    Setting("ANSWER_TIMEOUT", "25", "Seconds after which an asker gets an apology instead of an answer.",
            _seconds),
    Setting("CONVERSATION_DAYS", "30", "Days after which a quiet conversation cannot be continued.",
            _whole(1, 3650)),
    Setting("RETENTION_DAYS", "365", "Days after which stored turns are deleted; 0 keeps them for ever.",
            _whole(0, 36500)),
    Setting("WORKERS", "auto", "Processes that answer: a number, or auto for one a core, four at most.", _workers),
    Setting("THREADS", "32", "Requests that each of them serves at the same time.", _whole(1, 1024)),
    Setting("METRICS_TOKEN", "", "Bearer token that opens /metrics to other machines. Unset: this machine "
            "only.", _secret),
    Setting("LOG_LEVEL", "info", "How much is logged: debug, info, warning or error.",
            _choice("debug", "info", "warning", "error")),
    Setting("LOG_FORMAT", "text", "One line an event: text, or json.", _choice("text", "json")),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The values in force; one attribute a row of `SETTINGS`, in lower case.

    Attributes:
        given: names that the environment (or the test) set, as against defaults.
    """

    host: str
    port: int
    public_url: str
    var_dir: Path
    knowledge_dir: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    assistant_url: str
    embedding_model: str
    secret_key: str = field(repr=False)
    audit_key: str = field(repr=False)
    staff_idle_minutes: int
    staff_session_hours: int
    staff_passwords: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_role_claim: str
    oidc_roles: tuple[tuple[str, str], ...]
    teams_secret: tuple[bytes, ...] = field(repr=False)
    teams_tenants: frozenset[str]
    teams_teams: frozenset[str]
    teams_app_id: str
    teams_app_password: str = field(repr=False)
    teams_app_tenant: str
    teams_app_hosts: tuple[str, ...]
    teams_cloud: str
    allowed_origins: tuple[str, ...]
    rate_limit: str
    trusted_proxies: int
    contact_url: str
    answer_timeout: float
    conversation_days: int
    retention_days: int
    workers: int
    threads: int
    metrics_token: str = field(repr=False)
    log_level: str
    log_format: str
    given: frozenset[str] = frozenset()

    @property
    def workers_share_files(self) -> bool:
        """Whether processes of this machine agree through files: several without Redis."""
        return self.workers > 1 and not self.redis_url

    @property
    def workers_locks(self) -> Path:
        """Where they lock conversations."""
        return self.var_dir / "workers.lock"

    @property
    def workers_board(self) -> Path:
        """Where they count requests and claim deliveries."""
        return self.var_dir / "workers.db"

    @property
    def approved_index(self) -> Path:
        """Where the index of what was approved is kept, beside that of the files."""
        return self.var_dir / "approved-index"

    @property
    def trial_index(self) -> Path:
        """Where the index is kept of what approving something would lead to."""
        return self.var_dir / "trial-index"

    @property
    def database(self) -> str:
        """SQLAlchemy address of the transcript database."""
        return self.database_url or f"sqlite:///{self.var_dir / 'transcripts.db'}"


def load_settings(environ: Mapping[str, str] | None = None, overrides: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: the environment; the process's own when None.
        overrides: values by name that win over the environment; unknown names are refused.

    Raises:
        SettingsError: a value, or a name in `overrides`, that cannot be used.
    """
    known = {setting.name for setting in SETTINGS}
    if unknown := set(overrides or ()) - known:
        raise SettingsError(f"{sorted(unknown)[0]} is not a setting")
    source = {**(os.environ if environ is None else environ), **(overrides or {})}
    given = {name: value for name in known if (value := source.get(name, "").strip())}
    values = {row.name.lower(): _value(row, given.get(row.name, row.default)) for row in SETTINGS}
    if values["teams_app_id"] and not values["teams_app_password"]:
        raise SettingsError("TEAMS_APP_PASSWORD has to be set where TEAMS_APP_ID is")
    if values["oidc_issuer"] and not (values["oidc_client_id"] and values["oidc_client_secret"]):
        raise SettingsError("OIDC_CLIENT_ID and OIDC_CLIENT_SECRET have to be set where OIDC_ISSUER is")
    if values["staff_passwords"] == "off" and not values["oidc_issuer"]:
        raise SettingsError("STAFF_PASSWORDS can be off only where OIDC_ISSUER is set")
    return Settings(**values, given=frozenset(given))


def _value(setting: Setting, text: str) -> Any:
    try:
        return setting.parse(text)
    except ValueError as error:
        shown = "" if _is_secret(setting.name) else f", not {text[:80]!r}"
        raise SettingsError(f"{setting.name} has to be {error}{shown}") from None


def _is_secret(name: str) -> bool:
    return name.endswith(("_SECRET", "_KEY", "_TOKEN", "_PASSWORD")) or name in ("DATABASE_URL", "REDIS_URL")
