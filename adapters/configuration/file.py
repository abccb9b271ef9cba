"""Reading the file: all of it or nothing, and all that is wrong with it at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from adapters.configuration.channels import channels
from adapters.configuration.faults import ConfigurationError, Fault, shown
from adapters.configuration.people import people
from adapters.configuration.schema import children
from adapters.configuration.section import Section
from adapters.configuration.sites import site
from adapters.configuration.values import NAME
from bridge.configuration import Configuration

LARGEST: Final = 1_000_000  # bytes
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WAYS: Final = 'Write texts in quotes ("…"), lists in brackets, each key once, and begin a comment with #.'
_FIRST: Final = "silta.example.toml shows every key"


def load(source: Path | str) -> Configuration:
    """The configuration in a file, or in a text. Raises ConfigurationError with every fault.

    The same text gives the same value: ids depend on keys and places alone.
    """
    name = str(source) if isinstance(source, Path) else "the text"
    text = _text(_bytes(source, name), name)
    faults: list[Fault] = []
    configuration = _configuration(Section("", "", _parsed(text, name), faults))
    if faults:
        raise ConfigurationError(faults)
    return configuration


def _bytes(source: Path | str, name: str) -> bytes:
    if isinstance(source, str):
        return source.encode("utf-8", "surrogatepass")
    try:
        with source.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        wrong = f"it cannot be read ({error.strerror})"
        raise _error(name, wrong, "Name a file that is there and that you may read.") from None


def _text(raw: bytes, name: str) -> str:
    if len(raw) > LARGEST:
        raise _error(name, "it is larger than 1 MB", f"Name the configuration file; {_FIRST}.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _error(f"line {line}", "it is not UTF-8", "Save the file in the encoding UTF-8.") from None
    if not text.strip():
        raise _error(name, "it is empty", f"Write a [channels.NAME] and a [sites.KEY]; {_FIRST}.")
    return text


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _error(name, "it is nested too deeply", _WAYS) from None
    except ValueError as error:
        raise _syntax(text, str(error), name) from None


def _syntax(text: str, message: str, name: str) -> ConfigurationError:
    """By line and column, with the line: the parser's own words alone are hard to read."""
    found = _PLACE.search(message)
    if not found:
        return _error(name, _plain(message), _WAYS)
    lines = text.rstrip().split("\n")
    number, column = (int(found[1]), int(found[2])) if found[1] else (len(lines), len(lines[-1]) + 1)
    line = text.split("\n")[number - 1].strip()
    return _error(f"line {number}, column {column}", f"{_plain(message[: found.start()])} in {_line(line)}", _WAYS)


def _line(line: str) -> str:
    """As it stands there, unless it is long or may hold a secret."""
    known = shown(line)
    return f"`{line}`" if known.startswith('"') and len(line) <= 100 else "this line"


def _plain(message: str) -> str:
    """The parser's words; of what is there twice, ours."""
    if message.startswith(("Cannot overwrite", "Cannot declare")):
        return "what is there already comes again"
    return message[:1].lower() + message[1:]


def _configuration(root: Section) -> Configuration:
    root.refuse_unknown(children(""))
    found = channels(_named(root, "channels", "NAME", 'Write where chats go: [channels.support] and id = "C…".'))
    places = {entry.name: entry.channel for entry in found}
    sites = _named(root, "sites", "KEY", "Write a site under the key in its snippet: [sites.main].")
    known = people(_fitly_named(root.named("people", "NAME")))
    return Configuration(tuple(site(key, section, places) for key, section in sites.items()), tuple(found), known)


def _named(root: Section, key: str, wildcard: str, instead: str) -> dict[str, Section]:
    if root.table.get(key, {}) == {}:
        root.fault(key, "there is none", instead)
    return _fitly_named(root.named(key, wildcard))


def _fitly_named(sections: dict[str, Section]) -> dict[str, Section]:
    for name, section in sections.items():
        if not NAME.fullmatch(name):
            section.fault("", f"{shown(name)} cannot be a name", "Write 1 to 64 of A–Z, a–z, 0–9, _ and -.")
    return sections


def _error(path: str, wrong: str, instead: str) -> ConfigurationError:
    return ConfigurationError([Fault(path, wrong, instead)])
