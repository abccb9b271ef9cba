"""Broken configurations: blocks of a title, lines put into a file that lacks nothing, and all faults as they are told.

A block is `=== FRAME: title`, then the lines, then `>>> path: sentences`, once for each fault. The frame says where the
lines go: into the channel, its hours or the site, taking the place of lines with the same key; `whole` is a whole file.
"""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

CHANNEL = {"id": 'id = "C0123456789"'}
HOURS = {"zone": 'zone = "Europe/Helsinki"'}
SITE = {"origins": 'origins = ["https://shop.example"]', "channel": 'channel = "support"'}


@dataclass(frozen=True)
class Broken:
    title: str
    text: str
    faults: list[str]


def blocks(name: str) -> list[Broken]:
    text = (Path(__file__).parent / "broken" / name).read_text(encoding="utf-8")
    return [_block(part) for part in text.split("=== ")[1:]]


def _block(part: str) -> Broken:
    head, *lines = part.rstrip("\n").split("\n")
    frame, _, title = head.partition(": ")
    written = [line for line in lines if not line.startswith(">>> ")]
    faults = [line.removeprefix(">>> ") for line in lines if line.startswith(">>> ")]
    return Broken(title, framed(frame, written), faults)


def framed(frame: str, lines: list[str]) -> str:
    if frame == "whole":
        return "\n".join(lines)
    channel = _merged(CHANNEL, lines if frame == "channel" else [])
    hours = ["[channels.support.hours]", *_merged(HOURS, lines)] if frame == "hours" else []
    site = _merged(SITE, lines if frame == "site" else [])
    return "\n".join(["[channels.support]", *channel, *hours, "[sites.main]", *site, ""])


def _merged(usual: dict[str, str], lines: list[str]) -> list[str]:
    own = takewhile(lambda line: not line.startswith("["), lines)
    keys = {line.partition(" = ")[0] for line in own}
    return [line for key, line in usual.items() if key not in keys] + lines
