"""The settings of the person who runs the machine: one table, read once at start into frozen values.

Names, defaults and help are documented in docs/settings.md and listed in .env.example; a test holds the three together.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bridge.errors import Refused
from bridge.policies.text import email_address

PREFIX: Final = "SILTA_"
Network = IPv4Network | IPv6Network
DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
_PLACE = re.compile(r"([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_UUID_OR_EMPTY: Final = r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"
_ADDRESS = re.compile(r"https?://[^\s/?#@\"'<>\\`\x00-\x1f]+([/?#][^\s\"'<>\\`\x00-\x1f]*)?", re.IGNORECASE)


class SettingsError(Exception):
    """What is wrong with the settings, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def _listed(value: Any) -> Any:
    return (
        tuple(part.strip() for part in re.split(r"[,\s]+", value) if part.strip()) if isinstance(value, str) else value
    )


def _origin(value: str) -> str:
    """Browsers write an origin in one way only, and it is compared letter by letter."""
    written = value.lower()
    scheme, _, place = written.partition("://")
    host = place.removesuffix(DEFAULT_PORTS.get(scheme, " "))
    if scheme not in DEFAULT_PORTS or not _PLACE.fullmatch(host) or not _has_port(written):
        raise ValueError(f"{_named(value)} is not an origin; write it like https://shop.example, without a path or *")
    return f"{scheme}://{host}"


def _address(value: str) -> str:
    """A page or a server, without what could end the script or the attribute that it is written into."""
    if value and (not _ADDRESS.fullmatch(value) or not _has_port(value)):
        raise ValueError(f"{_named(value)} is not an address; write it like https://chat.example.com")
    return value.rstrip("/")


def _has_port(address: str) -> bool:
    """Whether its port is one, or there is none."""
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def _named(value: str) -> str:
    """The value, unless it looks like a secret that went into the wrong variable."""
    return "This" if re.search(r"xox|xapp|@", value, re.IGNORECASE) or len(value) > 200 else repr(value)


def _network(value: str) -> Network:
    try:
        return ip_network(value, strict=False)
    except ValueError as error:
        raise ValueError(f"{_named(value)} is not an address or network like 10.0.0.0/8") from error


def _mailbox(value: str) -> str:
    """An address that mails go to or come from."""
    try:
        return email_address(value) if value else ""
    except Refused as error:
        raise ValueError(f"{value!r} is not an e-mail address; write it like chat@example.com") from error


