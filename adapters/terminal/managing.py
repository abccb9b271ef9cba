"""Commands that configure and forget. They work while the bridge runs, and what they change holds at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

import click

from adapters.settings import Settings
from bridge.configuration import Change

env_file_option = click.option(
    "--env-file",
    default=".env",
    show_default=True,
    help="File with settings; the environment wins.",
)
_file = click.argument("file", type=click.Path(path_type=Path))
Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Managing(Protocol):
    """What these commands need of `app.py`; see adapters.terminal.commands.Programme."""

    async def plan(self, settings: Settings, file: Path) -> tuple[list[Change], list[str]]:
        """What a configuration would change, and what it does over time."""

    async def apply(self, settings: Settings, file: Path) -> list[Change]:
        """Let a configuration hold; what it changed."""

    async def export(self, settings: Settings) -> str:
        """The configuration that holds, as a file."""

    async def forget(self, settings: Settings, who: str, tell: Callable[[str], None]) -> list[str]:
        """Forget a visitor, here and over there; what could not be removed."""


def add_managing(group: click.Group, programme: Managing, *, settings_of: Callable[[str], Settings], run: Run) -> None:
    """Add them to the command line."""

    @group.command()
    @_file
    @env_file_option
    def plan(file: Path, env_file: str) -> None:
        """Say what applying FILE would change, and what it does over time. Changes nothing."""
        changes, lines = run(programme.plan(settings_of(env_file), file))
        _tell(changes)
        click.echo("\n" + "\n".join(lines))

    @group.command()
    @_file
    @env_file_option
    def apply(file: Path, env_file: str) -> None:
        """Let the configuration in FILE hold from now on, all of it or nothing. The same again changes nothing."""
        _tell(run(programme.apply(settings_of(env_file), file)))

    @group.command()
    @click.option("--output", "-o", type=click.Path(path_type=Path), help="File to write; else it is printed.")
    @env_file_option
    def export(output: Path | None, env_file: str) -> None:
        """Print the configuration that holds, as a file that `apply` takes."""
        text = run(programme.export(settings_of(env_file)))
        if output is None:
            click.echo(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")

    @group.command()
    @click.argument("who")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @env_file_option
    def forget(who: str, env_file: str, *, yes: bool) -> None:
        """Forget WHO: an e-mail address, a visitor's code as on the card (K7Q2), or an id. Nothing brings it back.

        Ends with 0 when nothing is left, 1 when something could not be removed; it is named.
        """
        settings = settings_of(env_file)
        if not yes:
            click.confirm(f"Erase everything of {who}, here and in the threads?", abort=True)
        left = run(programme.forget(settings, who, click.echo))
        for sentence in left:
            click.echo(f"left: {sentence}")
        sys.exit(1 if left else 0)


def _tell(changes: list[Change]) -> None:
    for change in changes:
        click.echo(_sentence(change))
    count = f"{len(changes)} changes" if len(changes) > 1 else "1 change"
    click.echo(count if changes else "nothing changes")


def _sentence(change: Change) -> str:
    if not change.before:
        return f"+ {change.path}: {change.after}"
    if not change.after:
        return f"- {change.path}: {change.before}"
    return f"~ {change.path}: {change.before} -> {change.after}"
