"""What is a command, and what is only an exclamation."""

from __future__ import annotations

import pytest

from bridge.commands import NAMES, Command, nearest, parse


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("!claim", Command("claim")),
        ("  !CLAIM  ", Command("claim")),
        ("!note call back at 3", Command("note", "call back at 3")),
        ("!note\nline one\nline two", Command("note", "line one\nline two")),
        ("!päätä nyt", Command("päätä", "nyt")),
        ("!claim, please", Command("claim", ", please")),
        ("!nonsense_2 x", Command("nonsense_2", "x")),
    ],
)
def test_commands(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize("text", ["", "!", "!!", "!!claim", "! oh", "!2", "!_x", "hello !claim", "wow!", "!-)"])
def test_plain_text(text: str) -> None:
    assert parse(text) is None


def test_known_and_unknown() -> None:
    assert all(Command(name).is_known for name in NAMES)
    assert not Command("secret").is_known
    assert nearest("clam") == "claim"
    assert nearest("xyzzy") == "help"