Mailbox = Annotated[str, AfterValidator(_mailbox)]
Origin = Annotated[str, AfterValidator(_origin)]
Address = Annotated[str, AfterValidator(_address)]
Trusted = Annotated[Network, BeforeValidator(_network)]


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8300, ge=0, le=65535, description="Port to listen on.")
    public_url: Address = Field("", description="Where visitors reach the bridge; empty: http://HOST:PORT.")
    database: str = Field(
        "silta.db", min_length=1, description="File that holds everything, or a postgresql:// address."
    )
    trusted_proxies: Annotated[tuple[Trusted, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (),
        description="Addresses or networks of reverse proxies whose X-Forwarded-For is believed.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field("text", description="Log lines for people or for programs.")

    site_key: str = Field(
        "main",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Public key of the site in the page's snippet.",
    )
    site_name: str = Field("", max_length=60, description="Name of the site, as visitors and agents read it.")
    site_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), description="Exact origins of the pages that carry the widget, separated by commas."
    )
    site_language: Literal["en", "fi", "sv", "de"] = Field(
        "en", description="Language of a page that does not name one."
    )
    site_rule: Literal["claimant", "strict", "open"] = Field(
        "claimant", description="Who is heard by the visitor: docs/glossary.md, claimant rule."
    )
    site_accent: str = Field("#1F4E8C", pattern=r"^#[0-9A-Fa-f]{6}$", description="Colour of the widget.")
    site_privacy_url: Address = Field("", description="Page linked from the widget's privacy line; empty: no link.")
    agents_language: Literal["en", "fi", "sv", "de"] = Field(
        "en", description="Language of cards and notices for agents."
    )

    slack_bot_token: str = Field("", repr=False, description="Bot token of the Slack app (xoxb-…).")
    slack_app_token: str = Field(
        "", repr=False, description="App-level token of the Slack app (xapp-…), with connections:write: Socket Mode."
    )
    slack_signing_secret: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), repr=False, description="Signing Secret of the Slack app: events over HTTP; two while it is renewed."
    )
    slack_channel: str = Field(
        "",
        pattern=r"^([CG][A-Z0-9]{2,})?$",
        description="ID of the channel for conversations (C…).",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Slack's Web API; only the playground changes this."
    )
    slack_pace: Literal["on", "off"] = Field(
        "on", description="Whether calls keep to Slack's pace; off only against a pretend Slack on this machine."
    )

    teams_app_id: str = Field("", pattern=_UUID_OR_EMPTY, description="Application (client) ID of the Teams bot.")
    teams_app_name: str = Field("Silta", min_length=1, max_length=30, description="Name of the app in Teams.")
    teams_app_password: str = Field("", repr=False, description="Client secret of the Teams bot's app registration.")
    teams_app_type: Literal["single", "multi"] = Field(
        "single", description="single: registered in your tenant alone; multi: an older multi-tenant registration."
    )
    teams_tenant_id: str = Field("", pattern=_UUID_OR_EMPTY, description="Directory (tenant) ID of your organisation.")
    teams_cloud: Literal["public", "gcc", "gcc_high", "dod", "china"] = Field(
        "public", description="Microsoft cloud that your organisation is in."
    )
    teams_channel: str = Field(
        "",
        pattern=r"^(19:[^;\s/]+@thread\.(tacv2|skype))?$",
        description="ID of the channel for conversations (19:…@thread.tacv2).",
    )
    teams_login_url: str = Field("", description="Where tokens come from; only the playground changes this.")
    teams_openid_url: str = Field("", description="Where signing keys are told; only the playground changes this.")
    teams_service_url: str = Field("", description="Where calls go to first; only the playground changes this.")
    teams_pace: Literal["on", "off"] = Field(
        "on", description="Whether calls keep to Teams' pace; off only against a pretend Teams on this machine."
    )
    teams_developer_name: str = Field("", max_length=32, description="Who stands behind the Teams app: your company.")
    teams_developer_url: Address = Field("", description="Its website (https), shown with the Teams app.")
    teams_privacy_url: Address = Field("", description="Its privacy page (https), shown with the Teams app.")
    teams_terms_url: Address = Field("", description="Its terms of use (https), shown with the Teams app.")

    smtp_host: str = Field("", description="Mail server; empty: no mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: 587 for starttls, 465 for tls.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the line to it is made private; none only on this machine."
    )
    smtp_user: str = Field("", description="Name to log in with; empty: no login.")
    smtp_password: str = Field("", repr=False, description="Password to log in with.")
    smtp_ca_file: str = Field("", description="Certificates to trust beside the system's, for a server of your own.")
    mail_from: Mailbox = Field("", description="Address that mails come from, like chat@example.com.")
    ops_email: Mailbox = Field("", description="Address that is told when something needs you.")

    limit_text: int = Field(10_000, ge=1, le=10_000, description="Characters of one message.")
    limit_visitor_minute: int = Field(20, ge=1, description="Messages a visitor may send in a minute.")
    limit_address_minute: int = Field(60, ge=1, description="Messages from one network address in a minute.")
    limit_site_minute: int = Field(600, ge=1, description="Messages on one site in a minute.")
    limit_sessions_hour: int = Field(30, ge=1, description="New visitors from one network address in an hour.")
    limit_visitor_sockets: int = Field(5, ge=1, description="Open connections of one visitor.")
    limit_address_sockets: int = Field(50, ge=1, description="Open connections from one network address.")
    limit_site_daily: int = Field(2000, ge=1, description="New conversations on one site in a day.")

    @property
    def uses_slack(self) -> bool:
        """Whether anything is said about Slack."""
        return bool(self.slack_bot_token or self.slack_app_token or self.slack_signing_secret or self.slack_channel)

    @property
    def uses_teams(self) -> bool:
        """Whether anything is said about Teams."""
        return bool(self.teams_app_id or self.teams_app_password or self.teams_channel)

    @property
    def origin(self) -> str:
        """Where visitors reach the bridge, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table."""

    name: str
    default: str
    help: str


def _shown(default: Any) -> str:
    return ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)


SETTINGS: Final = tuple(
    Setting(PREFIX + name.upper(), _shown(field.default), field.description or "")
    for name, field in Settings.model_fields.items()
)


def load(env_file: str | Path | None = ".env", **changes: Any) -> Settings:
    """The settings of the environment, and of a file that it overrides. Raises SettingsError."""
    try:
        return Settings(_env_file=env_file, _env_file_encoding="utf-8", **changes)  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsError([_sentence(fault) for fault in error.errors()]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"The settings file {env_file} cannot be read: {_reason(error)}."]) from None


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error.strerror)


