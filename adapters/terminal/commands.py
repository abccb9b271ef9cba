"""The commands. What they do is composed in `app.py` and handed in."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import click

from adapters import settings as table
from adapters.settings import Settings, SettingsError
from adapters.terminal import logs
from adapters.terminal.findings import Finding
from adapters.terminal.managing import Managing, add_managing, env_file_option
from bridge.errors import NotFound, Refused

try:
    from uvloop import new_event_loop as _loop
except ImportError:  # it does not exist for every machine; the standard loop does the same work more slowly
    from asyncio import new_event_loop as _loop  # type: ignore[assignment]

BAD_SETTINGS = 2


@dataclass(frozen=True, slots=True)
class Demo:
    """How a demo is run. Port 0: any free one."""

    port: int
    story: bool
    ends: bool
    tell: Callable[[str], None] = click.echo


class Programme(Managing, Protocol):
    """What the commands need of `app.py`."""

    async def serve(self, settings: Settings) -> None:
        """Run until told to stop."""

    async def check(self, settings: Settings) -> list[Finding]:
        """Look at everything a start needs."""

    def probe(self, settings: Settings, channel: str, person: str) -> AsyncIterator[Finding]:
        """Try out the real workplace in this channel; `person` may be shown a private line."""

    async def is_configured(self, settings: Settings) -> bool:
        """Whether a configuration was applied to the database, so that the settings need not name a site."""

    def manifest(self, form: str, public_url: str) -> str:
        """What the workplace's app must be made of: `yaml`, `json` or a `link`."""

    def teams_package(self, settings: Settings, version: str) -> bytes:
        """The package of the Teams app, a zip. Raises Refused with a line for each fault."""

    async def demo(self, demo: Demo) -> None:
        """Run against the playground until told to stop."""


def commands(programme: Programme) -> click.Group:
    """The command line of a programme."""

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option("0.1.0", prog_name="silta")
    def group() -> None:
        """Live chat for your website, answered from your team's own chat."""

    _add_running(group, programme)
    _add_workplace(group, programme)
    add_managing(group, programme, settings_of=_settings, run=_run)
    return group


def _add_running(group: click.Group, programme: Programme) -> None:
    @group.command()
    @env_file_option
    def serve(env_file: str) -> None:
        """Run the bridge."""
        settings = _settings(env_file)
        _stop_if([*table.missing(settings), *_missing_site(programme, settings)])
        logs.configure(settings)
        _run(programme.serve(settings))

    @group.command()
    @env_file_option
    @click.option("--json", "as_json", is_flag=True, help="For programs.")
    def check(env_file: str, *, as_json: bool) -> None:
        """Say what is missing or wrong. Ends with 0 when all is well, 1 when not, 2 for settings it cannot read."""
        settings = _settings(env_file)
        faults = [*table.missing(settings), *_missing_site(programme, settings)]
        findings = [Finding("settings", is_well=False, advice=fault) for fault in faults]
        findings += _run(programme.check(settings))
        _print(findings, as_json=as_json)
        sys.exit(0 if all(finding.is_well for finding in findings) else 1)

    @group.command()
    @click.option(
        "--port",
        default=8310,
        show_default=True,
        help="Port of the demo page; the bridge takes the next one.",
    )
    @click.option("--story", is_flag=True, help="Play a whole conversation.")
    @click.option("--exit", "ends", is_flag=True, help="End when the story is over.")
    def demo(port: int, *, story: bool, ends: bool) -> None:
        """Show a whole conversation on this machine: a shop page beside a pretend workplace. No account anywhere."""
        _run(programme.demo(Demo(port, story, ends)))


