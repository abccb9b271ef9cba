"""From what TOML gives to our values, one function for each kind; what does not fit is said with a way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from adapters.configuration.faults import Unfit, nearest, shown
from adapters.settings import Address, Origin
from bridge.errors import Refused
from bridge.policies.text import clean, email_address

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ACCENT = re.compile(r"#[0-9A-Fa-f]{6}")
_ORIGIN: TypeAdapter[str] = TypeAdapter(Origin)
_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_KINDS: Final[dict[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number with a fraction",
    str: "a text",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class Refs:
    """How a workplace writes a channel and somebody who can be called, and where people find them."""

    channel: re.Pattern[str]
    channel_help: str
    mention: re.Pattern[str]
    mention_help: str


WORKPLACES: Final = {
    "slack": Refs(
        re.compile(r"[CG][A-Z0-9]{2,20}"),
        "Open the channel's details in Slack and copy the ID at the bottom (C…).",
        re.compile(r"[UWS][A-Z0-9]{2,20}"),
        "Copy the member ID from the person's profile in Slack (U…), or the ID of a user group (S…).",
    ),
    "teams": Refs(
        re.compile(r"19:[^;\s/]{1,200}@thread\.(tacv2|skype)"),
        "Choose Get link to channel in Teams and copy the part 19:…@thread.tacv2, with %3a written as : and %40 as @.",
        re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        "Copy the person's Object ID from the Microsoft Entra admin center, Users.",
    ),
}


def kind_of(value: object) -> str:
    """What a value of TOML is, in words."""
    return _KINDS.get(type(value), "a date or a time")


def text(value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise Unfit(f"{kind_of(value)} where a text belongs", 'Write a text in quotes: "…".')
    return value


def switch(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Unfit(f"{kind_of(value)} where true or false belongs", "Write true or false, without quotes.")
    return value


def number(least: int, most: int) -> Callable[[Any], int]:
    """A whole number between two, both included."""

    def convert(value: Any) -> int:
        instead = f"Write a whole number from {least} to {most}, without quotes."
        if type(value) is not int:
            raise Unfit(f"{kind_of(value)} where a whole number belongs", instead)
        if not least <= value <= most:
            raise Unfit(f"the number is too {'small' if value < least else 'large'}", instead)
        return value

    return convert


def words(most: int, *, lines: bool = False) -> Callable[[Any], str]:
    """A text for people: something to read, no control characters, one line unless `lines`."""

    def convert(value: Any) -> str:
        written = text(value)
        if not written.strip():
            raise Unfit("nothing is written", "Write some words, or leave the key away.")
        if len(written) > most:
            raise Unfit(f"{len(written)} characters are too many", f"Write at most {most}.")
        if "\n" in written and not lines:
            raise Unfit("it has several lines", "Write one.")
        if clean(written) != written:
            raise Unfit("there are control characters", "Write words only.")
        return written

    return convert


def one_of(known: Iterable[str]) -> Callable[[Any], str]:
    """One of a few words."""
    names = tuple(known)

    def convert(value: Any) -> str:
        written = text(value)
        if written not in names:
            raise Unfit(f"{shown(written)} is unknown", nearest(written, names, quote='"'))
        return written

    return convert


def matching(pattern: re.Pattern[str], what: str, instead: str) -> Callable[[Any], str]:
    """A text of a certain form."""

    def convert(value: Any) -> str:
        written = text(value)
        if not pattern.fullmatch(written):
            raise Unfit(f"{shown(written)} is not {what}", instead)
        return written

    return convert


accent = matching(_ACCENT, "a colour", 'Write # and six hexadecimal digits: "#1F4E8C".')


def email(value: Any) -> str:
    """An e-mail address."""
    written = text(value)
    try:
        return email_address(written)
    except Refused:
        raise Unfit(f"{shown(written)} is not an e-mail address", 'Write it like "team@example.com".') from None


def origin(value: Any) -> str:
    """An origin as browsers write it."""
    return _checked(_ORIGIN, text(value))


def address(value: Any) -> str:
    """The address of a page."""
    return _checked(_ADDRESS, text(value))


def _checked(adapter: TypeAdapter[str], value: str) -> str:
    """By the rule of the settings, whose sentence has our two halves."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        wrong, _, instead = error.errors()[0]["msg"].removeprefix("Value error, ").partition("; ")
        raise Unfit(wrong, f"{instead[:1].upper()}{instead[1:]}.") from None
