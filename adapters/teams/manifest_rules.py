"""What Teams asks of an app's manifest, pictures and translations, and we of ours; looked at before anybody uploads.

Teams names a fault at the upload, one at a time and seldom with its place. The bounds are those of the published
schema: https://learn.microsoft.com/microsoft-365/extensibility/schema/
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.teams.icons import COLOR_SIZE, OUTLINE_SIZE, RGB, RGBA, SIGNATURE

Manifest = Mapping[str, Any]
Files = Mapping[str, bytes]
Rule = Callable[[Manifest, Files], Iterator[str]]

MANIFEST_VERSION: Final = "1.25"
HEARS_ALL: Final = {"name": "ChannelMessage.Read.Group", "type": "Application"}
TEXTS: Final = {"name.short": 30, "description.short": 80, "description.full": 4000, "developer.name": 32}
IDS: Final = ("id", "bots[0].botId", "webApplicationInfo.id")
ADDRESSES: Final = (
    "developer.websiteUrl",
    "developer.privacyUrl",
    "developer.termsOfUseUrl",
    "webApplicationInfo.resource",
)
LONGEST_ADDRESS: Final = 2048
# What must be so and not otherwise, with the reason.
FIXED: Final[Mapping[str, tuple[Any, str]]] = {
    "manifestVersion": (MANIFEST_VERSION, "these rules are of that version"),
    "supportsChannelFeatures": ("tier1", "else private and shared channels are closed to the app"),
    "defaultInstallScope": ("team", "the bot works in channels"),
    "defaultGroupCapability.team": ("bot", "there is nothing else in the app"),
    "bots[0].scopes": (["team"], "the bot works in channels and nowhere else"),
    "bots[0].isNotificationOnly": (False, "else nobody could answer it"),
    "bots[0].supportsFiles": (False, "files of bots exist in personal chats alone"),
}
OTHERS: Final = {"$schema", "version", "accentColor", "icons", "permissions", "authorization", "validDomains"}
KNOWN: Final = OTHERS | {"localizationInfo"} | {re.split(r"\W", p)[0] for p in (*TEXTS, *IDS, *ADDRESSES, *FIXED)}
ASKS: Final = ("identity", "messageTeamMembers")
MOST_COMMANDS, LONGEST_TITLE, LONGEST_DESCRIPTION = 12, 128, 4000
MOST_PERMISSIONS: Final = 16
MOST_DOMAINS: Final = 16
PICTURES: Final = {"color": (COLOR_SIZE, RGB, "without transparency"), "outline": (OUTLINE_SIZE, RGBA, "with alpha")}
TRANSLATED: Final = ("name.short", "description.short", "description.full")
_GUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TAG = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,2}")
_DOMAIN = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*")
_WORDS_OF_COMMAND = re.compile(r"bots\[0\]\.commandLists\[0\]\.commands\[([0-9]|1[01])\]\.(title|description)")


def faults(manifest: Manifest, files: Files) -> list[str]:
    """What is wrong, a line each: the place in the manifest or the file's name, the fault, and what to do."""
    return [fault for rule in RULES for fault in rule(manifest, files)]


def at(manifest: Any, place: str) -> Any:
    """What stands at a place like `bots[0].botId`; None where nothing does."""
    for word in re.findall(r"[^.\[\]]+", place):
        if isinstance(manifest, Mapping):
            manifest = manifest.get(word)
        elif isinstance(manifest, list) and word.isdigit():
            manifest = manifest[int(word)] if int(word) < len(manifest) else None
        else:
            return None
    return manifest


def _names(manifest: Manifest, _: Files) -> Iterator[str]:
    for name in sorted(set(manifest) - KNOWN):
        yield f"{name}: is nothing that this app needs; take it out"


def _texts(manifest: Manifest, _: Files) -> Iterator[str]:
    for place, most in TEXTS.items():
        yield from _text(place, at(manifest, place), most)


def _text(place: str, text: Any, most: int) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"{place}: says nothing; write 1 to {most} characters"
    elif len(text) > most:
        yield f"{place}: has {len(text)} characters; shorten it to {most}"