def _add_workplace(group: click.Group, programme: Programme) -> None:
    @group.command()
    @click.argument("channel")
    @click.option("--person", default="", help="Member ID (U…) of who may be shown a private line, best yourself.")
    @click.option("--record", type=click.Path(path_type=Path), help="File for the capabilities that were found (JSON).")
    @env_file_option
    def probe(channel: str, person: str, record: Path | None, env_file: str) -> None:
        """Try out the real workspace in CHANNEL (C…): posts a few marked messages there and takes them away again.

        Stop the bridge meanwhile: it would take the events. Ends with 0 when all is as needed, 1 when not.
        """
        settings = _settings(env_file)
        _stop_if(table.missing(settings))
        logs.configure(settings)
        sys.exit(0 if _run(_told(programme.probe(settings, channel, person), record)) else 1)

    @group.command("slack-manifest")
    @click.option("--http", "url", default="", help="Address of the bridge, for events over HTTP; else Socket Mode.")
    @click.option("--form", type=click.Choice(["yaml", "json", "link"]), default="yaml", show_default=True)
    def slack_manifest(url: str, form: str) -> None:
        """Print the manifest from which the Slack app is made, or the link that fills it in."""
        click.echo(programme.manifest(form, _public(url)))

    @group.command("teams-package")
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--app-version", default="1.0.0", show_default=True, help="Raise it before each further upload.")
    @env_file_option
    def teams_package(file: Path, app_version: str, env_file: str) -> None:
        """Write the package of the Teams app to FILE: a zip that Teams takes as it is."""
        settings = _settings(env_file)
        _stop_if(table.missing_package(settings))
        try:
            file.write_bytes(programme.teams_package(settings, app_version))
        except Refused as error:
            _stop_if([str(error)])
        except OSError as error:
            _stop_if([f"{file} cannot be written: {error.strerror}."])
        click.echo(f"{file} is version {app_version} of the app; upload it in Teams.")


def _missing_site(programme: Programme, settings: Settings) -> list[str]:
    """What the settings lack of a site, unless a configuration was applied."""
    lacking = table.missing_site(settings)
    return lacking if lacking and not _run(programme.is_configured(settings)) else []


def _settings(env_file: str) -> Settings:
    if env_file != ".env" and not Path(env_file).is_file():
        _stop_if([f"The settings file {env_file} does not exist."])
    for name in table.unknown_names(env_file):
        click.echo(f"warning: {name} is not a setting; see docs/settings.md", err=True)
    try:
        return table.load(env_file)
    except SettingsError as error:
        _stop_if(error.faults)
        raise


def _public(url: str) -> str:
    """Slack sends to no other address, and its page would refuse the manifest without a word of why."""
    if url and not re.fullmatch(r"https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?", url):
        _stop_if([f"--http: {url} is not an address that Slack can reach; write it like https://chat.example.com"])
    return url.rstrip("/")


async def _told(findings: AsyncIterator[Finding], record: Path | None) -> bool:
    """Print each finding when it is there, and record the facts; whether all are well."""
    is_well = True
    async for finding in findings:
        _print([finding], as_json=False)
        is_well = is_well and finding.is_well
        if finding.facts and record is not None:
            text = json.dumps(dict(finding.facts), ensure_ascii=False, indent=1)
            await asyncio.to_thread(record.write_text, text + "\n", encoding="utf-8")
    return is_well


def _stop_if(faults: tuple[str, ...] | list[str]) -> None:
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(BAD_SETTINGS)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        with asyncio.Runner(loop_factory=_loop) as runner:
            return runner.run(work)
    except (NotFound, Refused) as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_SETTINGS)
    except KeyboardInterrupt:
        sys.exit(130)


def _print(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_plain(finding) for finding in findings], ensure_ascii=False, indent=1))
        return
    for finding in findings:
        mark = "ok   " if finding.is_well else "FAULT"
        click.echo(f"{mark} {finding.what}" + (f": {finding.advice}" if finding.advice else ""))


def _plain(finding: Finding) -> dict[str, Any]:
    """For programs; facts only where there are any."""
    told = asdict(finding)
    return told if finding.facts else {name: value for name, value in told.items() if name != "facts"}
