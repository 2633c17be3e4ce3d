"""The two clouds in which a Teams bot can be registered, and which addresses belong to them.

The public cloud's addresses are those of Microsoft's "Authentication with the Bot Connector API"; those of the cloud
that 21Vianet operates come from the bot settings in its own documentation and from Microsoft's Teams SDK.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

# Whatever two parsers could read differently has no business in an address that we send a token to.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~%/-]*)?")


@dataclass(frozen=True)
class Cloud:
    """Addresses of one cloud.

    Attributes:
        metadata_url: where the OpenID metadata of the connector's tokens is.
        issuer: who issues them.
        login_url: where the bot gets its own tokens.
        login_tenant: the directory that gives them to multi-tenant bots.
        scope: what the bot's tokens are for.
        origins: where replies may go; "*." stands for every host below a domain.
    """

    metadata_url: str
    issuer: str
    login_url: str
    login_tenant: str
    scope: str
    origins: tuple[str, ...]

    def takes_replies(self, url: str, further_hosts: Sequence[str] = ()) -> bool:
        """Whether `url`, which a token named as its serviceUrl, is a place that may get replies and the bot's token."""
        if not _PLAIN_URL.fullmatch(url) or ".." in url:
            return False
        scheme, host = urlsplit(url)[:2]
        host = host.lower()
        if scheme == "https" and host in further_hosts:
            return True
        return any(_matches(f"{scheme}://{host}", origin) for origin in self.origins)

    def token_url(self, tenant: str) -> str:
        """Where the bot gets its tokens; `tenant` is its own directory, or "" for a multi-tenant bot."""
        return f"{self.login_url}/{tenant or self.login_tenant}/oauth2/v2.0/token"


def _matches(origin: str, pattern: str) -> bool:
    scheme, wildcard, domain = pattern.partition("*.")
    if not wildcard:
        return origin == pattern
    return origin.startswith(scheme) and origin.endswith("." + domain)


CLOUDS = {
    "public": Cloud(
        metadata_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
        issuer="https://api.botframework.com",
        login_url="https://login.microsoftonline.com",
        login_tenant="botframework.com",
        scope="https://api.botframework.com/.default",
        origins=(
            "https://smba.trafficmanager.net",
            "https://smba.onyx.prod.teams.trafficmanager.net",
            "https://smba.infra.gcc.teams.microsoft.com",
            "https://*.botframework.com",
        ),
    ),
    "china": Cloud(
        metadata_url="https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
        issuer="https://api.botframework.azure.cn",
        login_url="https://login.partner.microsoftonline.cn",
        login_tenant="microsoftservices.partner.onmschina.cn",
        scope="https://api.botframework.azure.cn/.default",
        origins=(
            "https://frontend.botapi.msg.infra.teams.microsoftonline.cn",
            "https://*.botframework.azure.cn",
        ),
    ),
}
