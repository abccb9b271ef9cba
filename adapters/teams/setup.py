"""What must be configured for Teams, the clouds that it lives in, and what is wrong with settings, as sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.policies.addresses import is_loopback, parts

MESSAGES_PATH: Final = "/teams/messages"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Nothing that one reader of addresses drops or takes for the end, and another does not.
_PLAIN = re.compile(r"https?://[\w.~:/%+=&!$'()*,;\[\]-]{1,2000}", re.ASCII | re.IGNORECASE)
_NAME_LENGTH: Final = 30


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds. `service` is where calls go until an activity names another address; `hosts` are
    those that our token may be sent to.

    https://github.com/microsoft/Agents-for-python: proactive_service_endpoints.py, outbound_host_validator.py
    https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
    """

    login: str
    any_tenant: str
    scope: str
    openid: str
    issuer: str
    service: str
    hosts: tuple[str, ...]


_PUBLIC: Final = Cloud(
    login="https://login.microsoftonline.com",
    any_tenant="botframework.com",
    scope="https://api.botframework.com/.default",
    openid="https://login.botframework.com/v1/.well-known/openidconfiguration",
    issuer="https://api.botframework.com",
    service="https://smba.trafficmanager.net/teams/",
    hosts=("smba.trafficmanager.net",),
)


def _government(name: str) -> Cloud:
    host = f"smba.infra.{name}.teams.microsoft.us"
    return Cloud(
        login="https://login.microsoftonline.us",
        any_tenant="MicrosoftServices.onmicrosoft.us",
        scope="https://api.botframework.us/.default",
        openid="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
        issuer="https://api.botframework.us",
        service=f"https://{host}/teams/",
        hosts=(host,),
    )


CLOUDS: Final[Mapping[str, Cloud]] = {
    "public": _PUBLIC,
    "gcc": Cloud(
        login=_PUBLIC.login,
        any_tenant=_PUBLIC.any_tenant,
        scope=_PUBLIC.scope,
        openid=_PUBLIC.openid,
        issuer=_PUBLIC.issuer,
        service="https://smba.infra.gcc.teams.microsoft.com/teams/",
        hosts=("smba.infra.gcc.teams.microsoft.com", *_PUBLIC.hosts),
    ),
    "gcc_high": _government("gov"),
    "dod": _government("dod"),
    "china": Cloud(
        login="https://login.partner.microsoftonline.cn",
        any_tenant="microsoftservices.partner.onmschina.cn",
        scope="https://api.botframework.azure.cn/.default",
        openid="https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
        issuer="https://api.botframework.azure.cn",
        service="",  # none is documented: the first activity names it
        hosts=("smba.trafficmanager.cn",),
    ),
}


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """What the adapter is told at start. The secret never shows in a repr.

    The three addresses are empty but for a pretend Teams on this machine.
    """

    app_id: str
    app_password: str = field(repr=False)
    tenant_id: str
    app_type: str = "single"
    app_name: str = "Silta"
    cloud: str = "public"
    login_url: str = ""
    openid_url: str = ""
    service_url: str = ""
    public_url: str = ""
    name: str = "teams"
    timeout: float = 10.0
    paced: bool = True

    @property
    def of_cloud(self) -> Cloud:
        """The cloud that the organisation is in."""
        return CLOUDS[self.cloud]

    @property
    def token_url(self) -> str:
        """Where our own tokens come from."""
        tenant = self.tenant_id if self.app_type == "single" else self.of_cloud.any_tenant
        return f"{self.login_url or self.of_cloud.login}/{tenant}/oauth2/v2.0/token"

    @property
    def keys_url(self) -> str:
        """Where it is told which keys sign what comes in."""
        return self.openid_url or self.of_cloud.openid

    @property
    def first_service(self) -> str:
        """Where calls go until an activity names another address; empty: nowhere yet."""
        return self.service_url or self.of_cloud.service

    @property
    def bot(self) -> str:
        """Our own id in activities."""
        return f"28:{self.app_id}"


def faults(settings: TeamsSettings) -> list[str]:
    """Everything wrong with the settings, one sentence each; empty when nothing is."""
    pretend = (settings.login_url, settings.openid_url, settings.service_url)
    checks = (
        (
            _UUID.fullmatch(settings.app_id),
            "The Teams app id must be the Application (client) ID of the app registration, a UUID: without it nothing"
            " that comes in could be proven.",
        ),
        (
            _UUID.fullmatch(settings.tenant_id),
            "The Teams tenant must be the Directory (tenant) ID of your organisation, a UUID.",
        ),
        (
            settings.app_password,
            "The Teams app needs a client secret: make one on the app registration's page Certificates & secrets.",
        ),
        (settings.app_type in ("single", "multi"), "The type of the Teams app registration must be single or multi."),
        (settings.cloud in CLOUDS, f"The Microsoft cloud must be one of {', '.join(CLOUDS)}."),
        (
            0 < len(settings.app_name.strip()) <= _NAME_LENGTH,
            f"The Teams app needs a name of at most {_NAME_LENGTH} characters.",
        ),
        (
            all(not address or is_loopback(address) for address in pretend),
            "SILTA_TEAMS_LOGIN_URL, _OPENID_URL and _SERVICE_URL are for a pretend Teams on this machine alone: tokens"
            " are sent there, and whoever answers there decides what is believed.",
        ),
        (
            not any(pretend) or all(pretend),
            "A pretend Teams needs all three: SILTA_TEAMS_LOGIN_URL, SILTA_TEAMS_OPENID_URL, SILTA_TEAMS_SERVICE_URL.",
        ),
        (
            settings.paced or all(pretend),
            "The pace of calls may be off only when Teams is a pretend one on this machine.",
        ),
        (settings.name, "The Teams workplace needs a name."),
        (0 < settings.timeout <= 60, "The Teams timeout must be between 0 and 60 seconds."),
    )
    return [sentence for fine, sentence in checks if not fine]


def may_be_service(settings: TeamsSettings, address: str) -> bool:
    """Whether our token may be sent to this address: over https to a host of the cloud, or to the pretend one."""
    if not _PLAIN.fullmatch(address):
        return False
    if settings.service_url:
        return is_loopback(address) and parts(address) is not None and _origin(address) == _origin(settings.service_url)
    found = parts(address)
    if found is None or found.scheme != "https" or "@" in found.netloc or found.port not in (None, 443):
        return False
    return (found.hostname or "") in settings.of_cloud.hosts


def _origin(address: str) -> str:
    found = parts(address)
    return f"{found.scheme}://{found.netloc}" if found else ""