def _ids(manifest: Manifest, _: Files) -> Iterator[str]:
    for place in IDS:
        if not _GUID.fullmatch(str(at(manifest, place))):
            yield f"{place}: is no id; copy the Application (client) ID of the app registration"
    if at(manifest, "bots[0].botId") != at(manifest, "webApplicationInfo.id"):
        yield "webApplicationInfo.id: is another app than the bot; write the bot's id, else nothing can be consented to"


def _addresses(manifest: Manifest, _: Files) -> Iterator[str]:
    for place in ADDRESSES:
        address = str(at(manifest, place) or "")
        if not _is_https(address):
            yield f"{place}: is no https address; write it like https://chat.example.com"
        elif len(address) > LONGEST_ADDRESS:
            yield f"{place}: has {len(address)} characters; shorten it to {LONGEST_ADDRESS}"


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"\s", address)


def _fixed(manifest: Manifest, _: Files) -> Iterator[str]:
    for place, (value, reason) in FIXED.items():
        found = at(manifest, place)
        if found != value or type(found) is not type(value):
            yield f"{place}: is {json.dumps(found)}; write {json.dumps(value)}, {reason}"


def _version(manifest: Manifest, _: Files) -> Iterator[str]:
    if not _VERSION.fullmatch(str(manifest.get("version"))):
        yield "version: is not of three numbers; write it like 1.0.0, and raise it with each change"


def _colour(manifest: Manifest, _: Files) -> Iterator[str]:
    if not _COLOUR.fullmatch(str(manifest.get("accentColor"))):
        yield "accentColor: is no colour; write # and six hexadecimal digits"


def _bots(manifest: Manifest, _: Files) -> Iterator[str]:
    for place in ("bots", "bots[0].commandLists"):
        listed = at(manifest, place)
        if not isinstance(listed, list) or len(listed) != 1:
            yield f"{place}: must hold one and no other; there is one bot, with one list for channels"


def _commands(manifest: Manifest, _: Files) -> Iterator[str]:
    place = "bots[0].commandLists[0]"
    if at(manifest, f"{place}.scopes") != ["team"]:
        yield f'{place}.scopes: must be ["team"], as the bot\'s'
    commands = at(manifest, f"{place}.commands")
    if not isinstance(commands, list) or not 1 <= len(commands) <= MOST_COMMANDS:
        yield f"{place}.commands: must be 1 to {MOST_COMMANDS}; leave out the least needed"
        return
    for number, command in enumerate(commands):
        yield from _command(f"{place}.commands[{number}]", command)
    for title, times in Counter(str(at(command, "title")) for command in commands).items():
        if times > 1:
            yield f"{place}.commands: {title} stands there {times} times; take the others out"


def _command(place: str, command: Any) -> Iterator[str]:
    title = at(command, "title")
    yield from _text(f"{place}.title", title, LONGEST_TITLE)
    yield from _text(f"{place}.description", at(command, "description"), LONGEST_DESCRIPTION)
    if not str(title).startswith("!"):
        yield f"{place}.title: does not begin with !; Teams writes it as it is, so the visitor would read it"


def _permissions(manifest: Manifest, _: Files) -> Iterator[str]:
    found = manifest.get("permissions")
    if not isinstance(found, list) or sorted(map(str, found)) != sorted(ASKS):
        yield f"permissions: must be {' and '.join(ASKS)}; the bot writes and reads names"
    place = "authorization.permissions.resourceSpecific"
    asked = at(manifest, place)
    asked = asked if isinstance(asked, list) else []
    if HEARS_ALL not in asked:
        yield f"{place}: lacks {HEARS_ALL['name']}; add it, else only messages that mention the bot come"
    if len(asked) > MOST_PERMISSIONS or any(asked.count(one) > 1 for one in asked):
        yield f"{place}: must be at most {MOST_PERMISSIONS}, each once; take the others out"
    for number, one in enumerate(asked):
        if at(one, "type") not in ("Application", "Delegated") or not at(one, "name"):
            yield f"{place}[{number}]: must have a name and the type Application or Delegated"