def _sentence(fault: Mapping[str, Any]) -> str:
    name = PREFIX + str(fault["loc"][0]).upper()
    help_text = next((row.help for row in SETTINGS if row.name == name), "")
    reason = fault["msg"].removeprefix("Value error, ")
    return f"{name}: {reason}. ({help_text})"


def unknown_names(env_file: str | Path | None = ".env", environment: Mapping[str, str] = os.environ) -> list[str]:
    """Names with our prefix that nobody reads: misspelt, most likely."""
    written = {
        line.split("=")[0].strip().removeprefix("export ").upper()
        for line in _lines(env_file)
        if "=" in line and not line.lstrip().startswith("#")
    }
    known = {row.name for row in SETTINGS}
    return sorted(
        name
        for name in written | set(environment)
        if name.startswith(PREFIX) and name not in known and not name.startswith("SILTA_TEST_")
    )


def _lines(env_file: str | Path | None) -> list[str]:
    """The file's lines; none where it cannot be read, which `load` says."""
    try:
        return Path(env_file).read_text(encoding="utf-8", errors="replace").splitlines() if env_file else []
    except OSError:
        return []


def missing(settings: Settings) -> list[str]:
    """What a real start needs and nobody has said, one sentence each."""
    needs: dict[str, str] = {}
    if settings.uses_slack or not settings.uses_teams:
        needs |= _slack_needs(settings)
    if settings.uses_teams:
        needs |= _TEAMS_NEEDS
    if settings.smtp_host or settings.ops_email:
        needs["mail_from"] = "write the address that mails come from, like chat@example.com"
        needs["smtp_host"] = "write the name of your mail server, like smtp.example.com"
    return _unmet(settings, needs)


def _slack_needs(settings: Settings) -> dict[str, str]:
    other = "" if settings.uses_slack else "; or, for Microsoft Teams, set SILTA_TEAMS_APP_ID and what belongs to it"
    needs = {
        "slack_bot_token": f"copy it from the Slack app's page OAuth & Permissions (xoxb-…){other}",
        "slack_app_token": "make one on the Slack app's page Basic Information, App-Level Tokens (xapp-…);"
        " or, for events over HTTP, set the signing secret",
    }
    if settings.slack_signing_secret:
        del needs["slack_app_token"]
    return needs


_TEAMS_NEEDS: Final = {
    "teams_app_id": "copy the Application (client) ID from the app registration's page Overview",
    "teams_app_password": "make one on the page Certificates & secrets of the app registration and copy its Value",
    "teams_tenant_id": "copy the Directory (tenant) ID from the app registration's page Overview",
}


def missing_site(settings: Settings) -> list[str]:
    """What the one site of the settings needs, where no configuration was applied."""
    needs = {"site_origins": "write the address of your website, like https://shop.example, or apply a configuration"}
    if settings.slack_channel and settings.teams_channel:
        told = "SILTA_SLACK_CHANNEL and SILTA_TEAMS_CHANNEL are both set: the settings know one channel"
        return [f"{told}. Keep one, or apply a configuration.", *_unmet(settings, needs)]
    if settings.uses_teams and not settings.uses_slack:
        channel = {"teams_channel": "take it from the channel's link in Teams (19:…@thread.tacv2)"}
    else:
        channel = {"slack_channel": "copy the ID at the bottom of the channel's details in Slack (C…)"}
    if not settings.teams_channel:
        needs |= {name: f"{how}, or apply a configuration" for name, how in channel.items()}
    return _unmet(settings, needs)


def missing_package(settings: Settings) -> list[str]:
    """What the package of the Teams app needs and nobody has said."""
    needs = {
        "teams_app_id": "copy the Application (client) ID of the app registration in Entra",
        "teams_developer_name": "write your company's name; Teams shows it with the app",
        "teams_developer_url": "write your website, like https://shop.example",
        "teams_privacy_url": "write your privacy page, like https://shop.example/privacy",
        "teams_terms_url": "write your terms of use, like https://shop.example/terms",
        "public_url": "write where the bridge is reached, like https://chat.example.com",
    }
    return _unmet(settings, needs)


def _unmet(settings: Settings, needs: Mapping[str, str]) -> list[str]:
    return [f"{PREFIX}{name.upper()} is not set: {how}." for name, how in needs.items() if not getattr(settings, name)]
