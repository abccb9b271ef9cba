"""Settings that cannot be used: one sentence that names the variable, exit code 2, and never a secret."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.http_exceptions import BadStatusLine
from click.testing import CliRunner, Result

from adapters import settings as table
from adapters.settings import Settings, SettingsError, load, unknown_names
from adapters.terminal import logs
from adapters.terminal.commands import Demo, commands
from adapters.terminal.findings import Finding
from bridge.configuration import Change
from bridge.errors import Refused

SECRET = "xoxb-SECRET-SECRET"
WHOLE: dict[str, Any] = {
    "SILTA_SLACK_BOT_TOKEN": SECRET,
    "SILTA_SLACK_APP_TOKEN": "xapp-1-A0-SECRET",
    "SILTA_SLACK_CHANNEL": "C0123456789",
    "SILTA_SITE_ORIGINS": "https://shop.example",
}


class Programme:
    """A programme that only notes what it is told to do."""

    def __init__(self, *findings: Finding, refuses: str = "") -> None:
        self.served: list[Settings] = []
        self.findings = list(findings)
        self.refuses = refuses

    async def serve(self, settings: Settings) -> None:
        if self.refuses:
            raise Refused("port", self.refuses)
        self.served.append(settings)

    async def check(self, settings: Settings) -> list[Finding]:
        return self.findings

    async def is_configured(self, settings: Settings) -> bool:
        return False

    async def plan(self, settings: Settings, file: Path) -> tuple[list[Change], list[str]]:
        return [], [str(file)]

    async def apply(self, settings: Settings, file: Path) -> list[Change]:
        return []

    async def export(self, settings: Settings) -> str:
        return ""

    async def forget(self, settings: Settings, who: str, tell: Callable[[str], None]) -> list[str]:
        return []

    async def probe(self, settings: Settings, channel: str, person: str) -> AsyncIterator[Finding]:
        for finding in self.findings:
            yield finding

    def manifest(self, form: str, public_url: str) -> str:
        return f"{form} {public_url}"

    def teams_package(self, settings: Settings, version: str) -> bytes:
        if self.refuses:
            raise Refused("package", self.refuses)
        return f"{settings.teams_app_name} {version}".encode()

    async def demo(self, demo: Demo) -> None:
        demo.tell("demo")


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("SILTA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    for name in (*logs.QUIET, "aiohttp.server", "aiohttp.websocket"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.getLogger(name).level)
        monkeypatch.setattr(logging.getLogger(name), "filters", [])


def run(*words: str, programme: Programme | None = None, **environment: str) -> Result:
    return CliRunner().invoke(commands(programme or Programme()), list(words), env=environment)


def test_a_whole_start_is_served() -> None:
    programme = Programme()
    assert run("serve", programme=programme, **WHOLE).exit_code == 0
    assert programme.served[0].slack_channel == "C0123456789"


@pytest.mark.parametrize("name", WHOLE)
def test_each_missing_setting_stops_the_start_with_one_sentence(name: str) -> None:
    result = run("serve", **{**WHOLE, name: ""})
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [next(line for line in result.stderr.splitlines() if name in line)]
    assert result.stderr.startswith(f"{name} is not set: ")
    assert "SECRET" not in result.output


def test_a_signing_secret_is_enough_in_place_of_the_app_level_token() -> None:
    programme = Programme()
    changed = {**WHOLE, "SILTA_SLACK_APP_TOKEN": "", "SILTA_SLACK_SIGNING_SECRET": f"{'a' * 32}, {'b' * 32}"}
    assert run("serve", programme=programme, **changed).exit_code == 0
    assert programme.served[0].slack_signing_secret == ("a" * 32, "b" * 32)
    assert "a" * 32 not in repr(programme.served[0])


@pytest.mark.parametrize("secret", ["", " ", ","])
def test_without_a_token_and_a_secret_nothing_starts(secret: str) -> None:
    result = run("serve", **{**WHOLE, "SILTA_SLACK_APP_TOKEN": "", "SILTA_SLACK_SIGNING_SECRET": secret})
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "signing secret" in result.stderr


def test_what_a_probe_finds_is_printed_and_told_by_the_exit_code() -> None:
    well, ill = Finding("post", is_well=True), Finding("events", is_well=False, advice="none came")
    found = run("probe", "C0123456789", programme=Programme(well, ill), **WHOLE)
    assert (found.exit_code, found.stdout.splitlines()) == (1, ["ok    post", "FAULT events: none came"])
    assert run("probe", "C0123456789", programme=Programme(well), **WHOLE).exit_code == 0
    assert run("probe", "C0123456789").exit_code == 2


def test_the_manifest_is_made_for_an_address_that_slack_can_reach() -> None:
    assert run("slack-manifest").stdout == "yaml \n"
    assert run("slack-manifest", "--form", "link", "--http", "https://chat.example.com/").stdout == (
        "link https://chat.example.com\n"
    )
    refused = run("slack-manifest", "--http", "http://chat.example.com")
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_all_that_is_missing_is_said_at_once() -> None:
    result = run("serve")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == len(WHOLE)


WRONG = [
    ("SILTA_SMTP_PORT", "0"),
    ("SILTA_SMTP_SECURITY", "ssl"),
    ("SILTA_MAIL_FROM", "chat"),
    ("SILTA_OPS_EMAIL", "a@b.example, c@d.example"),
    ("SILTA_PORT", "70000"),
    ("SILTA_PORT", "-1"),
    ("SILTA_PORT", "eighty"),
    ("SILTA_PUBLIC_URL", "chat.example.com"),
    ("SILTA_PUBLIC_URL", "javascript:alert(1)"),
    ("SILTA_PUBLIC_URL", 'https://chat.example/"onload="x'),
    ("SILTA_PUBLIC_URL", "https://chat.example</script>"),
    ("SILTA_PUBLIC_URL", "https://user:SECRET@chat.example"),
    ("SILTA_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
    ("SILTA_TRUSTED_PROXIES", "10.0.0.0/40"),
    ("SILTA_LOG_LEVEL", "LOUD"),
    ("SILTA_LOG_FORMAT", "xml"),
    ("SILTA_SITE_KEY", "a b"),
    ("SILTA_SITE_KEY", "x" * 65),
    ("SILTA_SITE_NAME", "x" * 61),
    ("SILTA_SITE_ORIGINS", "https://shop.example/"),
    ("SILTA_SITE_ORIGINS", "https://shop.example/path"),
    ("SILTA_SITE_ORIGINS", "https://*.shop.example"),
    ("SILTA_SITE_ORIGINS", "shop.example"),
    ("SILTA_SITE_ORIGINS", "*"),
    ("SILTA_SITE_ORIGINS", "null"),
    ("SILTA_SITE_ORIGINS", "https://shop.example:99999"),
    ("SILTA_SITE_ORIGINS", "https://x@shop.example"),
    ("SILTA_SITE_ORIGINS", "https://kauppä.example"),
    ("SILTA_SITE_ORIGINS", "https://shop.example, xoxb-SECRET"),
    ("SILTA_SITE_LANGUAGE", "tlh"),
    ("SILTA_SITE_RULE", "anybody"),
    ("SILTA_SITE_ACCENT", "red"),
    ("SILTA_SITE_ACCENT", "#12345g"),
    ("SILTA_SITE_PRIVACY_URL", "javascript:alert(1)"),
    ("SILTA_AGENTS_LANGUAGE", "EN"),
    ("SILTA_SLACK_CHANNEL", "#support"),
    ("SILTA_SLACK_CHANNEL", "xoxb-SECRET"),
    ("SILTA_SLACK_PACE", "0"),
    ("SILTA_TEAMS_APP_ID", "silta"),
    ("SILTA_TEAMS_APP_NAME", "x" * 31),
    ("SILTA_TEAMS_APP_TYPE", "both"),
    ("SILTA_TEAMS_TENANT_ID", "example.com"),
    ("SILTA_TEAMS_CLOUD", "private"),
    ("SILTA_TEAMS_CHANNEL", "support"),
    ("SILTA_TEAMS_CHANNEL", "19:abc@thread.tacv2;messageid=1"),
    ("SILTA_TEAMS_PACE", "slow"),
    ("SILTA_TEAMS_DEVELOPER_NAME", "x" * 33),
    ("SILTA_TEAMS_DEVELOPER_URL", "shop.example"),
    ("SILTA_TEAMS_PRIVACY_URL", "javascript:alert(1)"),
    ("SILTA_TEAMS_TERMS_URL", "https://shop .example"),
    ("SILTA_LIMIT_TEXT", "0"),
    ("SILTA_LIMIT_TEXT", "10001"),
    *((f"SILTA_LIMIT_{name}", "0") for name in ("VISITOR_MINUTE", "ADDRESS_MINUTE", "SITE_MINUTE", "SESSIONS_HOUR")),
    *((f"SILTA_LIMIT_{name}", "many") for name in ("VISITOR_SOCKETS", "ADDRESS_SOCKETS", "SITE_DAILY")),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
@pytest.mark.parametrize("command", ["serve", "check"])
def test_each_wrong_setting_stops_the_start_with_one_sentence(command: str, name: str, value: str) -> None:
    result = run(command, **{**WHOLE, name: value})
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"{name}: ")
    assert "SECRET" not in result.output


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    free = {"SILTA_HOST", "SILTA_DATABASE", "SILTA_SLACK_API_URL", "SILTA_SLACK_BOT_TOKEN", "SILTA_SLACK_APP_TOKEN"}
    free |= {"SILTA_SMTP_HOST", "SILTA_SMTP_USER", "SILTA_SMTP_PASSWORD", "SILTA_SMTP_CA_FILE"}
    free |= {f"SILTA_TEAMS_{name}" for name in ("APP_PASSWORD", "LOGIN_URL", "OPENID_URL", "SERVICE_URL")}
    free |= {"SILTA_SLACK_SIGNING_SECRET"}  # its shape is the adapter's business, as the tokens' are
    assert {name for name, _ in WRONG} | free == {row.name for row in table.SETTINGS}


def test_two_wrong_settings_are_two_sentences() -> None:
    result = run("serve", **WHOLE, SILTA_PORT="x", SILTA_SITE_RULE="x")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["SILTA_PORT", "SILTA_SITE_RULE"]


def test_origins_are_kept_as_browsers_write_them() -> None:
    found = load(None, site_origins="https://Shop.Example, http://shop.example:80\nhttps://shop.example:8443")
    assert found.site_origins == ("https://shop.example", "http://shop.example", "https://shop.example:8443")


def test_a_misspelt_name_is_warned_of_and_does_not_stop() -> None:
    Path(".env").write_text("SILTA_SITE_NAME=Kauppa\nexport SILTA_SLAK_CHANNEL=C1\n# SILTA_OLD=1\nOTHER=1\n")
    result = run("serve", **WHOLE, SILTA_PROT="1", SILTA_TEST_DATABASE="x")
    assert result.exit_code == 0
    warned = [
        f"warning: {name} is not a setting; see docs/settings.md" for name in ("SILTA_PROT", "SILTA_SLAK_CHANNEL")
    ]
    assert result.stderr.splitlines() == warned


def test_the_environment_wins_over_the_file() -> None:
    Path("some.env").write_text("SILTA_SITE_NAME=file\nSILTA_PORT=1234\n", encoding="utf-8")
    programme = Programme()
    run("serve", "--env-file", "some.env", programme=programme, **WHOLE, SILTA_SITE_NAME="environment")
    assert (programme.served[0].site_name, programme.served[0].port) == ("environment", 1234)


def test_a_file_that_is_not_there_or_not_text_is_named() -> None:
    Path("folder.env").mkdir()
    Path("bytes.env").write_bytes(b"SILTA_SITE_NAME=\xff\xfe\n")
    for name in ("none.env", "folder.env", "bytes.env"):
        result = run("serve", "--env-file", name, **WHOLE)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1
        assert name in result.stderr
    assert unknown_names("folder.env", {}) == []


def test_secrets_do_not_show_in_what_prints_settings() -> None:
    found = load(None, slack_bot_token=SECRET, slack_app_token="xapp-SECRET", site_origins="https://shop.example")
    assert "SECRET" not in f"{found!r} {found}"
    with pytest.raises(SettingsError) as fault:
        load(None, slack_bot_token=SECRET, port="x")
    assert "SECRET" not in f"{fault.value!r} {fault.value.__cause__!r}"


def test_a_start_that_is_refused_says_why_and_ends_with_two() -> None:
    result = run("serve", programme=Programme(refuses="cannot listen on 127.0.0.1:80"), **WHOLE)
    assert (result.exit_code, result.stderr) == (2, "cannot listen on 127.0.0.1:80\n")


def test_check_ends_with_what_it_found() -> None:
    well, ill = Finding("settings", is_well=True), Finding("channel", is_well=False, advice="invite the app")
    assert run("check", programme=Programme(well), **WHOLE).exit_code == 0
    result = run("check", programme=Programme(well, ill), **WHOLE)
    assert (result.exit_code, result.stdout) == (1, "ok    settings\nFAULT channel: invite the app\n")
    written = run("check", "--json", programme=Programme(well, ill), **WHOLE)
    assert written.exit_code == 1
    assert '"what": "channel"' in written.stdout
    missing = run("check", **{**WHOLE, "SILTA_SLACK_CHANNEL": ""})
    assert missing.exit_code == 1
    assert "SILTA_SLACK_CHANNEL" in missing.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log_line_holds_no_bytes_of_a_stranger(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure(load(None, log_format=form, log_level="DEBUG"))
    try:
        raise BadStatusLine("SECRET\nforged line")
    except BadStatusLine:
        logging.getLogger("aiohttp.server").exception("Error handling request from %s", "192.0.2.1")
    lines = written.getvalue().splitlines()
    assert len(lines) == 1
    assert "192.0.2.0/24" in lines[0]
    assert "192.0.2.1" not in lines[0]
    assert "SECRET" not in lines[0]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_fault_is_written_with_its_trace(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure(load(None, log_format=form))
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("silta.web").exception("a request failed")
    assert "a request failed" in written.getvalue()
    assert "ValueError: odd" in written.getvalue()
    assert form == "text" or len(written.getvalue().splitlines()) == 1