def _domains(manifest: Manifest, _: Files) -> Iterator[str]:
    domains = manifest.get("validDomains")
    if not isinstance(domains, list) or len(domains) > MOST_DOMAINS:
        yield f"validDomains: must be a list of at most {MOST_DOMAINS}; it may be empty"
        return
    for number, domain in enumerate(domains):
        if not _DOMAIN.fullmatch(str(domain)):
            yield f"validDomains[{number}]: is no host; write it like chat.example.com, without https:// and path"


def _pictures(manifest: Manifest, files: Files) -> Iterator[str]:
    for name, (size, kind, kind_in_words) in PICTURES.items():
        file = str(at(manifest, f"icons.{name}"))
        if file not in files:
            yield f"icons.{name}: there is no file {file} in the package; add it"
            continue
        found = _header(files[file])
        if found is None:
            yield f"{file}: is no whole PNG; draw it anew"
        elif found != (size, size, 8, kind):
            yield f"{file}: must be {size} x {size} pixels of 8 bits, {kind_in_words}; draw it anew"


def _header(picture: bytes) -> tuple[int, int, int, int] | None:
    """Width, height, depth and kind of a PNG; None if it is none, or not whole."""
    chunks, rest = [], picture.removeprefix(SIGNATURE)
    if rest == picture:
        return None
    while len(rest) >= 12:
        end = 8 + int.from_bytes(rest[:4])
        name, content, check = rest[4:8], rest[8:end], rest[end : end + 4]
        if zlib.crc32(name + content) != int.from_bytes(check) or len(check) < 4:
            return None
        chunks.append((name, content))
        rest = rest[end + 4 :]
    is_whole = bool(chunks) and not rest and chunks[-1][0] == b"IEND"
    is_headed = is_whole and chunks[0][0] == b"IHDR" and len(chunks[0][1]) == 13
    return struct.unpack(">IIBB", chunks[0][1][:10]) if is_headed else None


def _languages(manifest: Manifest, files: Files) -> Iterator[str]:
    place = "localizationInfo"
    if place not in manifest:
        return
    listed = at(manifest, f"{place}.additionalLanguages")
    listed = listed if isinstance(listed, list) else []
    tags = [(f"{place}.defaultLanguageTag", at(manifest, f"{place}.defaultLanguageTag"))]
    tags += [(f"{place}.additionalLanguages[{n}].languageTag", at(one, "languageTag")) for n, one in enumerate(listed)]
    for where, tag in tags:
        if not _TAG.fullmatch(str(tag or "")) or [other for _, other in tags].count(tag) > 1:
            yield f"{where}: is no language of its own; write it like fi, each once"
    for number, one in enumerate(listed):
        file = str(at(one, "file"))
        if file not in files:
            yield f"{place}.additionalLanguages[{number}].file: there is no file {file} in the package; add it"
        else:
            yield from _translation(file, files[file], manifest)


def _translation(file: str, content: bytes, manifest: Manifest) -> Iterator[str]:
    try:
        words = json.loads(content)
    except ValueError:
        words = None
    if not isinstance(words, dict):
        yield f"{file}: is no JSON object; write it anew"
        return
    for place in TRANSLATED:
        yield from (f"{file}: {fault}" for fault in _text(place, words.get(place), TEXTS[place]))
    for place in sorted(set(words) - {"$schema", *TRANSLATED}):
        if not _WORDS_OF_COMMAND.fullmatch(place) or at(manifest, place) is None:
            yield f"{file}: {place} is nothing that can be translated; take it out"
            continue
        most = LONGEST_TITLE if place.endswith("title") else LONGEST_DESCRIPTION
        yield from (f"{file}: {fault}" for fault in _text(place, words[place], most))


RULES: Final[tuple[Rule, ...]] = (
    _names,
    _texts,
    _ids,
    _addresses,
    _fixed,
    _version,
    _colour,
    _bots,
    _commands,
    _permissions,
    _domains,
    _pictures,
    _languages,
)
